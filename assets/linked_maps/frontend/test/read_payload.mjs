// Reads a payload that Python wrote, at an address that is no multiple of 4, and prints what it found.
import { readFileSync } from "node:fs";
import { decodePayload, Texts } from "../src/payload.js";

function read(path) {
  const content = readFileSync(path);
  const shifted = new Uint8Array(content.length + 1);
  shifted.set(content, 1);
  return decodePayload(shifted.subarray(1));
}

const maps = read(process.argv[2]);
const texts = read(process.argv[3]);
const stored = new Texts(texts.blob("text_bytes"), texts.blob("text_offsets"));
const blobs = Object.fromEntries(Object.keys(maps.header.blobs).map((name) => [name, [...maps.blob(name)]]));
const all = Array.from({ length: maps.header.n }, (_, i) => stored.at(i));
console.log(JSON.stringify({ header: maps.header, blobs, texts: all }));
