// The parts that need no browser. Run by tests/pages/maps/test_linked_maps.py, or with `node --test test/`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Camera } from "../src/camera.js";
import { contourPath } from "../src/density.js";
import { Crowd, placeNames } from "../src/name_places.js";
import { DOUBTFUL, drawingOrder, flagsOf, GREYED, LIT, mixedOrder, SELECTED } from "../src/point_flags.js";
import { insidePolygon, PickGrid } from "../src/picking.js";
import { roomFor } from "../src/room.js";
import { Sample } from "../src/sample.js";
import { placeOnScale, valueText } from "../src/scale.js";
import { encodeSelection, NOTHING, same, union } from "../src/selection.js";

const SQUARE = Float32Array.of(-0.5, -0.5, 0.5, -0.5, 0.5, 0.5, -0.5, 0.5, 0, 0);

test("a line around two corners and the middle takes these", () => {
  assert.deepEqual([...insidePolygon(SQUARE, [[-1, 0.25], [0.25, -1], [1, -0.25], [-0.25, 1]])], [1, 3, 4]);
  assert.deepEqual([...insidePolygon(SQUARE, [[-0.1, -1], [1, -1], [1, 1], [-0.1, 1]])], [1, 2, 4]);
});

test("a line that crosses itself takes both loops", () => {
  const eight = [[-0.6, -0.6], [0.6, 0.6], [0.6, -0.6], [-0.6, 0.6]];
  assert.deepEqual([...insidePolygon(Float32Array.of(-0.5, 0, 0.5, 0, 0, 0.5), eight)], [0, 1]);
});

test("a line of two points takes nothing", () => {
  assert.deepEqual([...insidePolygon(SQUARE, [[-1, -1], [1, 1]])], []);
});

test("the nearest point is the one a walk through all points finds", () => {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 1073741823.5 - 1;
  const coordinates = Float32Array.from({ length: 2 * 500 }, random);
  const grid = new PickGrid(coordinates);
  for (let trial = 0; trial < 200; trial++) {
    const [x, y] = [random(), random()];
    const squares = Array.from({ length: 500 }, (_, i) => (coordinates[2 * i] - x) ** 2 + (coordinates[2 * i + 1] - y) ** 2);
    const best = squares.indexOf(Math.min(...squares));
    assert.equal(grid.nearest(x, y, 0.1), squares[best] <= 0.01 ? best : -1);
  }
});

test("one point, and places outside the map, can be picked", () => {
  const grid = new PickGrid(Float32Array.of(0, 0));
  assert.equal(grid.nearest(0.01, 0, 0.05), 0);
  assert.equal(grid.nearest(3, -3, 0.05), -1);
});

test("a point that may not be taken leaves the next one", () => {
  const grid = new PickGrid(Float32Array.of(0, 0, 0.01, 0));
  assert.equal(grid.nearest(0, 0, 0.05), 0);
  assert.equal(grid.nearest(0, 0, 0.05, (i) => i !== 0), 1);
  assert.equal(grid.nearest(0, 0, 0.05, () => false), -1);
});

test("selections join sorted, each number once", () => {
  const joined = union(Uint32Array.of(3, 200), [10, 3]);
  assert.ok(same(joined, Uint32Array.of(3, 10, 200)));
  assert.ok(!same(joined, NOTHING));
});

test("a selection becomes base64 of little-endian integers", () => {
  assert.equal(encodeSelection(Uint32Array.of(1, 258)), "AQAAAAIBAAA=");
  assert.equal(encodeSelection(NOTHING), "");
  assert.equal(Buffer.from(encodeSelection(new Uint32Array(100_000)), "base64").length, 400_000);
});

test("each point has the flags that are true of it", () => {
  const what = { n: 5, selection: Uint32Array.of(0, 1), lit: Uint32Array.of(1, 2), shown: Uint8Array.of(1, 1, 1, 0, 1) };
  assert.deepEqual([...flagsOf({ ...what, kept: null })], [SELECTED, SELECTED | LIT, LIT, GREYED, 0]);
  const kept = Uint8Array.of(255, 255, 255, 0, 50);
  assert.deepEqual([...flagsOf({ ...what, kept })], [SELECTED, SELECTED | LIT, LIT, GREYED | DOUBTFUL, DOUBTFUL]);
  assert.equal(flagsOf({ ...what, shown: null, kept: Uint8Array.of(51, 51, 51, 51, 51) })[4], 0);
});

