import type { LabelValue, MadeThing, ValueChange, ValueLabel } from '../../label-ports.js';
import type { Member, PhotoKey } from '../../model.js';
import type { StackOperation } from '../operation.js';
import { numberOf, planStacks, type StandingStack } from './stack-plan.js';
import { viewStacks, type StackView } from './stack-view.js';
import type { SyncParts } from '../sync-parts.js';
import type { OwnGroup } from '../own-groups.js';
import { planValues, type ValuePlan, type ValueStep, type WantedValue } from '../values/value-plan.js';

/** What is planned of stacks. */
export interface StacksPlan extends ValuePlan {
  readonly wanted: ReadonlyMap<PhotoKey, WantedValue>;
  readonly operations: readonly StackOperation[];
  /** Stacks as they are, where the journal did not know yet. */
  readonly found: readonly MadeThing[];
  /** Stacks of ours that are there no more. */
  readonly lost: readonly MadeThing[];
  readonly notes: readonly string[];
}

export interface StacksReversal {
  readonly operations: readonly StackOperation[];
  readonly changedSince: number;
}

/** Stacks of one account, one per group, known by the id that the journal keeps: reads and plans. `StackWriter` writes. */
export class StackSync {
  readonly #parts: SyncParts;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** Compares what should be with what is. Who has and wants no stack needs no permission to read them. Writes nothing. */
  async plan(
    groups: readonly OwnGroup[],
    scope: ReadonlySet<PhotoKey> | null,
    fromTrash: boolean,
  ): Promise<StacksPlan> {
    const { journal, target, photoOf, clock } = this.#parts;
    const members = groups.flatMap(({ group }) => group.members.map(({ key }) => key));
    const looked = scope === null ? undefined : new Set([...scope, ...members]);
    const { wanted, order } = wantedStacks(groups);
    const own = this.#withMates(journal.values(target.source, 'stack', looked), order.keys());
    const made = journal.made(target.source, 'stack');
    if (own.length + wanted.size + (scope === null ? made.length : 0) === 0) return nothing;
    const keys = new Set([...wanted.keys(), ...own.map(({ photo }) => photo)]);
    const view = await viewStacks(this.#parts, own, scope === null ? null : keys);
    const actual = this.#actual(view, fromTrash);
    const plan = planValues({
      ...{ wanted, own, actual, fromTrash, foreign: 'leave', stays: false, settles: false },
      pendingChange: (label) =>
        journal.changeOf(label.operation, label.photo) ?? { from: label.before, to: label.value },
      presence: (key) => photoOf(key)?.presence ?? null,
      now: clock.now(),
    });
    const standing = this.#standing(view, own, plan, actual);
    const { operations, abandoned } = planStacks({
      source: target.source,
      standing,
      steps: [...plan.set, ...plan.restore],
      order,
    });
    const given = new Set(abandoned);
    return {
      ...{ ...plan, wanted, operations, found: foundIn(view) },
      forgotten: [...plan.forgotten, ...own.filter(({ photo }) => given.has(photo))],
      lost: scope === null ? made.filter(({ name }) => !view.ours.has(name)) : [],
      notes: [
        ...noteOf(plan.left.length, 'in stacks that are not ours: those are left as they are'),
        ...noteOf(
          abandoned.length,
          'in stacks of ours that hold photos that somebody added: left as they are',
        ),
      ],
    };
  }

  /** What turns changes of ours back, where they still stand. `leads` are the photos that led, by the name of the stack. */
  async planReversal(
    changes: ReadonlyMap<PhotoKey, ValueChange>,
    leads: ReadonlyMap<string, ValueChange>,
  ): Promise<StacksReversal> {
    const { journal, target, photoOf } = this.#parts;
    const own = journal.values(target.source, 'stack');
    const view = await viewStacks(this.#parts, own, null);
    const actual = this.#actual(view, false);
    const steps: ValueStep[] = [];
    let changedSince = 0;
    for (const [photo, { from, to }] of changes) {
      const now = actual(photo);
      if (photoOf(photo) === null || now === undefined || now === from) continue;
      if (now === to) steps.push({ photo, from: to, to: from });
      else changedSince++;
    }
    const standing = this.#standing(view, own, { observed: [], forgotten: [] }, actual);
    const order = new Map<string, readonly PhotoKey[]>();
    for (const [name, { from, to }] of leads) {
      const number = numberOf(name);
      const stack = standing.get(number);
      if (stack?.ref.lead === to && stack.ref.members.has(from as PhotoKey))
        order.set(number, [from as PhotoKey, ...stack.mine]);
    }
    const { operations, abandoned } = planStacks({ source: target.source, standing, steps, order });
    return { operations, changedSince: changedSince + abandoned.length };
  }

  /** Writes down what the plan saw on the server. */
  accept({ observed, forgotten, found, lost }: StacksPlan): void {
    const { journal, clock } = this.#parts;
    const since = clock.now();
    journal.together(() => {
      journal.forget(forgotten);
      journal.put(observed.map((label) => ({ ...label, since })));
      for (const thing of found) journal.putMade(thing);
      for (const thing of lost) journal.forgetMade(thing);
    });
  }

  /** A stack is looked at as a whole. */
  #withMates(own: readonly ValueLabel[], wanted: Iterable<string>): readonly ValueLabel[] {
    const { journal, target } = this.#parts;
    const names = new Set([...own.map(({ value }) => value), ...wanted]);
    if (names.size === 0) return own;
    const here = new Set(own.map(({ photo }) => photo));
    return journal
      .values(target.source, 'stack')
      .filter((label) => names.has(label.value) || here.has(label.photo));
  }

  /** Immich does not tell in which stack a photo in the trash is: it sleeps until it comes back. */
  #actual(view: StackView, fromTrash: boolean): (key: PhotoKey) => LabelValue | undefined {
    const { photoOf, journal, target } = this.#parts;
    return (key) => {
      const presence = photoOf(key)?.presence;
      if (presence === 'present') return view.of(key);
      if (presence === undefined || !fromTrash) return undefined;
      const [label] = journal.values(target.source, 'stack', [key]);
      return label !== undefined && view.ours.has(label.value) ? undefined : null;
    };
  }

