import { copySide, type GreyCopy } from './grey-copy.js';
import type { Orientation } from './hashes.js';

/** The picture in another orientation, as `turned` has its hash. */
export function turnedCopy({ pixels, aspect }: GreyCopy, orientation: Orientation): GreyCopy {
  const transposed = (orientation & 4) !== 0;
  const [flipsX, flipsY] = transposed ? [2, 1] : [1, 2];
  const out = new Uint8Array(pixels.length);
  const last = copySide - 1;
  for (let y = 0; y < copySide; y++)
    for (let x = 0; x < copySide; x++) {
      const column = (orientation & flipsX) !== 0 ? last - x : x;
      const row = (orientation & flipsY) !== 0 ? last - y : y;
      out[y * copySide + x] = pixels[transposed ? column * copySide + row : row * copySide + column] ?? 0;
    }
  return { pixels: out, aspect: transposed ? 1 / aspect : aspect };
}
