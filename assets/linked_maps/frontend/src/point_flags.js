// Flags of each point (one byte: selected, hit, filtered out, doubtful) and the drawing order.

export const SELECTED = 1;
export const LIT = 2;
export const GREYED = 4;
export const DOUBTFUL = 8;

/** A point with a lower share of true neighbours near it is doubtful; in the payload's unit, 255 for all. */
const DOUBT_BELOW = 0.2 * 255;

/**
 * @param {{n: number, selection: Uint32Array, lit: Uint32Array, shown: Uint8Array | null, kept: Uint8Array | null}} what
 *   shown: 0 for texts that a filter leaves out; kept: given only while doubtful places are marked
 */
export function flagsOf({ n, selection, lit, shown, kept }) {
  const flags = new Uint8Array(n);
  if (shown !== null) for (let i = 0; i < n; i++) if (shown[i] === 0) flags[i] = GREYED;
  if (kept !== null) for (let i = 0; i < n; i++) if (isDoubtful(kept[i])) flags[i] |= DOUBTFUL;
  for (const i of selection) flags[i] |= SELECTED;
  for (const i of lit) flags[i] |= LIT;
  return flags;
}

export function isDoubtful(kept) {
  return kept < DOUBT_BELOW;
}

let latest = new Uint32Array(0);

/** Numbers 0 … n - 1 in a fixed pseudorandom order; do not change it. */
export function mixedOrder(n) {
  if (latest.length !== n) latest = mix(n); // the same for both maps
  return latest;
}

/** The numbers 0 … n - 1 in the order of `mixedOrder`, computed. */
export function mix(n) {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  let seed = 1;
  for (let i = n - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((seed / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * Order from bottom to top: greyed by a filter, grey, coloured; above them the selected or lit points. Each group is
 * in the order given, best a pseudorandom one, so that no class covers another because it comes later in the corpus.
 * @param {ArrayLike<number>} points to draw
 */
export function drawingOrder(flags, classes, points) {
  const layer = (i) => {
    if (flags[i] & SELECTED || flags[i] & LIT) return classes[i] === 0 ? 3 : 4;
    if (flags[i] & GREYED) return 0;
    return classes[i] === 0 ? 1 : 2;
  };
  const starts = new Uint32Array(6);
  for (const i of points) starts[layer(i) + 1]++;
  for (let k = 0; k < 5; k++) starts[k + 1] += starts[k];
  const order = new Uint32Array(points.length);
  for (const i of points) order[starts[layer(i)]++] = i;
  return order;
}
