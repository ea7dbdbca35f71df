// The page around the maps: colours, search, and the list of the texts. `drawMaps` and `deliverPlaces` are the
// bundles of the maps component, which stand before this in the same script.

const HOVER_LENGTH = 200;
const AT_A_TIME = 50;
const TYPING = 150; // milliseconds without a key before the texts are searched
const TYPES = { float32: Float32Array, uint32: Uint32Array, uint16: Uint16Array, uint8: Uint8Array };

const data = JSON.parse(document.getElementById("data").textContent);
const [host, list, count] = ["maps", "list", "count"].map((id) => document.getElementById(id));
const [search, colour, clear, more] = ["search", "colour", "clear", "more"].map((id) => document.getElementById(id));
const shadow = host.attachShadow({ mode: "open" });
const n = data.texts.length;
const integers = new Intl.NumberFormat("en");
const folded = data.texts.map((text) => text.toLowerCase());
const places = read(bytesOf(data.places));
const colourings = data.colourings.map((encoded) => read(bytesOf(encoded)));

let chosen = null; // rows that are selected on the maps
let hits = null; // rows that the search finds
let asked = { token: "", rows: new Uint32Array(0) }; // what this page selected last
let shown = AT_A_TIME;
let drawn = false;

function bytesOf(encoded) {
  return Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
}

/** Header and blobs of a payload: [u32 header length][JSON header][blobs], each part padded to 4 bytes. */
function read(bytes) {
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const start = 4 + length + (-length & 3);
  const blob = (name) => {
    const { type, offset, length: size } = header.blobs[name];
    return new TYPES[type](bytes.slice(start + offset, start + offset + size).buffer);
  };
  return { header, blob, blobs: bytes.subarray(start) };
}

/** The same payload with a selection and with search hits. */
function payloadWith({ header, blobs }, select, lit) {
  const added = { select: select.rows, ...(lit && { lit }) };
  const described = { ...header.blobs };
  let end = blobs.length;
  for (const [name, rows] of Object.entries(added)) {
    described[name] = { type: "uint32", offset: end, length: rows.byteLength };
    end += rows.byteLength;
  }
  const parts = { select: { token: select.token }, lit: lit ? { key: search.value } : null, blobs: described };
  const text = new TextEncoder().encode(JSON.stringify({ ...header, ...parts }));
  const start = 4 + text.length + (-text.length & 3);
  const bytes = new Uint8Array(start + end);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(blobs, start);
  for (const [name, rows] of Object.entries(added)) {
    bytes.set(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength), start + described[name].offset);
  }
  return bytes;
}

function draw() {
  const bytes = payloadWith(colourings[colour.value], asked, hits);
  drawMaps({ data: bytes, parentElement: shadow, setStateValue: told, setTriggerValue: () => {} });
  if (drawn) return;
  drawn = true;
  globalThis[Symbol.for("refract-linked-maps")].answers.set(data.key, { get: (row) => beginningOf(data.texts[row]) });
  deliverPlaces({ data: bytesOf(data.places), parentElement: shadow.appendChild(document.createElement("div")) });
}

function beginningOf(text) {
  return text.length > HOVER_LENGTH ? `${text.slice(0, HOVER_LENGTH - 1)}…` : text;
}

/** What the maps say. */
function told(name, value) {
  if (name === "webgl") return document.documentElement.classList.add("no-maps");
  if (name !== "selection") return;
  const rows = rowsOf(value);
  chosen = rows.length ? rows : null;
  showList();
}

function rowsOf({ bits, indices }) {
  const bytes = bytesOf(bits ?? indices);
  if (bits === undefined) return new Uint32Array(bytes.buffer);
  return Uint32Array.from({ length: n }, (_, row) => row).filter((row) => bytes[row >> 3] & (1 << (row & 7)));
}

/** Select texts on the maps and in the list. */
function select(rows) {
  asked = { token: `${Number(asked.token) + 1}`, rows };
  chosen = rows.length ? rows : null;
  draw();
  showList();
}

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  hits = null;
  if (words.length) hits = Uint32Array.from(folded.keys()).filter((row) => words.every((word) => folded[row].includes(word)));
  draw();
  showList();
}

// --- the list

function showList() {
  shown = AT_A_TIME;
  fill();
  list.parentElement.scrollTop = 0;
}

function fill() {
  const known = new Set(hits);
  const found = chosen && hits ? chosen.filter((row) => known.has(row)) : (chosen ?? hits);
  const size = found ? found.length : n;
  const items = [];
  for (let i = 0; i < Math.min(shown, size); i++) items.push(itemOf(found ? found[i] : i));
  list.replaceChildren(...items);
  const what = [chosen && "selected", hits && "found"].filter(Boolean).join(" and ");
  count.textContent = found ? `${integers.format(size)} ${what}` : `${integers.format(n)} texts`;
  clear.hidden = chosen === null;
  more.hidden = size <= shown;
  more.textContent = `Show ${integers.format(Math.min(AT_A_TIME, size - shown))} more`;
}

function itemOf(row) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dir = "auto";
  button.textContent = data.texts[row];
  button.append(labelOf(row));
  button.addEventListener("click", () => select(Uint32Array.of(row)));
  item.append(button);
  return item;
}

function labelOf(row) {
  const { header, values } = colourings[colour.value];
  const { labels, colours, grey } = header.colouring;
  const [label, dot] = [document.createElement("small"), document.createElement("span")];
  const code = values[row] - 1;
  dot.className = "dot";
  dot.style.background = code < 0 ? data.grey : colours[code];
  if (code >= 0) dot.style.background = `light-dark(${colours[code]}, ${data.dark[colours[code]]})`;
  const name = document.createElement("bdi");
  name.textContent = code < 0 ? grey : labels[code];
  label.append(dot, name);
  return label;
}

// --- what people do

let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(find, TYPING);
});
colour.addEventListener("change", () => {
  draw();
  fill();
});
clear.addEventListener("click", () => select(new Uint32Array(0)));
more.addEventListener("click", () => {
  shown += AT_A_TIME;
  fill();
});
for (const button of document.querySelectorAll("button[data-code]")) {
  button.addEventListener("click", () => {
    const codes = places.blob(`level_${button.dataset.pane}_0`);
    const wanted = Number(button.dataset.code) + 1;
    select(Uint32Array.from(codes.keys()).filter((row) => codes[row] === wanted));
    document.getElementById("maps-section").scrollIntoView();
  });
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

for (const colouring of colourings) colouring.values = colouring.blob("values");
draw();
showList();
