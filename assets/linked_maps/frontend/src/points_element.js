// Streamlit component that delivers the points; it draws nothing. Points are by far the largest part of the data.
// Streamlit sends the data of a component only when they change, so new colours or search hits do not resend points.

import { cleanup, instanceOf } from "./lifecycle.js";
import { decodePayload } from "./payload.js";
import { announce, places } from "./bridge.js";

export default function ({ data, parentElement }) {
  instanceOf(parentElement, () => new PointsElement()).update(decodePayload(data));
  return cleanup(parentElement);
}

class PointsElement {
  update({ header, blob }) {
    if (this.key === header.places) return;
    this.destroy();
    this.key = header.places;
    this.panes = header.panes.map((pane, number) => ({
      ...pane,
      coordinates: blob(`points_${number}`),
      kept: pane.kept ? blob(`kept_${number}`) : null,
      levels: Array.from({ length: pane.levels ?? 0 }, (_, level) => blob(`level_${number}_${level}`)),
    }));
    places.set(this.key, this.panes);
    announce("places");
  }

  destroy() {
    // A newer element may have delivered the same points already.
    if (places.get(this.key) === this.panes) places.delete(this.key);
  }
}
