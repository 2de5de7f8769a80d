// Drawing points by WebGL, with a plain canvas where there is none. Positions are uploaded once; panning changes three numbers.

const VERTEX = `
attribute vec2 place; attribute vec4 colour; attribute float size;
uniform vec2 centre; uniform vec2 scale; uniform float pixels;
varying vec4 shade; varying float edge;
void main() {
  gl_Position = vec4((place - centre) * scale, 0.0, 1.0);
  gl_PointSize = size * pixels + 2.0; edge = gl_PointSize / 5.0;  // a rim a pixel wide, without a root: software draws it a tenth faster
  shade = vec4(colour.rgb * colour.a, colour.a);
}`;
const FRAGMENT = `
precision mediump float; varying vec4 shade; varying float edge;
void main() {
  vec2 off = gl_PointCoord - 0.5;
  gl_FragColor = shade * clamp(edge * (1.0 - 4.0 * dot(off, off)), 0.0, 1.0);
}`;

export function makePainter(canvas) {
  const gl = canvas.getContext("webgl", { antialias: false, alpha: true, premultipliedAlpha: true, preserveDrawingBuffer: false });
  return gl ? new GlPainter(canvas, gl) : new PlainPainter(canvas);
}

class GlPainter {
  constructor(canvas, gl) {
    this.canvas = canvas; this.gl = gl; this.kind = "webgl"; this.count = 0;
    this.prepare();
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => { this.prepare(); if (this.kept) { this.setPlaces(this.kept.places); this.setLooks(this.kept.colours, this.kept.sizes, this.kept.order); this.onrestored?.(); } });
  }

  prepare() {
    const gl = this.gl, program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source); gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program); gl.useProgram(program);
    this.at = Object.fromEntries(["place", "colour", "size"].map((name) => [name, gl.getAttribLocation(program, name)]));
    this.to = Object.fromEntries(["centre", "scale", "pixels"].map((name) => [name, gl.getUniformLocation(program, name)]));
    this.buffers = Object.fromEntries(["place", "colour", "size", "order"].map((name) => [name, gl.createBuffer()]));
    this.wide = gl.getExtension("OES_element_index_uint");
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  feed(name, values, parts, kind, normalised) {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(this.at[name]);
    gl.vertexAttribPointer(this.at[name], parts, kind, normalised, 0, 0);
  }

  setPlaces(places) {
    this.count = places.length / 2;
    this.kept = { ...this.kept, places };
    this.feed("place", places, 2, this.gl.FLOAT, false);
  }

  setLooks(colours, sizes, order) {
    const gl = this.gl;
    this.kept = { ...this.kept, colours, sizes, order };
    this.feed("colour", colours, 4, gl.UNSIGNED_BYTE, true);
    this.feed("size", sizes, 1, gl.UNSIGNED_BYTE, false);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.order);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, this.wide ? order : Uint16Array.from(order.subarray(0, 65535)), gl.STATIC_DRAW);
    this.drawn = this.wide ? order.length : Math.min(order.length, 65535);
  }

  draw(view, ratio) {
    const gl = this.gl;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0); gl.clear(gl.COLOR_BUFFER_BIT);
    if (!this.drawn) return;
    gl.uniform2f(this.to.centre, view.x, view.y);
    gl.uniform2f(this.to.scale, (2 * view.scale * ratio) / this.canvas.width, (2 * view.scale * ratio) / this.canvas.height);
    gl.uniform1f(this.to.pixels, ratio * view.grow);
    gl.drawElements(gl.POINTS, this.drawn, this.wide ? gl.UNSIGNED_INT : gl.UNSIGNED_SHORT, 0);
  }
}

class PlainPainter {
  constructor(canvas) { this.canvas = canvas; this.context = canvas.getContext("2d"); this.kind = "2d"; }
  setPlaces(places) { this.places = places; }
  setLooks(colours, sizes, order) { Object.assign(this, { colours, sizes, order, drawn: order.length }); }
  draw(view, ratio) {
    const { width, height } = this.canvas, context = this.context, scale = view.scale * ratio;
    context.clearRect(0, 0, width, height);
    for (const row of this.order ?? []) {
      const x = width / 2 + (this.places[2 * row] - view.x) * scale, y = height / 2 - (this.places[2 * row + 1] - view.y) * scale;
      if (x < -9 || y < -9 || x > width + 9 || y > height + 9) continue;
      const [red, green, blue, alpha] = this.colours.subarray(4 * row, 4 * row + 4);
      context.fillStyle = `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
      context.beginPath(); context.arc(x, y, (this.sizes[row] * ratio * view.grow) / 2 + 1, 0, 7); context.fill();
    }
  }
}
