// What the maps show, as it came from Python last: what did not change keeps its arrays.

import { classColours, classesOf } from "./look.js";
import { NOTHING } from "./selection.js";

export class Content {
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
    const look = JSON.stringify([header.colouring, theme]);
    if (look !== this.look) this.colours = classColours(header.colouring, theme);
    const legend = JSON.stringify([look, header.shown]);
    const changed = legend !== this.legend;
    Object.assign(this, { look, legend });
    return changed;
  }

  /** Texts by class, of those that pass the filter: what a click in the legend selects. */
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

  /** Of some points, those that pass the filters: what a filter greys is not meant, also if selected before. */
  passing(points) {
    return this.shown === null ? points : points.filter((point) => this.shown[point] === 1);
  }

  passes(point) {
    return this.shown === null || this.shown[point] === 1;
  }
}
