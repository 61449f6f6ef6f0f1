import type { Fingerprint, Likeness, PhotoId } from '../model.js';
import { candidateBits, certainBits, leastQuality, storedBits } from './evidence.js';
import { HammingIndex, popCount } from './hamming-index.js';
import { storeWord, wordAt } from './words.js';
import { inverseOf, orientations, turned, type Orientation } from './hashes.js';

const detailWords = 8;

/** What is compared: the algorithm must be the same for all. */
export type Looks = Pick<Fingerprint, 'phash' | 'detail' | 'quality'>;

/**
 * Every fingerprint in memory (about 120 bytes a photo), searched for likenesses. As it stands a photo is a candidate by
 * its 64-bit hash; mirrored and turned, by the coarse part of its detail hash, whose bits turn exactly. Whether two photos
 * are alike thus never depends on which of them came first.
 */
export class LookIndex {
  readonly #upright = new HammingIndex();
  readonly #coarse = new HammingIndex();
  #details = new Uint32Array(1024 * detailWords);
  readonly #ids: PhotoId[] = [];
  readonly #slots = new Map<PhotoId, number>();

  get size(): number {
    return this.#slots.size;
  }

  /** Adds or replaces. Pictures with too little detail are left out: they match nothing by look. */
  put(id: PhotoId, looks: Looks): void {
    this.remove(id);
    if (looks.quality < leastQuality) return;
    const slot = this.#upright.add(wordAt(looks.phash, 0), wordAt(looks.phash, 4));
    this.#coarse.add(wordAt(looks.detail, 0), wordAt(looks.detail, 4));
    this.#ids[slot] = id;
    this.#slots.set(id, slot);
    this.#storeDetail(slot, looks.detail);
  }

  remove(id: PhotoId): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#slots.delete(id);
    this.#upright.remove(slot);
    this.#coarse.remove(slot);
  }

  /** Photos that look like one that is held here; none for another. */
  likenessesOf(id: PhotoId): readonly Likeness[] {
    const slot = this.#slots.get(id);
    if (slot === undefined) return [];
    const found = this.likenesses(this.#looksAt(slot), id);
    return found.map((likeness) => ({ a: id, ...likeness }));
  }

  #looksAt(slot: number): Looks {
    const phash = new Uint8Array(8);
    const detail = new Uint8Array(32);
    const [high, low] = this.#upright.at(slot);
    storeWord(phash, 0, high);
    storeWord(phash, 4, low);
    for (let w = 0; w < detailWords; w++)
      storeWord(detail, w * 4, this.#details[slot * detailWords + w] ?? 0);
    return { phash, detail, quality: 100 };
  }

  /** All photos that look like this one, each in the orientation where they differ least. About 1 ms at 1M photos. */
  likenesses(looks: Looks, self: PhotoId | null): Omit<Likeness, 'a'>[] {
    if (looks.quality < leastQuality) return [];
    const best = new Map<number, Omit<Likeness, 'a' | 'b'>>();
    for (const orientation of orientations) {
      const detail = turned(looks.detail, orientation);
      const index = orientation === 0 ? this.#upright : this.#coarse;
      const key = orientation === 0 ? looks.phash : detail;
      index.near(wordAt(key, 0), wordAt(key, 4), candidateBits, (slot, phashBits) => {
        const detailBits = this.#detailDistance(slot, detail);
        if (detailBits > storedBits) return;
        const found = { phashBits, detailBits, orientation: nameOf(orientation) };
        const known = best.get(slot);
        if (known === undefined || isBetter(found, known)) best.set(slot, found);
      });
    }
    return [...best].flatMap(([slot, likeness]) => {
      const b = this.#ids[slot];
      return b === undefined || b === self ? [] : [{ b, ...likeness }];
    });
  }

  #storeDetail(slot: number, detail: Uint8Array): void {
    if ((slot + 1) * detailWords > this.#details.length) {
      const longer = new Uint32Array(this.#details.length * 2);
      longer.set(this.#details);
      this.#details = longer;
    }
    for (let w = 0; w < detailWords; w++) this.#details[slot * detailWords + w] = wordAt(detail, w * 4);
  }

  #detailDistance(slot: number, detail: Uint8Array): number {
    let bits = 0;
    for (let w = 0; w < detailWords; w++)
      bits += popCount((this.#details[slot * detailWords + w] ?? 0) ^ wordAt(detail, w * 4));
    return bits;
  }
}

/** A quarter turn seen from the other photo is the opposite one: both get the lower number. */
function nameOf(orientation: Orientation): number {
  return Math.min(orientation, inverseOf(orientation));
}

/** As it stands, where that is certain; else the orientation with the fewest differing bits. */
function isBetter(a: Omit<Likeness, 'a' | 'b'>, b: Omit<Likeness, 'a' | 'b'>): boolean {
  if (b.orientation === 0 && b.detailBits <= certainBits) return false;
  if (a.detailBits !== b.detailBits) return a.detailBits < b.detailBits;
  if (a.phashBits !== b.phashBits) return a.phashBits < b.phashBits;
  return a.orientation < b.orientation;
}
