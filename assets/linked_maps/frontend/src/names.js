// Cluster names as HTML over the map, by priority and without overlap; zooming in shows more of them.

const GAP = 5;
const AREA_PER_NAME = 15000;
const PLACES = [0, -0.8, 0.8, -1.6, 1.6]; // vertical offsets tried for a name, in its heights, the best first

export class Names {
  constructor(parent) {
    this.layer = document.createElement("div");
    this.layer.className = "names";
    this.layer.setAttribute("aria-hidden", "true");
    parent.append(this.layer);
    this.items = [];
  }

  /** @param {[string, number, number, number, number][]} names text, x, y, size, least zoom; highest priority first */
  show(names) {
    const largest = Math.max(1, ...names.map((name) => name[3]));
    this.items = names.map(([text, x, y, size, zoom]) => {
      const element = document.createElement("div");
      element.className = "name";
      element.textContent = text;
      element.style.fontSize = `${(11.5 + 3 * Math.sqrt(size / largest)).toFixed(1)}px`;
      return { element, x, y, zoom, width: 0, height: 0 };
    });
    this.layer.replaceChildren(...this.items.map((item) => item.element));
    this.#measure();
  }

  #measure() {
    for (const item of this.items) {
      item.width = item.element.offsetWidth;
      item.height = item.element.offsetHeight;
    }
  }

  /**
   * Put the names where the camera now sees them.
   * @param {{left: number, top: number, right: number, bottom: number}[]} reserved boxes that no name may cover
   */
  place(camera, reserved) {
    const { width, height, magnification } = camera;
    if (this.items.length && !this.items[0].width) this.#measure();
    const most = Math.max(5, ((width * height) / AREA_PER_NAME) * magnification);
    const taken = [...reserved];
    for (const item of this.items) {
      const due = item.zoom <= magnification && taken.length - reserved.length < most;
      const box = due ? this.#freeBox(item, camera, taken) : undefined;
      item.element.classList.toggle("shown", box !== undefined);
      if (box === undefined) continue;
      taken.push(box);
      item.element.style.transform = `translate(${Math.round(box.left + GAP)}px, ${Math.round(box.top + GAP)}px)`;
    }
  }

  /** The first place without overlap, or undefined. */
  #freeBox(item, camera, taken) {
    const [x, y] = camera.project(item.x, item.y);
    if (x < 0 || x > camera.width || y < 0 || y > camera.height) return undefined;
    return PLACES.map((shift) => boxAround(item, x, y + shift * item.height, camera)).find(
      (box) => !taken.some((other) => overlap(box, other)),
    );
  }
}

/** Shift a name inwards where the edge would cut it. */
function boxAround({ width, height }, x, y, stage) {
  const left = Math.min(Math.max(x - width / 2, 2), stage.width - width - 2);
  const top = Math.min(Math.max(y - height / 2, 2), stage.height - height - 2);
  return { left: left - GAP, top: top - GAP, right: left + width + GAP, bottom: top + height + GAP };
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
