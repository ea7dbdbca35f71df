// Lines over the points that move with them: density contours and the trails of a morph.

const MAX_TRAILS = 500;

export class Overlay {
  constructor(stage) {
    this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.svg.setAttribute("class", "overlay");
    this.svg.setAttribute("aria-hidden", "true");
    this.world = document.createElementNS("http://www.w3.org/2000/svg", "g");
    this.contours = this.#path("contours");
    this.trails = this.#path("trails");
    this.svg.append(this.world);
    stage.append(this.svg);
  }

  #path(className) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", className);
    path.setAttribute("vector-effect", "non-scaling-stroke");
    this.world.append(path);
    return path;
  }

  showContours(path) {
    this.contours.setAttribute("d", path);
  }

  /** Draw lines from the old to the new places of some points; of many points, an even sample. */
  showTrails(points, from, to) {
    const step = Math.max(1, points.length / MAX_TRAILS);
    let path = "";
    for (let k = 0; k < points.length; k += step) {
      const i = points[Math.floor(k)];
      path += `M${from[2 * i]} ${from[2 * i + 1]}L${to[2 * i]} ${to[2 * i + 1]}`;
    }
    this.trails.setAttribute("d", path);
  }

  place(camera) {
    const unit = camera.pixelsPerUnit;
    const [x, y] = camera.project(0, 0);
    this.world.setAttribute("transform", `matrix(${unit} 0 0 ${-unit} ${x} ${y})`);
  }
}
