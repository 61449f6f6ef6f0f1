import type { Evidence, Likeness, PhotoId, PhotoKey, PixelProof, SourceName } from '../../model.js';
import type { CopyStore, FoundProof, GroupStore, IndexedPhoto, PhotoStore } from '../../store-ports.js';
import type { Neighbours } from '../search/neighbours.js';
import type { Dismissed } from './dismissed.js';
import type { PixelComparer } from '../proof/alike.js';
import {
  areAlike,
  arePapers,
  evidenceBetween,
  isDuplicate,
  timeBetweenShots,
  type EvidenceOptions,
} from '../evidence/evidence.js';
import { automaticBits, certainBits, crowdedNeighbours } from '../fingerprint/bounds.js';
import { isOneStripped, kindOfVideos } from '../evidence/videos.js';

export interface LinkOptions {
  readonly photos: PhotoStore;
  readonly groups: GroupStore;
  readonly neighbours: Neighbours;
  readonly copies: Pick<CopyStore, 'proofsOf'>;
  readonly alike: PixelComparer;
  /** Largest distance of the 64-bit hash, 0 to 12 bits. */
  readonly threshold: number;
  /** Sources that are configured: photos of others may be gone by now, and are members of no group. */
  readonly sources: readonly SourceName[];
}

/** Of so many that look like a photo its pixels are compared with, the most alike first: a fixed camera makes thousands. */
const mostAsked = 100;
/** Photos and lists of neighbours that are remembered at a time, counted by their entries. */
const mostRemembered = 200_000;

/**
 * Evidence between photos, worked out when it is asked for. Links are not stored: of 5,000 pictures of one fixed camera
 * there are 12 million. Good for one run, while the index stands still.
 */
export class Links {
  readonly #options: LinkOptions;
  readonly #dismissed: Dismissed;
  readonly #photos = new Map<PhotoId, IndexedPhoto | null>();
  /** By one photo of those that look exactly the same, which stands in the list too. */
  readonly #likenesses = new Map<PhotoId, readonly Likeness[]>();
  readonly #sameLooks = new Map<PhotoId, PhotoId>();
  /** By SHA-1. */
  readonly #sameBytes = new Map<string, readonly PhotoId[]>();
  readonly #proofs = new Map<PhotoId, readonly FoundProof[]>();
  /** Of videos without a capture time: those with one that they may be copies of. */
  readonly #takes = new Map<PhotoId, readonly IndexedPhoto[]>();
  readonly #crowded = new Map<PhotoId, boolean>();
  readonly #version: number;
  #remembered = 0;

  constructor(options: LinkOptions, dismissed: Dismissed) {
    this.#options = options;
    this.#dismissed = dismissed;
    this.#version = options.photos.version;
  }

  /** False when the index has moved since: what is remembered here may be wrong. */
  get isFresh(): boolean {
    return this.#version === this.#options.photos.version;
  }

  photo(id: PhotoId): IndexedPhoto | null {
    const known = this.#photos.get(id);
    if (known !== undefined) return known;
    const photo = this.#options.photos.byId(id);
    this.#remember(1);
    this.#photos.set(id, photo);
    return photo;
  }

  canBeMember(photo: IndexedPhoto): boolean {
    return photo.presence === 'present' && this.#options.sources.includes(photo.source);
  }

  /** Photos that may be proven against this one, whatever the facts of both are now. */
  provable(id: PhotoId): PhotoId[] {
    const near = this.#likenessesOf(id).filter(({ detailBits }) => detailBits <= automaticBits);
    const proven = this.#proofsOf(id).map(({ b }) => b);
    return [...near.map(({ b }) => b), ...proven, ...this.#sameBytesOf(id)];
  }

  /** Photos that count this one when it is asked how crowded their place is. */
  uncertain(id: PhotoId): PhotoId[] {
    return this.#likenessesOf(id)
      .filter(isUncertain)
      .map(({ b }) => b);
  }

  /** Photos that may have a proof against this one and are not `known`: pixels are not asked for. */
  perhapsProven(photo: IndexedPhoto, known: ReadonlySet<PhotoId>): PhotoId[] {
    const found: PhotoId[] = [];
    for (const pair of this.#pairs(photo, known))
      if (pair.isAlike || this.#evidence(pair, pair.stored) !== null) found.push(pair.other.id);
    return found;
  }

  /** Every proof against this photo. */
  proofs(photo: IndexedPhoto): ReadonlyMap<PhotoKey, Evidence> {
    const { alike } = this.#options;
    const found = new Map<PhotoKey, Evidence>();
    let asked = 0;
    for (const pair of this.#pairs(photo, new Set())) {
      const { other, likeness, stored } = pair;
      const isAsked = pair.isAlike && likeness !== null && ++asked <= mostAsked;
      const proof = isAsked ? alike.proofOf(likeness, { arePapers: arePapers(photo, other) }) : stored;
      const evidence = this.#evidence(pair, proof ?? stored);
      if (evidence !== null) found.set(other.key, evidence);
    }
    return found;
  }

  /** Photos that are worth asking for, the most alike first. */
  *#pairs(photo: IndexedPhoto, known: ReadonlySet<PhotoId>): Iterable<Pair> {
    const { threshold } = this.#options;
    // What is known is left out first: among thousands of equal ones hardly anything else is left.
    const isNew = ({ b }: { readonly b: PhotoId }): boolean => !known.has(b);
    const likenesses = new Map(
      this.#likenessesOf(photo.id)
        .filter(isNew)
        .sort((a, b) => a.detailBits - b.detailBits || a.b - b.b)
        .map((one) => [one.b, one]),
    );
    const proofs = new Map(
      this.#proofsOf(photo.id)
        .filter(isNew)
        .map((proof) => [proof.b, proof]),
    );
    const sameBytes = this.#sameBytesOf(photo.id).filter((id) => !known.has(id));
    for (const id of new Set([...likenesses.keys(), ...proofs.keys(), ...sameBytes])) {
      const other = this.photo(id);
      if (other === null || !this.canBeMember(other) || this.#dismissed.has(photo, other)) continue;
      const likeness = likenesses.get(id) ?? null;
      const mayNeedCrowd = likeness !== null && isUncertain(likeness);
      const isCrowd = mayNeedCrowd && (this.isCrowded(photo.id) || this.isCrowded(id));
      const options = { threshold, detailBound: isCrowd ? certainBits : automaticBits };
      // Asked first, whatever is stored: what is said of a pair does not change when the prover comes to it.
      const isAlike = needPixels(photo, other) && areAlike(photo, other, likeness, options);
      yield { photo, other, likeness, stored: proofs.get(id) ?? null, options, isAlike };
    }
  }

  /** Null when the two are no duplicates. */
  #evidence({ photo, other, likeness, options }: Pair, proof: PixelProof | null): Evidence | null {
    const evidence = evidenceBetween(photo, other, { likeness, proof }, options);
    if (!isDuplicate(evidence)) return null;
    return evidence.kind === 'same-bytes' || !this.#mayBeOfAnotherTake(photo, other) ? evidence : null;
  }

  /** A video that lost its capture time is a copy of one take: where it looks like several, nothing says of which. */
  #mayBeOfAnotherTake(a: IndexedPhoto, b: IndexedPhoto): boolean {
    if (a.media !== 'video' || !isOneStripped(a, b)) return false;
    const [stripped, take] = a.takenAt === null ? [a, b] : [b, a];
    return this.#takesLike(stripped).some(
      (other) => other.id !== take.id && kindOfVideos(other, take) !== 'same-picture',
    );
  }

