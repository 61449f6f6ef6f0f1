import type { Evidence, Likeness, PhotoId, PhotoKey, SourceName } from '../model.js';
import type { CopyStore, FoundProof, GroupStore, IndexedPhoto, PhotoStore } from '../store-ports.js';
import type { Dismissed } from './dismissed.js';
import { automaticBits, certainBits, crowdedNeighbours, evidenceBetween, isDuplicate } from './evidence.js';
import { isOneStripped, kindOfVideos } from './videos.js';

/** Who looks like whom. */
export interface Neighbours {
  /** Every photo that looks like this one, up to the largest distance that counts for anything; none for an unknown one. */
  likenessesOf(id: PhotoId): readonly Likeness[];
}

export interface LinkOptions {
  readonly photos: PhotoStore;
  readonly groups: GroupStore;
  readonly neighbours: Neighbours;
  readonly copies: Pick<CopyStore, 'proofsOf'>;
  /** Largest distance of the 64-bit hash, 0 to 12 bits. */
  readonly threshold: number;
  /** Sources that are configured: photos of others may be gone by now, and are members of no group. */
  readonly sources: readonly SourceName[];
}

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
  readonly #likenesses = new Map<PhotoId, readonly Likeness[]>();
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
    return [...near.map(({ b }) => b), ...proven, ...this.#options.groups.sameBytes(id)];
  }

  /** Photos that count this one when it is asked how crowded their place is. */
  uncertain(id: PhotoId): PhotoId[] {
    return this.#likenessesOf(id)
      .filter(isUncertain)
      .map(({ b }) => b);
  }

  /** Photos with a proof against this one that are not `known`. */
  provenIds(photo: IndexedPhoto, known: ReadonlySet<PhotoId>): PhotoId[] {
    return [...this.#evidence(photo, known)].map(([other]) => other.id);
  }

  /** Every proof against this photo. */
  proofs(photo: IndexedPhoto): ReadonlyMap<PhotoKey, Evidence> {
    return new Map([...this.#evidence(photo, new Set())].map(([other, evidence]) => [other.key, evidence]));
  }

  *#evidence(photo: IndexedPhoto, known: ReadonlySet<PhotoId>): Iterable<[IndexedPhoto, Evidence]> {
    const { threshold, groups } = this.#options;
    const likenesses = new Map(this.#likenessesOf(photo.id).map((likeness) => [likeness.b, likeness]));
    const proofs = new Map(this.#proofsOf(photo.id).map((proof) => [proof.b, proof]));
    for (const id of new Set([...likenesses.keys(), ...proofs.keys(), ...groups.sameBytes(photo.id)])) {
      if (known.has(id)) continue;
      const likeness = likenesses.get(id) ?? null;
      const other = this.photo(id);
      if (other === null || !this.canBeMember(other) || this.#dismissed.has(photo, other)) continue;
      const mayNeedCrowd = likeness !== null && isUncertain(likeness);
      const isCrowd = mayNeedCrowd && (this.isCrowded(photo.id) || this.isCrowded(id));
      const detailBound = isCrowd ? certainBits : automaticBits;
      const looked = { likeness, proof: proofs.get(id) ?? null };
      const evidence = evidenceBetween(photo, other, looked, { threshold, detailBound });
      if (!isDuplicate(evidence)) continue;
      if (evidence.kind === 'same-bytes' || !this.#mayBeOfAnotherTake(photo, other)) yield [other, evidence];
    }
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
    const known = this.#crowded.get(id);
    if (known !== undefined) return known;
    const crowded = this.#likenessesOf(id).filter(isUncertain).length > crowdedNeighbours;
    this.#crowded.set(id, crowded);
    return crowded;
  }

  #likenessesOf(id: PhotoId): readonly Likeness[] {
    const known = this.#likenesses.get(id);
    if (known !== undefined) return known;
    const found = this.#options.neighbours.likenessesOf(id);
    this.#remember(found.length + 1);
    this.#likenesses.set(id, found);
    return found;
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
    this.#proofs.clear();
    this.#takes.clear();
    this.#remembered = entries;
  }
}

function isUncertain({ detailBits }: Likeness): boolean {
  return detailBits > certainBits;
}
