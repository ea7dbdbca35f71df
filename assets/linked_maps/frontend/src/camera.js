// The visible part of a map: screen = centre + height / 2 * (zoom * world + shift), world y upwards.

const MARGIN = 1.07;
const [LEAST, MOST] = [0.05, 400];

export class Camera {
  constructor() {
    Object.assign(this, { zoom: 1, x: 0, y: 0, width: 1, height: 1, extent: [1, 1], atHome: true });
  }

  resize(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    if (this.atHome) this.goHome();
  }

  /** @param {[number, number]} extent half the width and height of the box around all points */
  frame(extent) {
    this.extent = extent;
    this.goHome();
  }

  goHome() {
    Object.assign(this, { zoom: this.homeZoom, x: 0, y: 0, atHome: true });
  }

  get homeZoom() {
    const [width, height] = this.extent;
    return 1 / (MARGIN * Math.max(height, (width * this.height) / this.width, 0.05));
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

  pan(right, down) {
    this.x += (2 * right) / this.height;
    this.y -= (2 * down) / this.height;
    this.atHome = false;
  }

  /** Zoom so that the position under the given pixel stays there. */
  zoomAt(pixel, factor) {
    const [x, y] = this.toWorld(pixel);
    const zoom = Math.min(MOST, Math.max(LEAST, this.zoom * factor));
    this.x += (this.zoom - zoom) * x;
    this.y += (this.zoom - zoom) * y;
    this.zoom = zoom;
    this.atHome = false;
  }

  /** The argument of `restore`; undefined for the home view, which depends on the size of the map. */
  get view() {
    return this.atHome ? undefined : [this.zoom, this.x, this.y];
  }

  restore([zoom, x, y]) {
    Object.assign(this, { zoom, x, y, atHome: false });
  }
}
