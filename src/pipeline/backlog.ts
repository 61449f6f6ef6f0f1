import type { PhotoId, PhotoKey, SourceName } from '../model.js';
import type { PhotoSource } from '../ports.js';
import type { PhotoStore } from '../store-ports.js';
import type { FirstPass } from './first-pass.js';
import type { KeyedQueue, KeySupply } from './queue.js';
import { StillToGo } from './still-to-go.js';

export interface BacklogOptions {
  readonly sources: readonly Pick<PhotoSource, 'name' | 'kind'>[];
  readonly photos: Pick<PhotoStore, 'wanted' | 'countWanted' | 'byId' | 'countsBySource'>;
  readonly firstPass: Pick<FirstPass, 'prepare' | 'take' | 'size' | 'lookFor' | 'forget'>;
}

/** Wanted photos of one source that were not handed out since somebody last noticed some. */
interface Lane {
  readonly source: SourceName;
  /** Pictures that come over the network wait for the listing: it tells which of them are worth being first. */
  isOpen: boolean;
  after: PhotoId;
  left: number;
}

const start = 0 as PhotoId;
/**
 * Fewer wanted photos than this, or than this share of the library, are looked at as they come: to find out which of them are
 * worth being first takes longer.
 */
export const leastForFirstPass = 100;
const leastShareForFirstPass = 0.01;
/** Photos in hand from which on others wait in the index. */
const manyPending = 1_000;

/**
 * Photos that wait to be looked at, as the index has them: a queue of a million keys costs no memory, and an end at any
 * moment loses nothing. First those that the first pass found, then the rest of each source, oldest first.
 */
export class Backlog implements KeySupply<PhotoKey> {
  readonly #options: BacklogOptions;
  readonly #lanes: Lane[];
  readonly #stillToGo: StillToGo;
  #firstPassDone: () => Promise<unknown> | undefined = () => undefined;
  /** What the first pass found is made use of: nothing else is handed out. */
  #isResting = false;
  #rested: () => void = () => undefined;
  #firstPass: 'none' | 'going on' | 'handed out' = 'none';

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#stillToGo = new StillToGo(options);
    this.#lanes = options.sources.map(({ name, kind }) => ({
      ...{ source: name, after: start, left: 0 },
      isOpen: kind === 'folder',
    }));
  }

  /**
   * Called when what the first pass found is being looked at no more; not when it found nothing, or nothing else is left. Until
   * what is returned ends, nothing is handed out: groups are made sooner while no photo comes. Then `rested` is called.
   */
  onFirstPassDone(listener: () => Promise<unknown> | undefined, rested: () => void): void {
    this.#firstPassDone = listener;
    this.#rested = rested;
  }

  get size(): number {
    return this.#lanes.reduce((sum, { left }) => sum + left, 0);
  }

  /** How many photos wait to be looked at, in hand or not; to be called once after each look. `pending`: of the queue. */
  leftAfterLook(pending: number): number {
    return this.#stillToGo.afterOne(pending);
  }

  /** Sees to it that photos like this one are looked at next. */
  lookNextFor(thumbHash: Uint8Array): void {
    this.#options.firstPass.lookFor(thumbHash);
  }

  /** Photos of a source that became wanted: the queue has them at once, unless they must wait or it has many in hand. */
  offer(
    source: SourceName,
    keys: readonly PhotoKey[],
    queue: Pick<KeyedQueue<PhotoKey>, 'add' | 'pending'>,
  ): void {
    const lane = this.#lanes.find((one) => one.source === source);
    if (lane === undefined || (lane.isOpen && queue.pending < manyPending)) {
      queue.add(keys);
      return;
    }
    lane.after = start;
    lane.left += keys.length;
  }

  /** Lets go of the photos of these sources, once they are listed. Where many wait, the first pass says which come first. */
  async open(sources: readonly SourceName[], signal?: AbortSignal): Promise<void> {
    const lanes = this.#lanes.filter(({ source }) => sources.includes(source));
    for (const lane of lanes) this.#count(lane);
    // What was listed may have made photos of other sources wanted: a video of the same size as theirs.
    for (const lane of this.#lanes.filter(({ isOpen }) => isOpen)) this.#restart(lane);
    const held = lanes.filter(({ isOpen }) => !isOpen);
    if (this.#isWorthAFirstPass(held.reduce((sum, { left }) => sum + left, 0))) {
      await this.#options.firstPass.prepare(signal);
      if (this.#options.firstPass.size > 0) this.#firstPass = 'going on';
    }
    for (const lane of held) lane.isOpen = true;
  }

  #isWorthAFirstPass(wanted: number): boolean {
    if (wanted < leastForFirstPass) return false;
    const counts = [...this.#options.photos.countsBySource().values()];
    return wanted >= leastShareForFirstPass * counts.reduce((sum, { photos }) => sum + photos, 0);
  }

  take(limit: number): readonly PhotoKey[] {
    const { firstPass, photos } = this.#options;
    if (this.#isResting) return [];
    const near = this.#takeFirst(limit);
    if (near.length > 0) return near;
    if (this.#firstPass === 'handed out') {
      this.#endFirstPass();
      return this.take(limit);
    }
    // The last of them are under way; a take later they have been looked at.
    if (this.#firstPass === 'going on') this.#firstPass = 'handed out';
    for (const lane of [...this.#lanes]) {
      if (!lane.isOpen || lane.left === 0) continue;
      const next = photos.wanted(lane.source, lane.after, limit);
      lane.after = next.at(-1)?.id ?? lane.after;
      this.#count(lane, next.length < limit);
      // Disks and servers take turns: one waits for the processor, the other for the network.
      this.#lanes.push(...this.#lanes.splice(this.#lanes.indexOf(lane), 1));
      if (next.length > 0) return next.map(({ key }) => key);
    }
    if (this.#lanes.every(({ isOpen }) => isOpen)) firstPass.forget();
    return [];
  }

  /** Of what the first pass names, the first that are not looked at yet; none when it has no more. */
  #takeFirst(limit: number): readonly PhotoKey[] {
    const { firstPass, photos } = this.#options;
    while (firstPass.size > 0) {
      const found = firstPass.take(limit).map((id) => photos.byId(id));
      const wanted = found.flatMap((photo) => (photo?.fingerprint === 'wanted' ? photo.key : []));
      if (wanted.length > 0) return wanted;
    }
    return [];
  }

  #endFirstPass(): void {
    this.#firstPass = 'none';
    const use = this.#firstPassDone();
    if (use === undefined) return;
    this.#isResting = true;
    const rested = (): void => {
      this.#isResting = false;
      this.#rested();
    };
    use.then(rested, rested);
  }

  #restart(lane: Lane): void {
    lane.after = start;
    this.#count(lane);
  }

  #count(lane: Lane, isEmpty = false): void {
    lane.left = isEmpty ? 0 : this.#options.photos.countWanted(lane.source, lane.after);
  }
}
