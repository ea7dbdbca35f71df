// Colours on a dark ground. The same rule with the same numbers is `on_dark` in core/maps/drawing/dark_ground.py; a test
// compares both.

const LIFT = 0.3; // lightness 0 … 1 of OKLab becomes LIFT … 1, so that every colour of the palette reaches 4.5 : 1
const STEPS = 20; // of chroma, down to what the screen can show
const EDGE = 1e-6;

/** @param {[number, number, number]} colour sRGB, 0 … 1; @returns {[number, number, number]} */
export function onDark(colour) {
  const [lightness, a, b] = toLab(colour);
  for (let step = STEPS; step >= 0; step--) {
    const found = fromLab([LIFT + (1 - LIFT) * lightness, (a * step) / STEPS, (b * step) / STEPS]);
    if (found.every((value) => value >= -EDGE && value <= 1 + EDGE)) return found.map((value) => Math.min(1, Math.max(0, value)));
  }
  return colour;
}

// Ottosson (2020), "A perceptual color space for image processing".

function toLab(colour) {
  const [r, g, b] = colour.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab([lightness, a, b]) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((value) => (value <= 0.0031308 ? 12.92 * value : 1.055 * Math.max(value, 0) ** (1 / 2.4) - 0.055));
}
