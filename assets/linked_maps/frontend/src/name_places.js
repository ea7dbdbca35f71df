// Where cluster names go: near their texts, beside dense points, over no other name.

const GAP = 4;
const CELL = 8; // pixels
const STEPS = [0, 10, 22, 36, 52, 72]; // pixels from the place, beyond half the size of the name
const DIRECTIONS = [
  [0, -1], [0, 1], [1, 0], [-1, 0], [1, -1], [-1, -1], [1, 1], [-1, 1],
  [0.5, -1], [-0.5, -1], [0.5, 1], [-0.5, 1], [1, -0.5], [-1, -0.5], [1, 0.5], [-1, 0.5],
];
const FAR = 40; // pixels beyond the texts of the cluster that are as bad as covering points of mean density
const FARTHEST = 30; // pixels beyond them
const CROWDED = 3; // how bad it is to cover points of mean density
const ROUNDS = 4;
const STAY = 0.8; // a place is kept until another is better by a fifth

/** How many points are where on the screen; asked for boxes. */
export class Crowd {
  /** @param {Float32Array} places x, y in pixels of (a sample of) the points */
  constructor(places, width, height) {
    this.columns = Math.max(1, Math.ceil(width / CELL));
    this.rows = Math.max(1, Math.ceil(height / CELL));
    const stride = this.columns + 1;
    this.sums = new Float32Array(stride * (this.rows + 1)); // of all cells above and to the left
    let n = 0;
    for (let i = 0; i < places.length; i += 2) {
      const column = Math.floor(places[i] / CELL);
      const row = Math.floor(places[i + 1] / CELL);
      if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) continue;
      this.sums[(row + 1) * stride + column + 1]++;
      n++;
    }
    let taken = 0;
    for (let row = 1; row <= this.rows; row++) {
      for (let column = 1; column <= this.columns; column++) {
        const at = row * stride + column;
        if (this.sums[at] > 0) taken++;
        this.sums[at] += this.sums[at - 1] + this.sums[at - stride] - this.sums[at - stride - 1];
      }
    }
    this.mean = n / Math.max(1, taken); // points in a cell that has any
  }

  /** Points of a cell of the box, 1 for the mean of the cells that have points. */
  density({ left, top, right, bottom }) {
    if (this.mean === 0) return 0;
    const column = (x) => Math.min(this.columns, Math.max(0, Math.round(x / CELL)));
    const row = (y) => Math.min(this.rows, Math.max(0, Math.round(y / CELL)));
    const [l, t, r, b] = [column(left), row(top), Math.max(column(left) + 1, column(right)), Math.max(row(top) + 1, row(bottom))];
    const at = (x, y) => this.sums[Math.min(this.rows, y) * (this.columns + 1) + Math.min(this.columns, x)];
    const points = at(r, b) - at(l, b) - at(r, t) + at(l, t);
    return points / ((r - l) * (b - t)) / this.mean;
  }
}

/**
 * Give each name a box without overlap, or none.
 * @param {{width, height, at: [number, number] | null, reach: number, spot: number}[]} items the most important first;
 *   at: the middle of its texts in pixels, null where none is in sight; reach: how far most of them are from it; spot:
 *   the kept place, changed here
 * @param {{crowd: Crowd, taken: object[], most: number, width: number, height: number}} stage taken: boxes that no
 *   name may cover; most: names to place
 * @returns {(object | null)[]} {left, top, right, bottom} with a gap around each name
 */
export function placeNames(items, stage) {
  const centres = items.map((item) => item.at).filter(Boolean);
  let order = items;
  let best = null;
  for (let round = 0; round < ROUNDS; round++) {
    const placed = placeInOrder(order, centres, stage);
    if (best === null || placed.size > best.size) best = placed;
    // Those without room choose first in the next round: others may have more places than one.
    const left = order.filter((item) => item.at !== null && !placed.has(item));
    if (left.length === 0 || placed.size >= stage.most) break;
    order = [...left, ...order.filter((item) => !left.includes(item))];
  }
  return items.map((item) => {
    const { box = null, spot = 0 } = best.get(item) ?? {};
    item.spot = spot;
    return box;
  });
}

/** @returns {Map<object, {box: object, spot: number}>} of the items that found a place, each the best that is left */
function placeInOrder(items, centres, { crowd, taken, most, width, height }) {
  const placed = new Map();
  const full = [...taken];
  for (const item of items) {
    if (item.at === null || placed.size >= most) continue;
    let best = null;
    let least = Infinity;
    spotsOf(item).forEach(([dx, dy], spot) => {
      const box = boxAround(item, item.at[0] + dx, item.at[1] + dy, width, height);
      if (full.some((other) => overlap(box, other))) return;
      const cost = costOf(box, item, centres, crowd) * (spot === item.spot ? STAY : 1);
      if (cost >= least) return;
      [least, best] = [cost, { box, spot }];
    });
    if (best === null) continue;
    placed.set(item, best);
    full.push(best.box);
  }
  return placed;
}

function spotsOf({ width, height }) {
  const spots = [[0, 0]];
  for (const step of STEPS) {
    for (const [x, y] of DIRECTIONS) spots.push([x * (width / 2 + step), y * (height / 2 + step)]);
  }
  return spots;
}

/** How bad a place is; infinite where the name would seem to belong to another cluster, or to none. */
function costOf(box, { at, reach }, centres, crowd) {
  const away = distance(box, at);
  if (away - reach > FARTHEST || centres.some((other) => distance(box, other) < away - 1)) return Infinity;
  const own = Math.hypot((box.left + box.right) / 2 - at[0], (box.top + box.bottom) / 2 - at[1]);
  return 0.02 + CROWDED * Math.min(4, crowd.density(box)) + Math.max(0, away - reach) / FAR + own / (8 * FAR);
}

/** From the edge of the name, since a long name is not farther away than a short one. */
function distance({ left, top, right, bottom }, [x, y]) {
  return Math.hypot(Math.max(0, left - x, x - right), Math.max(0, top - y, y - bottom));
}

/** Shift a name inwards where the edge would cut it. */
function boxAround({ width, height }, x, y, stageWidth, stageHeight) {
  const left = Math.max(2, Math.min(x - width / 2, stageWidth - width - 2));
  const top = Math.max(2, Math.min(y - height / 2, stageHeight - height - 2));
  return { left: left - GAP, top: top - GAP, right: left + width + GAP, bottom: top + height + GAP };
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
