// The nearest point to a place, and the points inside a drawn line. Both use flat [x0, y0, x1, y1, …] coordinates.

const PER_CELL = 4;
const STRIPS = 512;

/** A grid over [-1, 1]² that finds the nearest point without testing all points. */
export class PickGrid {
  /**
   * @param {Float32Array} coordinates
   * @param {Uint32Array | null} order of the points within a cell; by number where none is given
   */
  constructor(coordinates, order = null) {
    const n = coordinates.length / 2;
    this.coordinates = coordinates;
    this.side = Math.min(512, Math.max(1, Math.ceil(Math.sqrt(n / PER_CELL))));
    this.starts = new Uint32Array(this.side * this.side + 1);
    const cells = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      cells[i] = this.#column(coordinates[2 * i]) + this.side * this.#column(coordinates[2 * i + 1]);
      this.starts[cells[i] + 1]++;
    }
    for (let cell = 0; cell < this.side * this.side; cell++) this.starts[cell + 1] += this.starts[cell];
    const next = this.starts.slice();
    this.members = new Uint32Array(n);
    for (let k = 0; k < n; k++) {
      const i = order === null ? k : order[k];
      this.members[next[cells[i]]++] = i;
    }
  }

  #column(value) {
    return Math.min(this.side - 1, Math.max(0, Math.floor(((value + 1) / 2) * this.side)));
  }

  /** Parts of `members` in the rows of cells that a camera sees: [from, to] of each. */
  runs(camera) {
    const [left, bottom] = camera.toWorld([0, camera.height]).map((value) => this.#column(value));
    const [right, top] = camera.toWorld([camera.width, 0]).map((value) => this.#column(value));
    const runs = [];
    for (let row = bottom; row <= top; row++) {
      const [from, to] = [this.starts[row * this.side + left], this.starts[row * this.side + right + 1]];
      if (from < to) runs.push([from, to]);
    }
    return runs;
  }

  /** The point numbers of some runs, which have `count` together. */
  numbers(runs, count) {
    const numbers = new Uint32Array(count);
    let next = 0;
    for (const [from, to] of runs) {
      numbers.set(this.members.subarray(from, to), next);
      next += to - from;
    }
    return numbers;
  }

  /** The coordinates in the order of `members`. */
  sorted() {
    const sorted = new Float32Array(this.coordinates.length);
    for (let k = 0; k < this.members.length; k++) {
      sorted[2 * k] = this.coordinates[2 * this.members[k]];
      sorted[2 * k + 1] = this.coordinates[2 * this.members[k] + 1];
    }
    return sorted;
  }

  /** @returns {number} number of the nearest point within the radius that may be taken, or -1 */
  nearest(x, y, radius, may = () => true) {
    let best = -1;
    let bestSquare = radius * radius;
    const [left, right] = [this.#column(x - radius), this.#column(x + radius)];
    const [bottom, top] = [this.#column(y - radius), this.#column(y + radius)];
    for (let row = bottom; row <= top; row++) {
      for (let k = this.starts[row * this.side + left]; k < this.starts[row * this.side + right + 1]; k++) {
        const i = this.members[k];
        const square = (this.coordinates[2 * i] - x) ** 2 + (this.coordinates[2 * i + 1] - y) ** 2;
        if (square <= bestSquare && may(i)) {
          best = i;
          bestSquare = square;
        }
      }
    }
    return best;
  }
}

/**
 * Points inside a closed polygon, by the nonzero winding rule: a line that crosses itself takes every loop.
 * @param {ArrayLike<number>} coordinates
 * @param {[number, number][]} polygon
 * @returns {Uint32Array} sorted
 */
export function insidePolygon(coordinates, polygon) {
  const xs = polygon.map((vertex) => vertex[0]);
  const ys = polygon.map((vertex) => vertex[1]);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const { edges, stripOf } = strips(ys, bottom, top);
  const found = new Uint32Array(coordinates.length / 2);
  let count = 0;
  for (let i = 0; i < found.length; i++) {
    const x = coordinates[2 * i];
    const y = coordinates[2 * i + 1];
    if (x < left || x > right || y < bottom || y > top) continue;
    if (windings(xs, ys, edges[stripOf(y)], x, y) !== 0) found[count++] = i;
  }
  return found.slice(0, count);
}

/** The edges of a polygon that cross each of some strips of equal height: a place is compared with a few only. */
function strips(ys, bottom, top) {
  const edges = Array.from({ length: STRIPS }, () => []);
  const stripOf = (y) => Math.min(STRIPS - 1, Math.floor(((y - bottom) / (top - bottom || 1)) * STRIPS));
  for (let i = 0, j = ys.length - 1; i < ys.length; j = i++) {
    const [low, high] = [stripOf(Math.min(ys[i], ys[j])), stripOf(Math.max(ys[i], ys[j]))];
    for (let strip = low; strip <= high; strip++) edges[strip].push(i);
  }
  return { edges, stripOf };
}

function windings(xs, ys, edges, x, y) {
  let count = 0;
  for (const i of edges) {
    const j = i === 0 ? xs.length - 1 : i - 1;
    const upward = ys[j] <= y && ys[i] > y;
    const downward = ys[j] > y && ys[i] <= y;
    if (!upward && !downward) continue;
    const side = (xs[i] - xs[j]) * (y - ys[j]) - (x - xs[j]) * (ys[i] - ys[j]);
    if (upward && side > 0) count++;
    if (downward && side < 0) count--;
  }
  return count;
}
