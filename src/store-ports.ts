/** What is kept of photos, copies, groups and dismissals: what the stores promise. */
import type {
  Content,
  CopyId,
  Fingerprint,
  Group,
  Photo,
  PhotoId,
  PhotoKey,
  PixelProof,
  ReadFacts,
  Revision,
  SourceName,
} from './model.js';

export type FingerprintState = 'wanted' | 'done' | 'failed' | 'none';

/** A photo as the index holds it. */
export interface IndexedPhoto extends Photo {
  /** See `Fingerprint`; false while there is none. */
  readonly isPaper: boolean;
  /** See `Fingerprint`; 1 while there is none. */
  readonly shown: number;
  /** See `Fingerprint`; null while there is none. */
  readonly laterFrames: Uint8Array | null;
  readonly id: PhotoId;
  readonly fingerprint: FingerprintState;
  readonly failure: string | null;
  readonly albumCount: number;
}

/** What the index made of a batch. */
export interface Observation {
  /** Keys whose picture is wanted now. */
  readonly wanted: readonly PhotoKey[];
  /** Photos that are new or whose facts changed. */
  readonly changed: number;
}

/** What was learned by looking at a photo: handed over together so that one transaction holds all. */
export interface Examined {
  readonly id: PhotoId;
  readonly revision: Revision;
  readonly facts: ReadFacts;
  /** Null for what is compared by its bytes alone. */
  readonly fingerprint: Fingerprint | null;
}

/** What the search is filled from. */
export type StoredLooks = { readonly id: PhotoId } & Pick<Fingerprint, 'phash' | 'detail' | 'quality'>;

/** Every photo ever seen and how it looks. Rebuildable; written when a call returns, safe from a power cut after `flush`. */
export interface PhotoStore {
  /** Moves with every change that groups may depend on. */
  readonly version: number;
  /** Writes facts, marks what must be (re-)fingerprinted and re-grouped. Safe to repeat. `pass` marks photos seen by one listing. */
  observe(photos: readonly Photo[], pass?: number): Observation;
  get(key: PhotoKey): IndexedPhoto | null;
  byId(id: PhotoId): IndexedPhoto | null;
  /** Photos whose picture is wanted, also from earlier runs: those with a higher id than `after`, in the order of their ids. */
  wanted(
    source: SourceName,
    after: PhotoId,
    limit: number,
  ): readonly { readonly id: PhotoId; readonly key: PhotoKey }[];
  /** How many there are. */
  countWanted(source: SourceName, after: PhotoId): number;
  /** Every ThumbHash that is known, of images whose look counts (a video's still is no image); `isWanted` = the picture itself was not looked at yet. */
  thumbHashes(): Iterable<{
    readonly id: PhotoId;
    readonly thumbHash: Uint8Array;
    readonly isWanted: boolean;
  }>;
  /** Videos whose stills may be compared, with each other alone. */
  comparedVideos(): ReadonlySet<PhotoId>;
  /** What another local file with the same bytes looks like, so that no bytes are decoded twice (a renamed file). */
  looksOfFile(sha1: string, algorithm: string): FileLooks | null;
  /** `near` = photos that looked like it so far: they are looked at again when groups are made. */
  examined(result: Examined, near: readonly PhotoId[]): void;
  /** Its picture cannot be had: remembered until its revision or `updatedAt` moves. `facts`: what was read of it nevertheless. */
  failed(key: PhotoKey, reason: string, near: readonly PhotoId[], facts?: ReadFacts): void;
  /** Photos of a source that failed for this reason are wanted again. */
  wantAgain(source: SourceName, reason: string): void;
  /** A number for the next full listing, larger than all before. */
  nextPass(): number;
  /** Keys of a source that the listing `pass` did not show. */
  unseen(source: SourceName, pass: number): readonly PhotoKey[];
  remove(key: PhotoKey, near: readonly PhotoId[]): void;
  /** Photos of a source that its `count()` would count: all but trashed ones. */
  countOf(source: SourceName): number;
  /** All fingerprints of one algorithm, to fill the search at start. */
  fingerprints(algorithm: string): Iterable<StoredLooks>;
  /** Marks everything made by another algorithm as wanted; returns how many. */
  outdate(algorithm: string): number;
  counts(): IndexCounts;
  /** Photos that are present, by source; sources that are not configured any more too. */
  countsBySource(): ReadonlyMap<SourceName, SourceCounts>;
  failures(limit: number): readonly { readonly key: PhotoKey; readonly reason: string }[];
  flush(): void;
}

