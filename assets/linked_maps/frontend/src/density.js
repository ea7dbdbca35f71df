// Lines of equal density over the points of a map: points counted on a grid, blurred, and cut at some heights
// (marching squares).

const SIDE = 160; // cells
const HALF = 1.15; // half a side in the map's unit, with room for lines around the outermost points
const SHARES = [0.04, 0.1, 0.22, 0.42, 0.7]; // of the highest density

/**
 * @param {Float32Array} coordinates x, y of every point, within [-1, 1]
 * @param {Uint8Array | null} shown 0 for points that do not count
 * @returns {string} SVG path in the unit of the coordinates
 */
export function contourPath(coordinates, shown) {
  const { counts, total } = count(coordinates, shown);
  if (total === 0) return "";
  // Fewer points need a wider kernel; many show finer structure.
  const sigma = Math.max(1.6, 9 * total ** -0.13);
  const heights = blur(blur(counts, sigma), sigma);
  const highest = heights.reduce((most, height) => Math.max(most, height), 0);
  return SHARES.map((share) => levelPath(heights, share * highest)).join("");
}

/** Count points on the grid, each distributed over the four cells around it (bilinear weights). */
function count(coordinates, shown) {
  const counts = new Float64Array(SIDE * SIDE);
  let total = 0;
  for (let i = 0; i < coordinates.length / 2; i++) {
    if (shown !== null && shown[i] === 0) continue;
    total++;
    const x = toGrid(coordinates[2 * i]);
    const y = toGrid(coordinates[2 * i + 1]);
    const [left, bottom] = [Math.floor(x), Math.floor(y)];
    const [right, up] = [x - left, y - bottom];
    const cell = bottom * SIDE + left;
    counts[cell] += (1 - right) * (1 - up);
    counts[cell + 1] += right * (1 - up);
    counts[cell + SIDE] += (1 - right) * up;
    counts[cell + SIDE + 1] += right * up;
  }
  return { counts, total };
}

/** Gaussian blur along the rows; the result is transposed, so that two calls blur both directions. */
function blur(values, sigma) {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-0.5 * ((k - reach) / sigma) ** 2));
  const transposed = new Float64Array(values.length);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      let sum = 0;
      const first = Math.max(0, column - reach);
      const last = Math.min(SIDE - 1, column + reach);
      for (let k = first; k <= last; k++) sum += weights[k - column + reach] * values[row * SIDE + k];
      transposed[column * SIDE + row] = sum;
    }
  }
  return transposed;
}

/** One line for every square of four cells that the level crosses; two where it cuts two opposite corners. */
function levelPath(heights, level) {
  let path = "";
  for (let row = 0; row < SIDE - 1; row++) {
    for (let column = 0; column < SIDE - 1; column++) {
      const cell = row * SIDE + column;
      const corners = [heights[cell], heights[cell + 1], heights[cell + SIDE + 1], heights[cell + SIDE]];
      const crossings = [];
      for (let side = 0; side < 4; side++) {
        const [from, to] = [corners[side], corners[(side + 1) % 4]];
        if (from >= level === to >= level) continue;
        crossings.push(onSide(column, row, side, (level - from) / (to - from)));
      }
      for (let k = 0; k + 1 < crossings.length; k += 2) path += `M${crossings[k]}L${crossings[k + 1]}`;
    }
  }
  return path;
}

/** Place on a square's side: 0 below, 1 right, 2 above, 3 left. */
function onSide(column, row, side, way) {
  const x = [column + way, column + 1, column + 1 - way, column][side];
  const y = [row, row + way, row + 1, row + 1 - way][side];
  return `${fromGrid(x).toFixed(4)} ${fromGrid(y).toFixed(4)}`;
}

function toGrid(value) {
  return ((value + HALF) / (2 * HALF)) * (SIDE - 1);
}

function fromGrid(value) {
  return (value / (SIDE - 1)) * 2 * HALF - HALF;
}