test("what matters is drawn above what does not", () => {
  const classes = Uint16Array.of(1, 0, 1, 0, 1, 2);
  const flags = Uint8Array.of(SELECTED, LIT, GREYED, 0, 0, GREYED | LIT);
  const order = [...drawingOrder(flags, classes, mixedOrder(6))];
  assert.deepEqual(order.slice(0, 4), [2, 3, 4, 1]);
  assert.deepEqual(order.slice(4).sort(), [0, 5]);
});

test("the mixed order has every number once and is the same each time", () => {
  const order = mixedOrder(1000);
  assert.deepEqual([...order].sort((a, b) => a - b), Array.from({ length: 1000 }, (_, i) => i));
  assert.deepEqual(order, mixedOrder(1000));
  assert.ok(order.filter((value, i) => value === i).length < 20);
});

test("a place goes to the screen and back, and zooming keeps what is under the pointer", () => {
  const camera = new Camera();
  camera.resize(400, 200);
  camera.frame({ extent: [1, 0.5] });
  assert.deepEqual(camera.project(0, 0), [200, 100]);
  const [right, top] = camera.project(1, 0.5);
  assert.ok(right < 400 && right > 370 && top > 0 && top < 10);
  const pixel = [300, 40];
  const world = camera.toWorld(pixel);
  camera.zoomAt(pixel, 3);
  camera.project(...world).forEach((value, i) => assert.ok(Math.abs(value - pixel[i]) < 1e-9));
  assert.ok(Math.abs(camera.magnification - 3) < 1e-9);
  camera.pan(10, -5);
  camera.project(...world).forEach((value, i) => assert.ok(Math.abs(value - [310, 35][i]) < 1e-9));
});

test("a resized map stays whole in view, but a chosen view stays", () => {
  const camera = new Camera();
  camera.resize(100, 100);
  camera.frame({ extent: [1, 1] });
  camera.resize(50, 100);
  assert.ok(camera.project(1, 0)[0] <= 50);
  camera.pan(1, 0);
  const { view } = camera;
  camera.resize(400, 100);
  assert.deepEqual(camera.view, view);
  camera.goHome();
  assert.equal(camera.view, undefined);
});

test("contours go around the points that are shown", () => {
  const cloud = (x) => Array.from({ length: 50 }, (_, i) => [x + 0.02 * Math.cos(i), 0.02 * Math.sin(i)]).flat();
  const coordinates = Float32Array.from([...cloud(-0.6), ...cloud(0.6)]);
  const xs = (path) => [...path.matchAll(/[ML](-?[\d.]+) /g)].map((match) => Number(match[1]));
  const both = xs(contourPath(coordinates, null));
  assert.ok(both.some((x) => x < -0.5) && both.some((x) => x > 0.5) && both.every((x) => Math.abs(x) < 1));
  const shown = Uint8Array.from({ length: 100 }, (_, i) => (i < 50 ? 1 : 0));
  assert.ok(xs(contourPath(coordinates, shown)).every((x) => x < 0));
  assert.equal(contourPath(coordinates, new Uint8Array(100)), "");
});

test("numbers beyond the ends of a scale have the colour of the end", () => {
  const place = placeOnScale({ low: 10, high: 20 });
  assert.deepEqual([-1000, 10, 15, 20, 1e9].map(place), [0, 0, 0.5, 1, 1]);
  assert.equal(placeOnScale({ low: 5, high: 5 })(5), 0);
});

test("a value on a scale of dates is a date, with a time where there is one", () => {
  const dates = { origin: Date.UTC(2024, 2, 1) };
  const words = [...Float32Array.of(0, 3.3402777, 2913113)].map((value) => valueText(dates, value));
  assert.deepEqual(words, ["1 Mar 2024", "4 Mar 2024, 08:10", "31 Dec 9999"]);
  assert.equal(valueText({ origin: null }, 1234.5), "1234.5");
});

