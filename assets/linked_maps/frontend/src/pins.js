// Places of typed texts: a labelled pin above the points, always shown.

const DOT = 10;
const LABEL = [160, 38]; // pixels for the text, from the centre of the dot

export class Pins {
  constructor(stage) {
    this.layer = document.createElement("div");
    this.layer.className = "pins";
    stage.append(this.layer);
    this.items = [];
  }

  /** @param {[number, number, string][]} marks x, y, text */
  show(marks) {
    this.items = marks.map(([x, y, text]) => {
      const element = document.createElement("div");
      element.className = "pin";
      element.title = text;
      const label = document.createElement("span");
      label.textContent = text;
      element.append(label);
      return { element, x, y };
    });
    this.layer.replaceChildren(...this.items.map((item) => item.element));
  }

  /** @returns {{left: number, top: number, right: number, bottom: number}[]} boxes that names must not overlap */
  place(camera) {
    return this.items.map(({ element, x, y }) => {
      const [left, top] = camera.project(x, y);
      const [leftwards, below] = [left > camera.width - LABEL[0], top < 2 * LABEL[1]];
      element.classList.toggle("left", leftwards);
      element.classList.toggle("below", below);
      element.style.transform = `translate(${left}px, ${top}px)`;
      return {
        left: leftwards ? left - LABEL[0] : left - DOT,
        right: leftwards ? left + DOT : left + LABEL[0],
        top: below ? top - DOT : top - LABEL[1],
        bottom: below ? top + LABEL[1] : top + DOT,
      };
    });
  }
}
