/** Cosines of one and three eighths and of half a right angle. */
const [c1, c2, c3] = [Math.cos(Math.PI / 8), Math.SQRT1_2, Math.cos((3 * Math.PI) / 8)];

/**
 * A discrete cosine transform (type II) of the columns of a square, all at the same time: values that lie side by side have the
 * same thing done to them.
 */
export class FastDct {
  readonly #side: number;
  /** For each halving, the longest first: what the differences are weighted with before they are transformed. */
  readonly #weights: readonly Float64Array[];

  /** `side`: a power of two from 4 on. */
  constructor(side: number) {
    this.#side = side;
    this.#weights = Array.from({ length: Math.log2(side) - 2 }, (_, depth) => weightsOf(side >> depth));
  }

  /**
   * Puts in row k, from 0, the sums over n of row n times the cosine of (2n + 1)k half turns by 2 `side`. Half of the rows at a
   * time (B. G. Lee, 1984): for 64 of them a tenth of the multiplications that the sums themselves take. `spare`: as large, its
   * values are lost.
   */
  columns(square: Float64Array, spare: Float64Array): void {
    this.#halve(square, spare, 0, this.#side, 0);
  }

  /** Rows from `first` on, so many. */
  #halve(square: Float64Array, spare: Float64Array, first: number, rows: number, depth: number): void {
    const weights = this.#weights[depth];
    if (weights === undefined) {
      this.#four(square, first);
      return;
    }
    const half = rows >> 1;
    const side = this.#side;
    for (let n = 0; n < half; n++) {
      const weight = weights[n] ?? 0;
      let at = (first + n) * side;
      for (let far = (first + rows - 1 - n) * side, end = far + side; far < end; far++, at++) {
        const here = square[at] ?? 0;
        const there = square[far] ?? 0;
        spare[at] = here + there;
        spare[at + half * side] = (here - there) * weight;
      }
    }
    this.#halve(spare, square, first, half, depth + 1);
    this.#halve(spare, square, first + half, half, depth + 1);
    this.#interleave(spare, square, first, half);
  }

  /** Even frequencies as they are, odd ones as sums of two neighbours, of which the last has none. */
  #interleave(from: Float64Array, to: Float64Array, first: number, half: number): void {
    const side = this.#side;
    for (let n = 0; n < half; n++) {
      const even = (first + n) * side;
      const odd = even + half * side;
      const put = (first + 2 * n) * side;
      const next = n + 1 < half ? side : 0;
      for (let c = 0; c < side; c++) {
        to[put + c] = from[even + c] ?? 0;
        to[put + side + c] = (from[odd + c] ?? 0) + (next === 0 ? 0 : (from[odd + side + c] ?? 0));
      }
    }
  }

  #four(square: Float64Array, first: number): void {
    const side = this.#side;
    for (let at = first * side, end = at + side; at < end; at++) {
      const a = square[at] ?? 0;
      const b = square[at + side] ?? 0;
      const c = square[at + 2 * side] ?? 0;
      const d = square[at + 3 * side] ?? 0;
      square[at] = a + d + (b + c);
      square[at + side] = (a - d) * c1 + (b - c) * c3;
      square[at + 2 * side] = (a + d - (b + c)) * c2;
      square[at + 3 * side] = (a - d) * c3 - (b - c) * c1;
    }
  }
}

function weightsOf(length: number): Float64Array {
  return Float64Array.from(
    { length: length / 2 },
    (_, n) => 0.5 / Math.cos(((2 * n + 1) * Math.PI) / (2 * length)),
  );
}
