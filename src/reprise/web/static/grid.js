// Finding points by place: a uniform grid of cells, so that hovering over 100,000 points costs nothing.

export class Grid {
  constructor(xs, ys) {
    this.xs = xs; this.ys = ys;
    let [left, right, low, high, known] = [Infinity, -Infinity, Infinity, -Infinity, 0];
    for (let row = 0; row < xs.length; row += 1) {
      if (!(xs[row] === xs[row] && ys[row] === ys[row])) continue;
      known += 1;
      left = Math.min(left, xs[row]); right = Math.max(right, xs[row]); low = Math.min(low, ys[row]); high = Math.max(high, ys[row]);
    }
    Object.assign(this, known ? { left, right, low, high } : { left: 0, right: 1, low: 0, high: 1 });
    this.known = known;
    this.side = Math.max(1, Math.ceil(Math.sqrt(known / 4)));
    this.starts = new Uint32Array(this.side * this.side + 1);
    const cells = new Int32Array(xs.length).fill(-1);
    for (let row = 0; row < xs.length; row += 1) {
      if (!(xs[row] === xs[row] && ys[row] === ys[row])) continue;
      cells[row] = this.column(xs[row]) + this.side * this.line(ys[row]);
      this.starts[cells[row] + 1] += 1;
    }
    for (let cell = 0; cell < this.side * this.side; cell += 1) this.starts[cell + 1] += this.starts[cell];
    this.rows = new Uint32Array(known);
    const next = this.starts.slice();
    for (let row = 0; row < xs.length; row += 1) if (cells[row] >= 0) { this.rows[next[cells[row]]] = row; next[cells[row]] += 1; }
  }

  column(x) { return Math.min(this.side - 1, Math.max(0, Math.floor(((x - this.left) / (this.right - this.left || 1)) * this.side))); }
  line(y) { return Math.min(this.side - 1, Math.max(0, Math.floor(((y - this.low) / (this.high - this.low || 1)) * this.side))); }

  *within(left, right, low, high) {
    for (let line = this.line(low); line <= this.line(high); line += 1)
      for (let column = this.column(left); column <= this.column(right); column += 1) {
        const cell = column + this.side * line;
        for (let at = this.starts[cell]; at < this.starts[cell + 1]; at += 1) {
          const row = this.rows[at];
          if (this.xs[row] >= left && this.xs[row] <= right && this.ys[row] >= low && this.ys[row] <= high) yield row;
        }
      }
  }

  nearest(x, y, reach, allowed) {
    let best = -1, least = reach * reach;
    for (const row of this.within(x - reach, x + reach, y - reach, y + reach)) {
      if (allowed && !allowed[row]) continue;
      const far = (this.xs[row] - x) ** 2 + (this.ys[row] - y) ** 2;
      if (far <= least) { least = far; best = row; }
    }
    return best;
  }
}

export function insideOf(polygon, x, y) {
  let inside = false;
  for (let at = 0, before = polygon.length - 1; at < polygon.length; before = at, at += 1) {
    const [ax, ay] = polygon[at], [bx, by] = polygon[before];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
