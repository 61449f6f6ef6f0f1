/** The seams between the layers: what each side promises. Parts get implementations handed to them by `agent.ts`. */
import type { Checkpoint, Photo, PhotoKey, ReadFacts, ServerTime, SourceName } from './model.js';

/** Time, passed in so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Structured log: a constant message plus fields. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** Photos of one page of a listing, in no promised order; the same photo may come twice. */
export interface ListingPage {
  readonly photos: readonly Photo[];
  /** Things that are there and could not be read at all (a folder without permission). */
  readonly unreadable: readonly { readonly name: string; readonly reason: string }[];
  /** The source's clock when the pass began; the same on every page of a pass. */
  readonly startedAt: ServerTime;
  /** Photos on all pages, where the source knows beforehand. */
  readonly expected: number | null;
}

/** Bytes of a picture good enough to fingerprint, and facts that only reading them gives. */
export interface Picture {
  readonly bytes: Uint8Array;
  readonly facts: ReadFacts;
}

/**
 * Where photos live. Every method may be called again after a failure.
 * Errors: TransientError (try later), TerminalError (this photo never), FatalError (source unusable).
 */
export interface PhotoSource {
  readonly name: SourceName;
  readonly kind: 'immich' | 'folder';
  /** Checks that the source can be used and learns what it can do. Call once before the rest; repeat after an outage is safe. */
  open(): Promise<void>;
  /** Every photo of the source. Rows may shift while it is paged: `gone` and the next `changes` heal that. */
  list(signal?: AbortSignal): AsyncIterable<ListingPage>;
  /** Photos touched since the checkpoint (all, when null), at least; more is allowed. */
  changes(since: Checkpoint, signal?: AbortSignal): AsyncIterable<ListingPage>;
  /** How many photos a listing would give now, cheaply; null where that cannot be told. */
  count(): Promise<number | null>;
  /** The photo as it is now; null when its source says that it does not exist. */
  look(key: PhotoKey): Promise<Photo | null>;
  /** Throws TransientError `PICTURE_NOT_READY` while it is not there yet. */
  picture(photo: Photo): Promise<Picture>;
  /** What the bytes of a file say that is not decoded here (a video): its SHA-1. Only of sources that list no checksums. */
  readonly bytes?: (photo: Photo) => Promise<ReadFacts>;
}

export interface SourceState {
  readonly checkpoint: Checkpoint;
  /** Difference of `count()` and the index when the last full listing was complete; null before that. */
  readonly countOffset: number | null;
}

/** Small state that a person may read and edit. */
export interface Checkpoints {
  of(source: SourceName): SourceState;
  /** Moves it, on disk when the promise resolves. */
  move(source: SourceName, state: Partial<SourceState>): Promise<void>;
}
