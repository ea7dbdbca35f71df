// The text under the pointer: requested once the pointer rests, shown when it arrives.

import { answers, askers, events } from "./bridge.js";

const REST = 70; // milliseconds without movement before a text is requested

export class Hover {
  /** @param {() => void} onAnswer called when a text has arrived */
  constructor(onAnswer) {
    this.onAnswer = onAnswer;
    this.listener = () => this.wanted !== null && onAnswer();
    events.addEventListener("answer", this.listener);
    this.wanted = null;
  }

  /** @returns {string | undefined} the text if it has arrived; otherwise it is requested */
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
