import type { CopyId } from '../../model.js';
import { HammingTables } from '../search/hamming-tables.js';
import { IdSlots } from '../search/id-slots.js';
import { WordRows } from '../search/word-rows.js';
import { bitsApart, wordsOf } from '../fingerprint/words.js';

/** Bytes of the detail hash of one view. */
export const viewBytes = 32;
const detailWords = viewBytes / 4;

/**
 * Views of all grey copies in memory: the whole of each, and what is inside its bars. A view is found by the first 64 bits
 * of its detail hash and checked by all 256. About 70 bytes a view, 1.9 views a copy.
 */
export class ViewIndex {
  readonly #details = new WordRows(detailWords);
  readonly #keys: HammingTables;
  #owners = new Uint32Array(1024);
  /** The first view of each copy; its others follow. */
  readonly #firsts = new IdSlots();

  constructor(scanBelow?: number) {
    this.#keys = new HammingTables(this.#details, { scanBelow });
  }

  /** Copies held. */
  get size(): number {
    return this.#firsts.size;
  }

  /** Adds or replaces; `views` are detail hashes one after the other, none for a picture that is too plain. */
  put(id: CopyId, views: Uint8Array): void {
    this.remove(id);
    this.#firsts.set(id, this.#details.count);
    for (let at = 0; at + viewBytes <= views.length; at += viewBytes)
      this.#own(this.#details.pushBytes(views, at), id);
  }

  remove(id: CopyId): void {
    const first = this.#firsts.get(id);
    if (first === undefined) return;
    for (let slot = first; slot < this.#details.count && this.#owners[slot] === id; slot++)
      this.#details.remove(slot);
    this.#firsts.delete(id);
  }

  /** 0 to 1, told by the first view of the copy alone: an order between copies that does not depend on which came first. */
  tieOf(id: CopyId): number {
    const first = this.#firsts.get(id);
    if (first === undefined || this.#owners[first] !== id) return 0;
    let mixed = 0;
    for (let w = 0; w < detailWords; w++) {
      mixed = Math.imul(mixed ^ (this.#details.words[first * detailWords + w] ?? 0), 0x9e3779b1);
      mixed ^= mixed >>> 15;
    }
    return (mixed >>> 0) / 2 ** 32;
  }

  /**
   * Calls `found` for every view whose key differs by at most `keyBits` and whose detail by at most `detailBits`. `detail`
   * is asked only when a key is near; null = too plain, nothing is found.
   */
  near(
    key: readonly [number, number],
    keyBits: number,
    detail: () => Uint8Array | null,
    detailBits: number,
    found: (id: CopyId, bits: number) => void,
  ): void {
    let whole: Uint32Array | null | undefined;
    this.#keys.near(key[0], key[1], keyBits, (slot) => {
      if (whole === undefined) {
        const bytes = detail();
        whole = bytes && wordsOf(bytes);
      }
      if (whole === null) return;
      const bits = bitsApart(this.#details.words, slot * detailWords, whole);
      if (bits <= detailBits) found(this.#owners[slot] as CopyId, bits);
    });
  }

  #own(slot: number, id: CopyId): void {
    if (slot === this.#owners.length) {
      const longer = new Uint32Array(slot * 2);
      longer.set(this.#owners);
      this.#owners = longer;
    }
    this.#owners[slot] = id;
  }
}
