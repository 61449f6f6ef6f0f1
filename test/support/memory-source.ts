import { createHash } from 'node:crypto';
import { TerminalError, TransientError } from '../../src/errors.js';
import type {
  Checkpoint,
  Photo,
  PhotoKey,
  ReadFacts,
  Revision,
  ServerTime,
  SourceName,
} from '../../src/model.js';
import type { ListingPage, Picture, PhotoSource } from '../../src/ports.js';
import { ManualClock } from './manual-clock.js';
import { madePhoto } from './made-photo.js';

/** What stands behind a photo of a `MemorySource`. */
export interface Shelved {
  readonly photo: Photo;
  /** Null while the picture is not ready. */
  readonly bytes: Uint8Array | null;
  readonly facts: ReadFacts;
}

/** A `PhotoSource` whose photos live in a map, with hands to break it. Its time is its clock's. */
export class MemorySource implements PhotoSource {
  readonly name: SourceName;
  readonly kind = 'immich';
  readonly clock: ManualClock;
  readonly shelf = new Map<PhotoKey, Shelved>();
  /** Photos that listings do not show although they are there (rows shift while a listing is paged). */
  readonly overlooked = new Set<PhotoKey>();
  /** Pictures read so far. */
  pictures = 0;
  /** Full listings and readings of changes begun so far. */
  listings = 0;
  readings = 0;
  /** What `count` answers; undefined = the truth. */
  counted: number | null | undefined;
  /** Thrown by everything while it is set: the source is away. */
  away: Error | undefined;
  /** Thrown after so many pages of a listing. */
  breaksAfterPages: number | undefined;
  /** Called before each picture is handed over. */
  beforePicture: (key: PhotoKey) => void | Promise<void> = () => undefined;
  pageSize = 2;

  constructor(name = 'home', clock = new ManualClock()) {
    this.name = name as SourceName;
    this.clock = clock;
  }

  /** Puts a picture there, or another in its place: the revision is of its bytes. */
  put(key: PhotoKey, bytes: Uint8Array | null, facts: Partial<Photo> = {}, read: ReadFacts = {}): void {
    const revision = createHash('sha1')
      .update(bytes ?? 'not ready')
      .digest('hex') as Revision;
    const now = this.clock.now();
    const photo = madePhoto(key, { source: this.name, revision, updatedAt: now, createdAt: now, ...facts });
    this.shelf.set(key, { photo, bytes, facts: read });
  }

  async open(): Promise<void> {
    await this.#answer();
  }

  list(signal?: AbortSignal): AsyncIterable<ListingPage> {
    this.listings++;
    return this.#pages(null, signal);
  }

  changes(since: Checkpoint, signal?: AbortSignal): AsyncIterable<ListingPage> {
    this.readings++;
    return this.#pages(since, signal);
  }

  async count(): Promise<number | null> {
    await this.#answer();
    if (this.counted !== undefined) return this.counted;
    return [...this.shelf.values()].filter(({ photo }) => photo.presence !== 'trashed').length;
  }

  async look(key: PhotoKey): Promise<Photo | null> {
    await this.#answer();
    return this.shelf.get(key)?.photo ?? null;
  }

  async picture(photo: Photo): Promise<Picture> {
    await this.#answer();
    const shelved = this.shelf.get(photo.key);
    if (shelved === undefined) throw new TerminalError('PHOTO_GONE', `${photo.key} is gone`);
    if (shelved.bytes === null) throw new TransientError('PICTURE_NOT_READY', `${photo.key} is not ready`);
    this.pictures++;
    await this.beforePicture(photo.key);
    return { bytes: shelved.bytes, facts: shelved.facts };
  }

  async *#pages(since: Checkpoint, signal?: AbortSignal): AsyncGenerator<ListingPage> {
    const startedAt = this.clock.now() as ServerTime;
    const shown = [...this.shelf.values()]
      .map(({ photo }) => photo)
      .filter((photo) => !this.overlooked.has(photo.key) && (since === null || photo.updatedAt >= since));
    const pages = Math.max(1, Math.ceil(shown.length / this.pageSize));
    for (let page = 0; page < pages; page++) {
      signal?.throwIfAborted();
      await this.#answer();
      if (page === this.breaksAfterPages)
        throw new TransientError('IMMICH_UNREACHABLE', 'the connection broke');
      const photos = shown.slice(page * this.pageSize, (page + 1) * this.pageSize);
      yield { photos, unreadable: [], startedAt, expected: shown.length };
    }
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.away !== undefined) throw this.away;
  }
}
