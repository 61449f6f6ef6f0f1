import type { FieldKind, Run, ValueKind } from '../label-ports.js';
import type { Group, PhotoKey } from '../model.js';
import type { ValueSettings } from './desired.js';
import {
  isStackOperation,
  kindOfValues,
  type Outcome,
  type StackOperation,
  type ValueOperation,
} from './operation.js';
import { StackSync, type StacksPlan } from './stacks/stack-sync.js';
import { StackWriter } from './stacks/stack-write.js';
import type { SyncParts } from './sync-parts.js';
import { ownGroups, type OwnGroup } from './own-groups.js';
import type { RunChange, ValueRules } from './values/value-kind.js';
import type { WantedValue } from './values/value-plan.js';
import { fieldKinds, valueRules } from './value-rules.js';
import { ValueSync, type KindPlan, type Reversal } from './values/value-sync.js';
import { ValueSettling } from './values/value-settling.js';
import { ValueWriter } from './values/value-write.js';

/** By kind: what each photo should have. */
export type WantedValues = ReadonlyMap<ValueKind, ReadonlyMap<PhotoKey, WantedValue>>;

/** What is planned of the kinds that belong to one photo alone, as far as a run was asked for them. */
export type FieldPlans = ReadonlyMap<FieldKind, KindPlan>;

interface Field {
  readonly rules: ValueRules;
  readonly sync: ValueSync;
  readonly writer: ValueWriter;
}

