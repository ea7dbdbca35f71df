// Pointer input on one map: hover, click, lasso, box, move, zoom. The wheel and one finger scroll the page; Ctrl + wheel
// and two fingers zoom. The lasso is an SVG over the map, not WebGL: it follows the pointer even where drawing is slow.

const CLICK_DISTANCE = 4;
const TAP_DISTANCE = 10; // a finger is less steady
const MIN_STEP = 3;
const ZOOM_PER_PIXEL = 0.0016;
const MOST_PIXELS = 120; // of one turn of a wheel
const LINE_PIXELS = 16;

/**
 * @param {HTMLElement} stage the element around the canvas
 * @param {object} on
 *   mode(): "pan" | "lasso" | "box"; hover(position | null); click(position, add); doubleClick(position, out: boolean);
 *   area(polygon in pixels, add); pan(right, down); zoom(position, factor); scroll(): a wheel without Ctrl
 * @returns {() => void} stop listening
 */
export function listen(stage, on) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "gesture");
  const outline = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
  svg.append(outline);
  stage.append(svg);

  let pressed = null; // {start, last, add, area: boolean, path, box, moved, touch}
  const fingers = new Map(); // position of each finger on the map, by pointer id
  const controller = new AbortController();
  const listenTo = (type, handler, options) =>
    stage.addEventListener(type, handler, { signal: controller.signal, ...options });

  listenTo("pointerdown", (event) => {
    if (event.button !== 0) return;
    const touch = event.pointerType === "touch";
    if (touch) fingers.set(event.pointerId, positionIn(stage, event));
    if (fingers.size > 1) return release(); // a second finger cancels what the first began
    stage.classList.add("by-pointer"); // no focus ring around a map that was clicked
    stage.focus({ preventScroll: true });
    const start = positionIn(stage, event);
    const mode = on.mode();
    const area = event.shiftKey || mode !== "pan";
    pressed = { start, last: start, add: event.shiftKey, area, path: [start], box: mode === "box", moved: false, touch };
    if (!touch || area) stage.classList.add("pressed");
    on.hover(null);
    stage.setPointerCapture(event.pointerId);
  });

  listenTo("pointermove", (event) => {
    const position = positionIn(stage, event);
    stage.classList.toggle("shifted", event.shiftKey);
    if (fingers.size > 1) return pinch(event.pointerId, position);
    if (pressed === null) return event.pointerType === "touch" || on.hover(position);
    pressed.moved ||= distance(pressed.start, position) >= (pressed.touch ? TAP_DISTANCE : CLICK_DISTANCE);
    if (pressed.area) extend(pressed, position, outline);
    else if (pressed.moved && !pressed.touch) {
      on.pan(position[0] - pressed.last[0], position[1] - pressed.last[1]);
      pressed.last = position;
    }
  });

  listenTo("pointerup", (event) => {
    fingers.delete(event.pointerId);
    if (pressed === null) return;
    const position = positionIn(stage, event);
    const { start, add, area, path, box, moved } = pressed;
    release();
    if (!moved) on.click(position, add);
    else if (area) on.area(box ? corners(start, position) : path, add);
  });

  listenTo("pointercancel", (event) => {
    fingers.delete(event.pointerId);
    release();
  });
  listenTo("blur", () => stage.classList.remove("by-pointer"));
  listenTo("pointerleave", () => on.hover(null));
  listenTo("dblclick", (event) => on.doubleClick(positionIn(stage, event), event.shiftKey));
  listenTo("keydown", (event) => {
    if (event.key === "Escape" && pressed?.area) {
      event.stopPropagation();
      release();
    }
  });
  // `touch-action: pan-y` leaves vertical moves to the browser, also those of two fingers, which are the map's.
  for (const type of ["touchstart", "touchmove"]) {
    listenTo(type, (event) => event.touches.length > 1 && event.cancelable && event.preventDefault(), { passive: false });
  }
  listenTo(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return on.scroll();
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PIXELS : 1);
      // Pinching a touchpad arrives as a wheel with Ctrl and small steps.
      const pinching = event.ctrlKey && Math.abs(pixels) < 40;
      const step = Math.max(-MOST_PIXELS, Math.min(MOST_PIXELS, pixels));
      on.zoom(positionIn(stage, event), Math.exp(-step * ZOOM_PER_PIXEL * (pinching ? 6 : 1.5)));
    },
    { passive: false },
  );

  /** Keep the map positions under the first two fingers. */
  function pinch(pointer, position) {
    const [first, second] = fingers.keys();
    const before = fingers.get(pointer);
    fingers.set(pointer, position);
    if (pointer !== first && pointer !== second) return;
    const other = fingers.get(pointer === first ? second : first);
    on.pan((position[0] - before[0]) / 2, (position[1] - before[1]) / 2);
    const middle = [(position[0] + other[0]) / 2, (position[1] + other[1]) / 2];
    on.zoom(middle, Math.max(1, distance(position, other)) / Math.max(1, distance(before, other)));
  }

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
