import { wordAt } from '../fingerprint/words.js';

/** Rows of so many 32-bit words each, one after the other in memory. A row keeps its number; removed ones stay, marked. */
export class WordRows {
  readonly width: number;
  /** Row n begins at `n * width`. Another array after `push` has made it longer. */
  words: Uint32Array;
  #count = 0;
  #removed: Uint8Array;
  #removedCount = 0;

  constructor(width: number) {
    this.width = width;
    this.words = new Uint32Array(1024 * width);
    this.#removed = new Uint8Array(1024);
  }

  /** Rows ever pushed. */
  get count(): number {
    return this.#count;
  }

  /** Rows that were not removed. */
  get size(): number {
    return this.#count - this.#removedCount;
  }

  /** Adds `width` words, each of four bytes from `at` on, first byte highest; returns the number of the row. */
  pushBytes(bytes: Uint8Array, at: number): number {
    const row = this.#next();
    for (let w = 0; w < this.width; w++) this.words[row * this.width + w] = wordAt(bytes, at + 4 * w);
    return row;
  }

  /** Adds a row of two words; returns its number. */
  pushPair(hi: number, lo: number): number {
    const row = this.#next();
    this.words[row * this.width] = hi;
    this.words[row * this.width + 1] = lo;
    return row;
  }

  /** May be repeated. */
  remove(row: number): void {
    if (row >= this.#count || this.isRemoved(row)) return;
    this.#removed[row] = 1;
    this.#removedCount++;
  }

  isRemoved(row: number): boolean {
    return this.#removed[row] === 1;
  }

  #next(): number {
    if (this.#count === this.#removed.length) this.#grow();
    return this.#count++;
  }

  /** By half: what is not used yet takes no memory, but what is copied does while it is copied. */
  #grow(): void {
    const rows = this.#count + (this.#count >> 1);
    const words = new Uint32Array(rows * this.width);
    words.set(this.words);
    const removed = new Uint8Array(rows);
    removed.set(this.#removed);
    this.words = words;
    this.#removed = removed;
  }
}
