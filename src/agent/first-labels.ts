import { FatalError, describeError } from '../errors.js';
import { emptyReport, type SyncReport } from '../sync/report.js';
import type { LabelRequest } from './labelling.js';
import type { Parts } from './parts.js';

export type FirstLabelsRequest = Omit<LabelRequest, 'scope' | 'allowRemovals'> & { readonly dryRun: boolean };

/**
 * Labels what the first pass of a scan found, while the rest of the library is still being looked at. Labels are only added:
 * what else there is, is not known yet.
 */
export class FirstLabels {
  readonly #parts: Parts;
  readonly #failed = new AbortController();
  #written: Promise<SyncReport> = Promise.resolve(emptyReport());

  constructor(parts: Parts, request: FirstLabelsRequest) {
    this.#parts = parts;
    const { backlog, queue, stopping } = parts;
    const labelFirst = (): Promise<unknown> | undefined => {
      if (request.dryRun || request.accounts.length === 0 || stopping.aborted) return undefined;
      const grouped = this.#group();
      this.#written = grouped.then((isGrouped) => (isGrouped ? this.#write(request) : emptyReport()));
      this.#written.catch((error: unknown) => {
        this.#failed.abort(error);
      });
      return grouped;
    };
    backlog.onFirstPassDone(labelFirst, () => {
      queue.wake();
    });
  }

  /** What was written; empty when there was no first pass. Throws FatalErrors. */
  async report(): Promise<SyncReport> {
    return this.#written;
  }

  /** Waits for `work`, but no longer than until labelling failed for good: then it throws that FatalError. */
  async unlessFailed(work: Promise<void>): Promise<void> {
    const { signal } = this.#failed;
    const failed = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
    });
    if (!signal.aborted) await Promise.race([work, failed]);
    signal.throwIfAborted();
  }

  /** False when there is nothing to label, or not now. */
  async #group(): Promise<boolean> {
    const { labelling, progress, state } = this.#parts;
    return this.#orAtTheEnd(false, async () => {
      progress.emit('stage', 'grouping what was found first');
      await labelling.group(true);
      return state.photos.counts().groups > 0 && state.journal.hold('labels') === null;
    });
  }

  async #write(request: FirstLabelsRequest): Promise<SyncReport> {
    const { labelling, progress } = this.#parts;
    return this.#orAtTheEnd(emptyReport(), async () => {
      progress.emit('stage', 'labelling what was found first');
      return labelling.apply({ ...request, scope: null, allowRemovals: false }, 'later');
    });
  }

  async #orAtTheEnd<T>(failed: T, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof FatalError) throw error;
      this.#parts.log.warn(
        { reason: describeError(error) },
        'labelling failed; it is done at the end of the scan',
      );
      return failed;
    }
  }
}
