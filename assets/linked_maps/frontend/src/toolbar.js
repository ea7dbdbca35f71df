// The line above the maps: what the mouse does now, how many texts are selected, and the tools.

const integers = new Intl.NumberFormat("en");

const HINTS = {
  pan: "Drag to move, scroll to zoom. Click a point, or Shift+drag around points, to select.",
  lasso: "Draw around points to select them. Shift adds, Esc clears.",
  box: "Drag a box over points to select them. Shift adds, Esc clears.",
};

const ICONS = {
  pan: `<path d="M8 1.5v13M1.5 8h13M8 1.5 6 3.5M8 1.5l2 2M8 14.5l-2-2M8 14.5l2-2M1.5 8l2-2M1.5 8l2 2M14.5 8l-2-2M14.5 8l-2 2"/>`,
  lasso: `<path d="M5.2 11.2C3 10.4 1.5 8.9 1.5 7 1.5 4.2 4.4 2 8 2s6.5 2.2 6.5 5-2.9 5-6.5 5c-.6 0-1.1 0-1.6-.1"/><circle cx="5" cy="11.5" r="1.6"/><path d="M4.5 13c.2.8 0 1.4-.8 1.8"/>`,
  box: `<rect x="2" y="3" width="12" height="10" rx="1" stroke-dasharray="2.5 1.8"/>`,
  clear: `<path d="M4 4l8 8M12 4l-8 8"/>`,
  reset: `<path d="M2 6V2h4M14 6V2h-4M2 10v4h4M14 10v4h-4"/>`,
};

const BUTTONS = [
  { action: "pan", word: "Pan", tip: "Drag moves the map; Shift+drag selects" },
  { action: "lasso", word: "Lasso", tip: "Drag draws around points and selects them in both maps" },
  { action: "box", word: "Box", tip: "Drag opens a box and selects the points in it, in both maps" },
  { action: "clear", word: "Clear", tip: "Select nothing (Esc, or double click on an empty place)" },
  { action: "reset", word: "Reset view", tip: "Show all points again" },
];
const MODES = ["pan", "lasso", "box"];

export class Toolbar {
  /** @param {{clear: () => void, reset: () => void, mode: (mode: string) => void}} on */
  constructor(parent, on) {
    this.on = on;
    this.mode = "pan";
    this.element = document.createElement("div");
    this.element.className = "bar";
    this.element.innerHTML = `<span class="hint"></span><span class="status" role="status"></span><div class="tools" role="toolbar" aria-label="Map tools"></div>`;
    this.hint = this.element.querySelector(".hint");
    this.status = this.element.querySelector(".status");
    this.buttons = Object.fromEntries(BUTTONS.map((button) => [button.action, this.#button(button)]));
    this.element.querySelector(".tools").append(
      group(MODES.map((mode) => this.buttons[mode])),
      group([this.buttons.clear, this.buttons.reset]),
    );
    parent.append(this.element);
    this.#setMode("pan");
    this.count(0, 0);
  }

  #button({ action, word, tip }) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.action = action;
    button.title = tip;
    button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true">${ICONS[action]}</svg><span>${word}</span>`;
    button.addEventListener("click", () => (MODES.includes(action) ? this.#setMode(action) : this.on[action]()));
    return button;
  }

  #setMode(mode) {
    this.mode = mode;
    for (const name of MODES) this.buttons[name].setAttribute("aria-pressed", String(name === mode));
    this.hint.textContent = HINTS[mode];
    this.hint.title = HINTS[mode];
    this.on.mode(mode);
  }

  count(selected, all) {
    this.status.textContent = selected > 0 ? `${integers.format(selected)} of ${integers.format(all)} selected` : "";
    this.buttons.clear.disabled = selected === 0;
  }
}

function group(buttons) {
  const element = document.createElement("div");
  element.className = "group";
  element.append(...buttons);
  return element;
}
