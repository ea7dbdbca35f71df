// A sample of a map's points, projected: where points are dense, and where the texts of a cluster are in sight.

import { mixedOrder } from "./point_flags.js";

const MOST = 12_000;

export class Sample {
  /** @param {Float32Array} coordinates; @param {Uint16Array[]} levels cluster of each point plus 1, 0 for none */
  constructor(coordinates, levels) {
    const n = coordinates.length / 2;
    this.points = n <= MOST ? Uint32Array.from({ length: n }, (_, i) => i) : mixedOrder(n).subarray(0, MOST);
    this.coordinates = coordinates;
    this.levels = levels;
    this.screen = new Float32Array(2 * this.points.length);
  }

  /** Project the sample; only what the camera sees counts afterwards. */
  project(camera) {
    this.camera = camera;
    this.seen = [];
    this.points.forEach((i, k) => {
      const [x, y] = camera.project(this.coordinates[2 * i], this.coordinates[2 * i + 1]);
      this.screen[2 * k] = x;
      this.screen[2 * k + 1] = y;
    });
    return this.screen;
  }

  /**
   * Where the texts of a cluster that are in sight stand: the one nearest to their middle, or the place given, and how
   * far most of them are from it, in pixels; null where none is in sight.
   */
  spread(level, code, place) {
    this.seen[level] ??= this.#group(level);
    const members = this.seen[level].get(code);
    if (members === undefined) return null;
    const at = place ?? this.#middle(members);
    const distances = members.map((k) => Math.hypot(this.screen[2 * k] - at[0], this.screen[2 * k + 1] - at[1]));
    return { at, reach: middleOf(distances) };
  }

  #middle(members) {
    const median = [0, 1].map((axis) => middleOf(members.map((k) => this.screen[2 * k + axis])));
    let best = null;
    let least = Infinity;
    for (const k of members) {
      const place = [this.screen[2 * k], this.screen[2 * k + 1]];
      const square = (place[0] - median[0]) ** 2 + (place[1] - median[1]) ** 2;
      if (square < least) [least, best] = [square, place];
    }
    return best;
  }

  #group(level) {
    const groups = new Map();
    const codes = this.levels[level];
    const { width, height } = this.camera;
    this.points.forEach((i, k) => {
      const [x, y] = [this.screen[2 * k], this.screen[2 * k + 1]];
      if (codes[i] === 0 || x < 0 || y < 0 || x > width || y > height) return;
      const code = codes[i] - 1;
      if (groups.has(code)) groups.get(code).push(k);
      else groups.set(code, [k]);
    });
    return groups;
  }
}

function middleOf(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
