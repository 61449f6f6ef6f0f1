import {
  settlingKinds,
  type LabelValue,
  type OwnLabel,
  type ValueChange,
  type ValueLabel,
} from '../../label-ports.js';
import type { PhotoKey } from '../../model.js';
import type { ValueOperation } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';
import { sortByLibrary } from '../tags/tag-plan.js';
import { planValues, type ValuePlan, type ValueStep, type WantedValue } from './value-plan.js';
import type { OwnGroup } from '../own-groups.js';
import type { NotCarried, RunChange, ValueRules, ValueWorld } from './value-kind.js';

/** What is planned of one kind, and what it was planned for. */
export interface KindPlan extends ValuePlan {
  readonly wanted: ReadonlyMap<PhotoKey, WantedValue>;
  readonly operations: readonly ValueOperation[];
  /** Photos that wait for a probe of their library. */
  readonly waiting: readonly PhotoKey[];
  /** Photos in libraries that do not keep such a value, those that showed it included. */
  readonly refused: readonly PhotoKey[];
  readonly notCarried: readonly NotCarried[];
}

/** What turns changes back. */
export interface Reversal {
  readonly operations: readonly ValueOperation[];
  /** Photos whose value is neither what we made of it nor what it was before. */
  readonly changedSince: number;
}

export interface ValuePlanOptions {
  readonly groups: readonly OwnGroup[];
  /** Photos to look at; null = all. */
  readonly scope: ReadonlySet<PhotoKey> | null;
  readonly fromTrash: boolean;
  /** Photos that another kind of label has the say of. */
  readonly except?: ReadonlySet<PhotoKey>;
  /** Plan at most one photo of each external library that is not known to keep such values. */
  readonly probeLibraries: boolean;
  readonly settings: ValueWorld['settings'];
}

/** One kind of label that is a value, in one account: reads and plans. `ValueWriter` writes. */
export class ValueSync {
  readonly rules: ValueRules;
  readonly #parts: SyncParts;

  constructor(rules: ValueRules, parts: SyncParts) {
    this.rules = rules;
    this.#parts = parts;
  }

  /** Compares what should be with what the index and the journal say; where those differ, with the server. Writes nothing. */
  async plan(options: ValuePlanOptions): Promise<KindPlan> {
    const { groups, scope, fromTrash, settings, except } = options;
    const { journal, target, photoOf, clock } = this.#parts;
    const { kind, foreign, stays, settles } = this.rules;
    const members = groups.flatMap(({ group }) => group.members.map(({ key }) => key));
    // A group is looked at as a whole: what one of its photos gets hangs on the others.
    const looked = scope === null ? undefined : new Set([...scope, ...members]);
    const own = journal
      .values(target.source, kind, looked)
      .filter(({ photo }) => except?.has(photo) !== true);
    const actual = await this.#read(own);
    const owner = `${journal.instance} ${target.source}`;
    const known = new Map(own.map((label) => [label.photo, label]));
    const world = { groups, actual, own: known, owner, settings, photoOf };
    const wanted = this.rules.wanted(world);
    for (const key of except ?? []) wanted.delete(key);
    const plan = planValues({
      ...{ wanted, own, actual, foreign, fromTrash },
      ...{ stays: stays === true && !fromTrash, settles: settles === true },
      pendingChange: (label) => this.#changeOf(label),
      presence: (key) => photoOf(key)?.presence ?? null,
      now: clock.now(),
    });
    const { now, refused: untried, later } = this.#byLibrary(plan, options);
    const tried = own.filter(
      (label) => label.state === 'refused' && wanted.has(label.photo) && !plan.forgotten.includes(label),
    );
    const refused = [...untried, ...tried.map(({ photo }) => photo)];
    const set = plan.set.filter(({ photo }) => now.has(photo));
    return {
      ...{ ...plan, set, wanted, refused, waiting: later },
      operations: this.#operations({ ...plan, set }, wanted),
      notCarried: [...(this.rules.notCarried?.(world) ?? []), ...this.#refusedOf(refused, wanted)],
    };
  }

  #refusedOf(refused: readonly PhotoKey[], wanted: ReadonlyMap<PhotoKey, WantedValue>): NotCarried[] {
    const why = 'the library of the photo that is kept does not keep it';
    const { kind } = this.rules;
    return refused.flatMap((keeper) =>
      (wanted.get(keeper)?.extras ?? []).map((extra) => ({ extra, keeper, what: kind, why })),
    );
  }

