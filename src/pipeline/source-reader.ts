import { TerminalError, TransientError, describeError } from '../errors.js';
import type { PhotoKey, ServerTime } from '../model.js';
import { createPace } from '../pace.js';
import { wrongPicture } from './fingerprint/fingerprint.js';
import type { Checkpoints, Clock, ListingPage, Log, PhotoSource } from '../ports.js';
import type { PhotoStore } from '../store-ports.js';

export interface SourceReaderOptions {
  readonly source: PhotoSource;
  readonly photos: PhotoStore;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly log: Log;
  /** Keys whose picture is wanted. */
  readonly wanted: (keys: readonly PhotoKey[]) => void;
  /** Something changed that groups may depend on. */
  readonly changed: () => void;
  readonly remove: (key: PhotoKey) => void;
  readonly progress: (listed: number, expected: number | null) => void;
}

/** A long transaction of the server can commit a change with a time that lies before our last look. */
const overlapMs = 30_000;
/** Photos written in one transaction: some milliseconds. */
const batchSize = 100;
/** A checkpoint alone is written this often at most. */
const checkpointEveryMs = 10 * 60_000;
/** Between two comparisons of the server's count with ours. */
const countEveryMs = 60_000;

/** Reads one source into the index: all of it, or what changed. One reading at a time. */
export class SourceReader {
  /** Photos that listings have shown so far. */
  listed = 0;
  /** True once every photo that the source has is known to be in the index: only then may labels be taken off. */
  complete = false;
  /** When it was last read without an error, our clock, milliseconds; null = not yet. Moves also where nothing changed. */
  checkedAt: number | null = null;
  /** Duration of the last reading, milliseconds. */
  lastTookMs = 0;
  readonly #options: SourceReaderOptions;
  #running: Promise<unknown> = Promise.resolve();
  #checkpointAt = 0;
  #countedAt = 0;
  #mismatch: number | null = null;

  constructor(options: SourceReaderOptions) {
    this.#options = options;
  }

  /** Lists everything; photos that are missing from the listing are gone only when asking for them says so. */
  async readAll(signal?: AbortSignal): Promise<void> {
    return this.#alone(() => this.#readAll(signal));
  }

