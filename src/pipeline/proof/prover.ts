import type { CopyId } from '../../model.js';
import { createPace, type Pace } from '../../pace.js';
import type { CopyStore, FoundProof, IndexedPhoto, PhotoStore } from '../../store-ports.js';
import type { AlikePairs } from './alike.js';
import { isLeftToReview, scoreOf } from '../evidence/evidence.js';
import { automaticBits } from '../fingerprint/bounds.js';
import type { GreyCopy } from '../fingerprint/grey-copy.js';
import type { Neighbours } from '../search/neighbours.js';
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
import { Chooser, Nominees } from './nominees.js';
import { areWorthReview } from '../evidence/videos.js';
import { ViewIndex } from './view-index.js';

export interface ProverOptions {
  readonly photos: PhotoStore;
  readonly copies: CopyStore;
  readonly neighbours: Neighbours;
  readonly alike: AlikePairs;
  /** See `Chooser`. */
  readonly mostPairs?: number;
  /** Told how many grey copies of how many were compared. */
  readonly progress: (done: number, of: number) => void;
}

/** Videos that a person is asked to compare with one, the most alike first. */
const mostVideos = 20;
/** Above so many photos parts are looked up within fewer bits: a look-up would take too long. */
const largeLibrary = 250_000;
const partKeyBitsOfLarge = 7;
const pageSize = 500;
const nothing = new Uint8Array();

/**
 * Finds edited copies: crops, other shapes, borders, captions, screenshots, small rotations, overlays. Parts of every
 * grey copy are looked up among the views of all others, and likely pairs are laid over each other.
 */