/** Labels that are values, of one account: see `value-rules.ts` for the kinds that belong to one photo, and the stacks. */
export class ValueLabels {
  readonly stacks: StackSync;
  readonly settling: ValueSettling;
  readonly #parts: SyncParts;
  readonly #stackWriter: StackWriter;
  readonly #fields: ReadonlyMap<FieldKind, Field>;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.stacks = new StackSync(parts);
    this.#stackWriter = new StackWriter(parts);
    this.#fields = new Map(
      fieldKinds.map((kind) => {
        const rules = valueRules[kind];
        return [kind, { rules, sync: new ValueSync(rules, parts), writer: new ValueWriter(rules, parts) }];
      }),
    );
    this.settling = new ValueSettling(parts, (kind) => this.#of(kind as FieldKind));
  }

  /** Null when no stacks were asked for. Writes nothing anywhere. */
  async planStacks(
    settings: ValueSettings | undefined,
    groups: readonly Group[],
    scope: ReadonlySet<PhotoKey> | null,
  ): Promise<StacksPlan | null> {
    if (settings?.kinds.has('stack') !== true) return null;
    return this.stacks.plan(this.#ownOf(groups), scope, false);
  }

  /** Writes nothing anywhere. */
  async planFields(
    settings: ValueSettings | undefined,
    groups: readonly Group[],
    scope: ReadonlySet<PhotoKey> | null,
    probeLibraries: boolean,
  ): Promise<FieldPlans> {
    const plans = new Map<FieldKind, KindPlan>();
    if (settings === undefined || settings.kinds.size === 0) return plans;
    const own = this.#ownOf(groups);
    const options = { scope, fromTrash: false, probeLibraries, settings };
    for (const kind of carriedFirst) {
      const { sync } = this.#of(kind);
      if (!settings.kinds.has(kind)) continue;
      const counted = kind === 'duplicate' ? own.filter((one) => !this.#isStacked(one, settings)) : own;
      const except = kind === 'favorite' ? this.#carriedFavorites(plans.get('carried-favorite')) : undefined;
      plans.set(kind, await sync.plan({ ...options, groups: counted, ...(except && { except }) }));
    }
    return plans;
  }

  /** Photos whose favourite is carried over, or shall be: it does not go with the group. */
  #carriedFavorites(plan: KindPlan | undefined): ReadonlySet<PhotoKey> {
    const { journal, target } = this.#parts;
    const standing = journal
      .values(target.source, 'carried-favorite')
      .filter(({ state }) => state === 'verified');
    return new Set([...standing.map(({ photo }) => photo), ...(plan?.wanted.keys() ?? [])]);
  }

  /** A favourite of ours that was to go with the group becomes one that stays. */
  #adopt({ wanted }: KindPlan): void {
    const { journal, target } = this.#parts;
    const kind = 'carried-favorite';
    const ours = journal.values(target.source, 'favorite', wanted.keys());
    const standing = ours.filter(({ state }) => state === 'verified');
    journal.together(() => {
      journal.forget(standing);
      journal.put(standing.map((label) => ({ ...label, kind, name: kind })));
    });
  }

  /** What takes all of it away again, but for stacks. */
  async planEnding(): Promise<FieldPlans> {
    const plans = new Map<FieldKind, KindPlan>();
    const ending = { groups: [], scope: null, fromTrash: true, probeLibraries: false };
    for (const [kind, { sync }] of this.#fields)
      plans.set(kind, await sync.plan({ ...ending, settings: nothingWanted }));
    return plans;
  }

  /** What turns changes of ours back, where they still stand. Writes nothing. */
  async planReversal(kind: FieldKind, changes: ReadonlyMap<PhotoKey, RunChange>): Promise<Reversal> {
    return this.#of(kind).sync.planReversal(changes);
  }

  /** Writes down what plans saw on the server. */
  accept(plans: FieldPlans, stacks: StacksPlan | null): void {
    for (const [kind, plan] of plans) this.#of(kind).sync.accept(plan);
    const carried = plans.get('carried-favorite');
    if (carried !== undefined) this.#adopt(carried);
    if (stacks !== null) this.stacks.accept(stacks);
  }

  async apply(
    operation: ValueOperation | StackOperation,
    run: Run,
    wanted: WantedValues,
    wrote: (labels: number) => void,
  ): Promise<Outcome> {
    const none = new Map<PhotoKey, WantedValue>();
    if (isStackOperation(operation)) {
      const outcome = await this.#stackWriter.apply(operation, run, wanted.get('stack') ?? none);
      wrote(operation.photos.length);
      return outcome;
    }
    const kind = kindOfValues(operation);
    return this.#of(kind).writer.apply(operation, run, wanted.get(kind) ?? none, wrote);
  }

  #ownOf(groups: readonly Group[]): OwnGroup[] {
    const { target, photoOf } = this.#parts;
    return ownGroups(target.source, groups, photoOf);
  }

  /** Immich's Duplicates page leaves out stacked photos, and clears the id of a group of which one is left unstacked. */
  #isStacked({ own }: OwnGroup, { kinds }: ValueSettings): boolean {
    const { journal, target } = this.#parts;
    if (kinds.has('stack')) return own.length > 1;
    const keys = own.map(({ key }) => key);
    return journal.values(target.source, 'stack', keys).some(({ state }) => state === 'verified');
  }

  #of(kind: FieldKind): Field {
    const found = this.#fields.get(kind);
    if (found === undefined) throw new Error(`no kind of label ${kind}`);
    return found;
  }
}

/** What is carried over comes before what goes with the group. */
const carriedFirst = [...fieldKinds].sort(
  (a, b) => Number(valueRules[b].stays === true) - Number(valueRules[a].stays === true),
);

const nothingWanted = { prefix: '', algorithm: '' };

export function operationsOf(plans: FieldPlans): ValueOperation[] {
  return [...plans.values()].flatMap(({ operations }) => operations);
}

export function wantedOf(plans: FieldPlans, stacks: StacksPlan | null): WantedValues {
  const fields = [...plans].map(([kind, { wanted }]) => [kind, wanted] as const);
  return new Map<ValueKind, ReadonlyMap<PhotoKey, WantedValue>>([
    ...fields,
    ...(stacks === null ? [] : [['stack', stacks.wanted] as const]),
  ]);
}
