/** Rows whose sums run side by side: one sum alone waits for itself at every step. */
const together = 8;

/**
 * Rows of weights, each summed up with one and the same line of values. Every sum is made term by term in the order of the
 * line, so that its last bit does not depend on how many are made at a time.
 */
export class WeightedSums {
  readonly #table: Float64Array;
  readonly #length: number;

  /** `table` holds rows of `length` weights one after the other. */
  constructor(table: Float64Array, length: number) {
    this.#table = table;
    this.#length = length;
  }

  /**
   * For each row k below `rows`: `out[outAt + k * outStep]` = the sum of weight n by `values[at + n]` for n from `from` up to
   * but without `to`.
   */
  of(line: Line, rows: number, { out, outAt, outStep }: Target): void {
    const whole = rows - (rows % together);
    for (let k = 0; k < whole; k += together) this.#eight(line, k, out, outAt + k * outStep, outStep);
    for (let k = whole; k < rows; k++) out[outAt + k * outStep] = this.#one(line, k);
  }

  #eight({ values, at, from, to }: Line, k: number, out: Float64Array, outAt: number, outStep: number): void {
    const table = this.#table;
    const length = this.#length;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let e = 0;
    let f = 0;
    let g = 0;
    let h = 0;
    for (let n = from, w = k * length + from; n < to; n++, w++) {
      const value = values[at + n] ?? 0;
      a += (table[w] ?? 0) * value;
      b += (table[w + length] ?? 0) * value;
      c += (table[w + 2 * length] ?? 0) * value;
      d += (table[w + 3 * length] ?? 0) * value;
      e += (table[w + 4 * length] ?? 0) * value;
      f += (table[w + 5 * length] ?? 0) * value;
      g += (table[w + 6 * length] ?? 0) * value;
      h += (table[w + 7 * length] ?? 0) * value;
    }
    out[outAt] = a;
    out[outAt + outStep] = b;
    out[outAt + 2 * outStep] = c;
    out[outAt + 3 * outStep] = d;
    out[outAt + 4 * outStep] = e;
    out[outAt + 5 * outStep] = f;
    out[outAt + 6 * outStep] = g;
    out[outAt + 7 * outStep] = h;
  }

  #one({ values, at, from, to }: Line, k: number): number {
    let sum = 0;
    for (let n = from, w = k * this.#length + from; n < to; n++, w++)
      sum += (this.#table[w] ?? 0) * (values[at + n] ?? 0);
    return sum;
  }
}

/** Values `at + from` up to but without `at + to`. Floating-point only: one kind of array keeps the loops fast. */
export interface Line {
  readonly values: Float64Array;
  at: number;
  from: number;
  to: number;
}

export interface Target {
  readonly out: Float64Array;
  outAt: number;
  outStep: number;
}
