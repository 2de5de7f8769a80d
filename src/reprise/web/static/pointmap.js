// A map of points that can be panned, zoomed, hovered, picked, lassoed, and walked by keyboard.

import { el } from "./dom.js";
import { Grid, insideOf } from "./grid.js";
import { makePainter } from "./gl.js";
import { isDark } from "./colours.js";

const REACH = 16, NEAR_ENOUGH = 4, KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class PointMap {
  constructor({ label, help, xs, ys, fixed = null, axes = null, on }) {
    Object.assign(this, { xs, ys, fixed, axes, on, marks: [], path: [], spots: [], lassoing: false, cursor: -1, selected: -1 });
    this.canvas = el("canvas", { class: "points", "aria-hidden": "true" });
    this.over = el("canvas", { class: "over", "aria-hidden": "true" });
    this.element = el("div", { class: "plot", tabindex: "0", role: "application", "aria-label": label, "aria-description": help }, this.canvas, this.over);
    this.painter = makePainter(this.canvas);
    this.painter.onrestored = () => this.draw();
    this.grid = new Grid(xs, ys);
    const places = new Float32Array(2 * xs.length);
    for (let row = 0; row < xs.length; row += 1) { places[2 * row] = xs[row]; places[2 * row + 1] = ys[row]; }
    this.painter.setPlaces(places);
    this.view = { x: 0, y: 0, scale: 1, grow: 1 };
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.element);
    this.listen();
  }

  close() { this.watch.disconnect(); }

  bounds() {
    return this.fixed ?? { left: this.grid.left, right: this.grid.right, low: this.grid.low, high: this.grid.high };
  }

  fit() {
    const { left, right, low, high } = this.bounds(), pad = this.axes ? 46 : 34, box = this.element.querySelector(".legend");
    const aside = box && this.width > 640 ? box.offsetWidth + 4 : 0;  // nothing lies under the legend at first
    this.home = Math.max(1e-9, Math.min((this.width - 2 * pad - aside) / (right - left || 1), (this.height - 2 * pad) / (high - low || 1)));
    this.view.scale = this.home;
    this.view.x = (left + right) / 2 - aside / 2 / this.home; this.view.y = (low + high) / 2;
  }

  resize() {
    const box = this.element.getBoundingClientRect();
    if (!box.width || !box.height) return;
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
    const first = !this.width, zoom = first ? 1 : this.view.scale / this.home, { x, y } = this.view;
    this.width = box.width; this.height = box.height;
    for (const canvas of [this.canvas, this.over]) { canvas.width = Math.round(box.width * this.ratio); canvas.height = Math.round(box.height * this.ratio); }
    this.fit();
    if (!first) Object.assign(this.view, { x, y, scale: this.home * zoom });
    else if (this.wanted) this.setView(this.wanted);
    this.drawNow();
  }

  setView({ x, y, z }) {
    if (!this.width) { this.wanted = { x, y, z }; return; }
    Object.assign(this.view, { x, y, scale: this.home * z });
    this.draw();
  }

  getView() { return { x: this.view.x, y: this.view.y, z: this.view.scale / this.home }; }

  setLooks(colours, sizes, lit) {
    this.lit = lit;
    const order = new Uint32Array(this.grid.known);
    let at = 0;
    for (const wanted of [0, 1]) for (let row = 0; row < this.xs.length; row += 1) if (this.xs[row] === this.xs[row] && (lit ? lit[row] : 1) === wanted) { order[at] = row; at += 1; }
    this.painter.setLooks(colours, sizes, order.subarray(0, at));
    this.drawn = at;
    this.draw();
  }

  draw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => { this.asked = 0; this.drawNow(); });
  }

  drawNow() {
    if (!this.width) return;
    const zoom = this.view.scale / this.home;
    this.view.grow = Math.min(2.6, Math.max(0.7, zoom ** 0.35)) * (this.grid.known > 30000 ? 0.62 : this.grid.known > 4000 ? 0.8 : 1.25);
    this.painter.draw(this.view, this.ratio);
    this.drawOver();
    this.frames = (this.frames ?? 0) + 1;
    this.element.dataset.drawn = this.drawn ?? 0;
    this.element.dataset.painter = this.painter.kind;
    if (this.frames === 1) performance.mark("map-drawn");
  }

  toScreen(x, y) { return [this.width / 2 + (x - this.view.x) * this.view.scale, this.height / 2 - (y - this.view.y) * this.view.scale]; }
  toPlane(px, py) { return [this.view.x + (px - this.width / 2) / this.view.scale, this.view.y - (py - this.height / 2) / this.view.scale]; }

  drawOver() {
    const bare = !(this.axes || this.path.length || this.spots.length || this.marks.length || this.extra || this.cursor >= 0 || this.selected >= 0 || this.drawing);
    this.over.style.visibility = bare ? "hidden" : "visible";  // a layer with nothing on it would still be drawn at every frame
    if (bare) return;
    const paint = this.over.getContext("2d"), styles = getComputedStyle(this.element);
    const ink = styles.getPropertyValue("--ink"), soft = styles.getPropertyValue("--soft"), accent = styles.getPropertyValue("--accent"), line = styles.getPropertyValue("--line");
    paint.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paint.clearRect(0, 0, this.width, this.height);
    if (this.axes) this.drawAxes(paint, line, soft, styles.getPropertyValue("--font"));
    const steps = this.path.map((row) => this.toScreen(this.xs[row], this.ys[row])).concat(this.spots.map(([x, y]) => this.toScreen(x, y)));
    if (steps.length > 1) {
      paint.lineWidth = 2; paint.strokeStyle = accent; paint.lineJoin = "round";
      paint.beginPath(); steps.forEach(([x, y], at) => (at ? paint.lineTo(x, y) : paint.moveTo(x, y))); paint.stroke();
    }
    steps.forEach(([x, y], at) => this.ring(paint, x, y, at === 0 || at === steps.length - 1 ? 6 : 4.5, accent, true));
    for (const row of this.marks) this.ring(paint, ...this.toScreen(this.xs[row], this.ys[row]), 6, soft);
    if (this.extra) this.cross(paint, ...this.toScreen(...this.extra), accent);
    if (this.cursor >= 0) this.ring(paint, ...this.toScreen(this.xs[this.cursor], this.ys[this.cursor]), 9, ink);
    if (this.selected >= 0) { const [x, y] = this.toScreen(this.xs[this.selected], this.ys[this.selected]); this.ring(paint, x, y, 8, accent, true); this.ring(paint, x, y, 12, accent); }
    if (this.drawing?.length > 1) {
      paint.beginPath(); this.drawing.forEach(([x, y], at) => (at ? paint.lineTo(x, y) : paint.moveTo(x, y))); paint.closePath();
      paint.fillStyle = isDark() ? "rgb(168 157 255 / .16)" : "rgb(74 63 196 / .12)"; paint.fill(); paint.lineWidth = 1.5; paint.strokeStyle = accent; paint.setLineDash([5, 4]); paint.stroke(); paint.setLineDash([]);
    }
  }

  ring(paint, x, y, radius, colour, filled = false) {
    paint.beginPath(); paint.arc(x, y, radius, 0, 7); paint.lineWidth = 2; paint.strokeStyle = colour;
    if (filled) { paint.fillStyle = colour; paint.globalAlpha = 0.9; paint.fill(); paint.globalAlpha = 1; paint.strokeStyle = isDark() ? "#0c0d12" : "#fff"; }
    paint.stroke();
  }

  cross(paint, x, y, colour) {
    paint.strokeStyle = colour; paint.lineWidth = 3;
    paint.beginPath(); paint.moveTo(x - 9, y); paint.lineTo(x + 9, y); paint.moveTo(x, y - 9); paint.lineTo(x, y + 9); paint.stroke();
    this.ring(paint, x, y, 13, colour);
  }

  drawAxes(paint, line, soft, font) {
    const [left, top] = this.toScreen(0, 1), [right, bottom] = this.toScreen(1, 0), [middle, centre] = this.toScreen(0.5, 0.5);
    paint.strokeStyle = line; paint.lineWidth = 1; paint.strokeRect(left, top, right - left, bottom - top);
    paint.beginPath(); paint.moveTo(middle, top); paint.lineTo(middle, bottom); paint.moveTo(left, centre); paint.lineTo(right, centre); paint.stroke();
    paint.fillStyle = soft; paint.font = `500 12.5px ${font}`; paint.textAlign = "center";
    paint.fillText(this.axes.x, middle, bottom + 20);
    paint.save(); paint.translate(left - 14, centre); paint.rotate(-Math.PI / 2); paint.fillText(this.axes.y, 0, 0); paint.restore();
    for (const [text, x, y] of this.axes.corners) { const [px, py] = this.toScreen(x, y); paint.textAlign = x < 0.5 ? "left" : "right"; paint.fillText(text, px + (x < 0.5 ? 9 : -9), py + (y > 0.5 ? 20 : -11)); }
  }

  pick(px, py) {
    const [x, y] = this.toPlane(px, py);
    return this.grid.nearest(x, y, REACH / this.view.scale, this.lit);
  }

  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const before = this.toPlane(px, py);
    this.view.scale = Math.min(this.home * 400, Math.max(this.home * 0.4, this.view.scale * factor));
    const after = this.toPlane(px, py);
    this.view.x += before[0] - after[0]; this.view.y += before[1] - after[1];
    this.draw(); this.on.view?.();
  }

  place(row) { this.reveal(this.xs[row], this.ys[row]); }

  reveal(x, y) {
    const [px, py] = this.toScreen(x, y);
    if (px < 30 || py < 30 || px > this.width - 30 || py > this.height - 30) { Object.assign(this.view, { x, y }); this.on.view?.(); }
    this.draw();
  }

  listen() {
    const pointers = new Map(), element = this.element;
    let moved = 0, last = null, spread = 0;
    const at = (event) => { const box = element.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    element.addEventListener("wheel", (event) => { event.preventDefault(); this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), ...at(event)); }, { passive: false });
    element.addEventListener("pointerdown", (event) => {
      if (event.target.closest("button, .legend") || event.button > 0) return;
      element.setPointerCapture(event.pointerId); pointers.set(event.pointerId, at(event)); moved = 0; last = at(event);
      if ((this.lassoing || event.shiftKey) && pointers.size === 1) this.drawing = [last];
    });
    element.addEventListener("pointermove", (event) => {
      const here = at(event);
      if (!pointers.has(event.pointerId)) { this.hover(event.target.closest("button, .legend") ? -1 : this.pick(...here), here); return; }
      pointers.set(event.pointerId, here);
      if (pointers.size === 2) {
        const [[ax, ay], [bx, by]] = [...pointers.values()], far = Math.hypot(ax - bx, ay - by);
        if (spread) this.zoom(far / spread, (ax + bx) / 2, (ay + by) / 2);
        spread = far; moved = 99; this.drawing = null; return;
      }
      moved += Math.hypot(here[0] - last[0], here[1] - last[1]);
      if (this.drawing) this.drawing.push(here);
      else if (moved > NEAR_ENOUGH) { this.view.x -= (here[0] - last[0]) / this.view.scale; this.view.y += (here[1] - last[1]) / this.view.scale; this.hover(-1, here); }
      last = here; this.draw();
    });
    const up = (event) => {
      if (!pointers.delete(event.pointerId)) return;
      spread = 0;
      if (event.type === "pointerup" && this.drawing && this.drawing.length > 3 && moved > 12) this.finishLasso();
      else if (event.type === "pointerup" && moved <= NEAR_ENOUGH) { const row = this.pick(...last); if (row >= 0) this.on.pick(row); else this.on.spot?.(this.toPlane(...last)); }
      else this.on.view?.();
      this.drawing = null; this.draw();
    };
    element.addEventListener("pointerup", up); element.addEventListener("pointercancel", up);
    element.addEventListener("pointerleave", () => this.hover(-1, [0, 0]));
    element.addEventListener("keydown", (event) => this.key(event));
    element.addEventListener("blur", () => { this.cursor = -1; this.draw(); });
  }

  hover(row, here) { if (row === this.hovered && row < 0) return; this.hovered = row; this.on.hover?.(row, here); }

  finishLasso() {
    const polygon = this.drawing.map(([x, y]) => this.toPlane(x, y)), xs = polygon.map(([x]) => x), ys = polygon.map(([, y]) => y), rows = [];
    for (const row of this.grid.within(Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)))
      if ((!this.lit || this.lit[row]) && insideOf(polygon, this.xs[row], this.ys[row])) rows.push(row);
    this.on.lasso(rows);
  }

  inView() {
    const [left, high] = this.toPlane(0, 0), [right, low] = this.toPlane(this.width, this.height);
    return [...this.grid.within(left, right, low, high)].filter((row) => !this.lit || this.lit[row]);
  }

  key(event) {
    if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = KEYS[event.key];
    if (move && event.shiftKey) { this.view.x += (move[0] * 80) / this.view.scale; this.view.y += (move[1] * 80) / this.view.scale; this.draw(); this.on.view?.(); }
    else if (move) this.step(move);
    else if (event.key === "+" || event.key === "=") this.zoom(1.4);
    else if (event.key === "-") this.zoom(1 / 1.4);
    else if (event.key === "0") { this.fit(); this.draw(); this.on.view?.(); }
    else if (event.key === "Enter" && this.cursor >= 0) this.on.pick(this.cursor);
    else if (event.key === " " && this.cursor >= 0) this.on.play?.(this.cursor);
    else if (event.key.toLowerCase() === "v") this.on.lasso(this.inView());
    else return;
    event.preventDefault();
  }

  step([dx, dy]) {
    const from = this.cursor >= 0 ? [this.xs[this.cursor], this.ys[this.cursor]] : this.selected >= 0 ? [this.xs[this.selected], this.ys[this.selected]] : [this.view.x, this.view.y];
    let best = -1, least = Infinity;
    const reach = (Math.hypot(this.width, this.height) / this.view.scale) * 0.6;
    for (const row of this.grid.within(from[0] - reach, from[0] + reach, from[1] - reach, from[1] + reach)) {
      if (row === this.cursor || (this.lit && !this.lit[row])) continue;
      const x = this.xs[row] - from[0], y = this.ys[row] - from[1], along = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (this.cursor >= 0 && (along <= 0 || aside > 1.5 * along)) continue;
      const cost = this.cursor >= 0 ? along + 2 * aside : Math.hypot(x, y);
      if (cost < least) { least = cost; best = row; }
    }
    if (best >= 0) { this.cursor = best; this.place(best); this.on.cursor?.(best); }
  }
}
