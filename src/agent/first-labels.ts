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
  #written: Promise<SyncReport> = Promise.resolve(emptyReport());

  constructor(parts: Parts, request: FirstLabelsRequest) {
    this.#parts = parts;
    parts.backlog.onFirstPassDone(() => {
      if (request.dryRun || request.accounts.length === 0 || parts.stopping.aborted) return;
      this.#written = this.#write(request);
      // Whoever asks for the report is told.
      this.#written.catch(() => undefined);
    });
  }

  /** What was written; empty when there was no first pass. Throws FatalErrors. */
  async report(): Promise<SyncReport> {
    return this.#written;
  }

  async #write(request: FirstLabelsRequest): Promise<SyncReport> {
    const { labelling, progress, state, log } = this.#parts;
    try {
      progress.emit('stage', 'grouping what was found first');
      await labelling.group(true);
      if (state.photos.counts().groups === 0 || state.journal.hold('labels') !== null) return emptyReport();
      progress.emit('stage', 'labelling what was found first');
      return await labelling.apply({ ...request, scope: null, allowRemovals: false }, 'later');
    } catch (error) {
      if (error instanceof FatalError) throw error;
      log.warn({ reason: describeError(error) }, 'labelling failed; it is done at the end of the scan');
      return emptyReport();
    }
  }
}
