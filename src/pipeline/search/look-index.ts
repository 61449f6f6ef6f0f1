import type { Fingerprint, Likeness, Media, PhotoId } from '../../model.js';
import type { Pace } from '../../pace.js';
import { candidateBits, certainBits, leastQuality, storedBits } from '../fingerprint/bounds.js';
import { HammingTables } from './hamming-tables.js';
import { inverseOf, orientations, turned, type Orientation } from '../fingerprint/hashes.js';
import { IdSlots } from './id-slots.js';
import { WordRows } from './word-rows.js';
import { bitsApart, storeWord, wordsOf } from '../fingerprint/words.js';

const phashWords = 2;
const detailWords = 8;

/** What is compared: the algorithm must be the same for all. */
export type Looks = Pick<Fingerprint, 'phash' | 'detail' | 'quality'>;

/**
 * Every fingerprint in memory (about 122 bytes a photo), searched for likenesses. As it stands a photo is a candidate by
 * its 64-bit hash; mirrored and turned, by the coarse part of its detail hash, whose bits turn exactly. Whether two photos
 * are alike thus never depends on which of them came first.
 */
export class LookIndex {
  readonly #phashes = new WordRows(phashWords);
  readonly #details = new WordRows(detailWords);
  readonly #upright = new HammingTables(this.#phashes);
  /** By the first 64 bits of the detail hash: asked seven times for each photo. */
  readonly #coarse = new HammingTables(this.#details, { hold: 'whole' });
  #ids = new Uint32Array(1024);
  readonly #slots = new IdSlots();
  /** Those that are stills of videos: few, as a rule. */
  readonly #videos = new Set<number>();

  get size(): number {
    return this.#slots.size;
  }

  /** Adds or replaces. Pictures with too little detail are left out: they match nothing by look. */
  put(id: PhotoId, looks: Looks, media: Media = 'image'): void {
    this.remove(id);
    if (looks.quality < leastQuality) return;
    const slot = this.#phashes.pushBytes(looks.phash, 0);
    this.#details.pushBytes(looks.detail, 0);
    if (slot === this.#ids.length) {
      const longer = new Uint32Array(slot * 2);
      longer.set(this.#ids);
      this.#ids = longer;
    }
    this.#ids[slot] = id;
    this.#slots.set(id, slot);
    if (media === 'video') this.#videos.add(id);
  }

  remove(id: PhotoId): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#slots.delete(id);
    this.#videos.delete(id);
    this.#phashes.remove(slot);
    this.#details.remove(slot);
  }

  /** Makes the first look after many were put a quick one: about half a second for a million photos, in steps. */
  async build(pace: Pace): Promise<void> {
    this.#upright.build();
    await pace();
    this.#coarse.build();
  }

  /** Photos that look like one that is held here; none for another. */
  likenessesOf(id: PhotoId): readonly Likeness[] {
    const slot = this.#slots.get(id);
    if (slot === undefined) return [];
    const found = this.likenesses(this.#looksAt(slot), id, this.#videos.has(id) ? 'video' : 'image');
    return found.map((likeness) => ({ a: id, ...likeness }));
  }

  /** One and the same of all photos that look exactly the same as this one, to the last bit; itself where there is no other. */
  sameLooks(id: PhotoId): PhotoId {
    const slot = this.#slots.get(id);
    if (slot === undefined) return id;
    const detail = this.#details.words.slice(slot * detailWords, (slot + 1) * detailWords);
    const [hi, lo] = [this.#phashes.words[slot * 2] ?? 0, this.#phashes.words[slot * 2 + 1] ?? 0];
    let first = slot;
    this.#upright.near(hi, lo, 0, (other) => {
      if (other >= first || bitsApart(this.#details.words, other * detailWords, detail) > 0) return;
      if (this.#videos.has(this.#ids[other] ?? -1) === this.#videos.has(id)) first = other;
    });
    return this.#ids[first] as PhotoId;
  }

  #looksAt(slot: number): Looks {
    const phash = new Uint8Array(phashWords * 4);
    const detail = new Uint8Array(detailWords * 4);
    for (let w = 0; w < phashWords; w++)
      storeWord(phash, w * 4, this.#phashes.words[slot * phashWords + w] ?? 0);
    for (let w = 0; w < detailWords; w++)
      storeWord(detail, w * 4, this.#details.words[slot * detailWords + w] ?? 0);
    return { phash, detail, quality: 100 };
  }

  /**
   * All photos that look like this one, each in the orientation where they differ least; of a video, the videos. About 1 ms at 1M
   * photos.
   */
  likenesses(looks: Looks, self: PhotoId | null, media: Media = 'image'): Omit<Likeness, 'a'>[] {
    if (looks.quality < leastQuality) return [];
    const best = new Map<number, Omit<Likeness, 'a' | 'b'>>();
    const phash = wordsOf(looks.phash);
    for (const orientation of orientations) {
      const detail = wordsOf(turned(looks.detail, orientation));
      const index = orientation === 0 ? this.#upright : this.#coarse;
      const [hi = 0, lo = 0] = orientation === 0 ? phash : detail;
      index.near(hi, lo, candidateBits, (slot, phashBits) => {
        const detailBits = bitsApart(this.#details.words, slot * detailWords, detail);
        if (detailBits > storedBits) return;
        const found = { phashBits, detailBits, orientation: nameOf(orientation) };
        const known = best.get(slot);
        if (known === undefined || isBetter(found, known)) best.set(slot, found);
      });
    }
    return [...best].flatMap(([slot, likeness]) => {
      const b = this.#ids[slot] as PhotoId;
      const isOther = b === self || this.#videos.has(b) !== (media === 'video');
      return isOther ? [] : [{ b, ...likeness }];
    });
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
