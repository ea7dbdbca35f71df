// The text under the pointer, beside its point and always inside the window.

import { isDoubtful } from "./point_flags.js";

const DISTANCE = 14;
const EDGE = 8;

export class Tooltip {
  constructor(parent) {
    this.element = document.createElement("div");
    this.element.className = "tooltip";
    this.element.setAttribute("role", "tooltip");
    this.element.innerHTML = `<div class="label"><span class="swatch"></span><span class="label-text"></span></div><div class="text"></div><div class="doubt"></div>`;
    // In the browser's top layer, no element around the component can clip it.
    this.element.popover = "manual";
    parent.append(this.element);
  }

  /**
   * @param {{text: string, label: string, colour: string, doubt: string, at: [number, number], map: DOMRect}} what
   *   text: an ellipsis until it has come; doubt: how far the place can be trusted, or empty; at: the point in the window;
   *   map: the map it is on
   */
  show({ text, label, colour, doubt, at: [x, y], map }) {
    this.element.querySelector(".text").textContent = text;
    this.element.querySelector(".doubt").textContent = doubt;
    this.element.querySelector(".label-text").textContent = label;
    this.element.querySelector(".swatch").style.background = colour;
    if (!this.element.matches(":popover-open")) this.element.showPopover();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    // On its own map where it fits, so that it does not cover the same point on the other.
    const fits = x + DISTANCE + width <= map.right || x - DISTANCE - width < map.left;
    const right = fits && x + DISTANCE + width + EDGE <= window.innerWidth;
    const below = y + DISTANCE + height + EDGE <= window.innerHeight;
    this.element.style.left = `${Math.max(EDGE, right ? x + DISTANCE : x - DISTANCE - width)}px`;
    this.element.style.top = `${Math.max(EDGE, below ? y + DISTANCE : y - DISTANCE - height)}px`;
  }

  hide() {
    if (this.element.matches(":popover-open")) this.element.hidePopover();
  }
}

/** How faithful the place of a point is, in words. */
export function doubtOf(kept, point) {
  if (kept === null) return "";
  const share = Math.round((kept[point] / 255) * 100);
  const near = `${share} % of its true neighbours are near on this map`;
  return isDoubtful(kept[point]) ? `${near}: its place means little.` : `${near}.`;
}
