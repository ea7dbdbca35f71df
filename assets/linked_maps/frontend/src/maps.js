// The pair of maps: what arrives from Python goes to the panes; selection and hover are linked here.

import { createRenderer, createSpatialIndex } from "regl-scatterplot";
import { Legend, labelOf } from "./legend.js";
import { classColours, classesOf, css, readTheme } from "./look.js";
import { cameras, morphed, selections, textStore } from "./memory.js";
import { Pane } from "./pane.js";
import { encodeSelection, NOTHING, same, union } from "./selection.js";
import { Toolbar } from "./toolbar.js";
import { Tooltip } from "./tooltip.js";

const STACK_BELOW = 700;
const MAX_RESTARTS = 3;
const NO_WEBGL = "The maps cannot be drawn because this browser has no WebGL; turn on hardware acceleration or open the page in another browser.";

export class LinkedMaps {
  constructor(root) {
    this.root = root;
    this.panes = [];
    this.selection = NOTHING;
    this.token = null;
    this.restarts = 0;
    this.report = () => {};
    this.toolbar = new Toolbar(root, {
      clear: () => this.#select(NOTHING),
      reset: () => this.panes.forEach((pane) => pane.goHome()),
      mode: (mode) => (root.dataset.mode = mode),
    });
    this.row = document.createElement("div");
    this.row.className = "panes";
    root.append(this.row);
    this.legend = new Legend(root, (code, add) => this.#selectClass(code + 1, add));
    this.tooltip = new Tooltip(root);
    this.resizes = new ResizeObserver(() => this.#layout());
    this.resizes.observe(root);
    this.onKey = (event) => this.#escape(event);
    document.addEventListener("keydown", this.onKey);
    root.dataset.state = "drawing";
  }

  /**
   * What Streamlit calls after every rerun, whether or not anything changed.
   * Shown one after the other; of several that wait, only the last.
   * @param {{header: object, blob: Function}} payload
   * @param {(selection: object) => void} report sends the selection to Python
   */
  async update(payload, report) {
    this.report = report;
    this.waiting = payload;
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.waiting) {
        const next = this.waiting;
        this.waiting = null;
        await this.#show(next);
      }
    } catch (error) {
      this.fail(error.message);
      console.error(error);
    } finally {
      this.busy = false;
    }
  }

  async #show(payload) {
    const { header } = payload;
    const first = this.payload === undefined;
    const theme = readTheme(this.root);
    const { select, ...content } = header;
    const signature = JSON.stringify([content, theme]);
    this.payload = payload;
    if (signature !== this.signature) {
      this.root.dataset.state = "drawing";
      this.row.querySelector(".failure")?.remove();
      if (!this.#start()) return;
      this.theme = theme;
      this.#read(payload, first);
      await this.#draw(payload);
      this.signature = signature;
    }
    this.#selectFromPython(payload, first);
    this.#announce();
    this.root.dataset.state = "drawn";
  }

  /** One WebGL context for both panes: browsers allow only a few per page. */
  #start() {
    if (this.renderer) return true;
    try {
      this.renderer = createRenderer({ canvas: document.createElement("canvas") });
    } catch (error) {
      console.warn(error);
      this.fail(NO_WEBGL);
      return false;
    }
    this.renderer.canvas.addEventListener("webglcontextlost", () => this.#restart());
    return true;
  }