/** What is made of the picture in a local file. */
export interface FileLooks {
  readonly fingerprint: Fingerprint;
  readonly thumbHash: Uint8Array | null;
}

/** A grey copy, as it is kept. */
export interface StoredCopy {
  /** See `Fingerprint`. */
  readonly pixels: Uint8Array;
  readonly aspect: number;
}

/** What one photo (or grey copy) was found to be by laying it over another. */
export type FoundProof<Id = PhotoId> = PixelProof & { readonly b: Id };

/** What came of comparing the parts of a grey copy with all others. */
export interface Compared {
  /** Details of its views, 32 bytes each. */
  readonly views: Uint8Array;
  readonly partKeys: Uint8Array;
  /** How far from it a copy may be to be among those that it was laid over; null = all were that were near at all. */
  readonly reach: number | null;
  readonly proofs: readonly FoundProof<CopyId>[];
}

/**
 * Grey copies, and which of them were laid over each other. Photos of the same bytes that look the same to the last pixel
 * share one, which goes with the last of them. Rebuildable.
 */
export interface CopyStore {
  /** Forgets all proofs, views and part keys when they were made by another version of the rules; returns of how many copies. */
  useRules(version: number): number;
  /** Copies whose parts were not compared with the others yet, oldest first. */
  unproven(): readonly CopyId[];
  /** Whether there are any. */
  hasUnproven(): boolean;
  get(id: CopyId): StoredCopy | null;
  /** The copy of a photo; null when it has none. */
  copyOf(id: PhotoId): CopyId | null;
  /** SHA-1 of bytes that looked exactly like this; none but where the photo has had such a copy. */
  bytesOfSameLook(id: PhotoId, look: StoredCopy): readonly string[];
  /** Photos that have this copy, one for each capture time, camera and exposure among them; empty when it is gone. */
  shotsOf(id: CopyId): readonly PhotoId[];
  /** Details (32 bytes each) of the views of every copy whose parts were compared. */
  views(): Iterable<{ readonly id: CopyId; readonly views: Uint8Array }>;
  /** Part keys and reach (see `Compared`) of such copies, in the order of their ids, from `after` on. */
  partKeys(
    after: CopyId | null,
    limit: number,
  ): readonly { readonly id: CopyId; readonly partKeys: Uint8Array; readonly reach: number | null }[];
  /** Replaces what was known of the copy, and marks the photos of it and of those that it is proven against. Nothing when it is gone. */
  proved(id: CopyId, compared: Compared): void;
  /** Photos that a photo's copy is proven against. */
  proofsOf(id: PhotoId): readonly FoundProof[];
  /** Pairs of present photos that may be copies, which nothing proves and no group joins; the likeliest first. */
  likely(limit: number): readonly { readonly a: PhotoId; readonly b: PhotoId; readonly agreement: number }[];
}

/** Links and groups. Rebuildable from the photos. */
export interface GroupStore {
  /** Marks every photo for regrouping when the rules are not those of the last time. */
  useRules(rules: string): void;
  /** Photos whose group may have changed since they were last regrouped; `wide` where links of theirs may have ended. */
  dirty(): readonly { readonly id: PhotoId; readonly wide: boolean }[];
  /** Whether there are any. */
  isDirty(): boolean;
  /** True when the photo stood in a crowd of look-alikes when it was last regrouped. */
  wasCrowded(id: PhotoId): boolean;
  /** Other photos with the same SHA-1. */
  sameBytes(id: PhotoId): readonly PhotoId[];
  /** All members of the group that holds the photo; empty when there is none. */
  groupMates(id: PhotoId): readonly PhotoId[];
  /** Replaces the groups of all `scope` photos by `groups`, and marks the scope clean; `crowded` are those in a crowd. */
  regroup(scope: readonly PhotoId[], groups: readonly Group[], crowded: ReadonlySet<PhotoId>): void;
  /** Members of the group of that number; empty when there is none. */
  membersOf(number: number): readonly PhotoId[];
  /** Version of the dismissals that `useDismissals` was last told; null when it never was. */
  dismissalsUsed(): number | null;
  /** Marks photos with this content for regrouping, null = all, and remembers the version. */
  useDismissals(version: number, contents: readonly Content[] | null): void;
  /** The rules that `useRules` was last told; null when it never was. */
  rules(): string | null;
  groups(): readonly Group[];
  groupOf(id: PhotoId): Group | null;
}

