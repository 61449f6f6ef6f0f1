import { WeightedSums } from './weighted-sums.js';

/** Low frequencies of the two-dimensional DCT-II of a square grey picture. Separable: rows first, then columns. */
export class LowFrequencies {
  readonly #size: number;
  readonly #kept: number;
  readonly #sums: WeightedSums;
  readonly #pixels: Float64Array;
  readonly #rows: Float64Array;
  readonly #out: Float64Array;

  /** Keeps frequencies 1 to `kept` both ways of pictures of `size` x `size` pixels. */
  constructor(size: number, kept: number) {
    this.#size = size;
    this.#kept = kept;
    this.#sums = new WeightedSums(cosines(size, kept), size);
    this.#pixels = new Float64Array(size * size);
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
    this.#pixels.set(pixels);
    const row = { values: this.#pixels, at: 0, from: 0, to: size };
    const toRows = { out: this.#rows, outAt: 0, outStep: size };
    for (let y = 0; y < size; y++, row.at += size, toRows.outAt++) this.#sums.of(row, kept, toRows);
    const column = { values: this.#rows, at: 0, from: 0, to: size };
    const toOut = { out: this.#out, outAt: 0, outStep: 1 };
    for (let u = 0; u < kept; u++, column.at += size, toOut.outAt += kept) this.#sums.of(column, kept, toOut);
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
