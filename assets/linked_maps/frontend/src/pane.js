// One map: drawing, camera, highlight. Knows nothing of the other map or of Streamlit.

import createScatterplot from "regl-scatterplot";
import { listen } from "./gestures.js";
import { classSizes, css } from "./look.js";
import { Names } from "./names.js";
import { insidePolygon, PickGrid } from "./picking.js";
import { NOTHING } from "./selection.js";

const MARGIN = 1.07;
const PICK_PIXELS = 8;
const MORPH_MS = 600;
const PAN_PIXELS = 60;
const MAX_RINGS = 20;
const KEYS = {
  ArrowLeft: (pane) => pane.move(-PAN_PIXELS, 0),
  ArrowRight: (pane) => pane.move(PAN_PIXELS, 0),
  ArrowUp: (pane) => pane.move(0, -PAN_PIXELS),
  ArrowDown: (pane) => pane.move(0, PAN_PIXELS),
  "+": (pane) => pane.zoomBy(1.3),
  "-": (pane) => pane.zoomBy(1 / 1.3),
  0: (pane) => pane.goHome(),
};

export class Pane {
  /**
   * @param {object} setup
   *   renderer: shared by both panes (one WebGL context); index: a spatial index of regl-scatterplot's kind;
   *   number: 0 or 1; on: {mode, hover(pane, point, event position), select(indices, add), clear, view}
   */
  constructor({ renderer, index, number, on }) {
    this.on = on;
    this.index = index;
    this.points = null; // {key, coordinates, extent}
    this.classes = null;
    this.classesKey = null;
    this.colours = null;
    this.selection = NOTHING;
    this.marked = -1;
    this.atHome = true;
    this.#build(number);
    this.plot = createScatterplot({
      renderer,
      canvas: this.canvas,
      actionKeyMap: {},
      deselectOnEscape: false,
      deselectOnDblClick: false,
      colorBy: "valueA",
      opacityBy: "valueA",
      sizeBy: "valueA",
      pointSizeSelected: 1.5,
      pointOutlineWidth: 0,
      cameraDistance: MARGIN,
    });
    this.camera = this.plot.get("camera");
    this.camera.setScaleBounds([0.02, 400]);
    this.plot.subscribe("drawing", () => this.#follow());
    this.stopListening = this.#listen();
    this.resizes = new ResizeObserver(() => this.#resized());
    this.resizes.observe(this.stage);
  }

  #build(number) {
    this.element = document.createElement("section");
    this.element.className = "pane";
    this.element.dataset.pane = number;
    this.element.innerHTML = `<h3 class="title"></h3><div class="stage" tabindex="0" role="application"><canvas></canvas></div>`;
    this.title = this.element.querySelector(".title");
    this.stage = this.element.querySelector(".stage");
    this.canvas = this.element.querySelector("canvas");
    this.names = new Names(this.stage);
    this.ring = this.#newRing("hovered");
    this.rings = []; // around selected points, while they are few
  }

  #newRing(kind) {
    const ring = document.createElement("div");
    ring.className = `ring ${kind}`;
    ring.hidden = true;
    this.stage.append(ring);
    return ring;
  }

