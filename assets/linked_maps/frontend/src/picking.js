// The nearest point to a place, and the points inside a drawn line. Both use flat [x0, y0, x1, y1, …] coordinates.

const PER_CELL = 4;

/** A grid over [-1, 1]² that finds the nearest point without testing all points. */
export class PickGrid {
  constructor(coordinates) {
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
    for (let i = 0; i < n; i++) this.members[next[cells[i]]++] = i;
  }

  #column(value) {
    return Math.min(this.side - 1, Math.max(0, Math.floor(((value + 1) / 2) * this.side)));
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
  const found = [];
  for (let i = 0; i < coordinates.length / 2; i++) {
    const x = coordinates[2 * i];
    const y = coordinates[2 * i + 1];
    if (x < left || x > right || y < bottom || y > top) continue;
    if (windings(xs, ys, x, y) !== 0) found.push(i);
  }
  return Uint32Array.from(found);
}

function windings(xs, ys, x, y) {
  let count = 0;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
    const upward = ys[j] <= y && ys[i] > y;
    const downward = ys[j] > y && ys[i] <= y;
    if (!upward && !downward) continue;
    const side = (xs[i] - xs[j]) * (y - ys[j]) - (x - xs[j]) * (ys[i] - ys[j]);
    if (upward && side > 0) count++;
    if (downward && side < 0) count--;
  }
  return count;
}