  /** Graphics drivers restart and laptops wake up: draw again from what is in memory. */
  #restart() {
    if (this.destroyed || this.restarts++ >= MAX_RESTARTS) return;
    this.#dropPanes(0);
    this.renderer.destroy();
    this.renderer = null;
    this.signature = null;
    this.update(this.payload, this.report);
  }

  /** Take over what changed; what did not keeps its arrays. */
  #read({ header, blob }, first) {
    if (this.header?.texts !== header.texts) {
      this.selection = NOTHING;
      const remembered = selections.get(header.key);
      if (first && remembered?.texts === header.texts) {
        this.selection = remembered.selection;
        this.token = remembered.token;
      }
    }
    if (this.header?.colouring.key !== header.colouring.key) {
      this.values = blob("values");
      this.classes = classesOf(header.colouring, this.values);
    }
    this.colours = classColours(header.colouring, this.theme);
    const counts = new Uint32Array(this.colours.vivid.length);
    for (const value of this.classes) counts[value]++;
    this.legend.show(header.colouring, this.colours.vivid, counts, this.theme);
    this.root.style.setProperty("--height", `${header.height}px`);
    this.root.style.setProperty("color-scheme", this.theme.dark ? "dark" : "light");
    this.header = header;
  }

  async #draw({ header, blob }) {
    this.#dropPanes(header.panes.length);
    this.index ??= await createSpatialIndex([[0, 0, 0, 0]], false);
    header.panes.forEach((_, number) => (this.panes[number] ??= this.#newPane(number)));
    this.#layout();
    const points = header.panes.map((pane, number) => this.#points(pane, number, blob));
    const from = this.#morphStart(points);
    this.tooltip.hide();
    await Promise.all(
      this.panes.map((pane, number) => {
        const fresh = pane.points === null;
        const { title, names } = header.panes[number];
        const done = pane.show({
          points: points[number],
          classes: this.classes,
          classesKey: header.colouring.key,
          colours: this.colours,
          background: this.theme.background,
          selection: this.selection,
          from: number === 1 ? from : null,
          view: fresh ? cameras.get(points[number].key) : undefined,
        });
        pane.describe(title, names);
        return done;
      }),
    );
  }

  #points({ key, extent }, number, blob) {
    const held = this.panes[number]?.points;
    return held?.key === key ? held : { key, extent, coordinates: blob(`points_${number}`) };
  }

  /** Generic places to morph from, the first time a reshaped map stands beside its generic one. */
  #morphStart(points) {
    if (points.length < 2 || morphed.has(points[0].key)) return null;
    morphed.set(points[0].key, true);
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? null : points[0].coordinates;
  }

  #newPane(number) {
    const pane = new Pane({
      renderer: this.renderer,
      index: this.index,
      number,
      on: {
        mode: () => this.toolbar.mode,
        hover: (source, point) => this.#hover(source, point),
        select: (indices, add) => this.#select(add ? union(this.selection, indices) : indices),
        clear: () => this.#select(NOTHING),
        view: () => this.#viewed(),
      },
    });
    this.row.append(pane.element);
    return pane;
  }

  #dropPanes(keep) {
    for (const pane of this.panes.splice(keep)) {
      this.#rememberCamera(pane);
      pane.destroy();
    }
  }

  #rememberCamera(pane) {
    if (pane.points) cameras.set(pane.points.key, pane.cameraView);
  }

  // --- selection

  #selectFromPython({ header, blob }, first) {
    const { select } = header;
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
    this.classes.forEach((other, i) => other === value && members.push(i));
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
    for (const pane of this.panes) pane.select(selection);
    selections.set(this.header.key, { texts: this.header.texts, token: this.token, selection });
    this.#announce();
  }

  #tell() {
    this.report({ texts: this.header.texts, token: this.token, indices: encodeSelection(this.selection) });
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
    if (point === this.hovered) return;
    this.hovered = point;
    for (const pane of this.panes) pane.mark(point);
    if (point < 0) {
      this.tooltip.hide();
      return;
    }
    const box = source.stage.getBoundingClientRect();
    const [x, y] = source.screenPosition(point);
    this.tooltip.show({
      text: textStore.get(this.header.texts)?.at(point) ?? "",
      label: labelOf(this.header.colouring, this.values, point),
      colour: css(this.colours.vivid[this.classes[point]]),
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
    if (!this.renderer || this.panes.length === 0) return;
    // Both panes are drawn on one hidden canvas as large as the larger of them, and copied from there.
    const width = Math.max(1, ...this.panes.map((pane) => pane.stage.clientWidth));
    const height = Math.max(1, ...this.panes.map((pane) => pane.stage.clientHeight));
    this.renderer.resize(width, height);
    this.renderer.refresh();
  }

  #viewed() {
    this.root.dataset.camera = JSON.stringify(this.panes.map((pane) => pane.cameraState));
    if (this.hovered >= 0) this.#hover(null, -1);
  }

  /** For people, the toolbar; for tests, attributes. */
  #announce() {
    this.toolbar.count(this.selection.length, this.header.n);
    Object.assign(this.root.dataset, {
      points: this.header.n,
      panes: this.panes.length,
      selected: this.selection.length,
      colouring: this.header.colouring.title,
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
    this.destroyed = true;
    clearTimeout(this.telling);
    document.removeEventListener("keydown", this.onKey);
    this.resizes.disconnect();
    this.tooltip.hide();
    this.#dropPanes(0);
    if (this.renderer) {
      const context = this.renderer.canvas.getContext("webgl");
      this.renderer.destroy();
      // Do not wait for garbage collection: a browser allows about 16 contexts.
      context.getExtension("WEBGL_lose_context")?.loseContext();
    }
    this.root.remove();
  }
}
