// The parts that need no browser. Run by tests/pages/maps/test_linked_maps.py, or with `node --test test/`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Bins, Blend, opacities } from "../src/bins.js";
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

test("what a camera sees is found by rows of cells, each point once", () => {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 1073741823.5 - 1;
  const coordinates = Float32Array.from({ length: 2 * 5000 }, random);
  const grid = new PickGrid(coordinates, mixedOrder(5000));
  const camera = new Camera();
  camera.resize(300, 200);
  camera.frame({ extent: [1, 1] });
  const seen = () => {
    const runs = grid.runs(camera);
    return [...grid.numbers(runs, runs.reduce((sum, [from, to]) => sum + to - from, 0))].sort((a, b) => a - b);
  };
  assert.deepEqual(seen(), Array.from({ length: 5000 }, (_, i) => i));
  camera.zoomAt([30, 180], 12);
  const found = new Set(seen());
  assert.ok(found.size > 0 && found.size < 500);
  for (let i = 0; i < 5000; i++) if (camera.sees(coordinates[2 * i], coordinates[2 * i + 1])) assert.ok(found.has(i));
  grid.sorted().forEach((value, k) => assert.equal(value, coordinates[2 * grid.members[k >> 1] + (k & 1)]));
});

test("a line of many corners takes what a test of every edge takes", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 1073741823.5 - 1;
  const coordinates = Float32Array.from({ length: 2 * 2000 }, random);
  const star = Array.from({ length: 120 }, (_, k) => {
    const radius = k % 2 ? 0.4 : 0.9;
    return [radius * Math.cos((Math.PI * k) / 60), radius * Math.sin((Math.PI * k) / 60)];
  });
  const inside = new Set(insidePolygon(coordinates, star));
  for (let i = 0; i < 2000; i++) {
    const [x, y] = [coordinates[2 * i], coordinates[2 * i + 1]];
    let odd = false; // the line does not cross itself, so every other crossing is outside
    star.forEach(([x1, y1], k) => {
      const [x0, y0] = star[(k + 119) % 120];
      if (y0 > y !== y1 > y && x < ((x0 - x1) * (y - y1)) / (y0 - y1) + x1) odd = !odd;
    });
    assert.equal(inside.has(i), odd);
  }
});

test("the opacity of a bin grows with its points, and one point is seen", () => {
  const steps = opacities(100);
  assert.equal(steps[0], 0);
  assert.ok(steps[1] > 60 && steps[10] > steps[1] && steps[99] > steps[10]);
  assert.equal(steps.at(-1), 255);
});

test("the colours of a bin mix by weight, and points out of sight are not counted", () => {
  const bins = binsOf();
  const camera = new Camera();
  camera.resize(2, 1);
  camera.frame({ extent: [1, 1] });
  bins.begin(camera, 1);
  const blend = new Blend([{ colour: [1, 0, 0], weight: 1 }, { colour: [0, 0, 1], weight: 3 }, { colour: [0, 1, 0], weight: 0.1 }]);
  const left = camera.toWorld([0.5, 0.5]);
  const right = camera.toWorld([1.5, 0.5]);
  const places = Float32Array.of(...left, ...left, ...right, ...camera.toWorld([-3, 0.5]), ...camera.toWorld([0.5, 9]));
  bins.add(places, Uint8Array.of(0, 1, 2, 0, 0), blend, { from: 0, to: 5, step: 1 });
  bins.show(3, 1);
  const [mixed, alone] = [bins.shown.subarray(0, 4), bins.shown.subarray(4, 8)];
  assert.deepEqual([...mixed.subarray(0, 3)], [127, 0, 220]); // a quarter and three quarters of the light
  assert.deepEqual([...alone.subarray(0, 3)], [0, 255, 0]);
  assert.ok(mixed[3] > alone[3] && alone[3] > 60);
});

/** Bins with a canvas that only remembers what it was given. */
function binsOf() {
  const bins = new Bins(canvasOf((image) => (bins.shown = image.data)));
  return bins;
}

function canvasOf(putImageData = () => {}) {
  globalThis.ImageData ??= class {
    constructor(width, height) {
      this.data = new Uint8ClampedArray(4 * width * height);
    }
  };
  return { style: {}, getContext: () => ({ putImageData }) };
}

test("a map of many points is drawn as density, chosen ones over it, and one by one where few are in view", async () => {
  globalThis.document ??= { createElement: () => canvasOf() };
  const { ManyPoints } = await import("../src/many_points.js");
  const n = 80_000;
  let seed = 3;
  const random = () => (seed = (seed * 16807) % 2147483647) / 1073741823.5 - 1;
  const coordinates = Float32Array.from({ length: 2 * n }, random);
  const classes = new Uint8Array(n).fill(1);
  const colours = Object.fromEntries(["vivid", "pale", "greyed"].map((block) => [block, [[0, 0, 0], [1, 0, 0]]]));
  const drawn = {};
  const painter = { set: (name, array) => (drawn[name] = array), setColours() {}, draw() {} };
  const grid = new PickGrid(coordinates, mixedOrder(n));
  const camera = new Camera();
  camera.resize(300, 300);
  let redrawn;
  const again = new Promise((resolve) => (redrawn = resolve));
  const points = new ManyPoints(painter, canvasOf(), redrawn);
  const flag = (selection) => {
    const flags = flagsOf({ n, selection, lit: NOTHING, shown: null, kept: null });
    points.flag({ flags, lit: NOTHING, focus: selection.length ? 1 : 0, greyShare: 0 });
  };
  const draw = (morph = 1) => {
    points.draw({ camera, morph, sizes: points.sizes({ greyShare: 0, zoom: camera.magnification }), grid: () => grid });
    return [points.dense, drawn.place.length / 2];
  };
  points.show({ coordinates, from: coordinates.map((value) => -value), classes, colours });
  flag(NOTHING);
  assert.deepEqual(draw(), [true, 0]);
  flag(Uint32Array.of(5, 77_000));
  assert.deepEqual(draw(), [true, 2]);
  assert.deepEqual([...drawn.flags], [SELECTED, SELECTED]);
  camera.zoomAt([150, 150], 4);
  const [dense, count] = draw();
  assert.ok(!dense && count > 3000 && count < 10_000, `${count} points`);
  assert.deepEqual(draw(0.5), [true, 0]); // a sample on the way
  await again; // and then all of them
  assert.equal(draw(0.5)[0], false);
  points.destroy();
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
  const joined = union(Uint32Array.of(3, 200), [3, 10]);
  assert.ok(same(joined, Uint32Array.of(3, 10, 200)));
  assert.ok(same(union(NOTHING, [0, 5]), Uint32Array.of(0, 5)));
  assert.ok(!same(joined, NOTHING));
});

test("a selection becomes base64 of little-endian integers", () => {
  assert.deepEqual(encodeSelection(Uint32Array.of(1, 258), 1000), { indices: "AQAAAAIBAAA=" });
  assert.deepEqual(encodeSelection(NOTHING, 5), { indices: "" });
});

test("a large selection becomes a bit for each text", () => {
  assert.deepEqual(encodeSelection(Uint32Array.of(1, 2, 7, 8, 9), 10), { bits: "hgM=" });
  const all = Uint32Array.from({ length: 1_000_000 }, (_, i) => i);
  assert.equal(Buffer.from(encodeSelection(all, all.length).bits, "base64").length, 125_000);
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
