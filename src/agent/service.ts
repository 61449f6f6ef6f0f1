import { FatalError, TransientError, describeError } from '../errors.js';
import type { PhotoKey, Signal } from '../model.js';
import { readWithPatience } from '../pipeline/source-reader.js';
import type { LabelSettings } from '../sync/desired.js';
import type { Parts, ReadSource } from './parts.js';
import { newRun } from './run.js';

/** Something that watches and emits signals; `stop` undoes `start`. */
export interface Watcher {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Photos that arrive together are labelled together. */
const gatherMs = 50;
/** While many pictures wait, labels are brought up to date this often. */
const busyEveryMs = 10_000;
const manyWaiting = 100;

/** What runs for ever: signals in, photos looked at, groups and labels kept true. */
export class Service {
  readonly #parts: Parts;
  readonly #settings: LabelSettings;
  readonly #watchers: readonly Watcher[];
  readonly #failed: (error: unknown) => void;
  readonly #unlabelled = new Set<PhotoKey>();
  #everything = false;
  #work: Promise<unknown>[] = [];
  #wake: () => void = () => undefined;
  #asked = false;

  constructor(
    parts: Parts,
    settings: LabelSettings,
    watchers: readonly Watcher[],
    failed: (error: unknown) => void,
  ) {
    this.#parts = parts;
    this.#settings = settings;
    this.#watchers = watchers;
    this.#failed = failed;
  }

  /** Resolves when everything watches; catching up with what happened before goes on behind. */
  async start(): Promise<void> {
    const { signals, sources, queue, state } = this.#parts;
    signals.on('signal', (signal) => this.#take(signal));
    for (const watcher of this.#watchers) await watcher.start();
    for (const one of sources) {
      queue.add(state.photos.wanted(one.source.name));
      this.#background(this.#catchUp(one));
    }
    this.#background(this.#keepLabelling());
  }

  /** Call after `stopping` was aborted. Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    for (const watcher of [...this.#watchers].reverse()) await watcher.stop();
    this.#parts.signals.removeAllListeners();
    this.#nudge();
    await Promise.allSettled(this.#work);
  }

  /** Says that groups or labels may have to change. */
  nudge(): void {
    this.#nudge();
  }

  #nudge(): void {
    this.#asked = true;
    this.#wake();
  }

  #take(signal: Signal): void {
    const { examiner, queue, sources } = this.#parts;
    if (signal.kind === 'photos') {
      examiner.suspect(signal.keys);
      queue.add(signal.keys);
      return;
    }
    const one = sources.find(({ source }) => source.name === signal.source);
    if (one === undefined) return;
    this.#background(
      signal.kind === 'sweep'
        ? this.#sweep(one)
        : this.#read(() => one.reader.readChanges(this.#parts.stopping)),
    );
  }

  /** After a start: what changed since the checkpoint, then all labels once. */
  async #catchUp({ source, reader }: ReadSource): Promise<void> {
    const { stopping } = this.#parts;
    await this.#read(() =>
      source.kind === 'folder' ? reader.readAll(stopping) : reader.readChanges(stopping),
    );
    this.#everything = true;
    this.#nudge();
  }

  async #sweep({ reader }: ReadSource): Promise<void> {
    await this.#read(() => reader.readAll(this.#parts.stopping));
    this.#everything = true;
    this.#nudge();
  }

  async #read(read: () => Promise<void>): Promise<void> {
    const { clock, log, stopping } = this.#parts;
    await readWithPatience(read, { tries: Infinity, clock, log, signal: stopping });
    this.#nudge();
  }

  async #keepLabelling(): Promise<void> {
    const { clock, stopping, queue, log } = this.#parts;
    let pauseMs = 0;
    for (let lastAt = 0; ;) {
      await this.#nudged(pauseMs);
      await clock.sleep(gatherMs, stopping);
      const busy = queue.pending > manyWaiting;
      if (busy) await clock.sleep(Math.max(0, lastAt + busyEveryMs - clock.now()), stopping);
      if (stopping.aborted) return;
      lastAt = clock.now();
      try {
        pauseMs = await this.#labelOnce();
      } catch (error) {
        if (error instanceof FatalError || this.#parts.stopping.aborted) throw error;
        pauseMs = Math.min(60_000, Math.max(1_000, pauseMs * 2));
        log.warn({ reason: describeError(error), pauseMs }, 'labelling failed; will try again');
      }
    }
  }

  /** One round: groups, labels of what changed, a look at labels that were not settled. Returns when to come back unasked, 0 = never. */
  async #labelOnce(): Promise<number> {
    const { labelling, state, accounts, clock, log } = this.#parts;
    for (const key of await labelling.group(this.#everything)) this.#unlabelled.add(key);
    const run = newRun('agent', clock);
    let failed: TransientError | null = null;
    if (state.journal.hold('labels') === null && (this.#unlabelled.size > 0 || this.#everything)) {
      const scope = this.#everything ? null : new Set(this.#unlabelled);
      const everything = this.#everything;
      this.#everything = false;
      try {
        const report = await labelling.apply(
          {
            run,
            settings: this.#settings,
            accounts: accounts.filter(({ source }) => source.isOpen).map(({ name }) => name),
            scope,
            allowRemovals: false,
            forceVersion: false,
          },
          'later',
        );
        if (report.failed > 0) {
          failed = new TransientError('LABELS_FAILED', report.errors.join('; '));
          this.#everything ||= everything;
        } else for (const key of scope ?? [...this.#unlabelled]) this.#unlabelled.delete(key);
        if (report.heldBecause !== null)
          log.warn({ reason: report.heldBecause }, 'labels were not taken off');
        for (const { kind, name, photos } of report.operations)
          log.info({ operation: kind, name, photos: photos.length }, 'labels written');
      } catch (error) {
        this.#everything ||= everything;
        throw error;
      }
    }
    const open = await labelling.settleOnce(run);
    if (failed !== null) throw failed;
    return open > 0 ? 500 : 0;
  }

  /** Waits until somebody asks, or for `withinMs` when that is not 0. */
  async #nudged(withinMs: number): Promise<void> {
    const { clock, stopping } = this.#parts;
    if (!this.#asked && !stopping.aborted) {
      const cancel = new AbortController();
      const asked = new Promise<void>((resolve) => (this.#wake = resolve));
      await (withinMs > 0 ? Promise.race([asked, clock.sleep(withinMs, cancel.signal)]) : asked);
      cancel.abort();
    }
    this.#asked = false;
  }

  #background(work: Promise<void>): void {
    const guarded = work.catch((error: unknown) => {
      if (!this.#parts.stopping.aborted) this.#failed(error);
    });
    this.#work.push(guarded);
    void guarded.then(() => (this.#work = this.#work.filter((other) => other !== guarded)));
  }
}
