// The latest payload from Python. Parts whose key did not change keep their arrays.

import { classColours, classesOf } from "./theme.js";
import { NOTHING } from "./selection.js";

/** Numbers below n that are so, ascending. */
export function numbersWhere(n, isSo) {
  const numbers = new Uint32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) if (isSo(i)) numbers[count++] = i;
  return numbers.slice(0, count);
}

export class PayloadState {
  constructor() {
    this.shown = null; // 0 for texts that a filter leaves out
    this.lit = NOTHING;
  }

  /** @returns {boolean} whether the legend has changed */
  read(header, blob, theme) {
    const before = this.header;
    this.header = header;
    if (before?.colouring.key !== header.colouring.key) {
      this.values = blob("values");
      this.classes = classesOf(header.colouring, this.values);
    }
    if (before?.shown?.key !== header.shown?.key) this.shown = header.shown ? blob("shown") : null;
    if (before?.lit?.key !== header.lit?.key) this.lit = header.lit ? blob("lit") : NOTHING;
    const colourKey = JSON.stringify([header.colouring, theme]);
    if (colourKey !== this.colourKey) this.colours = classColours(header.colouring, theme);
    const legend = JSON.stringify([colourKey, header.shown]);
    const changed = legend !== this.legend;
    Object.assign(this, { colourKey, legend });
    return changed;
  }

  /** Texts that pass the filter, by class; a click in the legend selects those of a class. */
  get counts() {
    const counts = new Uint32Array(this.colours.vivid.length);
    for (let i = 0; i < this.classes.length; i++) if (this.passes(i)) counts[this.classes[i]]++;
    return counts;
  }

  /** Texts of a class that pass the filter. */
  members(value) {
    return numbersWhere(this.classes.length, (i) => this.classes[i] === value && this.passes(i));
  }

  /** Those of some points that pass the filters: a greyed text loses its selection. */
  passing(points) {
    return this.shown === null ? points : points.filter((point) => this.shown[point] === 1);
  }

  passes(point) {
    return this.shown === null || this.shown[point] === 1;
  }
}
