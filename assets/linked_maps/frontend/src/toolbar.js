// Toolbar above the maps: tools, what the pointer does or how many texts are selected, the morph, and which map is
// shown where there is room for one.

import { icon } from "./icons.js";
import { toggles } from "./persistence.js";
import { coarse } from "./room.js";

const integers = new Intl.NumberFormat("en");

const HINTS = {
  pan: "Click or Shift+drag to select",
  lasso: "Draw around points to select them in both maps. Shift adds, Esc clears.",
  box: "Drag a box over points to select them in both maps. Shift adds, Esc clears.",
};
const TOUCH_HINTS = {
  pan: "Tap to select · two fingers zoom",
  lasso: "Draw around points to select them.",
  box: "Drag a box over points to select them.",
};

const MODES = [
  { action: "pan", word: "Move", tip: "Drag moves the map; Shift+drag selects" },
  { action: "lasso", word: "Lasso", tip: "Drag draws around points and selects them in both maps" },
  { action: "box", word: "Box", tip: "Drag opens a box and selects the points in it, in both maps" },
];
const TOGGLES = [
  { action: "contours", word: "Contours", tip: "Lines of equal density: where many texts stand close together" },
  { action: "doubtful", word: "Doubtful places", tip: "" },
];
const DOUBTFUL_TIP =
  "Mark with a cross each text that has fewer than 20 % of its true neighbours near it on this map: its place means little";

export class Toolbar {
  /** @param {{clear, mode(mode), toggle, morph(value), play, side(number)}} on callbacks; toggle: one of `toggles` changed */
  constructor(parent, on) {
    this.on = on;
    this.mode = "pan";
    this.buttons = {};
    this.element = document.createElement("div");
    this.element.className = "bar";
    this.element.innerHTML = `<div class="tools" role="toolbar" aria-label="Map tools"></div><div class="line"><span class="hint"></span><span class="status" role="status"></span></div>`;
    this.tools = this.element.querySelector(".tools");
    this.hint = this.element.querySelector(".hint");
    this.status = this.element.querySelector(".status");
    this.tools.append(this.#group(MODES, (action) => this.#setMode(action)));
    this.tools.append(this.#group(TOGGLES, (action) => this.#toggle(action, !toggles[action])));
    const clear = { action: "clear", word: "Clear", tip: "Select nothing (Esc)" };
    this.line = this.element.querySelector(".line");
    this.line.append(this.#group([clear], () => on.clear()));
    this.#addMorph();
    this.#addSides();
    parent.append(this.element);
    for (const { action } of TOGGLES) this.#toggle(action, toggles[action]);
    this.#setMode("pan");
    this.count({ selected: 0, all: 0, lit: 0, ringed: true, greyed: 0 });
    this.offer({ doubtful: [], titles: [] });
  }

  #group(buttons, onClick) {
    const group = document.createElement("div");
    group.className = "group";
    for (const { action, word, tip } of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.action = action;
      button.title = tip;
      button.innerHTML = `${icon(action)}<span>${word}</span>`;
      button.addEventListener("click", () => onClick(action));
      this.buttons[action] = button;
      group.append(button);
    }
    return group;
  }

  #addMorph() {
    this.morph = document.createElement("div");
    this.morph.className = "morph";
    this.morph.append(this.#group([{ action: "play", word: "Morph", tip: "" }], () => this.on.play()));
    this.input = document.createElement("input");
    Object.assign(this.input, { type: "range", min: 0, max: 1, step: 0.01, value: 1 });
    this.input.dataset.action = "morph";
    this.input.addEventListener("input", () => this.on.morph(this.input.valueAsNumber));
    this.morph.append(this.input);
    this.element.append(this.morph);
  }

  #addSides() {
    this.sides = document.createElement("div");
    this.sides.className = "group sides";
    this.sides.setAttribute("role", "group");
    this.sides.setAttribute("aria-label", "Map shown");
    for (const number of [0, 1]) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.action = `side-${number}`;
      button.addEventListener("click", () => this.on.side(number));
      this.sides.append(button);
    }
    this.element.append(this.sides);
  }

  #setMode(mode) {
    this.mode = mode;
    for (const { action } of MODES) this.buttons[action].setAttribute("aria-pressed", String(action === mode));
    this.hint.textContent = this.hint.title = (coarse() ? TOUCH_HINTS : HINTS)[mode];
    this.on.mode(mode);
  }

  #toggle(action, pressed) {
    toggles[action] = pressed;
    this.buttons[action].setAttribute("aria-pressed", String(pressed));
    this.on.toggle();
  }

  /**
   * Offer only what these maps have.
   * @param {{doubtful: (number | null)[], titles: string[]}} what doubtful: number of doubtful places on each map, null
   *   where they are not measured
   */
  offer({ doubtful, titles }) {
    const counts = doubtful.map((count) => (count === null ? "?" : integers.format(count)));
    this.buttons.doubtful.hidden = doubtful.every((count) => count === null);
    this.buttons.doubtful.querySelector("span").innerHTML = `Doubtful<i> places</i> (${counts.join(" | ")})`;
    const where = titles.map((title, number) => `${counts[number]} on “${title}”`).join(", ");
    this.buttons.doubtful.title = `${DOUBTFUL_TIP}. ${where}.`;
    const pair = titles.length > 1;
    this.morph.hidden = this.sides.hidden = !pair;
    if (!pair) return;
    const [from, to] = titles;
    const tip = `Moves the points of the right map from where they stand on “${from}” to their places on “${to}”`;
    this.buttons.play.title = `${tip} (key M)`;
    this.input.title = `${tip}. Selected texts draw trails.`;
    this.input.setAttribute("aria-label", `Morph from ${from} to ${to}`);
    [...this.sides.children].forEach((button, number) => (button.textContent = button.title = titles[number]));
  }

  /** Put what is selected into the toolbar, or over the maps, where the toolbar has no room. */
  putLine(over) {
    const parent = over ?? this.element;
    if (this.line.parentElement === parent) return;
    parent.append(this.line);
    this.line.classList.toggle("over", over !== null);
  }

  setMorph(value) {
    this.input.value = value;
  }

  setSide(number) {
    [...this.sides.children].forEach((button, each) => button.setAttribute("aria-pressed", String(each === number)));
  }

  /** @param {{selected: number, all: number, lit: number, ringed: boolean, greyed: number}} counts ringed: whether hits are */
  count({ selected, all, lit, ringed, greyed }) {
    const parts = [];
    if (selected > 0) parts.push(`${integers.format(selected)} of ${integers.format(all)} selected`);
    if (lit > 0) parts.push(`${integers.format(lit)} ${lit === 1 ? "hit" : "hits"} ${ringed ? "ringed" : "in colour"}`);
    if (greyed > 0) parts.push(`${integers.format(greyed)} filtered out`);
    this.status.textContent = parts.join(" · ");
    this.buttons.clear.parentElement.hidden = selected === 0;
    this.line.classList.toggle("counted", parts.length > 0);
  }
}
