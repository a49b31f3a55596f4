// A drawing as plain numbers: cut to the canvas, judged as the server judges it, in the form that
// the server reads. No browser in here.

export interface Point {
  x: number;
  y: number;
  pressure: number;
  time: number;
}

export type Stroke = Point[];

// The same as in hub/toolkit/ink.py.
const DOT = 0.06;
const STRAIGHT = 0.012;
const SHORT_LINE = 0.4;
const LONGEST = 30 * 24 * 3600 * 1000;

// What is wrong with the drawing: missing, dot, line, short, or nothing.
export function fault(strokes: Stroke[], width: number, least: number): string {
  const points = strokes.flat();
  if (points.length === 0) return "missing";
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  const wide = Math.max(...xs) - Math.min(...xs);
  const high = Math.max(...ys) - Math.min(...ys);
  if (Math.max(wide, high) < DOT * width) return "dot";
  const [span, stray] = line(points);
  if (stray < STRAIGHT * width && span < SHORT_LINE * width) return "line";
  return length(strokes) < least * width ? "short" : "";
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function length(strokes: Stroke[]): number {
  return strokes.reduce(
    (sum, one) => sum + one.reduce((part, p, i) => (i ? part + distance(one[i - 1], p) : 0), 0),
    0,
  );
}

function line(points: Point[]): [number, number] {
  const start = points[0];
  const end = points.reduce((far, p) => (distance(start, p) > distance(start, far) ? p : far));
  const span = distance(start, end) || 1;
  const stray = points.map(
    (p) =>
      Math.abs((end.x - start.x) * (p.y - start.y) - (end.y - start.y) * (p.x - start.x)) / span,
  );
  return [span, Math.max(...stray)];
}

// What lies within the canvas: a stroke that leaves ends at the edge, one that comes back is new.
export function clipped(strokes: Stroke[], width: number, height: number): Stroke[] {
  const found: Stroke[] = [];
  for (const stroke of strokes) {
    let now: Stroke = [];
    stroke.forEach((point, i) => {
      const part = i ? within(stroke[i - 1], point, width, height) : inside(point, width, height);
      if (!part) return;
      if (i && now.length === 0) now.push(part[0]);
      now.push(part[1]);
      if (part[1] !== point) {
        found.push(now);
        now = [];
      }
    });
    if (now.length) found.push(now);
  }
  return found;
}

function inside(p: Point, width: number, height: number): [Point, Point] | null {
  return p.x >= 0 && p.x <= width && p.y >= 0 && p.y <= height ? [p, p] : null;
}

// The part of the way from a to b that lies within (Liang and Barsky).
function within(a: Point, b: Point, width: number, height: number): [Point, Point] | null {
  let from = 0;
  let to = 1;
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  for (const [step, room] of [[-dx, a.x], [dx, width - a.x], [-dy, a.y], [dy, height - a.y]]) {
    if (step === 0) {
      if (room < 0) return null;
    } else if (step < 0) from = Math.max(from, room / step);
    else to = Math.min(to, room / step);
  }
  if (from > to) return null;
  return [from > 0 ? between(a, b, from) : a, to < 1 ? between(a, b, to) : b];
}

function between(a: Point, b: Point, part: number): Point {
  const at = (one: number, two: number) => one + (two - one) * part;
  return {
    x: at(a.x, b.x),
    y: at(a.y, b.y),
    pressure: at(a.pressure, b.pressure),
    time: at(a.time, b.time),
  };
}

// The JSON that the server reads. Clocks of phones get set: time never goes back.
export function written(strokes: Stroke[], width: number, height: number, pen: string): string {
  const cut = clipped(strokes, width, height);
  const start = cut[0]?.[0].time ?? 0;
  let now = 0;
  const points = cut.map((stroke) =>
    stroke.map((p) => {
      now = Math.min(Math.max(now, Math.round(p.time - start)), LONGEST);
      return [bound(p.x, width), bound(p.y, height), now, round(Math.min(p.pressure, 1), 100)];
    }),
  );
  return JSON.stringify({ width: round(width), height: round(height), pen, strokes: points });
}

function bound(value: number, most: number): number {
  return Math.min(Math.max(round(value), 0), round(most));
}

function round(value: number, scale = 100): number {
  return Math.round(value * scale) / scale;
}