export class Prover {
  readonly #options: ProverOptions;
  readonly #views = new ViewIndex();
  #loaded: Promise<void> | null = null;
  /** For each copy whose turn comes in this run, those that were laid over it in theirs. */
  #tried = new Map<CopyId, Set<CopyId>>();

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
  }

  /**
   * Compares copies that were not compared yet with all others; returns how many pairs were proven. Safe to stop and
   * repeat: what was not reached is compared by the next run.
   */
  async run(stopping: AbortSignal): Promise<number> {
    const pace = createPace();
    const { copies, photos, neighbours, alike, mostPairs } = this.#options;
    copies.useRules(proofVersion);
    const fresh = copies.unproven();
    if (fresh.length === 0) return 0;
    await this.load();
    const chooser = new Chooser({ photos, copies, neighbours, alike, views: this.#views, mostPairs });
    // All views first: then the parts of each find whatever there is, and every pair is tried both ways.
    const hasOlder = copies.partKeys(null, 1).length > 0;
    const views = new FreshViews();
    const videos = photos.comparedVideos();
    for (const id of fresh) {
      if (stopping.aborted) return 0;
      const copy = this.#copy(id);
      if (copy === null) continue;
      // Of videos nothing is looked for inside others.
      const isVideo = copies.shotsOf(id).some((photo) => videos.has(photo));
      const details = isVideo ? nothing : detailsOf(viewsOf(copy));
      this.#views.put(id, details);
      if (hasOlder) views.add(id, details);
      await pace();
    }
    const older = hasOlder ? await this.#older(views, pace, stopping) : nothingOlder;
    const inTurn = new Set(fresh);
    this.#tried = new Map(fresh.map((id) => [id, new Set()]));
    const reachOf = (other: CopyId): number | null =>
      inTurn.has(other) ? null : (older.reaches.get(other) ?? Infinity);
    let proven = 0;
    let done = 0;
    for (const id of fresh) {
      if (stopping.aborted) break;
      await pace();
      proven += await this.#prove(id, { chooser, around: older.around.get(id) ?? new Map(), reachOf }, pace);
      this.#options.progress(++done, fresh.length);
    }
    return proven;
  }

  async #prove(id: CopyId, { chooser, around, reachOf }: Turn, pace: Pace): Promise<number> {
    const { copies } = this.#options;
    const [photo] = chooser.photosOf(id);
    if (photo?.media === 'video') return this.#proveVideo(id, photo);
    const sitter = this.#sitter(id);
    // Removed, or read anew, since the run began.
    if (sitter === null || photo === undefined) return 0;
    const nominees = new Nominees(around);
    this.#nominate(id, sitter, nominees);
    const { pairs, reach } = chooser.choose(id, nominees, reachOf);
    const tried = this.#tried.get(id);
    this.#tried.delete(id);
    const proofs: FoundProof<CopyId>[] = [];
    for (const { other, alikeBits } of pairs) {
      if (tried?.has(other) === true) continue;
      await pace();
      this.#tried.get(other)?.add(id);
      const theirs = this.#sitter(other);
      const found = theirs && proofBetween(sitter, theirs);
      if (found !== null) {
        const figures = figuresOf(found.registration);
        const [second] = chooser.photosOf(other);
        const isLeft = second !== undefined && isLeftToReview(photo, second, figures);
        proofs.push({ b: other, verdict: isLeft ? 'likely' : found.verdict, ...figures });
      } else if (alikeBits !== null)
        proofs.push({ b: other, verdict: 'likely', agreement: scoreOf(alikeBits), inPlace: true });
    }
    const keys = sitter.partKeys;
    copies.proved(id, {
      views: detailsOf(sitter.views),
      partKeys: new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength),
      reach,
      proofs,
    });
    return proofs.length;
  }

  /** Videos whose stills look like that of this one, for a person to judge; the most alike first. */
  #proveVideo(id: CopyId, video: IndexedPhoto): number {
    const { copies, photos, neighbours } = this.#options;
    const alike = neighbours
      .likenessesOf(video.id)
      .filter(({ detailBits, orientation }) => detailBits <= automaticBits && orientation === 0)
      .flatMap(({ b, detailBits }) => {
        const [other, copy] = [photos.byId(b), copies.copyOf(b)];
        const isWorthIt = other !== null && copy !== null && copy !== id && areWorthReview(video, other);
        return isWorthIt ? [{ copy, detailBits, key: other.key }] : [];
      })
      .sort((a, b) => a.detailBits - b.detailBits || (a.key < b.key ? -1 : 1));
    const best = new Map<CopyId, number>();
    for (const { copy, detailBits } of alike)
      if (best.size < mostVideos && !best.has(copy)) best.set(copy, detailBits);
    const proofs = [...best].map(([b, detailBits]): FoundProof<CopyId> => ({
      b,
      verdict: 'likely',
      agreement: scoreOf(detailBits),
      inPlace: true,
    }));
    copies.proved(id, { views: nothing, partKeys: nothing, reach: null, proofs });
    return proofs.length;
  }

  /** Copies whose views look like this one's views or parts. */
  #nominate(id: CopyId, { views, copy, partKeys, partDetail }: Sitter, nominees: Nominees): void {
    const foundView = (other: CopyId, bits: number): void => {
      if (other !== id) nominees.foundView(other, bits);
    };
    const foundPart = (other: CopyId, bits: number): void => {
      if (other !== id) nominees.foundPart(other, bits);
    };
    for (const { detail } of views)
      this.#views.near(keyOf(detail), viewKeyBits, () => detail, viewDetailBits, foundView);
    if (views.length === 0) return;
    const keyBits = this.#views.size > largeLibrary ? partKeyBitsOfLarge : partKeyBits;
    partFramesOf(copy.aspect).forEach((_, n) => {
      const key = [partKeys[n * keyWords] ?? 0, partKeys[n * keyWords + 1] ?? 0] as const;
      this.#views.near(key, keyBits, () => partDetail(n), partDetailBits, foundPart);
    });
  }

  /** What those of earlier runs chose by: which of them have a part that looks like one of these, and how far they looked. */
  async #older(fresh: FreshViews, pace: Pace, stopping: AbortSignal): Promise<Older> {
    const { copies } = this.#options;
    const around = new Map<CopyId, Map<CopyId, number>>();
    const reaches = new Map<CopyId, number>();
    for (let after: CopyId | null = null; !stopping.aborted;) {
      const page: ReturnType<CopyStore['partKeys']> = copies.partKeys(after, pageSize);
      for (const { id, partKeys, reach } of page) {
        if (reach !== null) reaches.set(id, reach);
        let copy: GreyCopy | null = null;
        const detailOf = (part: number): Uint8Array | null => {
          copy ??= this.#copy(id);
          const frame = copy && partFramesOf(copy.aspect)[part];
          return copy && frame ? partDetailOf(copy, frame) : null;
        };
        fresh.near(new Uint32Array(partKeys.slice().buffer), detailOf, (other, bits) => {
          const known = around.get(other) ?? new Map<CopyId, number>();
          around.set(other, known.set(id, Math.min(bits, known.get(id) ?? bits)));
        });
        await pace();
      }
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
    return { around, reaches };
  }

  #copy(id: CopyId): GreyCopy | null {
    const copy = this.#options.alike.sitters.copy(id);
    // Its views stay until somebody asks for them.
    if (copy === null) this.#views.remove(id);
    return copy;
  }

  #sitter(id: CopyId): Sitter | null {
    const sitter = this.#options.alike.sitters.get(id);
    if (sitter === null) this.#views.remove(id);
    return sitter;
  }
}

/** What is known when it is a copy's turn. */
interface Turn {
  readonly chooser: Chooser;
  readonly around: ReadonlyMap<CopyId, number>;
  readonly reachOf: (other: CopyId) => number | null;
}

interface Older {
  /** By the new copy. */
  readonly around: ReadonlyMap<CopyId, ReadonlyMap<CopyId, number>>;
  readonly reaches: ReadonlyMap<CopyId, number>;
}

const nothingOlder: Older = { around: new Map(), reaches: new Map() };

/** What is kept of a registration. Where not all agrees, the share that does: what a tenth of the blocks do not reach says little of the rest. */
export function figuresOf(found: Registration): Pick<FoundProof, 'agreement' | 'inPlace'> {
  const isWhole = agreesThroughout(found);
  const isInPlaceToo = isWhole && found.compared > 0.99 && isInPlace(found);
  return { agreement: isWhole ? found.tenth : found.agreeing, inPlace: isInPlaceToo };
}

/** One after the other, as they are stored. */
function detailsOf(views: readonly View[]): Uint8Array {
  return Buffer.concat(views.map(({ detail }) => detail));
}
