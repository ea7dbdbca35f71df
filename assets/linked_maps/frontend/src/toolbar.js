// Toolbar above the maps, with one line on what the mouse does and how many texts are selected.

import { toggles } from "./persistence.js";

const integers = new Intl.NumberFormat("en");

const HINTS = {
  pan: "Drag to move, scroll or pinch to zoom. Click a point, or Shift+drag around points, to select. Esc clears.",
  lasso: "Draw around points to select them in both maps. Shift adds, Esc clears.",
  box: "Drag a box over points to select them in both maps. Shift adds, Esc clears.",
};

const ICONS = {
  pan: `<path d="M8 1.5v13M1.5 8h13M8 1.5 6 3.5M8 1.5l2 2M8 14.5l-2-2M8 14.5l2-2M1.5 8l2-2M1.5 8l2 2M14.5 8l-2-2M14.5 8l-2 2"/>`,
  lasso: `<path d="M5.2 11.2C3 10.4 1.5 8.9 1.5 7 1.5 4.2 4.4 2 8 2s6.5 2.2 6.5 5-2.9 5-6.5 5c-.6 0-1.1 0-1.6-.1"/><circle cx="5" cy="11.5" r="1.6"/><path d="M4.5 13c.2.8 0 1.4-.8 1.8"/>`,
  box: `<rect x="2" y="3" width="12" height="10" rx="1" stroke-dasharray="2.5 1.8"/>`,
  clear: `<path d="M4 4l8 8M12 4l-8 8"/>`,
  reset: `<path d="M2 6V2h4M14 6V2h-4M2 10v4h4M14 10v4h-4"/>`,
  contours: `<path d="M8 1.8c3.6 0 6.2 2.4 6.2 6S11.8 14.2 8 14.2 1.8 11.5 1.8 8 4.4 1.8 8 1.8z"/><path d="M8.3 4.8c1.9 0 3.1 1.3 3.1 3S10.2 11 8.3 11 5 9.8 5 8s1.4-3.2 3.3-3.2z"/>`,
  doubtful: `<path d="M3 3l3.5 3.5M6.5 3 3 6.5M9.5 9.5 13 13M13 9.5 9.5 13"/><circle cx="11.5" cy="4.5" r="1.3"/><circle cx="4.5" cy="11.5" r="1.3"/>`,
};

const MODES = [
  { action: "pan", word: "Pan", tip: "Drag moves the map; Shift+drag selects" },
  { action: "lasso", word: "Lasso", tip: "Drag draws around points and selects them in both maps" },
  { action: "box", word: "Box", tip: "Drag opens a box and selects the points in it, in both maps" },
];
const ACTIONS = [
  { action: "clear", word: "Clear", tip: "Select nothing (Esc, or double click on an empty place)" },
  { action: "reset", word: "Reset view", tip: "Show all points again (key 0 on a map)" },
];
const TOGGLES = [
  { action: "contours", word: "Contours", tip: "Lines of equal density: where many texts stand close together" },
  {
    action: "doubtful",
    word: "Doubtful places",
    tip: "Mark with a cross each text that has fewer than 20 % of its true neighbours near it on this map: its place means little",
  },
];

export class Toolbar {
  /** @param {{clear, reset, mode(mode), toggle, morph(value)}} on callbacks; toggle: one of `toggles` has changed */
  constructor(parent, on) {
    this.on = on;
    this.mode = "pan";
    this.element = document.createElement("div");
    this.element.className = "bar";
    this.element.innerHTML = `<div class="tools" role="toolbar" aria-label="Map tools"></div><span class="hint"></span><span class="status" role="status"></span>`;
    this.tools = this.element.querySelector(".tools");
    this.hint = this.element.querySelector(".hint");
    this.status = this.element.querySelector(".status");
    this.buttons = {};
    this.#group(MODES, (action) => this.#setMode(action));
    this.#group(ACTIONS, (action) => on[action]());
    this.#group(TOGGLES, (action) => this.#toggle(action, !toggles[action]));
    this.#addSlider();
    parent.append(this.element);
    for (const { action } of TOGGLES) this.#toggle(action, toggles[action]);
    this.#setMode("pan");
    this.offer({ doubtful: false, morph: null });
  }

  #group(buttons, onClick) {
    const group = document.createElement("div");
    group.className = "group";
    for (const { action, word, tip } of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.action = action;
      button.title = tip;
      button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true">${ICONS[action]}</svg><span>${word}</span>`;
      button.addEventListener("click", () => onClick(action));
      this.buttons[action] = button;
      group.append(button);
    }
    this.tools.append(group);
  }

  #addSlider() {
    this.slider = document.createElement("label");
    this.slider.className = "morph";
    this.slider.innerHTML = `<span>Morph</span><input type="range" min="0" max="1" step="0.01" value="1" data-action="morph">`;
    this.input = this.slider.querySelector("input");
    this.input.addEventListener("input", () => this.on.morph(this.input.valueAsNumber));
    this.tools.append(this.slider);
  }

  #setMode(mode) {
    this.mode = mode;
    for (const { action } of MODES) this.buttons[action].setAttribute("aria-pressed", String(action === mode));
    this.hint.textContent = this.hint.title = HINTS[mode];
    this.on.mode(mode);
  }

  #toggle(action, pressed) {
    toggles[action] = pressed;
    this.buttons[action].setAttribute("aria-pressed", String(pressed));
    this.on.toggle();
  }

  /**
   * Offer only what these maps have.
   * @param {{doubtful: boolean, morph: [string, string] | null}} what morph: titles of the maps it goes between
   */
  offer({ doubtful, morph }) {
    this.buttons.doubtful.hidden = !doubtful;
    this.slider.hidden = morph === null;
    if (morph === null) return;
    const [from, to] = morph;
    this.slider.title = `Moves the points of the right map: left end, where they stand on “${from}”; right end, on “${to}”. Selected texts draw trails.`;
    this.input.setAttribute("aria-label", `Morph from ${from} to ${to}`);
  }

  setMorph(value) {
    this.input.value = value;
  }

  /** @param {{selected: number, all: number, lit: number, greyed: number}} counts */
  count({ selected, all, lit, greyed }) {
    const parts = [];
    if (selected > 0) parts.push(`${integers.format(selected)} of ${integers.format(all)} selected`);
    if (lit > 0) parts.push(`${integers.format(lit)} ${lit === 1 ? "hit" : "hits"} ringed`);
    if (greyed > 0) parts.push(`${integers.format(greyed)} filtered out`);
    this.status.textContent = parts.join(" · ");
    this.buttons.clear.disabled = selected === 0;
  }
}
