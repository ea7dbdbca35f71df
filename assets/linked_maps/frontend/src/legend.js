// One legend for both maps: the meaning of each colour and its number of texts; a click selects them.

import { rove } from "./roving.js";
import { placeOnScale, valueText } from "./scale.js";
import { css, scaleGradient } from "./theme.js";

const integers = new Intl.NumberFormat("en");

export class Legend {
  /** @param {(code: number, add: boolean) => void} onPick code as in the colouring, -1 for grey */
  constructor(parent, onPick) {
    this.onPick = onPick;
    this.element = document.createElement("div");
    this.element.className = "legend";
    this.element.setAttribute("role", "group");
    this.open = false;
    this.more = textElement("button", "entry more", "");
    this.more.type = "button";
    this.more.addEventListener("click", () => {
      this.open = !this.open;
      this.#fold();
    });
    // One tab stop: with many labels a keyboard would hardly get past the legend.
    this.settle = rove(this.element, () => [...this.element.querySelectorAll(".entry:enabled:not(.more)")]);
    parent.append(this.element);
    new ResizeObserver(() => this.#fold()).observe(parent);
  }

  /**
   * @param {object} colouring as in the payload's header
   * @param {[number, number, number][]} vivid colours by class
   * @param {Uint32Array} counts texts by class
   */
  show(colouring, vivid, counts, theme) {
    this.element.setAttribute("aria-label", `Colours: ${colouring.title}`);
    const parts = [];
    if (colouring.kind === "numeric") parts.push(scale(colouring, theme));
    else colouring.labels.forEach((label, code) => parts.push(this.#entry(code, label, vivid[code + 1], counts[code + 1])));
    if (counts[0] > 0) parts.push(this.#entry(-1, colouring.grey, vivid[0], counts[0]));
    const entries = textElement("div", "entries", "");
    entries.append(...parts);
    const title = textElement("span", "legend-title", colouring.title);
    title.title = colouring.title;
    this.element.replaceChildren(title, entries, this.more);
    this.element.classList.toggle("with-scale", colouring.kind === "numeric");
    this.settle();
    this.#fold();
  }

  /** Say how many entries are out of sight, and show them while it is open. */
  #fold() {
    const entries = this.element.querySelector(".entries");
    if (!entries) return;
    this.element.classList.remove("open");
    this.more.hidden = true;
    if (entries.scrollHeight <= entries.clientHeight + 1) return;
    this.more.hidden = false; // it takes room, so it is shown before the entries are measured
    this.more.textContent = "and 00 more";
    const bottom = entries.getBoundingClientRect().bottom;
    const hidden = [...entries.children].filter((part) => part.getBoundingClientRect().bottom > bottom + 1).length;
    this.more.textContent = this.open ? "Show fewer" : `and ${integers.format(hidden)} more`;
    this.more.setAttribute("aria-expanded", this.open);
    if (!this.open) entries.scrollTop = 0;
    this.element.classList.toggle("open", this.open);
  }

  #entry(code, label, colour, count) {
    const entry = document.createElement("button");
    entry.type = "button";
    entry.className = "entry";
    entry.dataset.code = code;
    entry.disabled = count === 0;
    entry.title = `${label}: select ${integers.format(count)} ${count === 1 ? "text" : "texts"} (Shift adds)`;
    const swatch = textElement("span", "swatch", "");
    swatch.style.background = css(colour);
    entry.append(swatch, textElement("span", "entry-label", label), textElement("span", "count", integers.format(count)));
    entry.addEventListener("click", (event) => this.onPick(code, event.shiftKey));
    return entry;
  }
}

function scale(colouring, theme) {
  const element = document.createElement("span");
  element.className = "scale";
  const [low, high] = colouring.ends ?? [colouring.low, colouring.high].map((end) => valueText(colouring, end));
  const bar = textElement("span", "gradient", "");
  bar.style.background = scaleGradient(theme);
  const place = placeOnScale(colouring);
  for (const [value, label] of colouring.ticks) {
    const tick = textElement("span", "tick", label);
    tick.style.left = `${100 * place(value)}%`;
    bar.append(tick);
  }
  element.classList.toggle("with-ticks", colouring.ticks.length > 0);
  element.append(textElement("span", "end", low), bar, textElement("span", "end", high));
  if (colouring.outside) element.append(textElement("span", "outside", colouring.outside));
  return element;
}

function textElement(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** The label of a point's colour, for the tooltip. */
export function labelOf(colouring, values, point) {
  const value = values[point];
  if (colouring.kind !== "numeric") return value === 0 ? colouring.grey : colouring.labels[value - 1];
  if (Number.isNaN(value)) return colouring.grey;
  // Ends in words, such as "few" and "many", have no numbers between them.
  const wordless = colouring.ends && colouring.origin === null;
  return wordless ? colouring.title : `${colouring.title} ${valueText(colouring, value)}`;
}
