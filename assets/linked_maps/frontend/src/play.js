// The morph that plays by itself, once, and when asked.

import { morphed } from "./persistence.js";

const MORPH_MS = 600;
const HOLD_MS = 350; // on the left map's places, when asked: long enough to see where the points begin

function still() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * Animate the points of the right map from their places on the left one, once for each key.
 * @param {Pane} pane the right map
 * @param {string} key of the left map's points
 * @returns {boolean} whether it plays
 */
export function playOnce(pane, key) {
  if (morphed.has(key)) return false;
  morphed.set(key, true);
  if (still()) return false;
  play(pane, 0, (way) => pane.setMorph(way));
  return true;
}

/** Play the morph because someone asked; with reduced motion, jump to the other end. */
export function playNow(pane, setMorph) {
  if (still()) return setMorph(pane.morph < 1 ? 1 : 0);
  play(pane, HOLD_MS, setMorph);
}

function play(pane, hold, setMorph) {
  const { classList } = pane.element;
  classList.add("morphing");
  pane.playing = {}; // a later play replaces this one
  const { playing } = pane;
  setMorph(0);
  const begin = performance.now() + hold;
  const step = () => {
    if (!pane.element.isConnected || pane.playing !== playing) return;
    const way = Math.min(1, Math.max(0, performance.now() - begin) / MORPH_MS);
    setMorph(way < 0.5 ? 4 * way ** 3 : 1 - (2 - 2 * way) ** 3 / 2);
    if (way < 1) return requestAnimationFrame(step);
    stop(pane);
  };
  requestAnimationFrame(step);
}

/** Stop a morph that plays. */
export function stop(pane) {
  pane.playing = null;
  pane.element.classList.remove("morphing");
}
