// The text under the pointer: asked for once the pointer rests, shown when it comes.

import { answers, askers, events } from "./bridge.js";

const REST = 70; // milliseconds

export class Hover {
  /** @param {() => void} onAnswer called when a text has come */
  constructor(onAnswer) {
    this.onAnswer = onAnswer;
    this.listener = () => this.wanted !== null && onAnswer();
    events.addEventListener("answer", this.listener);
    this.wanted = null;
  }

  /** @returns {string | undefined} the text if it is there already; else it is asked for */
  text(texts, point) {
    const known = answers.get(texts)?.get(point);
    clearTimeout(this.asking);
    this.wanted = known === undefined ? point : null;
    if (known === undefined) this.asking = setTimeout(() => askers.get(texts)?.({ texts, point }), REST);
    return known;
  }

  forget() {
    clearTimeout(this.asking);
    this.wanted = null;
  }

  destroy() {
    this.forget();
    events.removeEventListener("answer", this.listener);
  }
}
