import type { Group, PhotoKey, SourceName } from '../model.js';
import type { Run } from '../label-ports.js';
import {
  desiredOf,
  gone,
  notCarriedIn,
  notesOf,
  refusedIn,
  takenOffIn,
  unchangedOf,
  waitingIn,
  type AccountPlan,
} from './account-plan.js';
import { LabelKinds, unableText } from './apply.js';
import { brake, type BrakeOptions } from './brake.js';
import { carriedOperations } from './carry/carried.js';
import { desiredLabels, type LabelSettings } from './desired.js';
import { namesOfExtras, planTags } from './tags/evidence-tags.js';
import { sparingLastCopies, type Spared } from './last-copy.js';
import { Resting } from './resting.js';
import { isTagOperation, touchesPhotos, touchingLast, type Operation } from './operation.js';
import { inRounds, isCarried, oneChangeEach } from './one-change.js';
import { addUp, emptyReport, type SyncReport } from './report.js';
import type { SyncHooks, SyncParts } from './sync-parts.js';
import type { TagPlan } from './tags/tag-plan.js';
import { TagSettling } from './tags/tag-settling.js';
import { removeTag, type RemoveTagWhat, type TagRemoval } from './remove-tag.js';
import { undoLabels, type UndoWhat } from './undo.js';
import type { StacksPlan } from './stacks/stack-sync.js';
import { operationsOf, type FieldPlans } from './value-labels.js';
import { isUnable } from './values/value-write.js';

export interface SyncRequest extends BrakeOptions {
  readonly settings: LabelSettings;
  readonly groups: readonly Group[];
  /** Photos to look at; null = all. */
  readonly scope: ReadonlySet<PhotoKey> | null;
}

type Refresh = SyncHooks['refresh'];

/** What operations are applied with. */
interface Applying {
  readonly run: Run;
  readonly report: SyncReport;
  readonly hooks: SyncHooks;
  /** All photos are looked at. */
  readonly all: boolean;
}

/** A probe of each external library, then the rest; and once more for what a round had to wait for. */
const mostRounds = 3;
/** What is carried over goes to each photo one by one: so many rounds, as long as each writes something. */
const mostCarryRounds = 20;

