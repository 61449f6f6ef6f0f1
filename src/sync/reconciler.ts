import { FatalError, OrganizerError, describeError } from '../errors.js';
import type { Group, PhotoKey, SourceName } from '../model.js';
import { AlbumSync, type AlbumPlan } from './album-sync.js';
import { desiredLabels, type DesiredLabels, type LabelSettings } from './desired.js';
import { isRemoval, isTagOperation, sizeOf, type Operation } from './operation.js';
import type { Run } from '../ports.js';
import type { SyncParts } from './sync-parts.js';
import { TagSettling } from './tag-settling.js';
import type { TagPlan } from './tag-plan.js';
import { TagSync } from './tag-sync.js';
import { emptyTagsOfOurs, planUndo } from './undo.js';

export interface SyncRequest {
  readonly settings: LabelSettings;
  readonly groups: readonly Group[];
  /** Photos to look at; null = all. */
  readonly scope: ReadonlySet<PhotoKey> | null;
  /** False while the account was not fully read since start: labels may be added, not taken off. */
  readonly complete: boolean;
  /** A person agreed to removals that would be held. */
  readonly allowRemovals: boolean;
  /** Largest share of our labels that one run takes off unasked, 0 to 1. */
  readonly maxRemovalShare: number;
}

export interface SyncReport {
  readonly operations: Operation[];
  /** Removals that wait for a person. */
  readonly held: Operation[];
  heldBecause: string | null;
  /** Labels written or taken off. */
  applied: number;
  /** Labels that were as they should be. */
  unchanged: number;
  failed: number;
  /** Photos whose library does not keep tags. */
  refused: number;
  readonly errors: string[];
}

export function emptyReport(): SyncReport {
  return {
    operations: [],
    held: [],
    heldBecause: null,
    applied: 0,
    unchanged: 0,
    failed: 0,
    refused: 0,
    errors: [],
  };
}

/** Removals below this number are never held: a person tidying up looks like that. */
const fewRemovals = 10;

interface AccountPlan {
  readonly desired: DesiredLabels;
  readonly tag: TagPlan | null;
  readonly albums: AlbumPlan | null;
  readonly operations: readonly Operation[];
}

