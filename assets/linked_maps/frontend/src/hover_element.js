// Streamlit component that fetches the text under the pointer; it draws nothing. Hovering reruns this component
// alone, neither the maps nor the page.

import { cleanup, instanceOf } from "./lifecycle.js";
import { announce, answers, askers } from "./bridge.js";

const KEPT = 2000;

export default function ({ data, parentElement, setStateValue }) {
  instanceOf(parentElement, () => new HoverElement()).update(data, (point) => setStateValue("hovered", point));
  return cleanup(parentElement);
}

class HoverElement {
  update({ texts, point, text }, ask) {
    if (this.key !== texts) this.destroy();
    this.key = texts;
    this.ask = ask;
    askers.set(texts, ask);
    if (!answers.has(texts)) answers.set(texts, new Map());
    if (point === null) return;
    const known = answers.get(texts);
    known.set(point, text);
    if (known.size > KEPT) known.delete(known.keys().next().value);
    announce("answer");
  }

  destroy() {
    // A newer element may already serve the same texts.
    if (askers.get(this.key) !== this.ask) return;
    askers.delete(this.key);
    answers.delete(this.key);
  }
}
