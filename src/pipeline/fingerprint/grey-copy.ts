/** Side of the stored grey copy, pixels. */
export const copySide = 64;

/** A small grey copy of a picture, squeezed to a square: what registration and the part hashes work on. */
export interface GreyCopy {
  /** `copySide` rows of `copySide` pixels. */
  readonly pixels: Uint8Array;
  /** Width by height of the picture as it is shown (orientation carried out). */
  readonly aspect: number;
}

/** Half the size each way: means of two by two pixels, rounded. */
export function halved(pixels: Uint8Array, side: number): Uint8Array {
  const half = side >> 1;
  const out = new Uint8Array(half * half);
  for (let y = 0; y < half; y++)
    for (let x = 0; x < half; x++) {
      const at = 2 * y * side + 2 * x;
      const upper = (pixels[at] ?? 0) + (pixels[at + 1] ?? 0);
      const lower = (pixels[at + side] ?? 0) + (pixels[at + side + 1] ?? 0);
      out[y * half + x] = (upper + lower + 2) >> 2;
    }
  return out;
}
