// The drawing on the page: signature_pad with a screen's real pixels, the same vectors at every
// size, the pressure of real pens, undo that also takes back "clear".
import SignaturePad, { SignatureEvent } from "signature_pad";
import { Stroke } from "./ink";

const THIN = 0.6; // radius; the server draws the same
const THICK = 2.4;

export interface Kept {
  width: number;
  pen: string;
  strokes: Stroke[];
}

export class Board {
  pen = "mouse";
  private width = 0;
  private ratio = 0;
  private cleared: Stroke[] = [];
  private waiting: Kept | null = null;
  private readonly pad: SignaturePad;

  constructor(
    private canvas: HTMLCanvasElement,
    begun: () => void,
    changed: () => void,
  ) {
    this.pad = new SignaturePad(canvas, {
      minWidth: THIN,
      maxWidth: THICK,
      minDistance: 2,
      throttle: 0,
    });
    this.feelPressure();
    this.pad.addEventListener("beginStroke", () => {
      this.cleared = [];
      begun();
    });
    this.pad.addEventListener("beforeUpdateStroke", (event) => {
      const detail = (event as CustomEvent<SignatureEvent>).detail;
      this.pen = penOf(detail.event);
      if (this.pen !== "pen") detail.pressure = 0.5;
    });
    this.pad.addEventListener("endStroke", changed);
    new ResizeObserver(() => this.fit()).observe(canvas);
    window.addEventListener("resize", () => this.fit());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
  }

  get strokes(): Stroke[] {
    return this.pad.toData().map((group) => group.points);
  }

  get size(): [number, number] {
    return [this.canvas.clientWidth, this.canvas.clientHeight];
  }

  get kept(): Kept {
    // Before the canvas has a size, what was kept earlier still stands.
    return this.waiting ?? { width: this.width, pen: this.pen, strokes: this.strokes };
  }

  get canUndo(): boolean {
    return this.strokes.length + this.cleared.length > 0;
  }

  restore(kept: Kept): void {
    this.waiting = kept;
    this.pen = kept.pen;
    this.fit();
  }

  undo(): void {
    const back = this.strokes.length ? this.strokes.slice(0, -1) : this.cleared;
    this.cleared = [];
    this.show(back);
  }

  clear(): void {
    this.cleared = this.strokes;
    this.pad.clear();
  }

  // Called whenever the canvas may have another size: then the vectors are drawn anew, scaled.
  fit(): void {
    const [width, height] = this.size;
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    if (!width || (width === this.width && ratio === this.ratio && !this.waiting)) return;
    const { strokes, width: before } = this.kept;
    this.waiting = null;
    this.width = width;
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.getContext("2d")?.scale(ratio, ratio);
    const k = before ? width / before : 1;
    this.cleared = scaled(this.cleared, k);
    this.show(scaled(strokes, k));
  }

  private show(strokes = this.strokes): void {
    const penColor = getComputedStyle(this.canvas).color;
    this.pad.penColor = penColor;
    this.pad.fromData(
      strokes.map((points) => ({
        penColor,
        points,
        dotSize: 0,
        minWidth: THIN,
        maxWidth: THICK,
        velocityFilterWeight: this.pad.velocityFilterWeight,
        compositeOperation: this.pad.compositeOperation,
      })),
    );
  }

  // signature_pad keeps a pen's pressure but draws by speed alone.
  private feelPressure(): void {
    type Widths = { maxWidth: number };
    const inner = this.pad as unknown as {
      _calculateCurveWidths(a: unknown, b: { pressure: number }, options: Widths): unknown;
    };
    const bySpeed = inner._calculateCurveWidths;
    inner._calculateCurveWidths = function (a, b, options) {
      const maxWidth = options.maxWidth * Math.min(1, 0.4 + 1.2 * b.pressure);
      return bySpeed.call(this, a, b, { ...options, maxWidth });
    };
  }
}

function scaled(strokes: Stroke[], k: number): Stroke[] {
  return strokes.map((one) => one.map((p) => ({ ...p, x: p.x * k, y: p.y * k })));
}

function penOf(event: MouseEvent | TouchEvent | PointerEvent): string {
  if ("pointerType" in event && event.pointerType) return event.pointerType;
  if (!("changedTouches" in event)) return "mouse";
  const touch = event.changedTouches[0] as Touch & { touchType?: string };
  return touch.touchType === "stylus" ? "pen" : "touch";
}
