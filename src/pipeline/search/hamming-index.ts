import { HammingTables, type Found, type TablesOptions } from './hamming-tables.js';
import { WordRows } from './word-rows.js';

/** 64-bit hashes, searched within a Hamming radius. About 41 bytes a hash. */
export class HammingIndex {
  readonly #rows = new WordRows(2);
  readonly #tables: HammingTables;

  constructor(options?: TablesOptions) {
    this.#tables = new HammingTables(this.#rows, options);
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Adds a hash and returns its slot, a small number that stays its own until `remove`. Amortised O(1). */
  add(hi: number, lo: number): number {
    return this.#rows.pushPair(hi, lo);
  }

  /** The hash in a slot. */
  at(slot: number): readonly [hi: number, lo: number] {
    const { words } = this.#rows;
    return [words[slot * 2] ?? 0, words[slot * 2 + 1] ?? 0];
  }

  /** Slots are not given out again, so that the tables stay true. */
  remove(slot: number): void {
    this.#rows.remove(slot);
  }

  /** Calls `found` once for every hash within `radius` bits (0-15). */
  near(hi: number, lo: number, radius: number, found: Found): void {
    this.#tables.near(hi, lo, radius, found);
  }

  /** Makes the next look-up a quick one. */
  build(): void {
    this.#tables.build();
  }
}
