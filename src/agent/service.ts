import { FatalError, describeError } from '../errors.js';
import type { Signal, SourceName } from '../model.js';
import type { LabelSettings } from '../sync/desired.js';
import { LabelLoop } from './label-loop.js';
import type { Parts, ReadSource } from './parts.js';
import { SourceLoop } from './source-loop.js';

/** What runs for ever: a loop for each source, and one that keeps groups and labels true. */
export class Service {
  readonly #parts: Parts;
  readonly #settings: LabelSettings;
  readonly #failed: (error: unknown) => void;
  readonly #labels: LabelLoop;
  readonly #sources: ReadonlyMap<SourceName, SourceLoop>;
  /** Accounts whose labels may be written. */
  readonly #writable = new Set<SourceName>();
  readonly #work: Promise<void>[] = [];

  constructor(parts: Parts, settings: LabelSettings, failed: (error: unknown) => void) {
    this.#parts = parts;
    this.#settings = settings;
    this.#failed = failed;
    this.#labels = new LabelLoop(parts, settings, () => [...this.#writable]);
    const open = (one: ReadSource): Promise<void> => this.#open(one);
    const wasRead = (everything: boolean): void => this.#labels.ask(everything);
    this.#sources = new Map(
      parts.sources.map((one) => [one.source.name, new SourceLoop({ parts, one, open, wasRead })]),
    );
  }

  /** Begins to watch; sources that are away are waited for, each by itself. */
  async start(): Promise<void> {
    const { signals, schedule } = this.#parts;
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
    await Promise.allSettled(this.#work);
  }

  /** Says that groups or labels may have to change. */
  nudge(): void {
    this.#labels.ask();
  }

  #take(signal: Signal): void {
    const { examiner, queue } = this.#parts;
    if (signal.kind === 'photos') {
      examiner.suspect(signal.keys);
      queue.add(signal.keys);
    } else this.#sources.get(signal.source)?.ask(signal.kind);
  }

  /** An Immich that this release does not know is read, not written to. */
  async #open(one: ReadSource): Promise<void> {
    const { labelling, log, openSource } = this.#parts;
    const { name, kind } = one.source;
    await openSource(one);
    log.info({ source: name }, 'watching');
    if (kind === 'folder') return;
    try {
      labelling.check({ settings: this.#settings, accounts: [name], forceVersion: false });
      this.#writable.add(name);
    } catch (error) {
      if (!(error instanceof FatalError) || error.code !== 'IMMICH_VERSION') throw error;
      log.warn({ source: name, reason: describeError(error) }, 'no labels are written');
    }
  }
}
