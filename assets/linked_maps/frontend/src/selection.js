// Selections are sorted Uint32Arrays of text numbers.

export const NOTHING = new Uint32Array(0);

/** @returns {Uint32Array} sorted, each number once */
export function union(a, b) {
  return Uint32Array.from(new Set([...a, ...b])).sort();
}

export function same(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** Base64 of the little-endian bytes: 5.3 characters a text, a tenth of the size of JSON with its keys. */
export function encodeSelection(selection) {
  const bytes = new Uint8Array(selection.buffer, selection.byteOffset, selection.byteLength);
  let binary = "";
  // fromCharCode takes its characters as arguments, whose number is limited.
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
}
