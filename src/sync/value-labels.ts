import { valueKinds, type Run, type ValueChange, type ValueKind } from '../label-ports.js';
import type { Group, PhotoKey } from '../model.js';
import type { ValueSettings } from './desired.js';
import { kindOfValues, type Outcome, type ValueOperation } from './operation.js';
import type { SyncParts } from './sync-parts.js';
import type { WantedValue } from './value-plan.js';
import { ownGroups, valueRules } from './value-rules.js';
import { ValueSync, type KindPlan, type Reversal } from './value-sync.js';
import { ValueWriter } from './value-write.js';

const nothingWanted = { prefix: '', algorithm: '' };

/** By kind: what each photo should have. */
export type WantedValues = ReadonlyMap<ValueKind, ReadonlyMap<PhotoKey, WantedValue>>;

/** What is planned of all kinds that a run was asked for. */
export type ValuePlans = ReadonlyMap<ValueKind, KindPlan>;

/** Labels that are values, of one account: see `value-rules.ts` for the kinds. */
export class ValueLabels {
  readonly #parts: SyncParts;
  readonly #kinds: ReadonlyMap<ValueKind, { readonly sync: ValueSync; readonly writer: ValueWriter }>;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#kinds = new Map(
      valueKinds.map((kind) => {
        const rules = valueRules[kind];
        return [kind, { sync: new ValueSync(rules, parts), writer: new ValueWriter(rules, parts) }];
      }),
    );
  }

  /** Writes nothing anywhere. */
  async plan(
    settings: ValueSettings | undefined,
    groups: readonly Group[],
    scope: ReadonlySet<PhotoKey> | null,
  ): Promise<ValuePlans> {
    const plans = new Map<ValueKind, KindPlan>();
    if (settings === undefined || settings.kinds.size === 0) return plans;
    const { target, photoOf } = this.#parts;
    const own = ownGroups(target.source, groups, photoOf);
    for (const [kind, { sync }] of this.#kinds)
      if (settings.kinds.has(kind))
        plans.set(kind, await sync.plan({ groups: own, scope, fromTrash: false, settings }));
    return plans;
  }

  /** What takes all of it away again. */
  async planEnding(): Promise<ValuePlans> {
    const plans = new Map<ValueKind, KindPlan>();
    for (const [kind, { sync }] of this.#kinds)
      plans.set(kind, await sync.plan({ groups: [], scope: null, fromTrash: true, settings: nothingWanted }));
    return plans;
  }

  /** What turns changes of ours back, where they still stand. Writes nothing. */
  async planReversal(kind: ValueKind, changes: ReadonlyMap<PhotoKey, ValueChange>): Promise<Reversal> {
    return this.#of(kind).sync.planReversal(changes);
  }

  /** Writes down what plans saw on the server. */
  accept(plans: ValuePlans): void {
    for (const [kind, plan] of plans) this.#of(kind).sync.accept(plan);
  }

  async apply(
    operation: ValueOperation,
    run: Run,
    wanted: WantedValues,
    wrote: (labels: number) => void,
  ): Promise<Outcome> {
    const kind = kindOfValues(operation);
    return this.#of(kind).writer.apply(operation, run, wanted.get(kind) ?? new Map(), wrote);
  }

  #of(kind: ValueKind): { readonly sync: ValueSync; readonly writer: ValueWriter } {
    const found = this.#kinds.get(kind);
    if (found === undefined) throw new Error(`no kind of label ${kind}`);
    return found;
  }
}

export function operationsOf(plans: ValuePlans): ValueOperation[] {
  return [...plans.values()].flatMap(({ operations }) => operations);
}

export function wantedOf(plans: ValuePlans): WantedValues {
  return new Map([...plans].map(([kind, { wanted }]) => [kind, wanted]));
}
