/** Low frequencies of the two-dimensional DCT-II of a square grey picture. Separable: rows first, then columns. */
export class LowFrequencies {
  readonly #size: number;
  readonly #kept: number;
  readonly #cosines: Float64Array;
  readonly #rows: Float64Array;
  readonly #out: Float64Array;

  /** Keeps frequencies 1 to `kept` both ways of pictures of `size` x `size` pixels. */
  constructor(size: number, kept: number) {
    this.#size = size;
    this.#kept = kept;
    this.#cosines = cosines(size, kept);
    this.#rows = new Float64Array(kept * size);
    this.#out = new Float64Array(kept * kept);
  }

  /**
   * Coefficients `[u * kept + v]` of horizontal frequency `u + 1` and vertical frequency `v + 1`, without normalisation.
   * The array is used again by the next call.
   */
  of(pixels: Uint8Array): Float64Array {
    const size = this.#size;
    const kept = this.#kept;
    const cos = this.#cosines;
    for (let y = 0; y < size; y++)
      for (let u = 0, c = 0; u < kept; u++) {
        let sum = 0;
        for (let x = 0, p = y * size; x < size; x++) sum += (cos[c++] ?? 0) * (pixels[p++] ?? 0);
        this.#rows[u * size + y] = sum;
      }
    for (let u = 0; u < kept; u++)
      for (let v = 0, c = 0; v < kept; v++) {
        let sum = 0;
        for (let y = 0, r = u * size; y < size; y++) sum += (cos[c++] ?? 0) * (this.#rows[r++] ?? 0);
        this.#out[u * kept + v] = sum;
      }
    return this.#out;
  }
}

/** `[(k - 1) * size + n]` = cos((2n + 1) k pi / 2 size), in the order of operations of sharp-phash, so that bits agree. */
export function cosines(size: number, kept: number): Float64Array {
  const table = new Float64Array(kept * size);
  for (let k = 1; k <= kept; k++)
    for (let n = 0; n < size; n++)
      table[(k - 1) * size + n] = Math.cos(((2 * n + 1) / (2.0 * size)) * k * Math.PI);
  return table;
}