test("the first view leaves out what is outside the home box, and all can be shown", () => {
  const camera = new Camera();
  camera.resize(200, 200);
  camera.frame({ extent: [1, 1], home: [0.5, 0.5, 0.2, 0.2] });
  assert.ok(camera.atHome && camera.sees(0.6, 0.6) && !camera.sees(-1, -1));
  assert.deepEqual(camera.project(0.5, 0.5).map(Math.round), [100, 100]);
  camera.showAll();
  assert.ok(!camera.atHome && camera.sees(-1, -1) && camera.sees(1, 1));
  assert.equal(camera.magnification, 1);
  camera.resize(100, 300);
  assert.ok(camera.sees(-1, -1) && camera.sees(1, 1));
});

const STAGE = { width: 600, height: 400, taken: [], most: 20 };
const name = (at, more) => ({ width: 80, height: 16, at, reach: 0, spot: 0, ...more });
const nobody = new Crowd(new Float32Array(0), 600, 400);
const cloud = (x, y) => Float32Array.from({ length: 800 }, (_, i) => (i % 2 ? y : x) + 30 * Math.sin(i * i));

test("a name stands on its place where no point is", () => {
  const [box] = placeNames([name([300, 200])], { ...STAGE, crowd: nobody });
  assert.ok(Math.abs((box.left + box.right) / 2 - 300) < 1 && Math.abs((box.top + box.bottom) / 2 - 200) < 1);
});

test("a name steps aside from dense points and stays near them", () => {
  const crowd = new Crowd(cloud(300, 200), 600, 400);
  const [box] = placeNames([name([300, 200], { reach: 25 })], { ...STAGE, crowd });
  assert.ok(crowd.density(box) < 0.5);
  assert.ok(box.top > 200 || box.bottom < 200 || box.left > 300 || box.right < 300);
  assert.ok(box.left < 360 && box.right > 240 && box.top < 260 && box.bottom > 140);
});

test("names do not overlap, and one that would stand at another cluster is not shown", () => {
  const both = placeNames([name([300, 200]), name([310, 205])], { ...STAGE, crowd: nobody });
  const [a, b] = both;
  assert.ok(a && (b === null || a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top));
  const wall = [{ left: 0, top: 0, right: 600, bottom: 400 }];
  assert.deepEqual(placeNames([name([300, 200])], { ...STAGE, taken: wall, crowd: nobody }), [null]);
});

test("a name makes room for one that has no other place", () => {
  // Left of the wall there is room for two names side by side, but the first would take its middle.
  const wall = [{ left: 190, top: 0, right: 600, bottom: 400 }, { left: 0, top: 0, right: 190, bottom: 190 },
    { left: 0, top: 220, right: 190, bottom: 400 }];
  const both = placeNames([name([95, 205]), name([30, 205])], { ...STAGE, taken: wall, crowd: nobody });
  assert.ok(both.every((box) => box !== null));
});

test("a name that would be cut at the edge moves inwards; one without texts in sight is not shown", () => {
  const [box, none] = placeNames([name([3, 3]), name(null)], { ...STAGE, crowd: nobody });
  assert.ok(box.left >= -4 && box.top >= -4);
  assert.equal(none, null);
});

test("a cluster in part out of sight is where its texts in sight are", () => {
  const camera = new Camera();
  camera.resize(100, 100);
  camera.frame({ extent: [1, 1] });
  const coordinates = Float32Array.of(-0.9, 0, 0.5, 0.5, 0.9, 0.9, 5, 5);
  const sample = new Sample(coordinates, [Uint16Array.of(0, 1, 1, 1)]);
  sample.project(camera);
  const { at } = sample.spread(0, 0, null);
  assert.deepEqual(at.map(Math.round), camera.project(0.9, 0.9).map(Math.round));
  assert.equal(sample.spread(0, 7, null), null);
});

test("the maps fill the window within limits", () => {
  assert.equal(roomFor({ top: 200, window: 900, below: 40, single: false }), 660);
  assert.equal(roomFor({ top: 200, window: 400, below: 40, single: false }), 360);
  assert.equal(roomFor({ top: 200, window: 3000, below: 40, single: false }), 1200);
  assert.ok(roomFor({ top: 600, window: 844, below: 40, single: true }) > 500);
});
