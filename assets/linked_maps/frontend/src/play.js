// The morph that plays without a click.

import { morphed } from "./persistence.js";

const MORPH_MS = 600;

/**
 * Animate the points of a reshaped map from their generic places, the first time that both maps are shown.
 * @param {Pane} pane the reshaped map
 * @param {string} key of the generic map's points
 */
export function playMorph(pane, key) {
  if (morphed.has(key)) return;
  morphed.set(key, true);
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  pane.element.classList.add("morphing");
  pane.setMorph(0);
  const begin = performance.now();
  const step = () => {
    if (!pane.element.isConnected || !pane.element.classList.contains("morphing")) return;
    const way = Math.min(1, (performance.now() - begin) / MORPH_MS);
    pane.setMorph(way < 0.5 ? 4 * way ** 3 : 1 - (2 - 2 * way) ** 3 / 2);
    if (way < 1) requestAnimationFrame(step);
    else pane.element.classList.remove("morphing");
  };
  requestAnimationFrame(step);
}