/** Makes the labels of one account what they should be. */
export class Reconciler {
  readonly #parts: SyncParts;
  readonly #kinds: LabelKinds;
  readonly #settling: TagSettling;
  readonly #resting: Resting;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#kinds = new LabelKinds(parts);
    this.#settling = new TagSettling(parts);
    this.#resting = new Resting(parts);
  }

  get source(): SourceName {
    return this.#parts.target.source;
  }

  /** What a run would do now. Writes nothing, neither to the server nor to the journal. */
  async plan(request: SyncRequest): Promise<SyncReport> {
    const report = emptyReport();
    const plan = await this.#plan(request, { probeLibraries: false, refresh: null });
    const { held, reason, ...braked } = brake(plan.operations, request, this.#parts);
    const { go } = this.#spared(braked.go, request, plan.tag);
    report.operations.push(...inRounds(go, this.#open(), isCarried));
    report.held.push(...held);
    report.heldBecause = reason;
    report.unchanged = unchangedOf(plan);
    report.notes.push(...notesOf(plan));
    report.unable.push(...plan.unable);
    report.notCarried.push(...notCarriedIn(plan));
    report.refused = refusedIn(plan);
    report.takenOff = takenOffIn(plan);
    return report;
  }

  /**
   * Plans and applies. External libraries are probed with one photo each before the rest of them follows. Safe to repeat and
   * to interrupt.
   */
  async sync(request: SyncRequest, run: Run, hooks: SyncHooks): Promise<SyncReport> {
    const report = emptyReport();
    for (let round = 0; ; round++) {
      const plan = await this.#plan(request, { probeLibraries: true, refresh: hooks.refresh });
      const { held, postponed, reason, ...braked } = brake(plan.operations, request, this.#parts);
      const { go: allowed, waiting: spared } = this.#spared(braked.go, request, plan.tag);
      const { go, later: next } = oneChangeEach(allowed, this.#open(), isCarried);
      if (round === 0) report.unchanged = unchangedOf(plan);
      report.refused = refusedIn(plan);
      report.takenOff = takenOffIn(plan);
      report.heldBecause = reason;
      report.held.splice(0, Infinity, ...held);
      const carried = [...next.flatMap(({ photos }) => photos), ...waitingIn(plan)];
      const waiting = [...(plan.tag?.waiting ?? []), ...carried];
      const later = postponed.flatMap(({ photos }) => photos);
      report.waiting.splice(0, Infinity, ...waiting, ...spared, ...later);
      const byHand = plan.tag?.observed.filter(({ state }) => state === 'by-hand') ?? [];
      report.untagged.push(...byHand.map(({ photo }) => photo));
      if (plan.tag !== null) this.#kinds.tags.accept(plan.tag);
      if (plan.albums !== null) this.#kinds.albums.accept(plan.albums);
      if (plan.carried.tags !== null) this.#kinds.tags.accept(plan.carried.tags);
      if (plan.carried.albums !== null) this.#kinds.carried.albums.accept(plan.carried.albums);
      this.#kinds.values.accept(plan.fields, plan.stacks);
      report.notes.splice(0, Infinity, ...notesOf(plan));
      report.notCarried.splice(0, Infinity, ...notCarriedIn(plan));
      if (round === 0) report.unable.push(...plan.unable);
      if (request.scope === null) this.#resting.accept(request.groups);
      const before = report.applied;
      const applying = { run, report, hooks, all: request.scope === null };
      await this.#apply(
        go.filter((operation) => !touchesPhotos(operation)),
        plan,
        applying,
      );
      const goesOn = carried.length > 0 && report.applied > before ? mostCarryRounds : mostRounds;
      if (waiting.length === 0 || report.failed > 0 || round + 1 >= goesOn) {
        await this.#touch(go.filter(touchesPhotos), plan, applying);
        break;
      }
      await hooks.settle();
      if (carried.length > 0) await hooks.refresh();
    }
    return report;
  }

  /** Photos with a change that has not settled. */
  #open(): PhotoKey[] {
    const values = this.#kinds.values.settling.unsettled();
    return [...this.#settling.unsettled(), ...values].map(({ photo }) => photo);
  }

  #spared(operations: readonly Operation[], { settings, groups }: SyncRequest, tag: TagPlan | null): Spared {
    const names = settings.tag === null ? [] : namesOfExtras(settings.tag);
    return names.length === 0
      ? { go: operations, waiting: [] }
      : sparingLastCopies(operations, groups, names, this.#parts, tag === null ? [] : gone(tag));
  }

  async #apply(
    go: readonly Operation[],
    plan: AccountPlan,
    { run, report, hooks, all }: Applying,
  ): Promise<void> {
    if (all && go.some(isTagOperation)) await hooks.refresh();
    await this.#carryOut(go, plan, run, report);
  }

  async #carryOut(go: readonly Operation[], plan: AccountPlan, run: Run, report: SyncReport): Promise<void> {
    const before = report.operations.length;
    try {
      await this.#kinds.apply(go, desiredOf(plan), run, report);
    } finally {
      this.#resting.remember(report.operations.slice(before), report.rejected.splice(0), plan.groups);
    }
  }

  /**
   * When a tag has settled is told by when its photo was touched. These labels touch it too, favourites and groups of
   * duplicates a second time when the server gets to it: they come last, when tags of the same photos are certain.
   */
  async #touch(go: readonly Operation[], plan: AccountPlan, { run, report, hooks }: Applying): Promise<void> {
    const open = new Set(this.#open());
    if (go.some(({ photos }) => photos.some((key) => open.has(key)))) await hooks.settle();
    await this.#carryOut(go, plan, run, report);
  }

  /** What the index says of photos may be some seconds old: before any is written it reads what changed, with `refresh`. */
  async #planFields({ settings, groups, scope }: SyncRequest, refresh: Refresh | null): Promise<FieldPlans> {
    const planned = (): Promise<FieldPlans> =>
      this.#kinds.values.planFields(settings.values, groups, scope, refresh !== null);
    const plans = await planned();
    if (refresh === null || operationsOf(plans).length === 0) return plans;
    await refresh();
    return planned();
  }

  /** Whether the key may read stacks an Immich before 1.140 does not tell beforehand. */
  async #planStacks({ settings, groups, scope }: SyncRequest, unable: string[]): Promise<StacksPlan | null> {
    try {
      return await this.#kinds.values.planStacks(settings.values, groups, scope);
    } catch (error) {
      if (!isUnable(error)) throw error;
      unable.push(unableText(this.#parts, 'stack', error));
      return null;
    }
  }

  async #plan(
    request: SyncRequest,
    { probeLibraries, refresh }: { readonly probeLibraries: boolean; readonly refresh: Refresh | null },
  ): Promise<AccountPlan> {
    const { settings, groups, scope } = request;
    const { tags, albums: albumSync } = this.#kinds;
    const desired = await desiredLabels(this.source, groups, settings, this.#parts.photoOf);
    const unable: string[] = [];
    const stacks = await this.#planStacks(request, unable);
    const fields = await this.#planFields(request, refresh);
    const options = { probeLibraries, fromTrash: false };
    const tag =
      settings.tag === null
        ? null
        : await planTags(this.#parts, tags, { tag: settings.tag, groups, desired, scope }, options);
    const albums =
      settings.albums === null ? null : await albumSync.plan(settings.albums.prefix, desired.albums, scope);
    const carried = await this.#kinds.carried.plan(settings, groups, probeLibraries);
    const planned = touchingLast([
      ...operationsOf(fields),
      ...(stacks?.operations ?? []),
      ...(tag?.operations ?? []),
      ...(albums?.operations ?? []),
      ...carriedOperations(carried),
    ]);
    const { go: operations, resting } = this.#resting.leaveOut(planned, groups);
    return { groups, desired, tag, albums, fields, stacks, carried, unable, operations, resting };
  }

  /** One look at what became of what was written and is not certain yet; returns how many are still open. */
  async settleOnce(run: Run): Promise<number> {
    if (this.#kinds.values.settling.unsettled().length > 0) await this.#kinds.values.settling.settleOnce(run);
    await this.#settling.settleOnce(run);
    return this.unsettled();
  }

  unsettled(): number {
    return this.#open().length;
  }

  /** Takes one tag of ours away, with those of ours below it; see `removeTag`. */
  async removeTag(what: RemoveTagWhat, run: Run, hooks: SyncHooks): Promise<TagRemoval> {
    const labels = this.#parts.journal.labels(this.source, 'tag');
    const below = new Set(labels.flatMap(({ name }) => (name.startsWith(`${what.name}/`) ? [name] : [])));
    const removals: TagRemoval[] = [];
    for (const name of [...below].sort().reverse())
      removals.push(await removeTag(this.#parts, this.#kinds, { ...what, name }, run, hooks));
    const own = await removeTag(this.#parts, this.#kinds, what, run, hooks);
    const report = addUp([...removals, own].map((removal) => removal.report));
    return {
      // Of a tag that has others below it, those were meant.
      report: below.size > 0 ? { ...report, notes: [] } : report,
      notes: [...removals.flatMap(({ notes }) => notes), ...(below.size > 0 ? [] : own.notes)],
    };
  }

  /** Takes labels back. `settle` waits until the untagging is certain. */
  async undo(what: UndoWhat, run: Run, hooks: SyncHooks): Promise<SyncReport> {
    return undoLabels(this.#parts, this.#kinds, what, run, hooks);
  }
}
