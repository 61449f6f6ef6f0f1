import { frequencyAt, places, turnedThumb, type ThumbLuma } from '../../src/pipeline/thumb/thumb-hash.js';
import { aspectsAgree } from '../../src/pipeline/thumb/thumb-likeness.js';

/** Class of each place: 1 = mirroring left to right changes its sign, 2 = upside down does. */
const parities = Uint8Array.from(frequencyAt, ({ x, y }) => (x & 1) | ((y & 1) << 1));

/**
 * The comparison that the index is measured against: a photo with every other, all eight orientations, by nothing but the
 * cosine of the coefficients that both hashes have. As fast as a plain loop goes: the four mirrors of a pair share one pass.
 */
export class Exhaustive {
  readonly #luma: Int8Array;
  readonly #squares: Uint16Array;
  readonly #thumbs: readonly ThumbLuma[];

  constructor(thumbs: readonly ThumbLuma[]) {
    this.#thumbs = thumbs;
    this.#luma = new Int8Array(thumbs.length * places);
    this.#squares = new Uint16Array(thumbs.length);
    thumbs.forEach(({ luma }, i) => {
      this.#luma.set(luma, i * places);
      this.#squares[i] = luma.reduce((sum, v) => sum + v * v, 0);
    });
  }

  /** Numbers and cosines of all that reach `atLeast`, the photo itself left out. */
  near(self: number, atLeast: number): Map<number, number> {
    const thumb = this.#thumbs[self];
    const found = new Map<number, number>();
    if (thumb === undefined) return found;
    for (const side of [0, 4] as const) {
      const query = turnedThumb(thumb, side);
      const square = query.luma.reduce((sum, v) => sum + v * v, 0);
      const isSameShape = (other: ThumbLuma): boolean =>
        other.limit === query.limit && other.wide === query.wide;
      for (let i = 0; i < this.#thumbs.length; i++) {
        const other = this.#thumbs[i];
        if (other === undefined || i === self || !aspectsAgree(query, other)) continue;
        const cosine = isSameShape(other)
          ? this.#bestDot(query.luma, i) / Math.sqrt(square * (this.#squares[i] ?? 1))
          : this.#bestDot(query.luma, i) / this.#sharedLength(query.luma, i);
        if (cosine >= atLeast) found.set(i, Math.max(cosine, found.get(i) ?? 0));
      }
    }
    return found;
  }

  #bestDot(query: Int8Array, i: number): number {
    let even = 0;
    let x = 0;
    let y = 0;
    let both = 0;
    for (let place = 0, at = i * places; place < places; place++, at++) {
      const product = Math.imul(query[place] ?? 0, this.#luma[at] ?? 0);
      const parity = parities[place] ?? 0;
      if (parity === 0) even += product;
      else if (parity === 1) x += product;
      else if (parity === 2) y += product;
      else both += product;
    }
    return Math.max(even + x + y + both, even - x + y - both, even + x - y - both, even - x - y + both);
  }

  #sharedLength(query: Int8Array, i: number): number {
    let a = 0;
    let b = 0;
    for (let place = 0, at = i * places; place < places; place++, at++) {
      const va = query[place] ?? 0;
      const vb = this.#luma[at] ?? 0;
      if (vb !== 0) a += va * va;
      if (va !== 0) b += vb * vb;
    }
    return Math.sqrt(a * b);
  }
}
