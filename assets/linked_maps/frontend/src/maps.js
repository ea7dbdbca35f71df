// The pair of maps: what arrives from Python goes to the panes; selection and hover are linked here.

import { isDoubtful } from "./flags.js";
import { Hover } from "./hover.js";
import { Legend, labelOf } from "./legend.js";
import { classColours, classesOf, css, readTheme } from "./look.js";
import { cameras, morphed, selections } from "./memory.js";
import { hasWebGL } from "./painter.js";
import { Pane } from "./pane.js";
import { encodeSelection, NOTHING, same, union } from "./selection.js";
import { events, places } from "./shared.js";
import { Toolbar } from "./toolbar.js";
import { Tooltip } from "./tooltip.js";

const STACK_BELOW = 700;
const MORPH_MS = 600;
const NO_WEBGL = "This browser has no WebGL, which the maps are drawn with.";

export class LinkedMaps {
  constructor(root) {
    this.root = root;
    this.panes = [];
    this.selection = this.lit = NOTHING;
    this.shown = null;
    this.token = null;
    this.drawings = 0;
    this.toolbar = new Toolbar(root, {
      clear: () => this.#select(NOTHING),
      reset: () => this.panes.forEach((pane) => pane.goHome()),
      mode: (mode) => (root.dataset.mode = mode),
      toggle: (action, on) => this.#toggle(action, on),
      morph: (value) => this.#morph(value),
    });
    this.row = document.createElement("div");
    this.row.className = "panes";
    root.append(this.row);
    this.legend = new Legend(root, (code, add) => this.#selectClass(code + 1, add));
    this.tooltip = new Tooltip(root);
    this.hover = new Hover(() => this.#tip());
    this.resizes = new ResizeObserver(() => this.#layout());
    this.resizes.observe(root);
    this.onKey = (event) => this.#escape(event);
    document.addEventListener("keydown", this.onKey);
    this.onPlaces = () => this.payload && this.#show();
    events.addEventListener("places", this.onPlaces);
    root.dataset.state = "drawing";
  }

  /**
   * What Streamlit calls after every rerun, whether or not anything changed.
   * @param {{header: object, blob: Function}} payload
   * @param {(name: string, value: any) => void} setState sends a state to Python
   */
  update(payload, setState) {
    this.setState = setState;
    this.payload = payload;
    this.webgl ??= hasWebGL();
    if (this.webgl) this.#show();
    else this.#giveUp();
  }

  /** Python then draws something plainer below. */
  #giveUp() {
    this.root.classList.add("without-webgl");
    this.fail(NO_WEBGL);
    if (this.payload.header.plain) this.root.hidden = true;
    else this.setState("webgl", false);
  }

  #show() {
    const { header, blob } = this.payload;
    const held = places.get(header.places);
    if (held === undefined) return; // called again when they have come
    const first = this.header === undefined;
    const theme = readTheme(this.root);
    const { select, ...content } = header;
    const signature = JSON.stringify([content, theme]);
    if (signature !== this.signature) {
      this.root.dataset.state = "drawing";
      this.row.querySelector(".failure")?.remove();
      this.theme = theme;
      this.#read(header, blob, first);
      this.#draw(held);
      this.signature = signature;
    }
    this.#selectFromPython(header, blob, first);
    this.#announce();
    requestAnimationFrame(() => {
      if (this.signature !== signature || this.root.dataset.state !== "drawing") return;
      this.root.dataset.state = "drawn";
      this.root.dataset.drawings = ++this.drawings; // tests and benchmarks wait for the next one
    });
  }

  /** Take over what changed; what did not keeps its arrays. */
  #read(header, blob, first) {
    const before = this.header;
    if (before?.texts !== header.texts) {
      this.selection = NOTHING;
      const remembered = selections.get(header.key);
      if (first && remembered?.texts === header.texts) {
        this.selection = remembered.selection;
        this.token = remembered.token;
      }
    }
    if (before?.colouring.key !== header.colouring.key) {
      this.values = blob("values");
      this.classes = classesOf(header.colouring, this.values);
    }
    if (before?.shown?.key !== header.shown?.key) this.shown = header.shown ? blob("shown") : null;
    if (before?.lit?.key !== header.lit?.key) this.lit = header.lit ? blob("lit") : NOTHING;
    const look = JSON.stringify([header.colouring, this.theme]);
    if (look !== this.look) {
      this.look = look;
      this.colours = classColours(header.colouring, this.theme);
      const counts = new Uint32Array(this.colours.vivid.length);
      for (const value of this.classes) counts[value]++;
      this.legend.show(header.colouring, this.colours.vivid, counts, this.theme);
    }
    this.root.style.setProperty("--height", `${header.height}px`);
    this.root.style.setProperty("color-scheme", this.theme.dark ? "dark" : "light");
    this.header = header;
  }

