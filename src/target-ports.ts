/** What the labels of an account promise: read and written where the photos are. */
import type { Marks, PhotoKey, SourceName } from './model.js';

/** A tag on the server. */
export interface TagRef {
  readonly id: string;
  readonly name: string;
}

/** An album on the server. `version` moves when its name or members do. */
export interface AlbumRef {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly owned: boolean;
  /** The account may add own photos to it and take them out. */
  readonly editable: boolean;
  readonly shared: boolean;
  readonly assetCount: number;
}

/** What an album holds, as far as the account can know. */
export interface AlbumContents {
  /** Own photos, also those in the trash. */
  readonly own: readonly PhotoKey[];
  /** Photos of other people, and such as are counted but not shown to us. */
  readonly others: number;
}

/** What became of each photo of a batch; those in neither part were written. */
export interface BatchAnswer {
  /** Photos that were as wanted before the request: in it already, or not in it. */
  readonly already: ReadonlySet<PhotoKey>;
  /** Photos that the server did not take, each with its word for it. */
  readonly refused: ReadonlyMap<PhotoKey, string>;
}

/** A stack of own photos. */
export interface StackRef {
  readonly id: string;
  /** The photo that is shown for all of it. */
  readonly lead: PhotoKey;
  /** Those that are neither trashed nor hidden, as far as they are known. */
  readonly members: ReadonlySet<PhotoKey>;
  /** How many those are. */
  readonly count: number;
}

/** Stacks of one account. Writes are safe to repeat. */
export interface StackTarget {
  /** Every stack of the account, in one request. */
  list(): Promise<readonly StackRef[]>;
  /** The stack of one photo, the other members not always named; null = in none, undefined = the photo is gone. */
  of(key: PhotoKey): Promise<StackRef | null | undefined>;
  /**
   * The first leads. A stack whose lead is among them is swallowed with all its members; any other photo leaves the stack
   * that it is in. Every repeat gives a new id.
   */
  create(keys: readonly PhotoKey[]): Promise<StackRef>;
  /** A member that is neither trashed nor hidden. */
  lead(id: string, key: PhotoKey): Promise<void>;
  /** Any member but the one that leads. */
  leave(id: string, key: PhotoKey): Promise<void>;
  /** All or none: throws TerminalError when one of them is not there. */
  dissolve(ids: readonly string[]): Promise<void>;
}

/** The one field of a photo that a request sets; no other can be set. */
export type Mark =
  | Pick<Marks, 'favorite'>
  | Pick<Marks, 'duplicateId'>
  | Pick<Marks, 'rating'>
  | Pick<Marks, 'description'>
  | Pick<Marks, 'location'>;

/** What a photo has on the server, and when the server last touched it. */
export type MarksNow = Marks & { readonly updatedAt: number };

/** The labels of one Immich account. Writes are safe to repeat unless said otherwise; batches of at most 200 photos. */
export interface LabelTarget {
  readonly source: SourceName;
  /** Of the server, as it said when the account was opened. */
  readonly version: string;
  /** Every tag of the account. */
  tags(): Promise<readonly TagRef[]>;
  /** Makes the tag (and its parents) where missing. */
  ensureTag(name: string): Promise<TagRef>;
  /** Own photos that carry the tag, each with its `updatedAt`; photos in the locked folder are shown to no API key. */
  carriers(tag: TagRef): Promise<ReadonlyMap<PhotoKey, number>>;
  /** Tags and `updatedAt` of one photo; null when it is gone. */
  tagsOf(key: PhotoKey): Promise<{ readonly tags: readonly string[]; readonly updatedAt: number } | null>;
  tagPhotos(tag: TagRef, keys: readonly PhotoKey[]): Promise<void>;
  untagPhotos(tag: TagRef, keys: readonly PhotoKey[]): Promise<BatchAnswer>;
  /** Removes the tag itself; its carriers must have been untagged before (files keep copies). Throws while it stands. */
  deleteTag(tag: TagRef): Promise<void>;
  /** Albums of the account, with those shared with it. */
  albums(): Promise<readonly AlbumRef[]>;
  /** Own photos in it. */
  albumMembers(id: string): Promise<readonly PhotoKey[]>;
  /** `album` as listed just now. */
  albumContents(album: AlbumRef): Promise<AlbumContents>;
  /** Not safe to repeat: look for an album of that name and description first. */
  createAlbum(name: string, description: string, keys: readonly PhotoKey[]): Promise<AlbumRef>;
  /** Sent once only: after a lost answer, what is in the album tells what arrived. */
  addToAlbum(id: string, keys: readonly PhotoKey[]): Promise<BatchAnswer>;
  removeFromAlbum(id: string, keys: readonly PhotoKey[]): Promise<BatchAnswer>;
  /** Throws while it stands. */
  deleteAlbum(id: string): Promise<void>;
  /** Sets one field of own photos, trashed ones too. All or none: throws TerminalError when one of them is not there. */
  mark(mark: Mark, keys: readonly PhotoKey[]): Promise<void>;
  /** As they are now; null when the photo is gone. */
  marksOf(key: PhotoKey): Promise<MarksNow | null>;
  /** Writes our note on each of these own photos, and no other note. All or none, like `mark`. */
  writeNotes(notes: ReadonlyMap<PhotoKey, object>): Promise<void>;
  /** Takes our note off; one that is not there is no error. All or none, like `mark`. */
  removeNotes(keys: readonly PhotoKey[]): Promise<void>;
  /** Our note on the photo; null = none, undefined = the photo is gone. */
  noteOf(key: PhotoKey): Promise<object | null | undefined>;
  readonly stacks: StackTarget;
}
