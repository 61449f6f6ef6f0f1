import { FatalError, describeError } from '../errors.js';
import type { PhotoKey, Signal, SourceName } from '../model.js';
import type { LabelSettings } from '../sync/desired.js';
import { LabelLoop } from './label-loop.js';
import { pausedText } from './log-labels.js';
import type { Parts, ReadSource } from './parts.js';
import { SourceLoop } from './source-loop.js';

/** What runs for ever: a loop for each source, and one that keeps groups and labels true. */
export class Service {
  readonly #parts: Parts;
  readonly #settings: LabelSettings;
  readonly #failed: (error: unknown) => void;
  readonly #labels: LabelLoop;
  readonly #sources: ReadonlyMap<SourceName, SourceLoop>;
  /** Accounts that were told to be read only. */
  readonly #readOnly = new Set<SourceName>();
  readonly #work: Promise<void>[] = [];
  #proving: Promise<void> | null = null;

  constructor(parts: Parts, settings: LabelSettings, failed: (error: unknown) => void) {
    this.#parts = parts;
    this.#settings = settings;
    this.#failed = failed;
    this.#labels = new LabelLoop(parts, settings, {
      accounts: () => this.#writable(),
      roundDone: () => this.#prove(),
    });
    const open = (one: ReadSource): Promise<void> => this.#open(one);
    const wasRead = (everything: boolean): void => {
      // An upgrade may have made an account one that can be written to.
      for (const name of this.#readOnly) this.#mayWrite(name);
      this.#labels.ask(everything);
    };
    this.#sources = new Map(
      parts.sources.map((one) => [one.source.name, new SourceLoop({ parts, one, open, wasRead })]),
    );
  }

  /** Begins to watch; sources that are away are waited for, each by itself. */
  async start(): Promise<void> {
    const { signals, schedule, state, log } = this.#parts;
    if (state.journal.hold('labels') !== null) log.warn({}, pausedText);
    signals.on('signal', (signal) => this.#take(signal));
    await schedule.start();
    for (const loop of [...this.#sources.values(), this.#labels])
      this.#work.push(
        loop.run().catch((error: unknown) => {
          if (!this.#parts.stopping.aborted) this.#failed(error);
        }),
      );
  }

  /** Call after `stopping` was aborted. Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#parts.signals.removeAllListeners();
    await this.#parts.schedule.stop();
    await Promise.allSettled([...this.#work, this.#proving]);
  }

  /** Says that groups or labels may have to change. */
  nudge(): void {
    this.#labels.ask();
  }

  /** Says that the labels of these photos may have to change. */
  relabel(keys: readonly PhotoKey[]): void {
    this.#labels.relabel(keys);
  }

  /** Looks for edited copies while no picture waits to be read: what hashes alone find is labelled first. */
  #prove(): void {
    const { prover, queue, stopping } = this.#parts;
    if (this.#proving !== null || queue.pending > 0 || stopping.aborted) return;
    this.#proving = prover
      .run(stopping)
      .then((proven) => {
        if (proven > 0) this.#labels.ask();
      }, this.#failed)
      .finally(() => (this.#proving = null));
  }

  #take(signal: Signal): void {
    const { examiner, queue } = this.#parts;
    if (signal.kind === 'photos') {
      examiner.suspect(signal.keys);
      queue.add(signal.keys);
    } else this.#sources.get(signal.source)?.ask(signal.kind);
  }

  async #open(one: ReadSource): Promise<void> {
    const { log, openSource } = this.#parts;
    await openSource(one);
    log.info({ source: one.source.name }, 'watching');
    this.#mayWrite(one.source.name);
  }

  /** Accounts whose labels may be written now. Throws when a key lacks a permission that the labels need. */
  #writable(): SourceName[] {
    const open = this.#parts.accounts.filter(({ source }) => source.isOpen);
    return open.map(({ name }) => name).filter((name) => this.#mayWrite(name));
  }

  /** An Immich that this release does not know is read, not written to; it may become one with an upgrade. */
  #mayWrite(name: SourceName): boolean {
    const { labelling, log } = this.#parts;
    try {
      labelling.check({ settings: this.#settings, accounts: [name], forceVersion: false });
      if (this.#readOnly.delete(name)) this.#labels.ask(true);
      return true;
    } catch (error) {
      if (!(error instanceof FatalError) || error.code !== 'IMMICH_VERSION') throw error;
      if (!this.#readOnly.has(name))
        log.warn({ source: name, reason: describeError(error) }, 'no labels are written');
      this.#readOnly.add(name);
      return false;
    }
  }
}