  #standing(
    view: StackView,
    own: readonly ValueLabel[],
    { observed, forgotten }: Pick<ValuePlan, 'observed' | 'forgotten'>,
    actual: (key: PhotoKey) => LabelValue | undefined,
  ): Map<string, StandingStack> {
    const over = new Set(forgotten.map(({ photo }) => photo));
    const now = new Map([...own, ...observed].map((label) => [label.photo, label]));
    const mine = [...now.values()].filter(
      ({ photo, state, value }) => !over.has(photo) && state === 'verified' && actual(photo) === value,
    );
    return new Map(
      [...view.ours].map(([name, { made, ref }]) => {
        const photos = mine.filter(({ value }) => value === name).map(({ photo }) => photo);
        return [name, { made, ref, mine: new Set(photos) }];
      }),
    );
  }
}

const nothing: StacksPlan = {
  ...{ wanted: new Map(), operations: [], set: [], restore: [], observed: [], forgotten: [], left: [] },
  ...{ found: [], lost: [], notes: [] },
};

/** At least two photos of the account make a stack, its keeper on top. */
function wantedStacks(groups: readonly OwnGroup[]): {
  readonly wanted: Map<PhotoKey, WantedValue>;
  readonly order: Map<string, readonly PhotoKey[]>;
} {
  const wanted = new Map<PhotoKey, WantedValue>();
  const order = new Map<string, readonly PhotoKey[]>();
  for (const { group, own, signature } of groups) {
    if (own.length < 2) continue;
    const value = String(group.number);
    const isExtra = ({ role }: Member): number => Number(role === 'extra');
    const photos = [...own].sort((a, b) => isExtra(a) - isExtra(b)).map(({ key }) => key);
    for (const key of photos) wanted.set(key, { value, name: value, signature });
    order.set(value, photos);
  }
  return { wanted, order };
}

function foundIn({ ours }: StackView): MadeThing[] {
  return [...ours.values()].flatMap(({ made, ref }) =>
    made.serverId === null ? [{ ...made, serverId: ref.id, version: ref.lead }] : [],
  );
}

function noteOf(photos: number, where: string): string[] {
  return photos === 0 ? [] : [`${photos} ${photos === 1 ? 'photo is' : 'photos are'} ${where}`];
}