  /** A library on a read-only folder does not keep what goes through files: one photo shows it for all. */
  #byLibrary(
    { set }: ValuePlan,
    { probeLibraries }: ValuePlanOptions,
  ): { now: ReadonlySet<PhotoKey>; refused: readonly PhotoKey[]; later: readonly PhotoKey[] } {
    const keys = set.map(({ photo }) => photo);
    if (this.rules.settles !== true) return { now: new Set(keys), refused: [], later: [] };
    const { journal, target, photoOf, clock } = this.#parts;
    const kinds = [...settlingKinds, 'tag'] as const;
    const allOwn = (): readonly OwnLabel[] => kinds.flatMap((kind) => journal.labels(target.source, kind));
    const sorted = sortByLibrary(keys, { photoOf, allOwn, probeLibraries, now: clock.now() });
    return { ...sorted, now: new Set(sorted.now) };
  }

  /** What turns changes of ours back, where they still stand. Writes nothing. */
  async planReversal(changes: ReadonlyMap<PhotoKey, RunChange>): Promise<Reversal> {
    const { journal, target, photoOf } = this.#parts;
    const own = journal.values(target.source, this.rules.kind, changes.keys());
    const before = new Map(own.map((label) => [label.photo, label.before]));
    const actual = await this.#read(own);
    const putOn: ValueStep[] = [];
    const takeOff: ValueStep[] = [];
    let changedSince = 0;
    const standing = new Set(own.filter(isStanding).map(({ photo }) => photo));
    for (const [photo, { from, to, leavesOurs }] of changes) {
      const now = actual(photo);
      if (photoOf(photo) === null || now === undefined || now === from) continue;
      // What was taken back already, or by a person, and is there again is a person's.
      if (now !== to || (leavesOurs && !standing.has(photo))) changedSince++;
      else if (from === null || before.get(photo) === from) takeOff.push({ photo, from: to, to: from });
      else putOn.push({ photo, from: to, to: from });
    }
    const { kind } = this.rules;
    const operations = [
      ...this.#operationOf('take-off', kind, takeOff),
      ...this.#operationOf('put-on', kind, putOn),
    ];
    return { operations, changedSince };
  }

  /** Writes down what the plan saw on the server. */
  accept({ observed, forgotten }: ValuePlan): void {
    const { journal, clock, photoOf } = this.#parts;
    const since = clock.now();
    const read = (label: ValueLabel): number => photoOf(label.photo)?.updatedAt ?? label.baseline;
    journal.together(() => {
      journal.forget(forgotten);
      journal.put(observed.map((label) => ({ ...label, baseline: read(label), since })));
    });
  }

  /**
   * What is there. The index tells, once it has read the photo after our last write; where it contradicts the journal, or a
   * write may or may not have arrived, the server is asked for the photo itself.
   */
  async #read(own: readonly ValueLabel[]): Promise<(key: PhotoKey) => LabelValue | undefined> {
    const { photoOf, target } = this.#parts;
    const { read, ask } = this.rules;
    const values = new Map(own.map(({ photo, value }) => [photo, value]));
    const asOurs = <T extends LabelValue | undefined>(key: PhotoKey, now: T): T | string =>
      this.#asOurs(values.get(key), now);
    const indexed = (key: PhotoKey): LabelValue | undefined => {
      if (read === null) return photoOf(key) === null ? undefined : null;
      const marks = photoOf(key)?.marks;
      return marks == null ? undefined : asOurs(key, read(marks));
    };
    const known = new Map<PhotoKey, LabelValue | undefined>();
    const doubtful: PhotoKey[] = [];
    for (const { photo, state, value, baseline } of own) {
      const now = indexed(photo);
      if (photoOf(photo) === null || state === 'refused') continue;
      const isAsWritten = read === null || photoOf(photo)?.updatedAt === baseline;
      if (state === 'verified' && isAsWritten) known.set(photo, value);
      else if (state === 'pending' || (state === 'verified' ? now !== value : now === value))
        doubtful.push(photo);
    }
    await Promise.all(
      doubtful.map(async (photo) => {
        known.set(photo, asOurs(photo, await ask(target, photo)));
      }),
    );
    return (key) => (known.has(key) ? known.get(key) : indexed(key));
  }

  #asOurs<T extends LabelValue | undefined>(value: string | undefined, now: T): T | string {
    if (value === undefined || typeof now !== 'string') return now;
    return this.rules.isSame?.(value, now) === true ? value : now;
  }

  #changeOf(label: ValueLabel): ValueChange {
    const change = this.#parts.journal.changeOf(label.operation, label.photo);
    return change ?? { from: label.before, to: label.value };
  }

  #operations(
    { set, restore }: Pick<ValuePlan, 'set' | 'restore'>,
    wanted: ReadonlyMap<PhotoKey, WantedValue>,
  ): ValueOperation[] {
    const { kind, stays } = this.rules;
    const from = (photos: readonly PhotoKey[]): Pick<ValueOperation, 'extras'> =>
      stays === true ? { extras: photos.map((photo) => wanted.get(photo)?.extras ?? []) } : {};
    const names = new Map<string, ValueStep[]>();
    for (const { name, ...step } of set) names.set(name, [...(names.get(name) ?? []), step]);
    return [
      ...this.#operationOf('take-off', kind, restore),
      ...[...names].flatMap(([name, steps]) =>
        this.#operationOf('put-on', name, steps).map((one) => ({ ...one, ...from(one.photos) })),
      ),
    ];
  }

  /** None where there is nothing to do. */
  #operationOf(verb: 'put-on' | 'take-off', name: string, steps: readonly ValueStep[]): ValueOperation[] {
    if (steps.length === 0) return [];
    const photos = steps.map(({ photo }) => photo);
    const changes = steps.map(({ from, to }) => ({ from, to }));
    const { source } = this.#parts.target;
    return [{ kind: `${verb}-${this.rules.kind}` as const, source, name, photos, changes }];
  }
}

function isStanding({ state }: ValueLabel): boolean {
  return state !== 'by-hand' && state !== 'refused';
}
