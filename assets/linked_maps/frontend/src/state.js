// The latest payload from Python. Parts whose key did not change keep their arrays.

import { classColours, classesOf } from "./theme.js";
import { NOTHING } from "./selection.js";

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
    this.classes.forEach((value, i) => this.passes(i) && counts[value]++);
    return counts;
  }

  /** Texts of a class that pass the filter. */
  members(value) {
    const members = [];
    this.classes.forEach((other, i) => other === value && this.passes(i) && members.push(i));
    return Uint32Array.from(members);
  }

  /** Those of some points that pass the filters: a greyed text loses its selection. */
  passing(points) {
    return this.shown === null ? points : points.filter((point) => this.shown[point] === 1);
  }

  passes(point) {
    return this.shown === null || this.shown[point] === 1;
  }
}
