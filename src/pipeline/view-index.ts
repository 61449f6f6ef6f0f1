import type { PhotoId } from '../model.js';
import { HammingTables } from './hamming-tables.js';
import { IdSlots } from './id-slots.js';
import { WordRows } from './word-rows.js';
import { bitsApart, wordsOf } from './words.js';

/** Bytes of the detail hash of one view. */
export const viewBytes = 32;
const detailWords = viewBytes / 4;

/**
 * Views of all photos in memory: the whole of each, and what is inside its bars. A view is found by the first 64 bits of
 * its detail hash and checked by all 256. About 70 bytes a view, 1.9 views a photo.
 */
export class ViewIndex {
  readonly #details = new WordRows(detailWords);
  readonly #keys: HammingTables;
  #owners = new Uint32Array(1024);
  /** The first view of each photo; its others follow. */
  readonly #firsts = new IdSlots();

  constructor(scanBelow?: number) {
    this.#keys = new HammingTables(this.#details, { scanBelow });
  }

  /** Photos held. */
  get size(): number {
    return this.#firsts.size;
  }

  /** Adds or replaces; `views` are detail hashes one after the other, none for a picture that is too plain. */
  put(id: PhotoId, views: Uint8Array): void {
    this.remove(id);
    this.#firsts.set(id, this.#details.count);
    for (let at = 0; at + viewBytes <= views.length; at += viewBytes)
      this.#own(this.#details.pushBytes(views, at), id);
  }

  remove(id: PhotoId): void {
    const first = this.#firsts.get(id);
    if (first === undefined) return;
    for (let slot = first; slot < this.#details.count && this.#owners[slot] === id; slot++)
      this.#details.remove(slot);
    this.#firsts.delete(id);
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
    found: (id: PhotoId, bits: number) => void,
  ): void {
    let whole: Uint32Array | null | undefined;
    this.#keys.near(key[0], key[1], keyBits, (slot) => {
      if (whole === undefined) {
        const bytes = detail();
        whole = bytes && wordsOf(bytes);
      }
      if (whole === null) return;
      const bits = bitsApart(this.#details.words, slot * detailWords, whole);
      if (bits <= detailBits) found(this.#owners[slot] as PhotoId, bits);
    });
  }

  #own(slot: number, id: PhotoId): void {
    if (slot === this.#owners.length) {
      const longer = new Uint32Array(slot * 2);
      longer.set(this.#owners);
      this.#owners = longer;
    }
    this.#owners[slot] = id;
  }
}
