// Reads payloads that Python wrote, at an address that is no multiple of 4, and prints what it found.
import { readFileSync } from "node:fs";
import { decodePayload } from "../src/payload.js";

const found = process.argv.slice(2).map((path) => {
  const content = readFileSync(path);
  const shifted = new Uint8Array(content.length + 1);
  shifted.set(content, 1);
  const { header, blob } = decodePayload(shifted.subarray(1));
  const blobs = Object.fromEntries(Object.keys(header.blobs).map((name) => [name, [...blob(name)]]));
  return { header, blobs };
});
console.log(JSON.stringify(found));
