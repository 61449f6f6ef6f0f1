import type { PhotoId } from '../model.js';
import { HammingIndex, popCount } from './hamming-index.js';
import { wordAt } from './words.js';

/** Bytes of the detail hash of one view. */
export const viewBytes = 32;
const detailWords = viewBytes / 4;

/**
 * Views of all photos in memory: the whole of each, and what is inside its bars. A view is found by the first 64 bits of
 * its detail hash and checked by all 256. About 70 bytes a view, 1.9 views a photo.
 */
export class ViewIndex {
  readonly #keys: HammingIndex;
  #details = new Uint32Array(1024 * detailWords);
  readonly #owners: PhotoId[] = [];
  readonly #slots = new Map<PhotoId, number[]>();

  constructor(scanBelow?: number) {
    this.#keys = new HammingIndex(scanBelow);
  }

  /** Photos held. */
  get size(): number {
    return this.#slots.size;
  }

  /** Adds or replaces; `views` are detail hashes one after the other, none for a picture that is too plain. */
  put(id: PhotoId, views: Uint8Array): void {
    this.remove(id);
    const slots: number[] = [];
    for (let at = 0; at + viewBytes <= views.length; at += viewBytes) {
      const slot = this.#keys.add(wordAt(views, at), wordAt(views, at + 4));
      this.#store(slot, views.subarray(at, at + viewBytes));
      this.#owners[slot] = id;
      slots.push(slot);
    }
    this.#slots.set(id, slots);
  }

  remove(id: PhotoId): void {
    for (const slot of this.#slots.get(id) ?? []) this.#keys.remove(slot);
    this.#slots.delete(id);
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
    let whole: Uint8Array | null | undefined;
    this.#keys.near(key[0], key[1], keyBits, (slot) => {
      whole ??= detail();
      if (whole === null) return;
      let bits = 0;
      for (let w = 0; w < detailWords; w++)
        bits += popCount((this.#details[slot * detailWords + w] ?? 0) ^ wordAt(whole, w * 4));
      const owner = this.#owners[slot];
      if (bits <= detailBits && owner !== undefined) found(owner, bits);
    });
  }

  #store(slot: number, detail: Uint8Array): void {
    if ((slot + 1) * detailWords > this.#details.length) {
      const longer = new Uint32Array(this.#details.length * 2);
      longer.set(this.#details);
      this.#details = longer;
    }
    for (let w = 0; w < detailWords; w++) this.#details[slot * detailWords + w] = wordAt(detail, w * 4);
  }
}
