// Points counted in square bins of the screen, with the mean of their colours: a picture of far more points than pixels.

const FAINTEST = 0.34; // opacity of a bin with one point
const LEAST_TOP = 3; // points of a bin from which it may be opaque

/** Colours of the styles of points: linear light, times the weight in a bin that different styles share. */
export class Blend {
  /** @param {{colour: number[], weight: number}[]} styles colours are [red, green, blue] in 0 … 1 */
  constructor(styles) {
    this.parts = new Float32Array(4 * styles.length);
    styles.forEach(({ colour, weight }, style) => {
      // Squares stand for light: a mix of points looks as it does from afar, and not darker.
      this.parts.set([...colour.map((value) => weight * value * value), weight], 4 * style);
    });
  }
}

export class Bins {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.columns = this.rows = 0;
  }

  /** Begin a picture of a map; @param {number} size of a bin in CSS pixels */
  begin(camera, size) {
    const [columns, rows] = [Math.ceil(camera.width / size), Math.ceil(camera.height / size)];
    if (columns !== this.columns || rows !== this.rows) {
      Object.assign(this, { columns, rows });
      this.canvas.width = columns;
      this.canvas.height = rows;
      this.sums = new Float32Array(4 * columns * rows);
      this.counts = new Uint32Array(columns * rows);
      this.image = new ImageData(columns, rows);
    } else {
      this.sums.fill(0);
      this.counts.fill(0);
    }
    const style = this.canvas.style;
    style.width = `${columns * size}px`;
    style.height = `${rows * size}px`;
    const [x, y] = camera.project(0, 0);
    this.unit = camera.pixelsPerUnit / size;
    this.origin = [x / size, y / size];
  }

  /**
   * Add points.
   * @param {Float32Array} places x, y of each; @param {Uint16Array | Uint32Array} styles of each; @param {Blend} blend
   * @param {{from: number, to: number, step: number}} which numbers, and of how many one is taken
   */
  add(places, styles, blend, { from, to, step }) {
    const { sums, counts, columns, rows, unit } = this;
    const { parts } = blend;
    const [left, top] = this.origin;
    for (let k = from; k < to; k += step) {
      const x = left + unit * places[2 * k];
      const y = top - unit * places[2 * k + 1];
      if (!(x >= 0 && y >= 0 && x < columns && y < rows)) continue;
      const bin = (y | 0) * columns + (x | 0);
      const style = 4 * styles[k];
      counts[bin]++;
      sums[4 * bin] += parts[style];
      sums[4 * bin + 1] += parts[style + 1];
      sums[4 * bin + 2] += parts[style + 2];
      sums[4 * bin + 3] += parts[style + 3];
    }
  }

  /**
   * Show what was added.
   * @param {number} top points of a bin that is opaque; @param {number} each how many points each added one stands for
   */
  show(top, each) {
    const { sums, counts, image } = this;
    const alphas = opacities(top);
    const most = alphas.length - 1;
    const pixels = new Uint32Array(image.data.buffer);
    for (let bin = 0; bin < counts.length; bin++) {
      if (counts[bin] === 0) {
        pixels[bin] = 0;
        continue;
      }
      const light = 65025 / sums[4 * bin + 3]; // 255²
      const red = Math.sqrt(light * sums[4 * bin]) | 0;
      const green = Math.sqrt(light * sums[4 * bin + 1]) | 0;
      const blue = Math.sqrt(light * sums[4 * bin + 2]) | 0;
      pixels[bin] = (alphas[Math.min(most, counts[bin] * each)] << 24) | (blue << 16) | (green << 8) | red;
    }
    this.context.putImageData(image, 0, 0);
  }

  /** Show nothing. */
  clear() {
    this.columns = this.rows = this.canvas.width = this.canvas.height = 0;
    this.sums = this.counts = this.image = null;
  }
}

/** Opacity of a bin by its number of points, 0 … 255; it grows with the logarithm, so that sparse regions stay visible. */
export function opacities(top) {
  const most = Math.ceil(Math.max(LEAST_TOP, top));
  return Uint8Array.from({ length: most + 1 }, (_, count) =>
    count === 0 ? 0 : 255 * (FAINTEST + (1 - FAINTEST) * (Math.log(count) / Math.log(most))),
  );
}
