// Theme, colours and sizes. Colours are [red, green, blue] in 0 … 1.

import { onDark } from "./dark.js";
import { placeOnScale } from "./scale.js";

const NUMERIC_STEPS = 64;
// Dark to light in even steps, also for colour-blind people; both ends stay visible on their background.
const SCALE_ON_LIGHT = ["#33246b", "#31518f", "#267a90", "#279f83", "#6bbd50", "#d3c21a"];
const SCALE_ON_DARK = ["#6a5acd", "#4a7fc4", "#33a0a8", "#45bf86", "#9fd650", "#fde83a"];

const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const context = canvas.getContext("2d", { willReadFrequently: true });

/** Any CSS colour as it looks on the given background. */
function parseColour(css, behind = [1, 1, 1]) {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = "#808080";
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
  return mix(behind, [red / 255, green / 255, blue / 255], alpha / 255);
}

function mix(a, b, share) {
  return a.map((value, i) => value + (b[i] - value) * share);
}

export function css(colour) {
  return `rgb(${colour.map((value) => Math.round(value * 255)).join(" ")})`;
}

/** The colours of the page the element stands on. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const background = parseColour(style.getPropertyValue("--st-background-color") || "#ffffff");
  const text = parseColour(style.getPropertyValue("--st-text-color") || "#31333f", background);
  const dark = background[0] + background[1] + background[2] < 1.5;
  return { background, dark, ink: text, grey: mix(background, text, dark ? 0.5 : 0.38) };
}

/**
 * Colours by class: 0 is grey (no label), 1 … are the labels or the steps of a numeric scale.
 * `pale` are the colours of unselected points while others are selected: little of their hue. `greyed` are the colours
 * of points that a filter excludes: no hue.
 */
export function classColours(colouring, theme) {
  const vivid = [theme.grey, ...labelColours(colouring, theme)];
  const pale = vivid.map((colour) => mix(theme.background, mix(theme.grey, colour, 0.3), theme.dark ? 0.4 : 0.42));
  const greyed = vivid.map(() => mix(theme.background, theme.grey, theme.dark ? 0.28 : 0.3));
  return { vivid, pale, greyed };
}

function labelColours(colouring, theme) {
  if (colouring.kind !== "numeric") {
    const colours = colouring.colours.map((colour) => parseColour(colour, theme.background));
    return theme.dark ? colours.map(onDark) : colours;
  }
  return Array.from({ length: NUMERIC_STEPS }, (_, i) => scaleColour(i / (NUMERIC_STEPS - 1), theme));
}

function scaleColour(position, theme) {
  const stops = (theme.dark ? SCALE_ON_DARK : SCALE_ON_LIGHT).map((stop) => parseColour(stop));
  const place = position * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(place));
  return mix(stops[below], stops[below + 1], place - below);
}

export function scaleGradient(theme) {
  return `linear-gradient(to right, ${Array.from({ length: 9 }, (_, i) => css(scaleColour(i / 8, theme))).join(", ")})`;
}

/** Class of every point: codes come as classes; numbers become steps of the scale, not-a-number becomes 0. */
export function classesOf(colouring, values) {
  if (colouring.kind !== "numeric") return values;
  const place = placeOnScale(colouring);
  const classes = new Uint16Array(values.length); // Uint16Array.from is ten times slower
  for (let i = 0; i < values.length; i++) {
    classes[i] = Number.isNaN(values[i]) ? 0 : 1 + Math.round(place(values[i]) * (NUMERIC_STEPS - 1));
  }
  return classes;
}

const MOST_PIXELS = 16;

/**
 * Diameter (CSS pixels) and opacity of coloured and of grey points: small and translucent when there are many points,
 * larger and denser when zoomed in. A few labelled points among many grey ones are larger, so that they stay visible.
 */
export function pointSizes({ n, greyShare, zoom }) {
  const growth = Math.asinh(zoom) / Math.asinh(1);
  const base = Math.min(9, Math.max(1.6, 23 * n ** -0.21));
  const opacity = Math.min(0.95, Math.max(0.3, 1.5 - 0.21 * Math.log10(n)) * zoom ** 0.35);
  const rare = greyShare > 0.9 && greyShare < 1;
  const limit = (size) => Math.min(Math.max(MOST_PIXELS, size / growth), size);
  return {
    size: limit((rare ? Math.max(6.5, base * 2) : base) * growth),
    opacity: rare ? 0.95 : opacity,
    greySize: limit(base * growth),
    greyOpacity: greyShare < 1 ? opacity * 0.6 : opacity,
  };
}