  #draw(held) {
    const { header } = this;
    const fresh = this.panes.length !== held.length;
    this.#dropPanes(held.length);
    held.forEach((_, number) => (this.panes[number] ??= this.#newPane(number)));
    this.#layout();
    this.#unhover();
    const turned = this.panes.at(-1).places?.key !== held.at(-1).key;
    this.panes.forEach((pane, number) => {
      const from = number === 1 ? held[0].coordinates : null;
      if (pane.places?.key !== held[number].key) this.#rememberCamera(pane);
      pane.show({
        places: held[number],
        from,
        classes: this.classes,
        colours: this.colours,
        theme: this.theme,
        view: cameras.get(held[number].key),
      });
      const { title, names, marks } = header.panes[number];
      pane.describe(title, names, marks);
    });
    this.toolbar.offer({
      doubtful: held.some((pane) => pane.kept !== null),
      morph: held.length > 1 ? header.panes.map((pane) => pane.title) : null,
    });
    if (fresh || turned) this.#morph(1);
    this.#flag();
    if (turned) this.#playMorph(held);
  }

  /** The first time a reshaped map stands beside its generic one, its points go there before one's eyes. */
  #playMorph(held) {
    if (held.length < 2 || morphed.has(held[0].key)) return;
    morphed.set(held[0].key, true);
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const pane = this.panes[1];
    pane.element.classList.add("morphing");
    pane.setMorph(0);
    const begin = performance.now();
    const step = () => {
      if (this.panes[1] !== pane || !pane.element.classList.contains("morphing")) return;
      const way = Math.min(1, (performance.now() - begin) / MORPH_MS);
      pane.setMorph(way < 0.5 ? 4 * way ** 3 : 1 - (2 - 2 * way) ** 3 / 2);
      if (way < 1) requestAnimationFrame(step);
      else pane.element.classList.remove("morphing");
    };
    requestAnimationFrame(step);
  }

