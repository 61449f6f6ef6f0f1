import { FatalError, OrganizerError, TerminalError, TransientError, describeError } from '../errors.js';
import type { Run, ValueKind } from '../label-ports.js';
import type { PhotoKey } from '../model.js';
import { AlbumSync } from './albums/album-sync.js';
import { Carried } from './carry/carried.js';
import type { DesiredLabels } from './desired.js';
import { AlbumWriter } from './albums/album-write.js';
import {
  isStackOperation,
  isTagOperation,
  isValueOperation,
  kindOfValues,
  narrowed,
  refusalOf,
  sizeOf,
  type AlbumOperation,
  type Operation,
  type Outcome,
  type StackOperation,
  type ValueOperation,
} from './operation.js';
import type { SyncReport } from './report.js';
import type { SyncParts } from './sync-parts.js';
import { TagSync } from './tags/tag-sync.js';
import { ValueLabels, type WantedValues } from './value-labels.js';
import { labelWords } from './value-rules.js';
import { isUnable } from './values/value-write.js';

/** All that an account's photos should carry. */
export interface Desired extends DesiredLabels {
  readonly values: WantedValues;
  /** Photo that something is carried over to, to the signature of its group. */
  readonly carried: ReadonlyMap<PhotoKey, string>;
}

const nothingDone: Outcome = { written: [], refused: new Map() };

export function unableText({ target }: SyncParts, kind: ValueKind, error: unknown): string {
  return `${target.source}: no ${labelWords[kind]}: ${describeError(error)}`;
}

/** One that concerns a person's own tag or album. */
function isMembership({ kind }: Operation): boolean {
  return kind === 'carry-tag' || kind === 'carry-to-album' || kind === 'take-back-from-album';
}

/** The kinds of label of one account, and how their operations are carried out. */
export class LabelKinds {
  readonly tags: TagSync;
  readonly albums: AlbumSync;
  readonly values: ValueLabels;
  readonly carried: Carried;
  readonly #albumWriter: AlbumWriter;
  readonly #parts: SyncParts;
  /** Kinds that were refused as a whole in this run: said once. */
  readonly #unable = new Set<ValueKind>();

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.tags = new TagSync(parts);
    this.albums = new AlbumSync(parts);
    this.values = new ValueLabels(parts);
    this.carried = new Carried(parts);
    this.#albumWriter = new AlbumWriter(parts);
  }

  /**
   * Carries out operations one after the other, each journalled. An error of one is reported and does not stop the others;
   * a FatalError does, and so does the end of the agent (TransientError `STOPPING`): what is left waits for the next run.
   */
  async apply(
    operations: readonly Operation[],
    desired: Desired,
    run: Run,
    report: SyncReport,
  ): Promise<void> {
    const of = operations.reduce((sum, operation) => sum + sizeOf(operation), 0);
    let done = 0;
    this.#unable.clear();
    const wrote = (labels: number): void => this.#parts.wrote((done += labels), of);
    for (const operation of operations) {
      if (this.#parts.stopping.aborted) throw new TransientError('STOPPING', 'the agent is stopping');
      await this.#applyOne(operation, desired, run, report, wrote);
    }
    if (operations.some(({ kind }) => kind.endsWith('album'))) await this.albums.rememberVersions();
  }

  async #applyOne(
    operation: Operation,
    desired: Desired,
    run: Run,
    report: SyncReport,
    wrote: (labels: number) => void,
  ): Promise<void> {
    try {
      const outcome = await (isTagOperation(operation)
        ? this.tags.apply(
            operation,
            run,
            operation.kind === 'carry-tag' ? desired.carried : desired.tagged,
            wrote,
          )
        : isValueOperation(operation) || isStackOperation(operation)
          ? this.#applyValues(operation, desired, run, report, wrote)
          : this.#applyToAlbum(operation, desired, run, wrote));
      this.#count(operation, outcome, report);
    } catch (error) {
      if (isMembership(operation) && isUnable(error)) {
        const { target } = this.#parts;
        report.unable.push(
          `${target.source}: ${operation.name} is not carried over: ${describeError(error)}`,
        );
        return;
      }
      if (!(error instanceof OrganizerError) || error instanceof FatalError || error.code === 'STOPPING')
        throw error;
      const reason = describeError(error);
      if (error instanceof TerminalError)
        report.rejected.push({ operation, photos: operation.photos, reason });
      this.#failed(operation, sizeOf(operation), reason, report);
    }
  }

  /** One kind that the key or the server cannot have does not keep the others from being written. */
  async #applyValues(
    operation: ValueOperation | StackOperation,
    { values }: Desired,
    run: Run,
    report: SyncReport,
    wrote: (labels: number) => void,
  ): Promise<Outcome> {
    const kind = isStackOperation(operation) ? 'stack' : kindOfValues(operation);
    if (this.#unable.has(kind)) return nothingDone;
    try {
      return await this.values.apply(operation, run, values, wrote);
    } catch (error) {
      if (!isUnable(error)) throw error;
      this.#unable.add(kind);
      report.unable.push(unableText(this.#parts, kind, error));
      return nothingDone;
    }
  }

  async #applyToAlbum(
    operation: AlbumOperation,
    { albums, carried }: Desired,
    run: Run,
    wrote: (labels: number) => void,
  ): Promise<Outcome> {
    const album = albums.find(({ name }) => name === operation.name);
    const signature = isMembership(operation) ? carried : (album?.signature ?? '');
    const outcome = await this.#albumWriter.apply(operation, run, signature);
    wrote(sizeOf(operation));
    return outcome;
  }

  /** What was refused of an operation failed, the rest was done. */
  #count(operation: Operation, outcome: Outcome, report: SyncReport): void {
    const { written, refused } = outcome;
    const isWhole = written.length === operation.photos.length;
    if (isWhole) report.applied += sizeOf(operation);
    else report.applied += written.length;
    if (isWhole || written.length > 0 || operation.kind === 'create-album')
      report.operations.push(isWhole ? operation : narrowed(operation, (key) => written.includes(key)));
    const refusal = refusalOf(outcome);
    for (const [key, reason] of refused) report.rejected.push({ operation, photos: [key], reason });
    if (refusal !== undefined) this.#failed(operation, refused.size, refusal, report);
  }

  #failed({ kind, name }: Operation, size: number, reason: string, report: SyncReport): void {
    report.failed += size;
    report.errors.push(`${kind} ${name}: ${reason}`);
    this.#parts.log.error({ operation: kind, name, reason }, 'operation failed');
  }
}
