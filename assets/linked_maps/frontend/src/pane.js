// One map: its points, camera, names and overlays. Independent of the other map and of Streamlit.

import { Camera } from "./camera.js";
import { contourPath } from "./density.js";
import { EveryPoint } from "./every_point.js";
import { flagsOf, GREYED, mixedOrder } from "./point_flags.js";
import { listen } from "./gestures.js";
import { MANY, ManyPoints } from "./many_points.js";
import { Names } from "./names.js";
import { Overlay } from "./overlay.js";
import { Painter } from "./painter.js";
import { insidePolygon, PickGrid } from "./picking.js";
import { Pins } from "./pins.js";
import { Rings } from "./rings.js";
import { coarse } from "./room.js";
import { Sample } from "./sample.js";
import { numbersWhere } from "./state.js";

const integers = new Intl.NumberFormat("en");
const PICK_PIXELS = { mouse: 8, finger: 16 };
const PAN_PIXELS = 60;
const ZOOM_STEP = 1.5; // of a button or a double click
const CONTOURS_AFTER = 120; // milliseconds without a step of the morph
const KEYS = {
  ArrowLeft: (pane) => pane.camera.pan(PAN_PIXELS, 0),
  ArrowRight: (pane) => pane.camera.pan(-PAN_PIXELS, 0),
  ArrowUp: (pane) => pane.camera.pan(0, PAN_PIXELS),
  ArrowDown: (pane) => pane.camera.pan(0, -PAN_PIXELS),
  "+": (pane) => pane.zoomBy(ZOOM_STEP),
  "-": (pane) => pane.zoomBy(1 / ZOOM_STEP),
  0: (pane) => pane.camera.goHome(),
};

const BUTTONS = [
  { action: "zoom-in", sign: "+", word: "Zoom in", tip: "Zoom in (key +, Ctrl + wheel, double click)" },
  { action: "zoom-out", sign: "−", word: "Zoom out", tip: "Zoom out (key −, Ctrl + wheel, Shift + double click)" },
  { action: "reset", sign: "⤢", word: "Reset view", tip: "Show the whole map again (key 0)" },
];

