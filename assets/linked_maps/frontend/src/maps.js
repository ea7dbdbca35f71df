// The pair of maps: passes the data from Python to the panes, and links selection and hover.

import { PayloadState } from "./state.js";
import { showFailure } from "./failure.js";
import { Hover } from "./hover.js";
import { hitsAreRinged } from "./many_points.js";
import { Legend, labelOf } from "./legend.js";
import { css, readTheme } from "./theme.js";
import { isDoubtful } from "./point_flags.js";
import { cameras, seen, selections, toggles } from "./persistence.js";
import { hasWebGL } from "./painter.js";
import { Pane } from "./pane.js";
import { playNow, playOnce, stop } from "./play.js";
import { Room } from "./room.js";
import { encodeSelection, NOTHING, same, union } from "./selection.js";
import { events, places } from "./bridge.js";
import { Toolbar } from "./toolbar.js";
import { doubtOf, Tooltip } from "./tooltip.js";

const NARROW = 540; // pixels: with less, one map is shown at a time
const COMPACT = 860; // pixels: with less, the tools have no icons
const TIGHT = 720; // pixels: with less, what is selected is said over the maps
const BELOW = 40; // pixels that the page needs under the maps, where it says nothing else
const TOLD_MS = 2500;
const NO_WEBGL = "This browser has no WebGL, which the maps need.";