  #takesLike(stripped: IndexedPhoto): readonly IndexedPhoto[] {
    const known = this.#takes.get(stripped.id);
    if (known !== undefined) return known;
    const bounds = { threshold: this.#options.threshold, detailBound: certainBits };
    const takes = this.#likenessesOf(stripped.id).flatMap((likeness) => {
      const other = this.photo(likeness.b);
      if (other === null || other.takenAt === null || this.#dismissed.has(stripped, other)) return [];
      return isDuplicate(evidenceBetween(stripped, other, { likeness, proof: null }, bounds)) ? [other] : [];
    });
    this.#remember(takes.length + 1);
    this.#takes.set(stripped.id, takes);
    return takes;
  }

  /** True where so many look nearly alike that only certain pairs count. */
  isCrowded(id: PhotoId): boolean {
    const place = this.#sameLooksAs(id);
    const known = this.#crowded.get(place);
    if (known !== undefined) return known;
    const crowded = this.#likenessesOf(place).filter(isUncertain).length > crowdedNeighbours;
    this.#crowded.set(place, crowded);
    return crowded;
  }

  #likenessesOf(id: PhotoId): readonly Likeness[] {
    const place = this.#sameLooksAs(id);
    let all = this.#likenesses.get(place);
    if (all === undefined) {
      const itself: Likeness = { a: place, b: place, phashBits: 0, detailBits: 0, orientation: 0 };
      all = [...this.#options.neighbours.likenessesOf(place), itself];
      this.#remember(all.length);
      this.#likenesses.set(place, all);
    }
    const others = all.filter(({ b }) => b !== id);
    // Who looks like it is one answer for all that look the same; the pixels are its own.
    return place === id ? others : others.map((one) => ({ ...one, a: id }));
  }

  #sameLooksAs(id: PhotoId): PhotoId {
    const known = this.#sameLooks.get(id);
    if (known !== undefined) return known;
    const place = this.#options.neighbours.sameLooks(id);
    this.#remember(1);
    this.#sameLooks.set(id, place);
    return place;
  }

  #sameBytesOf(id: PhotoId): readonly PhotoId[] {
    const sha1 = this.photo(id)?.sha1 ?? null;
    if (sha1 === null) return [];
    let all = this.#sameBytes.get(sha1);
    if (all === undefined) {
      all = [id, ...this.#options.groups.sameBytes(id)];
      this.#remember(all.length);
      this.#sameBytes.set(sha1, all);
    }
    return all.filter((other) => other !== id);
  }

  #proofsOf(id: PhotoId): readonly FoundProof[] {
    const known = this.#proofs.get(id);
    if (known !== undefined) return known;
    const found = this.#options.copies.proofsOf(id);
    this.#remember(found.length + 1);
    this.#proofs.set(id, found);
    return found;
  }

  #remember(entries: number): void {
    this.#remembered += entries;
    if (this.#remembered < mostRemembered) return;
    this.#photos.clear();
    this.#likenesses.clear();
    this.#sameLooks.clear();
    this.#sameBytes.clear();
    this.#proofs.clear();
    this.#takes.clear();
    this.#remembered = entries;
  }
}

function isUncertain({ detailBits }: Likeness): boolean {
  return detailBits > certainBits;
}

/** False where the pixels would change nothing: the same file, videos, two shots of one camera. */
function needPixels(a: IndexedPhoto, b: IndexedPhoto): boolean {
  if (a.media !== 'image' || b.media !== 'image') return false;
  return (a.sha1 === null || a.sha1 !== b.sha1) && timeBetweenShots(a, b) === null;
}

/** A photo, and another one that may be its duplicate. */
interface Pair {
  readonly photo: IndexedPhoto;
  readonly other: IndexedPhoto;
  readonly likeness: Likeness | null;
  readonly stored: PixelProof | null;
  readonly options: EvidenceOptions;
  /** Their hashes are alike: the pixels decide. */
  readonly isAlike: boolean;
}
