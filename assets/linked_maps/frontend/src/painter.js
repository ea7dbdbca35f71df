// Draws the points of one map with WebGL. A change uploads only what it changes: camera or morph a few numbers, a
// selection one byte a point, a colouring two bytes a point. Coordinates are uploaded once.

import { FRAGMENT, PALETTE_WIDTH, VERTEX } from "./shaders.js";

const ATTRIBUTES = {
  start: { location: 0, size: 2 },
  place: { location: 1, size: 2 },
  kind: { location: 2, size: 1 },
  flags: { location: 3, size: 1 },
};

/** Whether this browser can draw the maps. */
export function hasWebGL() {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext(); // a browser allows about 16 contexts
  return Boolean(context);
}

export class Painter {
  /** @param {HTMLCanvasElement} canvas; @param {() => void} onRestored called when the map must be drawn again */
  constructor(canvas, onRestored) {
    this.canvas = canvas;
    this.arrays = {};
    this.gl = canvas.getContext("webgl2", { alpha: true, antialias: false, depth: false, stencil: false });
    if (!this.gl) throw new Error("WebGL stopped working in this browser; reload the page.");
    this.#prepare();
    // A restarted driver or a resumed laptop loses the context: upload everything again from memory.
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.#prepare();
      for (const [name, array] of Object.entries(this.arrays)) this.set(name, array);
      if (this.colours) this.setColours(this.colours);
      onRestored();
    });
  }

  #prepare() {
    const { gl } = this;
    this.program = link(gl);
    gl.useProgram(this.program);
    this.uniforms = {};
    for (let i = 0; i < gl.getProgramParameter(this.program, gl.ACTIVE_UNIFORMS); i++) {
      const { name } = gl.getActiveUniform(this.program, i);
      this.uniforms[name] = gl.getUniformLocation(this.program, name);
    }
    this.buffers = {};
    this.texture = gl.createTexture();
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /**
   * @param {string} name start, place (Float32Array of x, y), kind (Uint16Array, class of each point), flags
   *   (Uint8Array), order or ringed (Uint32Array of point numbers)
   */
  set(name, array) {
    const { gl } = this;
    this.arrays[name] = array;
    this.buffers[name] ??= gl.createBuffer();
    const attribute = ATTRIBUTES[name];
    const target = attribute ? gl.ARRAY_BUFFER : gl.ELEMENT_ARRAY_BUFFER;
    gl.bindBuffer(target, this.buffers[name]);
    gl.bufferData(target, array, gl.DYNAMIC_DRAW);
    if (!attribute) return;
    gl.enableVertexAttribArray(attribute.location);
    if (array instanceof Float32Array) gl.vertexAttribPointer(attribute.location, attribute.size, gl.FLOAT, false, 0, 0);
    else gl.vertexAttribIPointer(attribute.location, 1, array instanceof Uint8Array ? gl.UNSIGNED_BYTE : gl.UNSIGNED_SHORT, 0, 0);
  }

  /** @param {{vivid: number[][], pale: number[][], greyed: number[][]}} colours by class */
  setColours(colours) {
    const { gl } = this;
    this.colours = colours;
    const rows = Math.ceil(colours.vivid.length / PALETTE_WIDTH);
    const texels = new Uint8Array(PALETTE_WIDTH * rows * 3 * 4);
    [colours.vivid, colours.pale, colours.greyed].forEach((list, block) =>
      list.forEach((colour, i) => texels.set([...colour.map((value) => value * 255), 255], 4 * (block * rows * PALETTE_WIDTH + i))),
    );
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, PALETTE_WIDTH, rows * 3, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  resize(width, height) {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.ratio = ratio;
  }

  /**
   * @param {object} view camera; morph 0 … 1; sizes as of `pointSizes`; focus: what stays vivid, 0 all, 1 what is
   *   selected or lit, 2 doubtful places; theme: {background, ink}
   */
  draw({ camera, morph, sizes, focus, theme }) {
    const { gl, uniforms, arrays } = this;
    if (gl.isContextLost() || !arrays.order) return;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0); // contours are below
    gl.clear(gl.COLOR_BUFFER_BIT);
    const across = camera.height / camera.width;
    gl.uniform2f(uniforms.scale, camera.zoom * across, camera.zoom);
    gl.uniform2f(uniforms.shift, camera.x * across, camera.y);
    gl.uniform1f(uniforms.morph, morph);
    gl.uniform1f(uniforms.ratio, this.ratio);
    gl.uniform4f(uniforms.sizes, sizes.size, sizes.opacity, sizes.greySize, sizes.greyOpacity);
    gl.uniform1i(uniforms.focus, focus);
    gl.uniform3f(uniforms.ink, ...theme.ink);
    gl.uniform3f(uniforms.page, ...theme.background);
    this.#drawPoints("order", false);
    if (arrays.ringed?.length) this.#drawPoints("ringed", true);
  }

  #drawPoints(name, ringed) {
    const { gl } = this;
    gl.uniform1i(this.uniforms.ringed, ringed);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers[name]);
    gl.drawElements(gl.POINTS, this.arrays[name].length, gl.UNSIGNED_INT, 0);
  }

  destroy() {
    // Do not wait for garbage collection: a browser allows about 16 contexts.
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

function link(gl) {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  for (const [name, { location }] of Object.entries(ATTRIBUTES)) gl.bindAttribLocation(program, location, name);
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = gl.getAttachedShaders(program).map((shader) => gl.getShaderInfoLog(shader));
    throw new Error(`The maps' drawing program does not run on this graphics card. ${logs.join(" ")}`);
  }
  return program;
}
