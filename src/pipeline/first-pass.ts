import type { PhotoId } from '../model.js';
import type { PhotoStore } from '../store-ports.js';
import { createPace, type Pace } from '../pace.js';
import { timeBetweenShots } from './evidence/evidence.js';
import type { LookIndex } from './search/look-index.js';
import type { CandidateLookUp, CandidateSearch } from './thumb/candidate-search.js';
import type { Near } from './thumb/nearest.js';

export interface FirstPassOptions {
  readonly photos: Pick<PhotoStore, 'thumbHashes' | 'byId'>;
  readonly search: CandidateSearch;
  /** Who looks like whom by the hashes of their pictures. */
  readonly looks: Pick<LookIndex, 'likenessesOf'>;
}

/** Photos whose picture was fetched in vain, as a share of the library, after which the rest is not worth being first. */
const mostMisses = 0.1;
/** One of so many is judged: a look-up for each would hold up everything else. */
const judgedOneOf = 8;
/** The same when of so many photos, one after the other, fewer than this share looked like another by their pictures. */
const judgedTogether = 500;
const leastHitShare = 0.05;
/** Photos near to one that are looked at for one that is not of the same burst. */
const nearLookedAt = 4;
/** A photo is judged when so many more were handed out: by then it has been looked at. */
const judgedAfter = 1_000;

/**
 * Which photos to look at first: those that look like another by the ThumbHashes of the listing, nearest first. So the groups
 * of a large library are found after some per cent of its pictures.
 */
export class FirstPass {
  readonly #options: FirstPassOptions;
  #order: PhotoId[] = [];
  #next = 0;
  #judged = 0;
  #misses = 0;
  #missesBefore = 0;
  #isPoor = false;
  #photos = 0;
  /** What was compared, kept for the photos of folders that come later. */
  #lookUp: CandidateLookUp | null = null;
  /** Photos that look like one of a folder: they come before all others. */
  #urgent = new Set<PhotoId>();
  /** For each comparison of all that is going on, the ThumbHashes that came meanwhile. */
  readonly #meanwhile = new Set<Uint8Array[]>();

  constructor(options: FirstPassOptions) {
    this.#options = options;
  }

  /** Photos left to hand out. */
  get size(): number {
    return this.#order.length - this.#next + this.#urgent.size;
  }

  /**
   * Compares all ThumbHashes of the index. Some seconds at 100,000 photos, minutes at a million; safe to repeat. About 110
   * bytes a photo are kept until `forget`.
   */
  async prepare(signal?: AbortSignal): Promise<void> {
    const meanwhile: Uint8Array[] = [];
    this.#meanwhile.add(meanwhile);
    try {
      this.#lookUp = await this.#compareAll(signal);
    } finally {
      this.#meanwhile.delete(meanwhile);
    }
    for (const thumbHash of meanwhile) this.lookFor(thumbHash);
  }

  /** Puts photos first that look like one whose picture is known, of a folder: as many as are near it. About 1 ms. */
  lookFor(thumbHash: Uint8Array): void {
    for (const meanwhile of this.#meanwhile) meanwhile.push(thumbHash);
    for (const { id } of this.#lookUp?.(thumbHash) ?? []) this.#urgent.add(id);
  }

  /** Lets go of what is kept for `lookFor`: nothing waits any more. */
  forget(): void {
    this.#lookUp = null;
    this.#urgent.clear();
    this.#endOrder();
  }

  async #compareAll(signal?: AbortSignal): Promise<CandidateLookUp> {
    const wanted = new Set<PhotoId>();
    const { search } = this.#options;
    const found: { id: PhotoId; near: readonly Near[] }[] = [];
    const pace = createPace();
    const lookUp = await search(
      this.#read(wanted, pace),
      (id, near) => {
        if (wanted.has(id) || near.some((other) => wanted.has(other.id)))
          found.push({ id, near: near.slice(0, nearLookedAt) });
      },
      signal,
    );
    const best: { id: PhotoId; other: PhotoId; cosine: number }[] = [];
    for (const { id, near } of found) {
      await pace();
      const nearest = near.find((other) => !this.#areTwoShots(id, other.id));
      if (nearest !== undefined) best.push({ id, other: nearest.id, cosine: nearest.cosine });
    }
    best.sort((a, b) => b.cosine - a.cosine || a.id - b.id);
    // A set keeps both photos of a pair together, each at its nearest place.
    const order = new Set(best.flatMap(({ id, other }) => [id, other].filter((one) => wanted.has(one))));
    this.#order = [...order];
    this.#next = this.#judged = this.#misses = this.#missesBefore = 0;
    this.#isPoor = false;
    return lookUp;
  }

  /** Photos of a burst are the most alike of all, and no duplicates. */
  #areTwoShots(id: PhotoId, other: PhotoId): boolean {
    const [a, b] = [this.#options.photos.byId(id), this.#options.photos.byId(other)];
    return a !== null && b !== null && timeBetweenShots(a, b) !== null;
  }

  async *#read(
    wanted: Set<PhotoId>,
    pace: Pace,
  ): AsyncIterable<{ readonly id: PhotoId; readonly thumbHash: Uint8Array }> {
    this.#photos = 0;
    for (const { id, thumbHash, isWanted } of this.#options.photos.thumbHashes()) {
      this.#photos++;
      if (isWanted) wanted.add(id);
      yield { id, thumbHash };
      await pace();
    }
  }

  /** The next photos, at most `limit`; none any more once too many of them turned out to look like no other. */
  take(limit: number): readonly PhotoId[] {
    if (this.#urgent.size > 0) {
      const urgent = [...this.#urgent].slice(0, limit);
      for (const id of urgent) this.#urgent.delete(id);
      return urgent;
    }
    this.#judge();
    if (this.#isPoor || this.#misses > mostMisses * this.#photos) this.#order = [];
    const next = this.#order.slice(this.#next, this.#next + limit);
    this.#next += next.length;
    if (this.size <= 0) this.#endOrder();
    return next;
  }

  #judge(): void {
    const { looks } = this.#options;
    for (; this.#judged < this.#next - judgedAfter; this.#judged++) {
      const id = this.#order[this.#judged];
      const isJudged = this.#judged % judgedOneOf === 0 && id !== undefined;
      if (isJudged && looks.likenessesOf(id).length === 0) this.#misses += judgedOneOf;
      if ((this.#judged + 1) % judgedTogether > 0) continue;
      this.#isPoor ||= this.#misses - this.#missesBefore > (1 - leastHitShare) * judgedTogether;
      this.#missesBefore = this.#misses;
    }
  }

  #endOrder(): void {
    this.#order = [];
    this.#next = this.#judged = 0;
  }
}
