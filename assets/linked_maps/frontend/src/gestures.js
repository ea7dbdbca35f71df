// What a hand does on one map: hover, click, lasso, box. Panning and zooming stay with regl-scatterplot's camera.
// The line is drawn as SVG over the map and not with WebGL, so that it follows the hand even where drawing all points is slow.

const CLICK_DISTANCE = 4;
const MIN_STEP = 3;

/**
 * @param {HTMLElement} stage the element around the canvas
 * @param {object} on
 *   mode(): "pan" | "lasso" | "box"; hover(position | null); click(position, add); doubleClick(position);
 *   area(polygon in pixels, add)
 * @returns {() => void} stop listening
 */
export function listen(stage, on) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "gesture");
  const outline = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
  svg.append(outline);
  stage.append(svg);

  let pressed = null; // {start, add, area: boolean, path}
  const controller = new AbortController();
  const listenTo = (type, handler, options) =>
    stage.addEventListener(type, handler, { signal: controller.signal, ...options });
  const drawsArea = (event) => event.button === 0 && (event.shiftKey || on.mode() !== "pan");

  listenTo("pointerdown", (event) => {
    if (event.button !== 0) return;
    stage.classList.add("by-pointer"); // no keyboard focus ring around a map that was only clicked
    stage.focus({ preventScroll: true });
    const start = positionIn(stage, event);
    pressed = { start, add: event.shiftKey, area: drawsArea(event), path: [start], box: on.mode() === "box" };
    stage.classList.add("pressed");
    on.hover(null);
    if (pressed.area) stage.setPointerCapture(event.pointerId);
  });

  listenTo("pointermove", (event) => {
    const position = positionIn(stage, event);
    stage.classList.toggle("shifted", event.shiftKey);
    if (pressed === null) on.hover(position);
    else if (pressed.area) extend(pressed, position, outline);
  });

  listenTo("pointerup", (event) => {
    if (pressed === null) return;
    const position = positionIn(stage, event);
    const { start, add, area, path, box } = pressed;
    release();
    const still = path.length < 3 && distance(start, position) < CLICK_DISTANCE;
    if (still) on.click(position, add);
    else if (area) on.area(box ? corners(start, position) : path, add);
  });
  // A pan may end outside; it is not captured because the camera, on the canvas, must see its start.
  window.addEventListener("pointerup", release, { signal: controller.signal });

  listenTo("pointercancel", release);
  listenTo("blur", () => stage.classList.remove("by-pointer"));
  listenTo("pointerleave", () => on.hover(null));
  listenTo("keydown", (event) => {
    if (event.key === "Escape" && pressed?.area) {
      event.stopPropagation();
      release();
    }
  });

  // regl-scatterplot would pan, select and redraw by itself on these.
  const keepFromCanvas = (event) => event.stopPropagation();
  listenTo("mousedown", (event) => drawsArea(event) && keepFromCanvas(event), { capture: true });
  listenTo("click", keepFromCanvas, { capture: true });
  for (const type of ["mouseenter", "mouseleave"]) {
    listenTo(type, (event) => event.target !== stage && keepFromCanvas(event), { capture: true });
  }
  listenTo(
    "dblclick",
    (event) => {
      keepFromCanvas(event);
      on.doubleClick(positionIn(stage, event));
    },
    { capture: true },
  );

  function release() {
    pressed = null;
    stage.classList.remove("pressed");
    outline.setAttribute("points", "");
  }

  return () => {
    controller.abort();
    svg.remove();
  };
}

function extend(pressed, position, outline) {
  if (distance(pressed.path.at(-1), position) < MIN_STEP) return;
  pressed.path.push(position);
  const shown = pressed.box ? corners(pressed.start, position) : pressed.path;
  outline.setAttribute("points", shown.map((point) => point.join(",")).join(" "));
}

function corners([x0, y0], [x1, y1]) {
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
}

function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function positionIn(element, event) {
  const box = element.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}
