import { popCount } from '../../src/pipeline/fingerprint/words.js';

/**
 * A way to tell duplicates. `Look` is what it keeps of a picture; looks are stored between runs, so they are plain data:
 * numbers, strings, typed arrays, and arrays and objects of these.
 */
export interface Method<Look> {
  readonly name: string;
  /** Changes whenever `prepare` would give other looks: stored ones are then made anew. */
  readonly version: string;
  /** Headings of its columns, from the strictest bound to the loosest. */
  readonly columns: readonly string[];
  /** Throws when it cannot read the file. */
  prepare(file: Buffer): Promise<Look>;
  /** Index of the first column whose bound calls the two duplicates; null when none does. */
  compare(a: Look, b: Look): number | null;
  /** What `causeOf` answers, in the order of a table. */
  readonly causes?: readonly string[];
  /** Why the strictest bound does not call the two duplicates; null when it does. */
  causeOf?(a: Look, b: Look): string | null;
}

/** The index of the first of the bounds (rising) that `bits` does not exceed. */
export function firstBound(bits: number, bounds: readonly number[]): number | null {
  const at = bounds.findIndex((bound) => bits <= bound);
  return at < 0 ? null : at;
}

/** Number of bits that differ between two hashes of the same length, 32 bits a word. */
export function bitsApart(a: Uint32Array, b: Uint32Array): number {
  let bits = 0;
  for (let word = 0; word < a.length; word++) bits += popCount((a[word] ?? 0) ^ (b[word] ?? 0));
  return bits;
}

/** Words of a hash written as hexadecimal digits, eight a word. */
export function wordsOfHex(hex: string): Uint32Array {
  return Uint32Array.from(hex.match(/.{8}/gu) ?? [], (word) => parseInt(word, 16));
}

/** Words of a hash written as 0 and 1. */
export function wordsOfBits(bits: string): Uint32Array {
  return Uint32Array.from(bits.match(/.{32}/gu) ?? [], (word) => parseInt(word, 2));
}
