// The parts that need no browser. Run by tests/test_linked_maps.py, or with `node --test test/`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { insidePolygon, PickGrid } from "../src/picking.js";
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
