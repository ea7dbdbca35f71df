// The visible part of a map: screen = centre + height / 2 * (zoom * world + shift), world y upwards.

const MARGIN = 1.07;
const [LEAST, MOST] = [0.02, 400];

export class Camera {
  constructor() {
    Object.assign(this, { zoom: 1, x: 0, y: 0, width: 1, height: 1 });
    this.frame({ extent: [1, 1] });
  }

  resize(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    if (this.framed !== null) this.#fit(this.framed);
  }

  /**
   * @param {{extent: [number, number], home: number[] | undefined}} boxes extent: half the width and height of the box
   *   around all points; home: centre x, y and half width, height of the box that the first view shows
   */
  frame({ extent, home }) {
    this.all = [0, 0, ...extent];
    this.home = home ?? this.all;
    this.goHome();
  }

  /** Show the middle of the map, without its outliers. */
  goHome() {
    this.#fit(this.home);
  }

  /** Show every point. */
  showAll() {
    this.#fit(this.all);
  }

  #fit(box) {
    const zoom = this.#zoomFor(box);
    Object.assign(this, { zoom, x: -zoom * box[0], y: -zoom * box[1], framed: box });
  }

  #zoomFor([, , width, height]) {
    return 1 / (MARGIN * Math.max(height, (width * this.height) / this.width, 0.05));
  }

  get atHome() {
    return this.framed === this.home;
  }

  get homeZoom() {
    return this.#zoomFor(this.home);
  }

  /** Magnification relative to the home view, at least 1. */
  get magnification() {
    return Math.max(1, this.zoom / this.homeZoom);
  }

  get pixelsPerUnit() {
    return (this.height / 2) * this.zoom;
  }

  project(x, y) {
    const half = this.height / 2;
    return [this.width / 2 + half * (this.zoom * x + this.x), half - half * (this.zoom * y + this.y)];
  }

  toWorld([x, y]) {
    const half = this.height / 2;
    return [((x - this.width / 2) / half - this.x) / this.zoom, ((half - y) / half - this.y) / this.zoom];
  }

  sees(x, y) {
    const [left, top] = this.project(x, y);
    return left >= 0 && top >= 0 && left <= this.width && top <= this.height;
  }

  pan(right, down) {
    this.x += (2 * right) / this.height;
    this.y -= (2 * down) / this.height;
    this.framed = null;
  }

  /** Zoom so that the position under the given pixel stays there. */
  zoomAt(pixel, factor) {
    const [x, y] = this.toWorld(pixel);
    const zoom = Math.min(MOST, Math.max(LEAST, this.zoom * factor));
    this.x += (this.zoom - zoom) * x;
    this.y += (this.zoom - zoom) * y;
    this.zoom = zoom;
    this.framed = null;
  }

  /** The argument of `restore`; undefined for the home view, which depends on the size of the map. */
  get view() {
    return this.atHome ? undefined : [this.zoom, this.x, this.y];
  }

  restore([zoom, x, y]) {
    Object.assign(this, { zoom, x, y, framed: null });
  }
}
