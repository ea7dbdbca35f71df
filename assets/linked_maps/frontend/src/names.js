// Cluster names over the map: by priority, without overlap; zooming in shows more of them. A click selects the texts.

import { Crowd, placeNames } from "./name_places.js";
import { rove } from "./roving.js";

const AREA_PER_NAME = 9000;

export class Names {
  /** @param {HTMLElement} parent; @param {{choose(name, add), rename(name)}} on for the keyboard */
  constructor(parent, on) {
    this.layer = document.createElement("div");
    this.layer.className = "names";
    this.layer.setAttribute("role", "group");
    this.layer.setAttribute("aria-label", "Cluster names");
    parent.append(this.layer);
    this.items = [];
    this.settle = rove(this.layer, () => this.#chosen());
    this.on = on;
    this.layer.addEventListener("keydown", (event) => this.#press(event));
    this.layer.addEventListener("click", (event) => this.#act(event.target, (item) => on.choose(item, event.shiftKey)));
  }

  /**
   * @param {object[]} names {text, place: [x, y], size, zoom, level, code}, the most important first; code: -1 where the
   *   texts of the name are not known
   */
  show(names) {
    const largest = Math.max(1, ...names.map((name) => name.size));
    this.items = names.map((name) => {
      const element = document.createElement("div");
      element.className = "name";
      // A no-break space keeps the dot at the end of the first line.
      element.textContent = name.text.replaceAll(" · ", "\u00a0· ");
      element.style.fontSize = `${(11.5 + 3 * Math.sqrt(name.size / largest)).toFixed(1)}px`;
      if (name.code >= 0) {
        element.setAttribute("role", "button");
        element.setAttribute("aria-label", `Select the cluster ${name.text}`);
        element.tabIndex = -1;
      } else element.setAttribute("aria-hidden", "true");
      return { ...name, element, spot: 0, width: 0, height: 0, box: null };
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
   * Put the names where the camera now sees their texts.
   * @param {import("./sample.js").Sample} sample of the points; @param {object[]} taken boxes that no name may cover
   */
  place(camera, sample, taken) {
    if (this.items.length === 0) return;
    const { width, height, magnification } = camera;
    if (!this.items[0].width) this.#measure();
    const crowd = new Crowd(sample.project(camera), width, height);
    for (const item of this.items) {
      const spread = item.zoom <= magnification ? spreadOf(item, camera, sample) : null;
      Object.assign(item, spread ?? { at: null });
    }
    const most = Math.max(6, ((width * height) / AREA_PER_NAME) * magnification);
    const boxes = placeNames(this.items, { crowd, taken, most, width, height });
    this.items.forEach((item, number) => {
      const box = boxes[number];
      item.box = box;
      item.element.classList.toggle("shown", box !== null);
      if (box === null) return;
      const [x, y] = [(box.left + box.right - item.width) / 2, (box.top + box.bottom - item.height) / 2];
      item.element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    });
    this.settle();
  }

  /** The name under a position in pixels that has texts to select; undefined for none. */
  at([x, y]) {
    return this.#chosen().map((element) => this.#itemOf(element)).find(
      ({ box }) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom,
    );
  }

  /** Show one name as the one under the pointer, or none. */
  mark(item) {
    if (item === this.marked) return;
    this.marked?.element.classList.remove("hovered");
    item?.element.classList.add("hovered");
    this.marked = item;
  }

  #chosen() {
    return this.items.filter((item) => item.box !== null && item.code >= 0).map((item) => item.element);
  }

  #itemOf(element) {
    return this.items.find((item) => item.element === element);
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== "Enter" && event.key !== " " && event.key !== "F2") return;
    event.preventDefault();
    event.stopPropagation();
    this.#act(event.target, (item) => (event.key === "F2" ? this.on.rename(item) : this.on.choose(item, event.shiftKey)));
  }

  #act(element, action) {
    const item = this.#itemOf(element);
    if (item !== undefined && item.code >= 0) action(item);
  }
}

/** The middle of a name's texts and how far they reach, or of those in sight when it is out of sight; or null. */
function spreadOf(item, camera, sample) {
  const at = camera.sees(...item.place) ? camera.project(...item.place) : null;
  const spread = item.code >= 0 ? sample.spread(item.level, item.code, at) : null;
  return spread ?? (at && { at, reach: 0 });
}
