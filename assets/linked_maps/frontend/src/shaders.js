// WebGL shaders: the vertex shader runs for every point, the fragment shader for each of its pixels.

export const PALETTE_WIDTH = 256;

export const VERTEX = `#version 300 es
precision highp float;
precision highp int;
in vec2 start;
in vec2 place;
in uint kind;
in uint flags;
uniform vec2 scale;
uniform vec2 shift;
uniform float morph;
uniform float ratio;      // pixels of the screen per CSS pixel
uniform vec4 sizes;       // diameter, opacity of coloured points; diameter, opacity of grey ones
uniform int focus;        // vivid points: 0 all, 1 selected or lit ones, 2 doubtful ones
uniform bool ringed;      // draw rings instead of points
uniform sampler2D palette;
flat out vec4 colour;
flat out float radius;
flat out int shape;

void main() {
  gl_Position = vec4(mix(start, place, morph) * scale + shift, 0.0, 1.0);
  bool selected = (flags & 1u) != 0u;
  bool lit = (flags & 2u) != 0u;
  bool greyed = (flags & 4u) != 0u;
  bool doubtful = (flags & 8u) != 0u;
  bool back = focus == 1 ? !selected && !lit : focus == 2 && !doubtful;
  // Three blocks of rows: vivid, pale, greyed.
  int block = textureSize(palette, 0).y / 3;
  int rows = greyed && !selected && !lit ? 2 * block : back ? block : 0;
  vec4 fill = texelFetch(palette, ivec2(int(kind) % ${PALETTE_WIDTH}, rows + int(kind) / ${PALETTE_WIDTH}), 0);
  vec2 own = kind == 0u ? sizes.zw : sizes.xy;
  float opacity = selected || lit ? max(own.y, 0.9) : own.y;
  float diameter = selected || lit ? own.x + 1.5 : own.x;
  shape = 0;
  if (doubtful && !greyed) {
    shape = 1;
    diameter = max(diameter * 1.3, 5.5);
    opacity = max(opacity, 0.75);
  }
  if (ringed) {
    shape = 2;
    diameter = max(diameter + 7.0, 10.0);
  }
  colour = vec4(fill.rgb, opacity);
  radius = diameter * ratio / 2.0;
  gl_PointSize = 2.0 * radius + 1.0;
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
flat in vec4 colour;
flat in float radius;
flat in int shape;
uniform float ratio;
uniform vec3 ink;
uniform vec3 page;
out vec4 result;

void main() {
  vec2 from = (gl_PointCoord - 0.5) * (2.0 * radius + 1.0);
  float distance = length(from);
  float inside = clamp(radius - distance + 0.5, 0.0, 1.0);
  vec4 shown = colour;
  if (shape == 1) {
    // A cross.
    vec2 arm = abs(vec2(from.x + from.y, from.x - from.y)) * 0.7071;
    inside *= clamp(0.8 * ratio - min(arm.x, arm.y) + 0.5, 0.0, 1.0);
  } else if (shape == 2) {
    // A ring in the colour of the text, with a rim in the colour of the page on both sides.
    float way = abs(distance - (radius - 1.8 * ratio));
    inside = clamp(1.8 * ratio - way + 0.5, 0.0, 1.0);
    shown = vec4(mix(ink, page, clamp(way - 0.8 * ratio + 0.5, 0.0, 1.0)), 1.0);
  }
  float alpha = shown.a * inside;
  if (alpha < 0.004) discard;
  result = vec4(shown.rgb * alpha, alpha);
}`;
