import { FatalError, OrganizerError, TransientError, describeError } from '../errors.js';
import type { Run } from '../label-ports.js';
import { AlbumSync } from './album-sync.js';
import type { DesiredLabels } from './desired.js';
import { isTagOperation, sizeOf, type Operation } from './operation.js';
import type { SyncReport } from './report.js';
import type { SyncParts } from './sync-parts.js';
import { TagSync } from './tag-sync.js';

/** The kinds of label of one account, and how their operations are carried out. */
export class LabelKinds {
  readonly tags: TagSync;
  readonly albums: AlbumSync;
  readonly #parts: SyncParts;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.tags = new TagSync(parts);
    this.albums = new AlbumSync(parts);
  }

  /**
   * Carries out operations one after the other, each journalled. An error of one is reported and does not stop the others;
   * a FatalError does, and so does the end of the agent (TransientError `STOPPING`): what is left waits for the next run.
   */
  async apply(
    operations: readonly Operation[],
    desired: DesiredLabels,
    run: Run,
    report: SyncReport,
  ): Promise<void> {
    const of = operations.reduce((sum, operation) => sum + sizeOf(operation), 0);
    let done = 0;
    const wrote = (labels: number): void => this.#parts.wrote((done += labels), of);
    for (const operation of operations) {
      if (this.#parts.stopping.aborted) throw new TransientError('STOPPING', 'the agent is stopping');
      await this.#applyOne(operation, desired, run, report, wrote);
    }
    if (operations.some(({ kind }) => kind.endsWith('album'))) await this.albums.rememberVersions();
  }

  async #applyOne(
    operation: Operation,
    desired: DesiredLabels,
    run: Run,
    report: SyncReport,
    wrote: (labels: number) => void,
  ): Promise<void> {
    try {
      if (isTagOperation(operation)) await this.tags.apply(operation, run, desired.tagged, wrote);
      else {
        const album = desired.albums.find(({ name }) => name === operation.name);
        await this.albums.apply(operation, run, album?.signature ?? '');
        wrote(sizeOf(operation));
      }
      report.operations.push(operation);
      report.applied += sizeOf(operation);
    } catch (error) {
      if (!(error instanceof OrganizerError) || error instanceof FatalError || error.code === 'STOPPING')
        throw error;
      const reason = describeError(error);
      report.failed += sizeOf(operation);
      report.errors.push(`${operation.kind} ${operation.name}: ${reason}`);
      this.#parts.log.error({ operation: operation.kind, name: operation.name, reason }, 'operation failed');
    }
  }
}