/** Which photos lie in a person's albums: a keep rule, read again only where an album's version moved. */
export interface AlbumStore {
  versions(source: SourceName): ReadonlyMap<string, string>;
  setMembers(source: SourceName, albumId: string, version: string, keys: readonly PhotoKey[]): void;
  drop(source: SourceName, albumIds: readonly string[]): void;
  /** Ids of the albums that hold the photo. */
  albumsOf(source: SourceName, key: PhotoKey): readonly string[];
  /** Notes that these photos joined an album. */
  add(source: SourceName, albumId: string, keys: readonly PhotoKey[]): void;
}

/** Tags that photos had when they were last asked for: a listing does not tell. Rebuildable. */
export interface KnownTags {
  /** `updatedAt`: of the photo then; null = never asked for. */
  of(key: PhotoKey): { readonly tags: readonly string[]; readonly updatedAt: number } | null;
  put(key: PhotoKey, known: { readonly tags: readonly string[]; readonly updatedAt: number }): void;
}

export interface SourceCounts {
  readonly photos: number;
  readonly fingerprinted: number;
  readonly waiting: number;
  readonly failed: number;
}

export interface IndexCounts extends SourceCounts {
  /** Of the photos, those that nothing asks to look at: videos that no other can be a copy of, by what is known of them. */
  readonly unasked: number;
  /** Of the photos, those that are videos. */
  readonly videos: number;
  /** Of these, those whose duration is not known (local files): only the same bytes are found of them. */
  readonly videosByBytesAlone: number;
  readonly groups: number;
  readonly extras: number;
}

/** Numbers of groups, kept where nothing rebuilds them. */
export interface GroupNumbers {
  /** Numbers that photos had last, also from groups that ended. */
  numbersOf(keys: readonly PhotoKey[]): ReadonlyMap<PhotoKey, number>;
  /** A number never given before. */
  take(): number;
  remember(groups: readonly Group[]): void;
}

/** A photo of a dismissed pair, as it was known then. */
export type DismissedPhoto = Pick<Photo, 'key' | 'sha1' | 'name'>;

/** Two photos that a person said are no duplicates of each other. */
export interface Dismissal {
  readonly pair: readonly [DismissedPhoto, DismissedPhoto];
  /** Number of the group that both were in; null when they were in none. */
  readonly group: number | null;
  /** When it was said, our clock, milliseconds. */
  readonly at: number;
}

/**
 * "Not a duplicate", per pair and by content: it holds for the same bytes in any place. Cannot be rebuilt: each call is on
 * disk when it returns.
 */
export interface Dismissals {
  /** Moves with every change; 0 = there never was one. */
  readonly version: number;
  /** Those that stand, oldest first. */
  standing(): readonly Dismissal[];
  /** The other photos of its pairs that stand, as they were known then. */
  apartFrom(photo: Content): readonly DismissedPhoto[];
  /** Remembers pairs; returns how many of them did not stand before. Safe to repeat. */
  add(pairs: readonly Pick<Dismissal, 'pair' | 'group'>[]): number;
  /** Takes dismissals back; returns how many stood. Safe to repeat. */
  forget(dismissals: readonly Dismissal[]): number;
  /** Notes the bytes of a photo that was known by its key alone: its pairs hold for other copies of them from now on. */
  learn(photo: Content): void;
  /** The photo has other bytes now and shows the same: what was said of the old ones holds for these, too. Safe to repeat. */
  follow(before: Content, sha1: string): void;
  /** Everything that was said or taken back after that version. */
  changedSince(version: number): readonly Dismissal[];
}

/** A write that Immich refused, and what it was for: when that changes it may go through. */
export interface RefusedWrite {
  readonly source: SourceName;
  /** Kind and name of the operation. */
  readonly kind: string;
  readonly name: string;
  /** Empty where the operation is about no photo. */
  readonly photo: PhotoKey | '';
  /** Members of the photo's group; empty when it is in none. */
  readonly signature: string;
  /** Version of Immich. */
  readonly version: string;
  /** Refusals so far, one after the other. */
  readonly tries: number;
  /** When it was refused last, our clock, milliseconds. */
  readonly at: number;
  /** What Immich said. */
  readonly reason: string;
}

/** What Immich refused, kept with the journal. */
export interface RefusedWrites {
  /** Of one source; of all when absent. */
  list(source?: SourceName): readonly RefusedWrite[];
  put(writes: readonly RefusedWrite[]): void;
  forget(writes: readonly Pick<RefusedWrite, 'source' | 'kind' | 'name' | 'photo'>[]): void;
}
