// Draws a map of more points than a screen can tell apart: as density, and one by one where few are in view.

import { Bins, Blend } from "./bins.js";
import { DOUBTFUL, drawingOrder, GREYED, LIT, mix, mixedOrder, SELECTED } from "./point_flags.js";
import { pointSizes } from "./theme.js";

export const MANY = 250_000; // points of a map; up to here each is drawn
const FEW = 50_000; // points in view, or in front, that are drawn one by one
const STAY = 1.3; // they stay so until there are more by this factor, so that a small move changes nothing
const MOST_RINGED = 20_000; // search hits: rings around more would cover each other
const SAMPLE = 100_000; // points that stand for all during a morph

const FRAME_MS = 24; // for counting while the map moves: with more to do, a part stands for all
const REST_MS = 140; // without a move before all are counted
const BIN_SHARE = 0.625; // of the diameter of a point
const CELLS = 256; // a side, to find where points are densest
const DENSEST = 0.99; // share of the cells with points where a bin is not yet opaque

// How points share a bin: what is chosen is seen among many, what a filter leaves out hides nothing.
const [PLAIN, BACK, OUT, FRONT] = [0, 1, 2, 3];
const KINDS = [
  { block: "vivid", weight: 1 },
  { block: "pale", weight: 1 },
  { block: "greyed", weight: 0.1 },
  { block: "vivid", weight: 25 },
];
const CLASSLESS = 0.35; // of that weight

/** Whether search hits have rings, on a map of n points; otherwise their colours alone tell. */
export function hitsAreRinged(n, hits) {
  return n <= MANY || hits <= MOST_RINGED;
}

export class ManyPoints {
  /**
   * @param {import("./painter.js").Painter} painter; @param {HTMLCanvasElement} canvas below that of the painter
   * @param {() => void} redraw asks for another call of `draw`
   */
  constructor(painter, canvas, redraw) {
    Object.assign(this, { painter, redraw });
    this.bins = new Bins(canvas);
    this.dense = true; // whether the last drawing showed density
    this.pace = 2e-5; // milliseconds to count a point, as measured last
  }

  /** The parameters of this and the next are those of `EveryPoint`. */
  show({ coordinates, from, classes, colours }) {
    if (this.colours !== colours) this.painter.setColours(colours);
    this.mixed = mixedOrder(classes.length);
    Object.assign(this, { coordinates, from, classes, colours, sample: null });
  }

  flag({ flags, lit, focus, greyShare }) {
    Object.assign(this, { flags, focus, styles: null, sample: null, still: true });
    this.blend = new Blend(
      KINDS.flatMap(({ block, weight }, kind) =>
        this.colours[block].map((colour, i) => ({ colour, weight: weight * (i === 0 && kind !== FRONT ? CLASSLESS : 1) })),
      ),
    );
    this.ringed = hitsAreRinged(flags.length, lit.length);
    this.front = this.#inFront(greyShare);
  }