export class LinkedMaps {
  constructor(root) {
    this.root = root;
    this.panes = [];
    this.state = new PayloadState();
    this.selection = NOTHING;
    this.token = null;
    this.drawings = 0;
    this.toolbar = new Toolbar(root, {
      clear: () => this.#select(NOTHING),
      mode: (mode) => (root.dataset.mode = mode),
      toggle: () => this.#flag(),
      morph: (value) => this.#morph(value),
      play: () => this.#play(),
      side: (number) => this.#showSide(number),
    });
    this.row = document.createElement("div");
    this.row.className = "panes";
    root.append(this.row);
    this.legend = new Legend(root, (code, add) => this.#choose(this.state.members(code + 1), add));
    this.tooltip = new Tooltip(root);
    this.hover = new Hover(() => this.#showTooltip());
    this.resizes = new ResizeObserver(() => this.#layout());
    this.resizes.observe(root);
    this.room = new Room(root, () => this.#layout());
    this.onKey = (event) => this.#press(event);
    document.addEventListener("keydown", this.onKey);
    this.onPlaces = () => this.payload && this.#show();
    events.addEventListener("places", this.onPlaces);
    root.dataset.state = "drawing";
  }

  /**
   * Update the maps; Streamlit calls this after every rerun, even when nothing changed.
   * @param {{header: object, blob: Function}} payload
   * @param {(name: string, value: any) => void} setState sends a state to Python
   * @param {(name: string, value: any) => void} setTrigger sends an event, which holds for one rerun
   */
  update(payload, setState, setTrigger) {
    this.setState = setState;
    this.setTrigger = setTrigger;
    this.payload = payload;
    this.webgl ??= hasWebGL();
    if (this.webgl) this.#show();
    else this.#reportNoWebGL();
  }

  /** Report to Python that there is no WebGL; it then draws plainer maps below. */
  #reportNoWebGL() {
    this.root.classList.add("without-webgl");
    this.fail(NO_WEBGL);
    if (this.payload.header.plain) this.root.hidden = true;
    else this.setState("webgl", false);
  }

  #show() {
    const { header, blob } = this.payload;
    const delivered = places.get(header.places);
    if (delivered === undefined) return; // called again when the points have arrived
    const first = this.header === undefined;
    const theme = readTheme(this.root);
    const { select, blobs, ...rest } = header;
    const signature = JSON.stringify([rest, theme]);
    if (signature !== this.signature) {
      this.root.dataset.state = "drawing";
      this.row.querySelector(".failure")?.remove();
      this.theme = theme;
      this.#read(header, blob, first);
      this.#draw(delivered);
      this.signature = signature;
    }
    this.#selectFromPython(header, blob, first);
    this.#report();
    requestAnimationFrame(() => {
      if (this.signature !== signature || this.root.dataset.state !== "drawing") return;
      this.root.dataset.state = "drawn";
      this.root.dataset.drawings = ++this.drawings; // tests and benchmarks wait for the next one
    });
  }

  #read(header, blob, first) {
    if (this.header?.texts !== header.texts) {
      this.selection = NOTHING;
      const remembered = selections.get(header.key);
      if (first && remembered?.texts === header.texts) {
        this.selection = remembered.selection;
        this.token = remembered.token;
      }
    }
    const { state, theme } = this;
    if (state.read(header, blob, theme)) this.legend.show(header.colouring, state.colours.vivid, state.counts, theme);
    this.root.style.setProperty("color-scheme", this.theme.dark ? "dark" : "light");
    this.header = header;
    this.#layout();
  }

  #draw(delivered) {
    const { header } = this;
    const fresh = this.panes.length !== delivered.length;
    this.#dropPanes(delivered.length);
    delivered.forEach((_, number) => (this.panes[number] ??= this.#newPane(number)));
    this.#layout();
    this.#unhover();
    const replaced = this.panes.at(-1).places?.key !== delivered.at(-1).key;
    this.panes.forEach((pane, number) => {
      const from = number === 1 ? delivered[0].coordinates : null;
      if (pane.places?.key !== delivered[number].key) this.#rememberCamera(pane);
      pane.show({
        places: delivered[number],
        from,
        classes: this.state.classes,
        colours: this.state.colours,
        theme: this.theme,
        view: cameras.get(delivered[number].key),
      });
      pane.describe({ ...header.panes[number], renames: header.renames ?? false });
    });
    this.toolbar.offer({ doubtful: delivered.map(countDoubtful), titles: header.panes.map((pane) => pane.title) });
    this.#showSide(seen.side);
    if (fresh || replaced) this.#morph(1);
    this.#flag();
    if (delivered.length < 2) return;
    const { key } = delivered[0];
    if (replaced && playOnce(this.panes[1], key)) this.root.dataset.played = key; // tests look for it
  }

  #newPane(number) {
    return new Pane({
      number,
      on: {
        mode: () => this.toolbar.mode,
        hover: (source, point) => this.#hover(source, point),
        open: (point, add) => this.#open(point, add),
        select: (texts, add) => this.#choose(texts, add),
        cluster: (source, name, add) => this.#choose(source.members(name), add),
        rename: (source, name) => this.#rename(source, name),
        scroll: () => this.#tellOfZoom(),
        view: () => this.#cameraMoved(),
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

  #morph(value) {
    this.#unhover();
    if (this.panes[1]) stop(this.panes[1]);
    this.#setMorph(value);
  }

  #setMorph(value) {
    this.panes[1]?.setMorph(value);
    this.toolbar.setMorph(value);
    this.root.dataset.morph = value;
  }

  // --- selection

  #selectFromPython({ select }, blob, first) {
    if (select && select.token !== this.token) {
      this.token = select.token;
      this.opened = undefined;
      this.#highlight(blob("select"));
    } else if (first && !same(this.selection, select ? blob("select") : NOTHING)) {
      // The selection from before a page switch: Python has none, or an older one.
      this.#sendSelection();
    }
  }

  #choose(texts, add) {
    this.#select(add ? union(this.selection, texts) : texts);
  }

  /** A point was clicked: select it and open its text; of several selected texts, open one and keep the others. */
  #open(point, add) {
    if (!this.header.opens) return this.#choose(Uint32Array.of(point), add);
    const chosen = this.state.passing(this.selection);
    if (add) this.#highlight(union(this.selection, [point]));
    else if (chosen.length < 2 || !chosen.includes(point)) this.#highlight(Uint32Array.of(point));
    this.clicks = (this.clicks ?? Date.now()) + 1; // the same point may be opened again
    this.opened = { point, click: this.clicks };
    this.#sendSoon();
  }

