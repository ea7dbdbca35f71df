// Rings around the hovered point and around a few selected ones, which are hard to see among thousands.

import { css } from "./theme.js";

const MAX_RINGS = 20;

export class Rings {
  constructor(stage) {
    this.stage = stage;
    this.hovered = this.#ring("hovered", -1);
    this.chosen = [];
  }

  #ring(kind, point) {
    const element = document.createElement("div");
    element.className = `ring ${kind}`;
    element.hidden = true;
    this.stage.append(element);
    return { element, point };
  }

  choose(selection) {
    for (const ring of this.chosen) ring.element.remove();
    this.chosen = selection.length > MAX_RINGS ? [] : Array.from(selection, (point) => this.#ring("chosen", point));
  }

  /** @param {(point: number) => {at: [number, number], colour: number[]}} appearance; radius in CSS pixels */
  place(camera, radius, appearance) {
    for (const { element, point } of [this.hovered, ...this.chosen]) {
      element.hidden = point < 0;
      if (point < 0) continue;
      const { at: [x, y], colour } = appearance(point);
      element.hidden = x < 0 || y < 0 || x > camera.width || y > camera.height;
      element.style.transform = `translate(${x}px, ${y}px)`;
      element.style.setProperty("--radius", `${radius.toFixed(1)}px`);
      element.style.setProperty("--point", css(colour));
    }
  }
}