  /** Points drawn one by one over the density: hits, selected, doubtful ones, and a few coloured ones among grey ones. */
  #inFront(greyShare) {
    const { flags, classes } = this;
    const rare = greyShare > 0.9 && greyShare < 1;
    const groups = { hits: [], selected: [], doubtful: [], coloured: [] };
    for (let i = 0; i < flags.length; i++) {
      let group = null;
      if (flags[i] & LIT) group = groups.hits;
      else if (flags[i] & SELECTED) group = groups.selected;
      else if (flags[i] & GREYED) continue;
      else if (this.focus === 2 && flags[i] & DOUBTFUL) group = groups.doubtful;
      else if (rare && classes[i] !== 0) group = groups.coloured;
      if (group !== null && group.length <= FEW) group.push(i);
    }
    const front = Object.values(groups).filter((group) => group.length <= FEW).flat();
    return mix(front.length).map((k) => front[k]);
  }

  /** Positions in `blend` of some points. */
  #stylesOf(numbers) {
    const { flags, classes, focus } = this;
    const palette = this.colours.vivid.length;
    const styles = new Uint32Array(numbers.length);
    for (let k = 0; k < numbers.length; k++) {
      const flag = flags[numbers[k]];
      let kind = focus === 0 ? PLAIN : BACK;
      if (flag & (SELECTED | LIT)) kind = FRONT;
      else if (flag & GREYED) kind = OUT;
      else if (focus === 2 && flag & DOUBTFUL) kind = FRONT;
      styles[k] = kind * palette + classes[numbers[k]];
    }
    return styles;
  }

  /** @param {object} how as for `Painter.draw`; grid(): a PickGrid of the points where they stand now */
  draw({ grid, ...how }) {
    const { morph } = how;
    clearTimeout(this.resting);
    if (morph < 1 && morph !== this.settled) return this.#drawOnTheWay(how);
    this.settled = morph;
    const placed = grid();
    const runs = placed.runs(how.camera);
    const count = runs.reduce((sum, [from, to]) => sum + to - from, 0);
    this.dense = count > FEW * (this.dense ? 1 : STAY);
    if (this.dense) this.#drawDensity(placed, runs, count, how);
    else this.bins.clear();
    this.#drawPoints(this.dense ? this.front : placed.numbers(runs, count), placed.coordinates, how);
  }

  #drawDensity(grid, runs, count, { camera, sizes }) {
    if (this.grid !== grid) Object.assign(this, { grid, places: grid.sorted(), top: this.#densest(grid.coordinates), styles: null });
    this.styles ??= this.#stylesOf(grid.members);
    const step = this.still ? 1 : Math.max(1, Math.round((count * this.pace) / FRAME_MS));
    this.still = false;
    const started = performance.now();
    this.bins.begin(camera, BIN_SHARE * sizes.greySize);
    for (const [from, to] of runs) this.bins.add(this.places, this.styles, this.blend, { from, to, step });
    this.pace = ((performance.now() - started) * step) / count;
    this.bins.show(this.#top(camera, sizes), step);
    if (step > 1) this.#later(() => (this.still = true));
  }

  #drawOnTheWay(how) {
    const { camera, morph, sizes } = how;
    this.sample ??= this.#takeSample();
    const { from, to, styles, top } = this.sample;
    this.top = top;
    const places = to.map((value, i) => from[i] + morph * (value - from[i]));
    this.dense = true;
    this.bins.begin(camera, BIN_SHARE * sizes.greySize);
    this.bins.add(places, styles, this.blend, { from: 0, to: styles.length, step: 1 });
    this.bins.show(this.#top(camera, sizes), this.classes.length / styles.length);
    this.#drawPoints([], places, how);
    this.#later(() => (this.settled = morph));
  }

  #takeSample() {
    const numbers = this.mixed.subarray(0, SAMPLE);
    const gather = (coordinates) => placesOf(numbers, coordinates);
    return {
      from: gather(this.from ?? this.coordinates),
      to: gather(this.coordinates),
      styles: this.#stylesOf(numbers),
      top: this.#densest(this.coordinates),
    };
  }

  /** Draw points one by one, over everything else. */
  #drawPoints(numbers, coordinates, how) {
    const { painter, flags, classes } = this;
    const order = drawingOrder(flags, classes, numbers);
    const places = placesOf(order, coordinates);
    painter.set("place", places);
    painter.set("start", places);
    painter.set("kind", Uint16Array.from(order, (i) => classes[i]));
    painter.set("flags", Uint8Array.from(order, (i) => flags[i]));
    painter.set("order", Uint32Array.from(order, (_, k) => k));
    const hits = [];
    if (this.ringed) order.forEach((i, k) => flags[i] & LIT && hits.push(k));
    painter.set("ringed", Uint32Array.from(hits));
    painter.draw(how);
  }

  #later(change) {
    this.resting = setTimeout(() => {
      change();
      this.redraw();
    }, REST_MS);
  }

  /** Points of a bin that is opaque. */
  #top({ pixelsPerUnit }, { greySize }) {
    return this.top * ((BIN_SHARE * greySize) / pixelsPerUnit) ** 2;
  }

  /** Points in a square unit of the map where they are densest. */
  #densest(coordinates) {
    const numbers = this.mixed.subarray(0, SAMPLE);
    const counts = new Uint32Array(CELLS * CELLS);
    const cell = (value) => Math.min(CELLS - 1, Math.max(0, Math.floor(((value + 1) / 2) * CELLS)));
    for (const i of numbers) counts[cell(coordinates[2 * i]) + CELLS * cell(coordinates[2 * i + 1])]++;
    const taken = counts.filter((count) => count > 0).sort();
    const each = this.classes.length / numbers.length;
    return taken[Math.floor(DENSEST * (taken.length - 1))] * each * (CELLS / 2) ** 2;
  }

  /** Sizes of the points as if those in view were the whole map, which is about true. */
  sizes({ greyShare, zoom }) {
    return pointSizes({ n: Math.max(1, this.classes.length / zoom ** 2), greyShare, zoom: 1 });
  }

  destroy() {
    clearTimeout(this.resting);
    this.bins.clear();
  }
}

function placesOf(numbers, coordinates) {
  const places = new Float32Array(2 * numbers.length);
  for (let k = 0; k < numbers.length; k++) {
    places[2 * k] = coordinates[2 * numbers[k]];
    places[2 * k + 1] = coordinates[2 * numbers[k] + 1];
  }
  return places;
}
