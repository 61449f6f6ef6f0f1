import type { Frame } from './frames.js';
import { copySide } from '../fingerprint/grey-copy.js';
import type { Layer } from './layers.js';

const most = copySide * copySide;

/** Pixels of a square layer: columns from `left` up to but without `right`, rows likewise. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The container as it is seen through a frame, on the pixel grid of the other picture. Used again for every look. */
export class Seen {
  readonly grey = new Float64Array(most);
  readonly slopeX = new Float64Array(most);
  readonly slopeY = new Float64Array(most);
  /** 1 where the frame shows something of the container. */
  readonly covered = new Uint8Array(most);
  count = 0;

  /** Fills `area`; up to `slack` pixels beyond its edge the container is continued. */
  look(container: Layer, [a, b, x0, c, d, y0]: Frame, area: Area, slack: number): void {
    const { side, pixels } = container;
    const last = side - 1;
    this.count = 0;
    for (let j = area.top; j < area.bottom; j++)
      for (let i = area.left; i < area.right; i++) {
        const at = j * side + i;
        const u = (i + 0.5) / side;
        const v = (j + 0.5) / side;
        const x = (a * u + b * v + x0) * side - 0.5;
        const y = (c * u + d * v + y0) * side - 0.5;
        const inside = x >= -slack && y >= -slack && x <= last + slack && y <= last + slack;
        this.covered[at] = inside ? 1 : 0;
        if (!inside) continue;
        this.count++;
        this.#sample(pixels, side, at, Math.min(Math.max(x, 0), last), Math.min(Math.max(y, 0), last));
      }
  }

  /** Bilinear value and slopes; x and y within the pixels' middles. */
  #sample(pixels: Float64Array, side: number, at: number, x: number, y: number): void {
    const left = Math.min(Math.floor(x), side - 2);
    const top = Math.min(Math.floor(y), side - 2);
    const fx = x - left;
    const fy = y - top;
    const from = top * side + left;
    const a = pixels[from] ?? 0;
    const b = pixels[from + 1] ?? 0;
    const c = pixels[from + side] ?? 0;
    const d = pixels[from + side + 1] ?? 0;
    this.grey[at] = (a + (b - a) * fx) * (1 - fy) + (c + (d - c) * fx) * fy;
    this.slopeX[at] = ((b - a) * (1 - fy) + (d - c) * fy) * side;
    this.slopeY[at] = ((c - a) * (1 - fx) + (d - b) * fx) * side;
  }
}
