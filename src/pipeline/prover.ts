import type { PhotoId } from '../model.js';
import { createPace, type Pace } from '../pace.js';
import type { CopyStore, FoundProof, IndexedPhoto, PhotoStore } from '../store-ports.js';
import type { AlikePairs } from './alike.js';
import {
  arePapers,
  automaticBits,
  candidateBits,
  certainBits,
  scoreOf,
  storedBits,
  timeBetweenShots,
} from './evidence.js';
import type { Neighbours } from './links.js';
import {
  agreesThroughout,
  isInPlace,
  keyOf,
  partDetailBits,
  partKeyBits,
  proofBetween,
  proofVersion,
  viewDetailBits,
  viewKeyBits,
  viewsOf,
  type Sitter,
  type View,
} from './pair-proof.js';
import { partFramesOf } from './frames.js';
import { FreshViews } from './fresh-views.js';
import { keyWords, partDetailOf } from './part-hashes.js';
import type { Registration } from './registration.js';
import { areOfUnknownFrames } from './several-frames.js';
import { areWorthReview } from './videos.js';
import { ViewIndex } from './view-index.js';

export interface ProverOptions {
  readonly photos: PhotoStore;
  readonly copies: CopyStore;
  readonly neighbours: Neighbours;
  readonly alike: AlikePairs;
  /** Told how many photos of how many were compared. */
  readonly progress: (done: number, of: number) => void;
}

/** Pairs that are laid over each other for one photo at most, the most alike first. */
const mostPairs = 20;
/** Above so many photos parts are looked up within fewer bits: a look-up would take too long. */
const largeLibrary = 250_000;
const partKeyBitsOfLarge = 7;
const pageSize = 500;
const nothing = new Uint8Array();

type Nominees = Map<PhotoId, number>;

/** A photo to lay another one over. */
interface Worth {
  readonly id: PhotoId;
  /** Of 256, where the whole pictures look alike though not for certain; else null. */
  readonly alikeBits: number | null;
  /** Nothing says whether they are alike beyond their first frames. */
  readonly isUnknown: boolean;
}

/**
 * Finds edited copies: crops, other shapes, borders, captions, screenshots, small rotations, overlays. Parts of every
 * photo are looked up among the views of all others, and likely pairs are laid over each other.
 */
export class Prover {
  readonly #options: ProverOptions;
  readonly #views = new ViewIndex();
  #loaded: Promise<void> | null = null;
  /** Until everything is loaded. */
  #forgotten: Set<PhotoId> | null = new Set();

  constructor(options: ProverOptions) {
    this.#options = options;
  }

  /** Fills the search from the index, which `run` does when there is something to compare. May be repeated. */
  load(): Promise<void> {
    return (this.#loaded ??= this.#load());
  }

  async #load(): Promise<void> {
    const pace = createPace();
    for (const { id, views } of this.#options.copies.views()) {
      this.#views.put(id, views);
      await pace();
    }
    // What was read of them may have been put after they were forgotten.
    for (const id of this.#forgotten ?? []) this.#views.remove(id);
    this.#forgotten = null;
  }

  /** The photo is gone, or looks different now. */
  forget(id: PhotoId): void {
    this.#views.remove(id);
    this.#forgotten?.add(id);
    this.#options.alike.forget(id);
  }

  /**
   * Compares photos that were not compared yet with all others; returns how many pairs were proven. Safe to stop and
   * repeat: what was not reached is compared by the next run.
   */
  async run(stopping: AbortSignal): Promise<number> {
    const pace = createPace();
    const { copies } = this.#options;
    copies.useRules(proofVersion);
    const fresh = copies.unproven();
    if (fresh.length === 0) return 0;
    await this.load();
    // All views first: then the parts of each find whatever there is, and every pair is tried both ways.
    const hasOlder = copies.partKeys(null, 1).length > 0;
    const views = new FreshViews();
    const videos = this.#options.photos.comparedVideos();
    for (const id of fresh) {
      if (stopping.aborted) return 0;
      const copy = this.#options.alike.sitters.copy(id);
      if (copy === null) continue;
      // Of videos nothing is looked for inside others.
      const details = videos.has(id) ? nothing : detailsOf(viewsOf(copy));
      this.#views.put(id, details);
      if (hasOlder) views.add(id, details);
      await pace();
    }
    const nominated = hasOlder
      ? await this.#olderContainers(views, pace, stopping)
      : new Map<PhotoId, Nominees>();
    let proven = 0;
    let done = 0;
    for (const id of fresh) {
      if (stopping.aborted) break;
      await pace();
      proven += await this.#prove(id, nominated.get(id) ?? new Map<PhotoId, number>(), pace);
      this.#options.progress(++done, fresh.length);
    }
    return proven;
  }

  async #prove(id: PhotoId, nominees: Nominees, pace: Pace): Promise<number> {
    const { copies, photos } = this.#options;
    if (photos.byId(id)?.media === 'video') return this.#proveVideo(id);
    const sitter = this.#options.alike.sitters.get(id);
    const photo = photos.byId(id);
    // Removed, or read anew, since the run began.
    if (sitter === null || photo === null) return 0;
    this.#nominate(id, sitter, nominees);
    const proofs: FoundProof[] = [];
    for (const { id: other, alikeBits, isUnknown } of this.#worthATry(photo, nominees)) {
      await pace();
      const theirs = this.#options.alike.sitters.get(other);
      const found = theirs && proofBetween(sitter, theirs);
      if (found !== null) {
        // What is proven of the first frames is for a person to judge where nothing is known of the others.
        const verdict = isUnknown ? 'likely' : found.verdict;
        proofs.push({ b: other, verdict, ...figuresOf(found.registration) });
      } else if (alikeBits !== null)
        proofs.push({ b: other, verdict: 'likely', agreement: scoreOf(alikeBits), inPlace: true });
    }
    if (this.#options.alike.sitters.get(id) !== sitter) return 0;
    const keys = sitter.partKeys;
    copies.proved(
      id,
      detailsOf(sitter.views),
      new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength),
      proofs,
    );
    return proofs.length;
  }

