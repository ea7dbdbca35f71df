// Selections are sorted Uint32Arrays of text numbers.

export const NOTHING = new Uint32Array(0);

/** @param {ArrayLike<number>} a, b sorted; @returns {Uint32Array} sorted, each number once */
export function union(a, b) {
  const joined = new Uint32Array(a.length + b.length);
  let count = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; count++) {
    joined[count] = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    if (a[i] === joined[count]) i++;
    if (b[j] === joined[count]) j++;
  }
  return joined.slice(0, count);
}

export function same(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/**
 * A selection of the texts 0 … n - 1 for Python, in the shorter of two forms, since the browser sends it with every rerun:
 * `indices`, base64 of the little-endian numbers, or `bits`, base64 of a bit for each text, the lowest bit first.
 */
export function encodeSelection(selection, n) {
  if (32 * selection.length <= n) return { indices: base64(new Uint8Array(selection.buffer, selection.byteOffset, selection.byteLength)) };
  const bits = new Uint8Array(Math.ceil(n / 8));
  for (const i of selection) bits[i >> 3] |= 1 << (i & 7);
  return { bits: base64(bits) };
}

function base64(bytes) {
  let binary = "";
  // fromCharCode takes its characters as arguments, whose number is limited.
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
}
