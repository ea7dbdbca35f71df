// An empty element that brings the hover texts, as Streamlit calls it. Texts are by far the largest part of
// what the maps need, and an element whose data stay the same is not sent again, however often the maps are.

import { cleanup, instanceOf } from "./lifecycle.js";
import { textStore } from "./memory.js";
import { decodePayload, Texts } from "./payload.js";

export default function ({ data, parentElement }) {
  instanceOf(parentElement, () => new StoredTexts()).update(decodePayload(data));
  return cleanup(parentElement);
}

class StoredTexts {
  update({ header, blob }) {
    if (this.key === header.texts) return;
    this.destroy();
    this.key = header.texts;
    this.texts = new Texts(blob("text_bytes"), blob("text_offsets"));
    textStore.set(this.key, this.texts);
  }

  destroy() {
    // A newer element may have brought the same texts already.
    if (textStore.get(this.key) === this.texts) textStore.delete(this.key);
  }
}