  #listen() {
    const pick = (position) => this.pick(position);
    this.stage.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) return;
      event.preventDefault();
      KEYS[event.key](this);
    });
    return listen(this.stage, {
      mode: this.on.mode,
      hover: (position) => {
        const point = position === null ? -1 : pick(position);
        this.stage.classList.toggle("over-point", point >= 0);
        this.on.hover(this, point);
      },
      click: (position, add) => {
        const point = pick(position);
        if (point >= 0) this.on.select(Uint32Array.of(point), add);
      },
      doubleClick: (position) => pick(position) < 0 && this.on.clear(),
      area: (polygon, add) => {
        if (this.points === null) return;
        const corners = polygon.map((position) => this.#toWorld(position));
        this.on.select(insidePolygon(this.points.coordinates, corners), add);
      },
    });
  }

  describe(title, names) {
    this.title.textContent = title;
    this.title.title = title;
    this.stage.setAttribute("aria-label", `Map: ${title}. Arrow keys move, plus and minus zoom, 0 shows all.`);
    this.names.show(names);
    this.#follow();
  }

  /**
   * Draw points; a changed colouring keeps the camera, other points begin with all in view.
   * @param {object} next
   *   points: {key, coordinates, extent}; classes: Int32Array; classesKey; colours: {vivid, pale}; background;
   *   selection; from: coordinates to start from, or null; view: a camera to start with, or undefined
   */
  async show({ points, classes, classesKey, colours, background, selection, from, view }) {
    const moved = this.points?.key !== points.key;
    const recoloured = moved || this.classesKey !== classesKey;
    const sameCount = this.points?.coordinates.length === points.coordinates.length;
    if (!sameCount) this.plot.deselect({ preventEvent: true });
    const selected = selection !== this.selection;
    this.selection = selection;
    Object.assign(this, { points, classes, classesKey, colours });
    this.greyShare = classes.reduce((count, value) => count + (value === 0), 0) / classes.length;
    if (moved) {
      this.grid = new PickGrid(points.coordinates);
      this.#startCamera(view);
    }
    this.background = background;
    // Settings make the library draw one frame later; waiting for them spares drawing all points twice.
    await Promise.all([this.#dress(), this.#order()]);
    if (recoloured) await this.#drawAll(moved, selected, from);
    else if (selected) this.#highlight();
    this.#follow();
  }

  async #drawAll(moved, selected, from) {
    const recounted = this.rows !== undefined && this.rows.length !== this.classes.length;
    this.element.classList.toggle("morphing", from !== null);
    if (from !== null) {
      await this.#draw(this.#rows(from), {});
      if (selected) this.#highlight();
    }
    this.rows = moved ? this.#rows(this.points.coordinates) : this.#recoloured();
    const transition = { transition: true, transitionDuration: MORPH_MS, transitionEasing: "cubicInOut" };
    await this.#draw(this.rows, from !== null ? transition : { preventFilterReset: !moved });
    this.element.classList.remove("morphing");
    if (moved || selected) this.#highlight();
    if (recounted) this.#order(); // the library drops it when the number of points changes
  }

  #draw(rows, options) {
    // Picking is done in picking.js: the library's own index would be built for nothing at every draw.
    return this.plot.draw(rows, { zDataType: "categorical", wDataType: "categorical", spatialIndex: this.index, ...options });
  }

  #rows(coordinates) {
    return Array.from(this.classes, (value, i) => [coordinates[2 * i], coordinates[2 * i + 1], value, 0]);
  }

  #recoloured() {
    for (let i = 0; i < this.rows.length; i++) this.rows[i][2] = this.classes[i];
    return this.rows;
  }

  /** Grey points below the labelled ones. */
  #order() {
    if (this.greyShare === 0 || this.greyShare === 1) return this.plot.set({ pointOrder: null });
    const order = [];
    this.classes.forEach((value, i) => value === 0 && order.push(i));
    this.classes.forEach((value, i) => value !== 0 && order.push(i));
    return this.plot.set({ pointOrder: order });
  }

  /** Colours, sizes and opacities; no point is sent to the graphics card again. */
  #dress() {
    const { vivid, pale } = this.colours;
    const asPoint = (colour) => [...colour, 1];
    this.#size();
    return this.plot.set({
      backgroundColor: asPoint(this.background),
      pointColor: (this.selection.length ? pale : vivid).map(asPoint),
      pointColorActive: vivid.map(asPoint),
      pointColorHover: vivid.map(asPoint),
    });
  }

  #size() {
    const n = this.classes.length;
    const zoom = Math.max(1, this.#homeDistance() * this.#scale());
    const { sizes, opacities } = classSizes({ n, nClasses: this.colours.vivid.length, greyShare: this.greyShare, zoom });
    const key = `${sizes[0]} ${sizes.at(-1)} ${opacities[0]} ${opacities.at(-1)} ${sizes.length}`;
    if (key === this.sizeKey) return;
    this.sizeKey = key;
    this.pointSize = sizes.at(-1);
    // The library compares old and new values as sets, and would miss a change of order: give it another set first.
    this.plot.set({ opacity: [0.123] });
    this.plot.set({ pointSize: sizes });
    this.plot.set({ opacity: opacities });
  }

  /** @param {Uint32Array} selection drawn vivid, all others pale; nothing selected means all vivid */
  async select(selection) {
    if (selection === this.selection) return;
    const paled = this.selection.length > 0;
    this.selection = selection;
    if (this.points === null) return; // drawn with it later
    if (paled !== selection.length > 0) await this.#dress();
    if (selection === this.selection) this.#highlight(); // unless a newer one came meanwhile
  }

  #highlight() {
    const { selection } = this;
    // A plain array, which the library keeps and may shorten.
    if (selection.length) this.plot.select(Array.from(selection), { preventEvent: true });
    else this.plot.deselect({ preventEvent: true });
    for (const ring of this.rings) ring.remove();
    // A handful among thousands would not be found, or hide under a name.
    this.rings = selection.length > MAX_RINGS ? [] : Array.from(selection, () => this.#newRing("chosen"));
    this.#placeRings();
  }

  /** Show a point as hovered, or none for -1. */
  mark(point) {
    this.marked = point;
    this.#placeRings();
  }

  #placeRings() {
    if (this.points === null) return;
    this.#placeRing(this.ring, this.marked);
    this.rings.forEach((ring, i) => this.#placeRing(ring, this.selection[i]));
  }

  #placeRing(ring, point) {
    ring.hidden = point < 0;
    if (ring.hidden) return;
    const [x, y] = this.screenPosition(point);
    ring.hidden = x < 0 || y < 0 || x > this.stage.clientWidth || y > this.stage.clientHeight;
    ring.style.transform = `translate(${x}px, ${y}px)`;
    ring.style.setProperty("--radius", `${this.#pointRadius().toFixed(1)}px`);
    ring.style.setProperty("--point", css(this.colours.vivid[this.classes[point]]));
  }

  screenPosition(point) {
    return this.#project(this.points.coordinates[2 * point], this.points.coordinates[2 * point + 1]);
  }

  pick(position) {
    if (this.grid === undefined || this.element.classList.contains("morphing")) return -1;
    const [x, y] = this.#toWorld(position);
    return this.grid.nearest(x, y, Math.max(PICK_PIXELS, this.#pointRadius() + 2) / this.#pixelsPerUnit());
  }

  /** As drawn, in CSS pixels: the library lets points grow with the zoom, but slower. */
  #pointRadius() {
    const scale = this.#scale();
    return (this.pointSize / 2) * (scale > 1 ? Math.asinh(scale) / Math.asinh(1) : scale);
  }

  // --- camera: screen = centre + pixelsPerUnit * (scale * world + shift), y upwards

  #scale() {
    return this.camera.view[0];
  }

  #pixelsPerUnit() {
    return (this.stage.clientHeight / 2) * this.#scale();
  }

  #project(x, y) {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const view = this.camera.view;
    return [
      width / 2 + (height / 2) * (view[0] * x + view[12]),
      height / 2 - (height / 2) * (view[5] * y + view[13]),
    ];
  }

  #toWorld([x, y]) {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const view = this.camera.view;
    return [
      ((x - width / 2) / (height / 2) - view[12]) / view[0],
      ((height / 2 - y) / (height / 2) - view[13]) / view[5],
    ];
  }

  #homeDistance() {
    const aspect = Math.max(0.05, this.stage.clientWidth / Math.max(1, this.stage.clientHeight));
    const [width, height] = this.points?.extent ?? [1, 1];
    return MARGIN * Math.max(height, width / aspect);
  }

  #startCamera(view) {
    if (view) {
      this.camera.setView(Float32Array.from(view));
      this.atHome = false;
    } else {
      this.goHome();
    }
  }

  /** Everything in view. */
  goHome() {
    this.camera.lookAt([0, 0], this.#homeDistance());
    this.atHome = true;
    this.viewKey = this.#viewKey();
    this.plot.redraw();
  }

  move(right, down) {
    const unit = 2 / this.stage.clientHeight;
    this.camera.pan([-right * unit, down * unit]);
    this.plot.redraw();
  }

  zoomBy(factor) {
    this.camera.scale([factor, factor], [0, 0]);
    this.plot.redraw();
  }

  /** [zoom, x, y], rounded: what a test can compare. */
  get cameraState() {
    const view = this.camera.view;
    return [view[0], view[12], view[13]].map((value) => Math.round(value * 1000) / 1000);
  }

  get cameraView() {
    return this.atHome ? undefined : Array.from(this.camera.view);
  }

  #resized() {
    if (this.atHome && this.points) this.goHome();
    else this.plot.redraw();
  }

  #viewKey() {
    const view = this.camera.view;
    return `${view[0]} ${view[12]} ${view[13]}`;
  }

  /** After every drawn frame: what lies over the canvas moves with it. */
  #follow() {
    if (this.points === null) return;
    const home = 1 / this.#homeDistance();
    const view = this.camera.view;
    // Only a moved camera can have left home; a resized stage has another home but must not count as a move.
    const viewKey = this.#viewKey();
    if (viewKey !== this.viewKey) {
      this.viewKey = viewKey;
      this.atHome = Math.abs(view[0] / home - 1) < 1e-3 && Math.hypot(view[12], view[13]) < 1e-3;
    }
    this.#size();
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.names.place({ project: (x, y) => this.#project(x, y), width, height, zoom: Math.max(1, view[0] / home) });
    this.#placeRings();
    this.on.view();
  }

  destroy() {
    this.stopListening();
    this.resizes.disconnect();
    this.plot.destroy();
    this.element.remove();
  }
}