export class Pane {
  /**
   * @param {{number: number, on: object, parent: Element}} setup on: mode(), hover(pane, point), open(point, add),
   *   select(texts, add), cluster(pane, name, add), rename(pane, name), scroll(), view()
   */
  constructor({ number, on, parent }) {
    this.on = on;
    this.camera = new Camera();
    this.places = null; // {key, extent, coordinates, kept}
    this.from = null; // coordinates to morph from
    this.morph = 1;
    this.contours = false;
    this.#build(number);
    parent.append(this.element);
    this.painter = new Painter(this.canvas, () => this.#request());
    this.stopListening = this.#listen();
    this.resizes = new ResizeObserver(() => this.fit());
    this.resizes.observe(this.stage);
  }

  #build(number) {
    this.element = document.createElement("section");
    this.element.className = "pane";
    this.element.dataset.pane = number;
    this.element.innerHTML = `<div class="head"><h3 class="title"></h3><div class="zoom" role="group"></div></div><div class="stage" tabindex="0" role="application"></div><button type="button" class="beyond" hidden></button>`;
    this.title = this.element.querySelector(".title");
    this.zoom = this.element.querySelector(".zoom");
    for (const { action, sign, word, tip } of BUTTONS) this.zoom.append(zoomButton(action, sign, word, tip));
    this.zoom.addEventListener("click", (event) => this.#zoomAs(event.target.closest("button")?.dataset.action));
    this.beyond = this.element.querySelector(".beyond");
    this.beyond.addEventListener("click", () => {
      this.camera.showAll();
      this.stage.focus({ preventScroll: true });
      this.#request();
    });
    this.stage = this.element.querySelector(".stage");
    this.overlay = new Overlay(this.stage); // below the points
    this.ground = document.createElement("canvas"); // of a map with many points, for their density
    this.canvas = document.createElement("canvas");
    this.stage.append(this.ground, this.canvas);
    this.names = new Names(this.stage, {
      choose: (name, add) => this.on.cluster(this, name, add),
      rename: (name) => this.on.rename(this, name),
    });
    this.rings = new Rings(this.stage);
    this.pins = new Pins(this.stage);
  }

  #listen() {
    this.stage.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.stage) return;
      if (!Object.hasOwn(KEYS, event.key)) return;
      event.preventDefault();
      KEYS[event.key](this);
      this.#request();
    });
    return listen(this.stage, {
      mode: this.on.mode,
      hover: (position) => {
        const name = position === null ? undefined : this.#nameAt(position);
        this.names.mark(name);
        const point = position === null || name ? -1 : this.pick(position);
        this.stage.classList.toggle("over-point", point >= 0 || name !== undefined);
        this.stage.title = name ? `Select the texts of “${name.text}”` + (this.renames ? "; double click renames it" : "") : "";
        this.on.hover(this, point);
      },
      click: (position, add) => {
        const name = this.#nameAt(position);
        if (name) return this.on.cluster(this, name, add);
        const point = this.pick(position);
        if (point >= 0) this.on.open(point, add);
      },
      doubleClick: (position, out) => {
        const name = this.#nameAt(position);
        if (name) return this.on.rename(this, name);
        this.camera.zoomAt(position, out ? 1 / ZOOM_STEP ** 2 : ZOOM_STEP ** 2);
        this.#request();
      },
      scroll: () => this.on.scroll(),
      area: (polygon, add) => this.on.select(this.#inside(polygon), add),
      pan: (right, down) => {
        this.camera.pan(right, down);
        this.#request();
      },
      zoom: (position, factor) => {
        this.camera.zoomAt(position, factor);
        this.#request();
      },
    });
  }

  /** @param {{title: string, names: Array[], marks: Array[], renames: boolean}} what as in the payload's header */
  describe({ title, names, marks, renames }) {
    this.heading = title;
    this.renames = renames;
    this.stage.setAttribute("aria-label", `Map: ${title}. Arrow keys move, plus and minus zoom, 0 shows all.`);
    this.zoom.setAttribute("aria-label", `Zoom of the map ${title}`);
    const levels = this.places.levels ?? [];
    this.names.show(
      names.map(([text, x, y, size, zoom, level = 0, code = -1]) => ({
        text, place: [x, y], size, zoom, level, code: level < levels.length ? code : -1,
      })),
    );
    this.pins.show(marks);
    this.#updateTitle();
  }

  #updateTitle() {
    const way = this.morph < 1 ? ` · ${Math.round(100 * this.morph)} % of the way` : "";
    const dense = this.drawing?.dense ? " · as density" : "";
    this.title.textContent = this.heading + way + dense;
    this.title.title = this.title.textContent + (dense && ": more texts than can be drawn singly; zoom in to see each");
  }

  /**
   * Draw points; new points start with the home view.
   * @param {object} next places: {key, extent, home, coordinates, kept, levels}; from: coordinates to morph from, or null; classes:
   *   Uint16Array; colours: {vivid, pale, greyed}; theme; view: a camera to start with, or undefined
   */
  show({ places, from, classes, colours, theme, view }) {
    const replaced = this.places?.key !== places.key;
    this.places = places; // the same points may have new shares of true neighbours
    if (replaced) {
      this.fit();
      this.camera.frame(places);
      if (view) this.camera.restore(view);
      this.#chooseDrawing(classes.length > MANY);
    }
    if (this.sample?.coordinates !== places.coordinates || this.sample.levels !== places.levels) {
      this.sample = new Sample(places.coordinates, places.levels ?? []);
    }
    if (this.classes !== classes) {
      this.greyShare = classes.reduce((count, value) => count + (value === 0), 0) / classes.length;
    }
    this.drawing.show({ coordinates: places.coordinates, from, classes, colours });
    Object.assign(this, { from, classes, colours, theme });
  }

  #chooseDrawing(many) {
    if (this.drawing instanceof (many ? ManyPoints : EveryPoint)) return;
    this.drawing?.destroy();
    this.drawing = many ? new ManyPoints(this.painter, this.ground, () => this.#request()) : new EveryPoint(this.painter);
  }

  /**
   * @param {object} what selection, lit: numbers of texts; shown: 0 for greyed ones, or null; doubtful: whether to mark
   *   doubtful places; contours: whether to draw them
   */
  flag({ selection, lit, shown, doubtful, contours }) {
    const kept = doubtful ? this.places.kept : null;
    Object.assign(this, { selection, lit, shown, contours });
    this.flags = flagsOf({ n: this.classes.length, selection, lit, shown, kept });
    this.focus = selection.length > 0 || lit.length > 0 ? 1 : kept !== null ? 2 : 0;
    this.drawing.flag({ flags: this.flags, lit, focus: this.focus, greyShare: this.greyShare });
    this.rings.choose(selection);
    this.#trails();
    this.#contour();
    this.#request();
  }

  /** @param {number} morph 0: points stand where the left map has them; 1: in their own places */
  setMorph(morph) {
    if (morph === this.morph) return;
    this.morph = morph;
    this.element.classList.toggle("morphed", morph < 1);
    this.#updateTitle();
    this.#trails();
    this.#contour();
    this.#request();
  }

  #trails() {
    if (this.morph < 1 && this.from) this.overlay.showTrails(this.selection, this.from, this.places.coordinates);
    else this.overlay.showTrails([], null, null);
  }

  /** Draw contours after a delay during a morph: they take longer than a frame. */
  #contour() {
    clearTimeout(this.contouring);
    const of = this.contours ? [this.places.coordinates, this.from, this.morph, this.shown] : null;
    if (of?.every((part, i) => part === this.contoured?.[i])) return;
    if (this.contoured) this.overlay.showContours("");
    this.contoured = null;
    if (of === null) return;
    this.contouring = setTimeout(() => {
      this.contoured = of;
      this.overlay.showContours(contourPath(this.#coordinates(), this.shown));
    }, this.morph < 1 ? CONTOURS_AFTER : 0);
  }

  /** Present coordinates of the points, also during a morph. */
  #coordinates() {
    const { morph, from, places } = this;
    if (morph === 1 || !from) return places.coordinates;
    if (this.between?.morph !== morph || this.between.from !== from) {
      const coordinates = places.coordinates.map((value, i) => from[i] + morph * (value - from[i]));
      this.between = { morph, from, coordinates };
    }
    return this.between.coordinates;
  }

  #inside(polygon) {
    if (this.places === null) return new Uint32Array(0);
    const corners = polygon.map((position) => this.camera.toWorld(position));
    const inside = insidePolygon(this.#coordinates(), corners);
    return this.shown === null ? inside : inside.filter((i) => !(this.flags[i] & GREYED));
  }

  pick(position) {
    if (this.places === null || this.element.classList.contains("morphing")) return -1;
    const [x, y] = this.camera.toWorld(position);
    const reach = coarse() ? PICK_PIXELS.finger : PICK_PIXELS.mouse;
    const radius = Math.max(reach, this.#sizes().size / 2 + 2) / this.camera.pixelsPerUnit;
    return this.#grid().nearest(x, y, radius, (i) => (this.flags[i] & GREYED) === 0);
  }

  #grid() {
    const coordinates = this.#coordinates();
    if (this.grid?.coordinates !== coordinates) this.grid = new PickGrid(coordinates, mixedOrder(coordinates.length / 2));
    return this.grid;
  }

  /** Show a point as hovered, or none for -1. */
  mark(point) {
    this.rings.hovered.point = point;
    this.#placeRings();
  }

  #placeRings() {
    this.rings.place(this.camera, this.#sizes().size / 2, (point) => ({
      at: this.screenPosition(point),
      colour: this.colours.vivid[this.classes[point]],
    }));
  }

  screenPosition(point) {
    const coordinates = this.#coordinates();
    return this.camera.project(coordinates[2 * point], coordinates[2 * point + 1]);
  }

  #sizes() {
    return this.drawing.sizes({ greyShare: this.greyShare, zoom: this.camera.magnification });
  }

  #nameAt(position) {
    return this.element.matches(".morphing, .morphed") ? undefined : this.names.at(position);
  }

  /** Texts of a name on this map. */
  members({ level, code }) {
    const codes = this.places.levels?.[level] ?? [];
    return numbersWhere(codes.length, (i) => codes[i] === code + 1 && !(this.flags[i] & GREYED));
  }

  #zoomAs(action) {
    if (action === "zoom-in") this.zoomBy(ZOOM_STEP);
    if (action === "zoom-out") this.zoomBy(1 / ZOOM_STEP);
    if (action === "reset") this.goHome();
  }

  /** Show the middle of the map, without its outliers. */
  goHome() {
    this.camera.goHome();
    this.#request();
  }

  zoomBy(factor) {
    this.camera.zoomAt([this.camera.width / 2, this.camera.height / 2], factor);
    this.#request();
  }

  /** [zoom, x, y], rounded, so that tests can compare it. */
  get cameraState() {
    return [this.camera.zoom, this.camera.x, this.camera.y].map((value) => Math.round(value * 1000) / 1000);
  }

  /** Fit the size of the place and the density of the screen, where either changed. */
  fit() {
    const { clientWidth, clientHeight } = this.stage;
    if (clientWidth === 0) return; // the other map is shown
    const { camera, painter } = this;
    if (clientWidth === camera.width && clientHeight === camera.height && painter.ratio === devicePixelRatio) return;
    camera.resize(clientWidth, clientHeight);
    painter.resize(clientWidth, clientHeight);
    this.#request();
  }

  /** Draw at the next frame, once for all changes until then; where drawing is slow, frames are dropped. */
  #request() {
    if (this.places === null) return;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.#paint();
    });
  }

  #paint() {
    if (!this.flags) return;
    const { camera, morph, focus, theme } = this;
    const { dense } = this.drawing;
    this.drawing.draw({ camera, morph, sizes: this.#sizes(), focus, theme, grid: () => this.#grid() });
    if (dense !== this.drawing.dense) this.#updateTitle();
    this.overlay.place(camera);
    this.names.place(camera, this.sample, this.pins.place(camera));
    this.element.classList.toggle("moved", !camera.atHome);
    this.#countOutside();
    this.#placeRings();
    this.on.view();
  }

  /** Say how many points the first view leaves out. */
  #countOutside() {
    const { camera, places } = this;
    const of = camera.atHome && this.morph === 1 ? [places, camera.width, camera.height] : null;
    if (of?.every((part, i) => part === this.counted?.[i])) return;
    this.counted = of;
    let count = 0;
    if (of && camera.home !== camera.all) {
      const { coordinates } = places;
      for (let i = 0; i < coordinates.length; i += 2) if (!camera.sees(coordinates[i], coordinates[i + 1])) count++;
    }
    this.beyond.hidden = count === 0;
    this.beyond.textContent = `${integers.format(count)} ${count === 1 ? "text" : "texts"} outside`;
    this.beyond.title = `${integers.format(count)} ${count === 1 ? "text lies" : "texts lie"} outside this view: show all`;
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.contouring);
    this.drawing?.destroy();
    this.stopListening();
    this.resizes.disconnect();
    this.painter.destroy();
    this.element.remove();
  }
}

function zoomButton(action, sign, word, tip) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.action = action;
  button.title = tip;
  button.setAttribute("aria-label", word);
  button.textContent = sign;
  return button;
}
