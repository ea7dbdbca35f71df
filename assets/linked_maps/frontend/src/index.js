// Streamlit component that draws the maps.

import { cleanup, instanceOf } from "./lifecycle.js";
import { LinkedMaps } from "./maps.js";
import { decodePayload } from "./payload.js";
import { STYLES } from "./styles.js";

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const maps = instanceOf(parentElement, () => createMaps(parentElement));
  try {
    maps.update(decodePayload(data), setStateValue, setTriggerValue);
  } catch (error) {
    console.error(error);
    maps.fail(error.message);
  }
  return cleanup(parentElement);
}

function createMaps(parentElement) {
  const style = document.createElement("style");
  style.textContent = STYLES;
  const root = document.createElement("div");
  root.className = "linked-maps";
  root.dataset.testid = "linked-maps";
  // The placeholder that reserved the height until this script had loaded.
  parentElement.querySelector(".linked-maps-reserve")?.remove();
  parentElement.append(style, root);
  return new LinkedMaps(root);
}