  /** Reads what changed since the checkpoint, and everything when there is none or when the counts stay apart. */
  async readChanges(signal?: AbortSignal): Promise<void> {
    return this.#alone(() => this.#readChanges(signal));
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    const turn = this.#running.then(async () => {
      const startedAt = this.#options.clock.now();
      await work();
      this.checkedAt = this.#options.clock.now();
      this.lastTookMs = this.checkedAt - startedAt;
    });
    this.#running = turn.catch(() => undefined);
    return turn;
  }

  async #readAll(signal?: AbortSignal): Promise<void> {
    const { source, photos, checkpoints, log } = this.#options;
    photos.wantAgain(source.name, wrongPicture);
    const pass = photos.nextPass();
    const { startedAt, seen } = await this.#take(source.list(signal), pass);
    await this.#confirmMissing(photos.unseen(source.name, pass), pass, signal);
    const total = await source.count();
    const countOffset = total === null ? null : total - photos.countOf(source.name);
    photos.flush();
    this.#mismatch = null;
    this.complete = true;
    await checkpoints.move(source.name, { checkpoint: before(startedAt), countOffset });
    log.info({ source: source.name, photos: seen }, 'listed');
  }

  async #readChanges(signal?: AbortSignal): Promise<void> {
    const { source, photos, checkpoints, clock } = this.#options;
    const since = checkpoints.of(source.name).checkpoint;
    if (since === null) return this.#readAll(signal);
    const { startedAt, changed } = await this.#take(source.changes(since, signal), undefined);
    const due = clock.now() - this.#checkpointAt > checkpointEveryMs;
    if (changed > 0) photos.flush();
    if (startedAt > 0 && (changed > 0 || due)) {
      await checkpoints.move(source.name, { checkpoint: before(startedAt) });
      this.#checkpointAt = clock.now();
    }
    if (await this.#countsStayApart(changed)) await this.#readAll(signal);
  }

  async #take(
    pages: AsyncIterable<ListingPage>,
    pass: number | undefined,
  ): Promise<{ startedAt: ServerTime; seen: number; changed: number }> {
    const { photos, wanted, changed, progress, log, source } = this.#options;
    let startedAt = 0 as ServerTime;
    let seen = 0;
    let changes = 0;
    const pace = createPace();
    for await (const page of pages) {
      startedAt = page.startedAt;
      seen += page.photos.length;
      this.listed += page.photos.length;
      const changedBefore = changes;
      for (let at = 0; at < page.photos.length; at += batchSize) {
        const observation = photos.observe(page.photos.slice(at, at + batchSize), pass);
        changes += observation.changed;
        wanted(observation.wanted);
        await pace();
      }
      for (const { name, reason } of page.unreadable)
        log.warn({ source: source.name, name, reason }, 'cannot be read');
      if (changes > changedBefore) changed();
      progress(seen, page.expected);
    }
    return { startedAt, seen, changed: changes };
  }

  /**
   * Rows shift while a listing is paged, and a share may be away: a missing photo is asked for by its id. One that cannot be
   * asked for (its directory is locked) stays as it was.
   */
  async #confirmMissing(keys: readonly PhotoKey[], pass: number, signal?: AbortSignal): Promise<void> {
    const { source, photos, wanted, remove, changed, log } = this.#options;
    const refused: { readonly photo: PhotoKey; readonly reason: string }[] = [];
    for (const key of keys) {
      signal?.throwIfAborted();
      try {
        const photo = await source.look(key);
        if (photo === null) remove(key);
        else wanted(photos.observe([photo], pass).wanted);
      } catch (error) {
        if (!(error instanceof TerminalError)) throw error;
        refused.push({ photo: key, reason: describeError(error) });
      }
    }
    if (refused.length > 0)
      log.warn(
        { source: source.name, photos: refused.length, ...refused[0] },
        'photos that cannot be reached stay as they were, this one among them',
      );
    if (keys.length > refused.length) changed();
  }

  /** True when the server counts another number of photos than we do, at two looks in a row with no change between. */
  async #countsStayApart(changed: number): Promise<boolean> {
    const { source, photos, checkpoints, clock, log } = this.#options;
    if (this.complete && clock.now() - this.#countedAt < countEveryMs && this.#mismatch === null)
      return false;
    const { countOffset } = checkpoints.of(source.name);
    const total = await source.count();
    if (total === null || countOffset === null) return !this.complete;
    this.#countedAt = clock.now();
    const apart = total - photos.countOf(source.name) - countOffset;
    if (apart === 0) this.complete = true;
    const stays = apart !== 0 && (apart === this.#mismatch || !this.complete) && changed === 0;
    this.#mismatch = apart === 0 ? null : apart;
    if (stays) log.info({ source: source.name, apart }, 'the counts differ; listing everything again');
    return stays;
  }
}

function before(time: ServerTime): ServerTime {
  return (time - overlapMs) as ServerTime;
}

/** When the reading began that left this checkpoint. */
export function readingAt(checkpoint: number): number {
  return checkpoint + overlapMs;
}

/** Repeats a reading with growing pauses until it works. Only transient errors are waited for. */
export async function readWithPatience(
  read: () => Promise<void>,
  options: {
    readonly tries: number;
    readonly clock: Clock;
    readonly log: Log;
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await read();
      return;
    } catch (error) {
      if (!(error instanceof TransientError) || attempt >= options.tries) throw error;
      const pauseMs = error.retryAfterMs ?? Math.min(60_000, 1000 * 2 ** (attempt - 1));
      options.log.warn({ reason: describeError(error), pauseMs }, 'reading failed; will try again');
      await options.clock.sleep(pauseMs, options.signal);
      if (options.signal?.aborted === true) throw error;
    }
  }
}
