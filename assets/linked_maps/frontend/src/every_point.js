// Draws each point of a map, whatever is in view.

import { drawingOrder, mixedOrder } from "./point_flags.js";
import { pointSizes } from "./theme.js";

export class EveryPoint {
  /** @param {import("./painter.js").Painter} painter */
  constructor(painter) {
    this.painter = painter;
    this.dense = false;
  }

  /** @param {object} what coordinates, from: coordinates to morph from, or null; classes, colours */
  show({ coordinates, from, classes, colours }) {
    const { painter } = this;
    if (painter.arrays.place !== coordinates) {
      painter.set("place", coordinates);
      this.from = undefined;
    }
    if (this.from !== from) painter.set("start", from ?? coordinates);
    if (this.classes !== classes) painter.set("kind", classes);
    if (this.colours !== colours) painter.setColours(colours);
    Object.assign(this, { from, classes, colours });
  }

  flag({ flags, lit }) {
    this.painter.set("flags", flags);
    this.painter.set("order", drawingOrder(flags, this.classes, mixedOrder(flags.length)));
    this.painter.set("ringed", lit);
  }

  draw(how) {
    this.painter.draw(how);
  }

  sizes({ greyShare, zoom }) {
    return pointSizes({ n: this.classes.length, greyShare, zoom });
  }

  destroy() {}
}
