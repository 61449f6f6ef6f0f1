import { FatalError, TransientError, describeError } from '../errors.js';
import type { PhotoKey, SourceName } from '../model.js';
import type { Run } from '../label-ports.js';
import type { LabelSettings } from '../sync/desired.js';
import { dismissUntagged } from './dismiss-untagged.js';
import { ToldOnce, logOperations } from './log-labels.js';
import type { Parts } from './parts.js';
import { newRun } from './run.js';

/** Photos that arrive together are labelled together. */
const gatherMs = 50;
/** While many pictures wait, labels are brought up to date this often. */
const busyEveryMs = 10_000;
const busyStepMs = 200;
const manyWaiting = 100;
/** Labels that the server has not settled are looked at again after this, then ever more rarely. */
const firstLookMs = 500;
const longestPauseMs = 60_000;

export interface LabelLoopHooks {
  /** Accounts that can be written to now. */
  readonly accounts: () => readonly SourceName[];
  /** Called after each round. */
  readonly roundDone: () => void;
}

/** Keeps groups and labels true: one round whenever somebody asks, and while labels are not settled. */
export class LabelLoop {
  readonly #parts: Parts;
  readonly #settings: LabelSettings;
  readonly #hooks: LabelLoopHooks;
  readonly #told: ToldOnce;
  readonly #unlabelled = new Set<PhotoKey>();
  #everything = false;
  #asked = false;
  #wake: () => void = () => undefined;

  constructor(parts: Parts, settings: LabelSettings, hooks: LabelLoopHooks) {
    this.#parts = parts;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#told = new ToldOnce(parts.log);
  }

  /** Asks for a round; with `everything` all labels are compared, not only those of photos that changed. */
  ask(everything = false): void {
    this.#everything ||= everything;
    this.#asked = true;
    this.#wake();
  }

  /** Asks for a round in which the labels of these photos are compared, whoever regrouped them. */
  relabel(keys: readonly PhotoKey[]): void {
    for (const key of keys) this.#unlabelled.add(key);
    this.ask();
  }

  /** Resolves when the agent stops. Throws FatalErrors. */
  async run(): Promise<void> {
    const { clock, stopping, queue, log } = this.#parts;
    stopping.addEventListener('abort', () => this.#wake(), { once: true });
    let pauseMs = 0;
    for (let lastAt = 0; ; lastAt = clock.now()) {
      await this.#nudged(pauseMs);
      await clock.sleep(gatherMs, stopping);
      // In short steps: what waited may be done long before, and the next upload is not to wait for the rest.
      while (queue.pending > manyWaiting && clock.now() < lastAt + busyEveryMs && !stopping.aborted)
        await clock.sleep(busyStepMs, stopping);
      if (stopping.aborted) return;
      try {
        const open = await this.#round();
        this.#hooks.roundDone();
        pauseMs = open === 0 ? 0 : Math.min(longestPauseMs, Math.max(firstLookMs, pauseMs * 1.5));
      } catch (error) {
        if (error instanceof FatalError) throw error;
        if (this.#parts.stopping.aborted) return;
        pauseMs = Math.min(longestPauseMs, Math.max(1_000, pauseMs * 2));
        log.warn({ reason: describeError(error), pauseMs }, 'labelling failed; will try again');
      }
    }
  }

  /** Groups, labels of what changed, a look at labels that were not settled. Returns how many are still open. */
  async #round(): Promise<number> {
    const { labelling, state, clock } = this.#parts;
    for (const key of await labelling.group(this.#everything)) this.#unlabelled.add(key);
    const run = newRun('agent', clock);
    const due = this.#unlabelled.size > 0 || this.#everything;
    if (due && state.journal.hold('labels') === null) await this.#label(run);
    return labelling.settleOnce(run);
  }

  async #label(run: Run): Promise<void> {
    const { labelling, state, log } = this.#parts;
    const everything = this.#everything;
    const keys = new Set(this.#unlabelled);
    this.#everything = false;
    this.#unlabelled.clear();
    try {
      const report = await labelling.apply(
        {
          run,
          settings: this.#settings,
          accounts: this.#hooks.accounts(),
          scope: everything ? null : keys,
          allowRemovals: false,
          forceVersion: false,
        },
        'later',
      );
      for (const key of report.waiting) this.#unlabelled.add(key);
      if ((await dismissUntagged(this.#parts, this.#settings, report)) > 0) this.ask();
      logOperations(report.operations, state.photos, log);
      this.#told.tell([...report.unable, ...report.notes]);
      if (report.heldBecause !== null) log.warn({ reason: report.heldBecause }, 'labels were not taken off');
      if (report.failed > 0) throw new TransientError('LABELS_FAILED', report.errors.join('; '));
    } catch (error) {
      this.#everything ||= everything;
      for (const key of keys) this.#unlabelled.add(key);
      throw error;
    }
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
}