/** Makes the labels of one account what they should be. */
export class Reconciler {
  readonly #parts: SyncParts;
  readonly #tags: TagSync;
  readonly #albums: AlbumSync;
  readonly #settling: TagSettling;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#tags = new TagSync(parts);
    this.#albums = new AlbumSync(parts);
    this.#settling = new TagSettling(parts);
  }

  get source(): SourceName {
    return this.#parts.target.source;
  }

  /** What a run would do now. Writes nothing, neither to the server nor to the journal. */
  async plan(request: SyncRequest): Promise<SyncReport> {
    const report = emptyReport();
    const plan = await this.#plan(request, { probeLibraries: false });
    const { go, held, reason } = this.#brake(plan.operations, request);
    report.operations.push(...go);
    report.held.push(...held);
    report.heldBecause = reason;
    report.unchanged = unchangedOf(plan);
    report.refused = plan.tag?.refused.length ?? 0;
    return report;
  }

  /**
   * Plans and applies. `settle` is asked to wait until what was written is certain: external libraries are probed with one
   * photo each before the rest of them follows. Safe to repeat and to interrupt.
   */
  async sync(request: SyncRequest, run: Run, settle: () => Promise<void>): Promise<SyncReport> {
    const report = emptyReport();
    for (let round = 0; round < 3; round++) {
      const plan = await this.#plan(request, { probeLibraries: true });
      const { go, held, reason } = this.#brake(plan.operations, request);
      if (round === 0) report.unchanged = unchangedOf(plan);
      report.refused = plan.tag?.refused.length ?? 0;
      report.heldBecause = reason;
      report.held.splice(0, Infinity, ...held);
      if (plan.tag !== null) this.#tags.accept(plan.tag);
      if (plan.albums !== null) this.#albums.accept(plan.albums);
      await this.#applyAll(go, plan.desired, run, report);
      if (plan.tag?.more !== true || report.failed > 0) break;
      await settle();
    }
    return report;
  }

  async #plan(request: SyncRequest, { probeLibraries }: { probeLibraries: boolean }): Promise<AccountPlan> {
    const { settings, groups, scope } = request;
    const desired = await desiredLabels(this.source, groups, settings, this.#parts.photoOf);
    const tag =
      settings.tag === null
        ? null
        : await this.#tags.plan(settings.tag.name, desired.tagged, scope, {
            probeLibraries,
            fromTrash: false,
          });
    const albums =
      settings.albums === null
        ? null
        : await this.#albums.plan(settings.albums.prefix, desired.albums, scope);
    return { desired, tag, albums, operations: [...(tag?.operations ?? []), ...(albums?.operations ?? [])] };
  }

  /** An incomplete picture of the library, or a surprising one, adds labels but takes none off. */
  #brake(
    operations: readonly Operation[],
    request: SyncRequest,
  ): { go: Operation[]; held: Operation[]; reason: string | null } {
    const removals = operations.filter(isRemoval);
    const rest = operations.filter((operation) => !isRemoval(operation));
    if (!request.complete) return { go: rest, held: [], reason: null };
    const reason = request.allowRemovals ? null : this.#reasonToHold(removals, request.maxRemovalShare);
    return reason === null ? { go: [...operations], held: [], reason } : { go: rest, held: removals, reason };
  }

  #reasonToHold(removals: readonly Operation[], maxShare: number): string | null {
    const { journal } = this.#parts;
    const hold = journal.hold('removals');
    if (removals.length > 0 && hold !== null) return hold;
    const own = [...journal.labels(this.source, 'tag'), ...journal.labels(this.source, 'album')].length;
    const going = removals.reduce((sum, operation) => sum + this.#unexplained(operation), 0);
    if (going <= fewRemovals || going <= own * maxShare) return null;
    return `${going} of ${own} labels would be taken off, more than sync.max_removal_share (${maxShare}) allows`;
  }

  /** Labels on photos that are all still there: one whose group ended because photos went is explained by that. */
  #unexplained(operation: Operation): number {
    const present = operation.photos.filter((key) => this.#parts.photoOf(key)?.presence === 'present').length;
    return operation.kind === 'delete-album' && present < 2 ? 0 : present;
  }

  async #applyAll(
    operations: readonly Operation[],
    desired: DesiredLabels,
    run: Run,
    report: SyncReport,
  ): Promise<void> {
    for (const operation of operations) await this.apply(operation, desired, run, report);
    if (operations.some(({ kind }) => kind.endsWith('album'))) await this.#albums.rememberVersions();
  }

  /** One operation; an error of its own is reported and does not stop the others, a FatalError does. */
  async apply(operation: Operation, desired: DesiredLabels, run: Run, report: SyncReport): Promise<void> {
    try {
      if (isTagOperation(operation)) await this.#tags.apply(operation, run, desired.tagged);
      else {
        const album = desired.albums.find(({ name }) => name === operation.name);
        await this.#albums.apply(operation, run, album?.signature ?? '');
      }
      report.operations.push(operation);
      report.applied += sizeOf(operation);
    } catch (error) {
      if (!(error instanceof OrganizerError) || error instanceof FatalError) throw error;
      report.failed += sizeOf(operation);
      report.errors.push(`${operation.kind} ${operation.name}: ${describeError(error)}`);
      this.#parts.log.error(
        { operation: operation.kind, name: operation.name, reason: describeError(error) },
        'operation failed',
      );
    }
  }

  /** One look at what became of tags that were written; returns how many are still open. */
  async settleOnce(run: Run, patienceMs: number): Promise<number> {
    return this.#settling.settleOnce(run, patienceMs);
  }

  unsettled(): number {
    return this.#settling.unsettled().length;
  }

  /** Takes back everything of ours (`run` null), or what one run did. `settle` waits until the untagging is certain. */
  async undo(
    what: { readonly run: string | null; readonly dryRun: boolean },
    run: Run,
    settle: () => Promise<void>,
  ): Promise<SyncReport> {
    const report = emptyReport();
    const operations = await planUndo(this.#parts, this.#tags, this.#albums, what.run);
    if (what.dryRun) return { ...report, operations };
    const none = { tagged: new Map<PhotoKey, string>(), albums: [] };
    await this.#applyAll(operations, none, run, report);
    await settle();
    for (const operation of await emptyTagsOfOurs(this.#parts))
      await this.#applyWherePermitted(operation, none, run, report);
    if (what.run === null) this.#forgetDismissals();
    return report;
  }

  /** A key that may not delete tags leaves an empty one behind: that is told, and no reason to stop. */
  async #applyWherePermitted(
    operation: Operation,
    desired: DesiredLabels,
    run: Run,
    report: SyncReport,
  ): Promise<void> {
    try {
      await this.apply(operation, desired, run, report);
    } catch (error) {
      if (!(error instanceof FatalError) || error.code !== 'IMMICH_FORBIDDEN') throw error;
      report.errors.push(`${operation.kind} ${operation.name}: ${describeError(error)}`);
    }
  }

  /** After everything was taken back, what a person took off before is no reason any more. */
  #forgetDismissals(): void {
    const { journal } = this.#parts;
    const over = (['tag', 'album'] as const).flatMap((kind) => journal.labels(this.source, kind));
    journal.forget(over.filter(({ state }) => state === 'by-hand' || state === 'refused'));
    for (const made of journal.made(this.source, 'album'))
      if (made.state === 'by-hand') journal.forgetMade(made);
  }
}

function unchangedOf({ desired, operations, tag }: AccountPlan): number {
  const wanted = desired.tagged.size + desired.albums.reduce((sum, album) => sum + album.photos.length, 0);
  const added = operations.filter((operation) => !isRemoval(operation));
  const adding = added.reduce((sum, operation) => sum + operation.photos.length, 0);
  return Math.max(0, wanted - adding - (tag?.refused.length ?? 0));
}