  #newPane(number) {
    return new Pane({
      number,
      on: {
        mode: () => this.toolbar.mode,
        hover: (source, point) => this.#hover(source, point),
        select: (indices, add) => this.#select(add ? union(this.selection, indices) : indices),
        clear: () => this.#select(NOTHING),
        view: () => this.#viewed(),
      },
      parent: this.row,
    });
  }

  #dropPanes(keep) {
    for (const pane of this.panes.splice(keep)) {
      this.#rememberCamera(pane);
      pane.destroy();
    }
  }

  #rememberCamera(pane) {
    if (pane.places) cameras.set(pane.places.key, pane.camera.view);
  }

  // --- tools

  #toggle(action, on) {
    this[action] = on;
    if (on) this.root.dataset[action] = "on";
    else delete this.root.dataset[action];
    if (action === "doubtful") this.#flag();
    else for (const pane of this.panes) pane.showContours(on);
  }

  #morph(value) {
    this.#unhover();
    this.panes[1]?.element.classList.remove("morphing");
    this.panes[1]?.setMorph(value);
    this.toolbar.setMorph(value);
    this.root.dataset.morph = value;
  }

  // --- selection

  #selectFromPython({ select }, blob, first) {
    if (select && select.token !== this.token) {
      this.token = select.token;
      this.#highlight(blob("select"));
    } else if (first && this.selection.length > 0) {
      // Remembered from before a page switch; Python has forgotten it.
      this.#tell();
    }
  }

  #selectClass(value, add) {
    const members = [];
    this.classes.forEach((other, i) => other === value && this.shown?.[i] !== 0 && members.push(i));
    this.#select(add ? union(this.selection, members) : Uint32Array.from(members));
  }

  /** A selection made by a person. */
  #select(selection) {
    if (same(selection, this.selection)) return;
    this.#highlight(selection);
    // After the next frame: what the eye waits for comes first.
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.#tell(), 30);
  }

  #highlight(selection) {
    this.selection = selection;
    this.#flag();
    selections.set(this.header.key, { texts: this.header.texts, token: this.token, selection });
    this.#announce();
  }

  #flag() {
    const { selection, lit, shown } = this;
    for (const pane of this.panes) pane.flag({ selection, lit, shown, doubt: this.doubtful === true });
  }

  #tell() {
    const { texts } = this.header;
    this.setState("selection", { texts, token: this.token, indices: encodeSelection(this.selection) });
  }

  #escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented || this.selection.length === 0) return;
    // Escape in a text field or an open menu elsewhere on the page is not meant for the maps.
    const focused = document.activeElement;
    const ours = focused === null || focused === document.body || focused === this.root.getRootNode().host;
    if (ours || this.root.matches(":hover")) this.#select(NOTHING);
  }

  // --- hover

  #hover(source, point) {
    if (point === this.hovered?.point || (point < 0 && !this.hovered)) return;
    this.hovered = point < 0 ? null : { source, point };
    for (const pane of this.panes) pane.mark(point);
    if (this.hovered) return this.#tip();
    this.hover.forget();
    this.tooltip.hide();
  }

  #unhover() {
    this.#hover(null, -1);
  }

  #tip() {
    if (!this.hovered) return;
    const { source, point } = this.hovered;
    const box = source.stage.getBoundingClientRect();
    const [x, y] = source.screenPosition(point);
    this.tooltip.show({
      text: this.hover.text(this.header.texts, point) ?? "…",
      label: labelOf(this.header.colouring, this.values, point),
      colour: css(this.colours.vivid[this.classes[point]]),
      doubt: this.doubtful ? doubtOf(source.places.kept, point) : "",
      x: box.left + x,
      y: box.top + y,
      map: box,
    });
  }

  // --- layout and state

  #layout() {
    const narrow = this.root.clientWidth < STACK_BELOW;
    this.root.classList.toggle("narrow", narrow);
    this.root.classList.toggle("stacked", narrow && this.panes.length > 1);
  }

  #viewed() {
    this.root.dataset.camera = JSON.stringify(this.panes.map((pane) => pane.cameraState));
    this.#unhover();
  }

  /** For people, the toolbar; for tests, attributes. */
  #announce() {
    const { header } = this;
    const greyed = header.shown?.greyed ?? 0;
    this.toolbar.count({ selected: this.selection.length, all: header.n, lit: this.lit.length, greyed });
    Object.assign(this.root.dataset, {
      points: header.n,
      panes: this.panes.length,
      selected: this.selection.length,
      lit: this.lit.length,
      filtered: greyed,
      colouring: header.colouring.title,
    });
  }

  fail(sentence) {
    this.root.dataset.state = "failed";
    let message = this.row.querySelector(".failure");
    if (!message) {
      message = document.createElement("p");
      message.className = "failure";
      message.setAttribute("role", "alert");
      this.row.prepend(message);
    }
    message.textContent = sentence;
  }

  destroy() {
    clearTimeout(this.telling);
    document.removeEventListener("keydown", this.onKey);
    events.removeEventListener("places", this.onPlaces);
    this.resizes.disconnect();
    this.hover.destroy();
    this.tooltip.hide();
    this.#dropPanes(0);
    this.root.remove();
  }
}

/** How far the place of a point can be trusted, in words. */
function doubtOf(kept, point) {
  if (kept === null) return "";
  const share = Math.round((kept[point] / 255) * 100);
  const near = `${share} % of its true neighbours are near on this map`;
  return isDoubtful(kept[point]) ? `${near}: its place says little.` : `${near}.`;
}