  /** Videos whose stills look like that of this one, for a person to judge; the most alike first. */
  #proveVideo(id: PhotoId): number {
    const { copies, photos, neighbours } = this.#options;
    const video = photos.byId(id);
    if (video === null) return 0;
    const alike = neighbours
      .likenessesOf(id)
      .filter(({ detailBits, orientation }) => detailBits <= automaticBits && orientation === 0);
    const proofs = alike
      .sort((a, b) => a.detailBits - b.detailBits || a.b - b.b)
      .filter(({ b }) => {
        const other = photos.byId(b);
        return other !== null && areWorthReview(video, other);
      })
      .slice(0, mostPairs)
      .map(({ b, detailBits }): FoundProof => ({
        b,
        verdict: 'likely',
        agreement: scoreOf(detailBits),
        inPlace: true,
      }));
    copies.proved(id, nothing, nothing, proofs);
    return proofs.length;
  }

  /** Photos whose views look like this photo's views or parts. */
  #nominate(id: PhotoId, { views, copy, partKeys }: Sitter, nominees: Nominees): void {
    const found = (other: PhotoId, bits: number): void => {
      if (other !== id) nominees.set(other, Math.min(bits, nominees.get(other) ?? bits));
    };
    for (const { detail } of views)
      this.#views.near(keyOf(detail), viewKeyBits, () => detail, viewDetailBits, found);
    if (views.length === 0) return;
    const keyBits = this.#views.size > largeLibrary ? partKeyBitsOfLarge : partKeyBits;
    partFramesOf(copy.aspect).forEach((frame, n) => {
      const key = [partKeys[n * keyWords] ?? 0, partKeys[n * keyWords + 1] ?? 0] as const;
      this.#views.near(key, keyBits, () => partDetailOf(copy, frame), partDetailBits, found);
    });
  }

  /** For each of these photos, those of earlier runs with a part that looks like it. */
  async #olderContainers(
    fresh: FreshViews,
    pace: Pace,
    stopping: AbortSignal,
  ): Promise<Map<PhotoId, Nominees>> {
    const { copies } = this.#options;
    const nominated = new Map<PhotoId, Nominees>();
    for (let after: PhotoId | null = null; !stopping.aborted;) {
      const page: ReturnType<CopyStore['partKeys']> = copies.partKeys(after, pageSize);
      for (const { id, partKeys } of page) {
        const keys = new Uint32Array(partKeys.slice().buffer);
        fresh.near(keys, partKeyBits, (other) => {
          const nominees = nominated.get(other) ?? new Map<PhotoId, number>();
          // The detail of an old photo's part is worked out when the pair is tried.
          nominated.set(other, nominees.set(id, partDetailBits));
        });
        await pace();
      }
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
    return nominated;
  }

  /**
   * The most alike first; not those that other evidence decides.
   */
  #worthATry(photo: IndexedPhoto, nominees: Nominees): Worth[] {
    const { photos, neighbours } = this.#options;
    const alike = new Map(
      neighbours
        .likenessesOf(photo.id)
        .filter(({ phashBits }) => phashBits <= candidateBits)
        .map((likeness) => [likeness.b, likeness]),
    );
    const tried: Worth[] = [];
    for (const [id] of [...nominees].sort((a, b) => a[1] - b[1] || a[0] - b[0])) {
      if (tried.length === mostPairs) break;
      const other = photos.byId(id);
      if (other === null || (photo.sha1 !== null && photo.sha1 === other.sha1)) continue;
      if (timeBetweenShots(photo, other) !== null) continue;
      const likeness = alike.get(id);
      const bits = likeness?.detailBits ?? Infinity;
      const kind = { arePapers: arePapers(photo, other) };
      const isUnknown = areOfUnknownFrames(photo, other);
      if (
        !isUnknown &&
        likeness &&
        bits <= certainBits &&
        this.#options.alike.proofOf(likeness, kind) !== null
      )
        continue;
      tried.push({ id, alikeBits: bits <= storedBits && !kind.arePapers ? bits : null, isUnknown });
    }
    return tried;
  }
}

/** Where not all agrees, the share that does: what a tenth of the blocks do not reach says little of the rest. */
function figuresOf(found: Registration): Pick<FoundProof, 'agreement' | 'inPlace'> {
  const isWhole = agreesThroughout(found);
  return { agreement: isWhole ? found.tenth : found.agreeing, inPlace: isWhole && isInPlace(found) };
}

/** One after the other, as they are stored. */
function detailsOf(views: readonly View[]): Uint8Array {
  return Buffer.concat(views.map(({ detail }) => detail));
}
