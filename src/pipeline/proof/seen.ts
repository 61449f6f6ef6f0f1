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
    const { grey, slopeX, slopeY, covered } = this;
    const last = side - 1;
    const lowest = -slack;
    const highest = last + slack;
    let count = 0;
    for (let j = area.top; j < area.bottom; j++) {
      const v = (j + 0.5) / side;
      const bv = b * v;
      const dv = d * v;
      for (let i = area.left, at = j * side + i; i < area.right; i++, at++) {
        const u = (i + 0.5) / side;
        const x = (a * u + bv + x0) * side - 0.5;
        const y = (c * u + dv + y0) * side - 0.5;
        const isInside = x >= lowest && y >= lowest && x <= highest && y <= highest;
        covered[at] = isInside ? 1 : 0;
        if (!isInside) continue;
        count++;
        // Bilinear value and slopes, within the middles of the pixels.
        const atX = x < 0 ? 0 : x > last ? last : x;
        const atY = y < 0 ? 0 : y > last ? last : y;
        const left = Math.min(atX | 0, side - 2);
        const top = Math.min(atY | 0, side - 2);
        const fx = atX - left;
        const fy = atY - top;
        const from = top * side + left;
        const p = pixels[from] ?? 0;
        const q = pixels[from + 1] ?? 0;
        const r = pixels[from + side] ?? 0;
        const s = pixels[from + side + 1] ?? 0;
        grey[at] = (p + (q - p) * fx) * (1 - fy) + (r + (s - r) * fx) * fy;
        slopeX[at] = ((q - p) * (1 - fy) + (s - r) * fy) * side;
        slopeY[at] = ((r - p) * (1 - fx) + (s - q) * fx) * side;
      }
    }
    this.count = count;
  }
}