  /** Ask the page for a new name of a cluster. */
  #rename(source, { level, code }) {
    if (!this.header.renames || level > 0) return;
    this.setTrigger("renamed", { texts: this.header.texts, pane: this.panes.indexOf(source), code });
  }

  /** Select texts in response to a person. */
  #select(selection) {
    if (same(selection, this.selection)) return;
    this.opened = undefined;
    this.#highlight(selection);
    this.#sendSoon();
  }

  /** After the next frame, so that the highlight is drawn first. */
  #sendSoon() {
    clearTimeout(this.sending);
    this.sending = setTimeout(() => this.#sendSelection(), 30);
  }

  #highlight(selection) {
    this.selection = selection;
    this.#flag();
    selections.set(this.header.key, { texts: this.header.texts, token: this.token, selection });
    this.#report();
  }

  #flag() {
    const { lit, shown } = this.state;
    const selection = this.state.passing(this.selection);
    for (const pane of this.panes) pane.flag({ selection, lit, shown, ...toggles });
  }

  #sendSelection() {
    const { texts, n } = this.header;
    const selected = encodeSelection(this.selection, n);
    this.setState("selection", { texts, token: this.token, ...selected, ...(this.opened && { opened: this.opened }) });
  }

  #press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    // A key in a text field or an open menu elsewhere on the page does not concern the maps.
    const focused = document.activeElement;
    const ours = focused === null || focused === document.body || focused === this.root.getRootNode().host;
    if (event.key === "Escape" && this.selection.length && (ours || this.root.matches(":hover"))) this.#select(NOTHING);
    if (event.key.toLowerCase() === "m" && ours && this.panes.length > 1) this.#play();
  }

  #play() {
    if (this.panes.length < 2) return;
    this.#unhover();
    this.#showSide(1);
    playNow(this.panes[1], (value) => this.#setMorph(value));
  }

  /** Show one of two maps where there is no room for both. */
  #showSide(number) {
    seen.side = number;
    this.root.dataset.side = number;
    this.toolbar.setSide(number);
    this.#unhover();
  }

  /** Say once that the wheel scrolls the page. */
  #tellOfZoom() {
    if (seen.told) return;
    seen.told = true;
    const told = document.createElement("div");
    told.className = "told";
    told.setAttribute("role", "status");
    told.textContent = `${/Mac/.test(navigator.platform) ? "⌘" : "Ctrl"} + wheel zooms the map`;
    this.row.append(told);
    setTimeout(() => told.remove(), TOLD_MS);
  }

  // --- hover

  #hover(source, point) {
    if (point === this.hovered?.point || (point < 0 && !this.hovered)) return;
    this.hovered = point < 0 ? null : { source, point };
    for (const pane of this.panes) pane.mark(point);
    if (this.hovered) return this.#showTooltip();
    this.hover.forget();
    this.tooltip.hide();
  }

  #unhover() {
    this.#hover(null, -1);
  }

  #showTooltip() {
    if (!this.hovered) return;
    const { source, point } = this.hovered;
    const box = source.stage.getBoundingClientRect();
    const [x, y] = source.screenPosition(point);
    this.tooltip.show({
      text: this.hover.text(this.header.texts, point) ?? "…",
      label: labelOf(this.header.colouring, this.state.values, point),
      colour: css(this.state.colours.vivid[this.state.classes[point]]),
      doubt: toggles.doubtful ? doubtOf(source.places.kept, point) : "",
      at: [box.left + x, box.top + y],
      map: box,
    });
  }

  // --- layout

  #layout() {
    const { root, header } = this;
    const narrow = root.clientWidth < NARROW;
    root.classList.toggle("narrow", narrow);
    root.classList.toggle("compact", root.clientWidth < COMPACT);
    this.toolbar.putLine(root.clientWidth < TIGHT ? this.row : null);
    root.classList.toggle("single", narrow && this.panes.length > 1);
    if (!header) return;
    for (const pane of this.panes) pane.fit(); // a window may go to a denser screen and keep its size
    const height = header.height ?? this.room.height(header.below ?? BELOW, narrow);
    if (height === this.height) return;
    this.height = height;
    root.style.setProperty("--height", `${height}px`);
  }

  #cameraMoved() {
    const camera = JSON.stringify(this.panes.map((pane) => pane.cameraState));
    if (camera === this.root.dataset.camera) return; // the camera did not move, so the hovered point did not, either
    this.root.dataset.camera = camera;
    this.#unhover();
  }

  /** Show the counts in the toolbar, and set attributes for tests. */
  #report() {
    const { header } = this;
    const [selected, lit] = [this.state.passing(this.selection).length, this.state.lit.length];
    const greyed = header.shown?.greyed ?? 0;
    this.toolbar.count({ selected, all: header.n, lit, ringed: hitsAreRinged(header.n, lit), greyed });
    const colouring = header.colouring.title;
    const panes = this.panes.length;
    Object.assign(this.root.dataset, { points: header.n, panes, selected, lit, filtered: greyed, colouring });
  }

  fail(sentence) {
    this.root.dataset.state = "failed";
    this.signature = undefined; // draw the next payload in any case
    showFailure(this.row, sentence);
  }

  destroy() {
    clearTimeout(this.sending);
    document.removeEventListener("keydown", this.onKey);
    events.removeEventListener("places", this.onPlaces);
    this.resizes.disconnect();
    this.room.destroy();
    this.hover.destroy();
    this.tooltip.hide();
    this.#dropPanes(0);
    this.root.remove();
  }
}

function countDoubtful({ kept }) {
  return kept === null ? null : kept.reduce((count, share) => count + isDoubtful(share), 0);
}
