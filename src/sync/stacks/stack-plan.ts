import type { LabelValue, MadeThing, ValueChange } from '../../label-ports.js';
import type { StackRef } from '../../target-ports.js';
import type { PhotoKey, SourceName } from '../../model.js';
import { groupName } from '../desired.js';
import type { StackOperation } from '../operation.js';
import type { ValueStep } from '../values/value-plan.js';

/** A stack of ours as it is now. */
export interface StandingStack {
  readonly made: MadeThing;
  readonly ref: StackRef;
  /** Photos in it that we put there. */
  readonly mine: ReadonlySet<PhotoKey>;
}

export interface StackPlanInput {
  readonly source: SourceName;
  /** By the number of their group. */
  readonly standing: ReadonlyMap<string, StandingStack>;
  /** Photos that change, with the number of the stack that they come from and go to. */
  readonly steps: readonly ValueStep[];
  /** For each stack whose lead may have to change: its photos, best first. */
  readonly order: ReadonlyMap<string, readonly PhotoKey[]>;
}

export interface StackPlan {
  readonly operations: readonly StackOperation[];
  /** Photos in stacks that hold photos of somebody else's choice: such a stack is not taken apart. */
  readonly abandoned: readonly PhotoKey[];
}

/** What one stack loses, gets and keeps. */
interface Change {
  readonly name: string;
  readonly now: StandingStack | null;
  readonly stay: readonly PhotoKey[];
  readonly leave: readonly ValueStep[];
  readonly add: readonly ValueStep[];
  readonly order: readonly PhotoKey[];
}

/** Turns changes of photos into changes of stacks. Pure; nothing to change gives no operation. */
export function planStacks(input: StackPlanInput): StackPlan {
  const changes = changesOf(input);
  const endings: StackEnding[] = [];
  const removals: StackOperation[] = [];
  const abandoned = new Set<PhotoKey>();
  const over = new Set<string>();
  for (const change of changes) {
    const { name, now, stay, leave, add } = change;
    if (leave.length === 0 || now === null || goesInto(change) !== null) continue;
    const others = now.ref.count - now.mine.size;
    if (stay.length > 0 && stay.length + add.length + others > 1) {
      removals.push(removalOf(input.source, change, now.ref));
      continue;
    }
    over.add(name);
    if (others > 0) for (const photo of now.mine) abandoned.add(photo);
    else endings.push({ name, stackId: now.ref.id, photos: sorted([...now.mine], [now.ref.lead]) });
  }
  const additions = changes.flatMap((change) => {
    const add = change.add.filter(({ photo }) => !abandoned.has(photo));
    return additionOf(
      input.source,
      over.has(change.name) ? { ...change, now: null, add } : { ...change, add },
    );
  });
  const operations = [...dissolving(input.source, endings), ...removals, ...additions];
  return { operations, abandoned: [...abandoned] };
}

type StackEnding = Extract<StackOperation, { kind: 'delete-stacks' }>['stacks'][number];

function dissolving(source: SourceName, stacks: readonly StackEnding[]): StackOperation[] {
  if (stacks.length === 0) return [];
  const photos = stacks.flatMap((stack) => stack.photos);
  const changes = stacks.flatMap(({ name, photos: some }) => some.map(() => ({ from: name, to: null })));
  return [{ kind: 'delete-stacks', source, name: 'stacks', photos, changes, stacks }];
}

function changesOf({ standing, steps, order }: StackPlanInput): Change[] {
  const names = new Set<string>(order.keys());
  for (const { from, to } of steps) for (const name of [from, to]) if (name !== null) names.add(name);
  const going = new Map(steps.map((step) => [step.photo, step]));
  return [...names].map((name) => {
    const now = standing.get(name) ?? null;
    const mine = [...(now?.mine ?? [])];
    return {
      ...{ name, now },
      stay: mine.filter((photo) => !going.has(photo)),
      leave: mine.flatMap((photo) => going.get(photo) ?? []),
      add: steps.filter(({ to }) => to === name),
      order: order.get(name) ?? steps.map(({ photo }) => photo),
    };
  });
}

/** The stack that swallows this one with all that it holds; null when none does. */
function goesInto({ now, stay, leave }: Change): LabelValue {
  const [first] = leave;
  if (now === null || first === undefined || first.to === null || stay.length > 0) return null;
  const isWhole = now.ref.count === now.mine.size && leave.every(({ to }) => to === first.to);
  return isWhole ? first.to : null;
}

function removalOf(source: SourceName, change: Change, ref: StackRef): StackOperation {
  const photos = change.leave.map(({ photo }) => photo);
  const leads = photos.includes(ref.lead) ? sorted(change.stay, change.order) : [];
  return {
    ...{ kind: 'remove-from-stack', source, name: title(change.name), photos, stackId: ref.id },
    changes: photos.map(() => ({ from: change.name, to: null })),
    stack: change.name,
    lead: leads[0] === undefined ? null : { from: ref.lead, to: leads[0] },
  };
}

function additionOf(source: SourceName, { name, now, stay, leave, add, order }: Change): StackOperation[] {
  const is = { source, name: title(name), stack: name };
  const photos = sorted(
    add.map(({ photo }) => photo),
    order,
  );
  const byPhoto = new Map(add.map((step) => [step.photo, plain(step)]));
  const changes = photos.flatMap((photo) => byPhoto.get(photo) ?? []);
  if (now === null) return photos.length < 2 ? [] : [{ kind: 'create-stack', ...is, photos, changes }];
  const all = sorted([...stay, ...photos], order);
  const { ref, made } = now;
  if (photos.length > 0 && all.length > 1) {
    const [first = ref.lead] = all;
    const others = leave.some(({ photo }) => photo === ref.lead) ? [] : [ref.lead];
    const lead = first === ref.lead ? null : { from: ref.lead, to: first };
    const whole = [...new Set([...all, ...others])];
    return [{ kind: 'add-to-stack', ...is, photos, changes, stackId: ref.id, all: whole, lead }];
  }
  const [lead] = all;
  // A lead that is not the one that we chose is somebody's choice, unless ours is there no more.
  const isTheirs = ref.lead !== made.version && ref.members.has(made.version as PhotoKey);
  const isSettled = leave.some(({ photo }) => photo === ref.lead);
  if (lead === undefined || lead === ref.lead || isSettled) return [];
  if (isTheirs && lead === made.version) return [];
  const change = { from: ref.lead, to: lead };
  return [{ kind: 'lead-stack', ...is, photos: [lead], changes: [change], stackId: ref.id }];
}

function plain({ from, to }: ValueStep): ValueChange {
  return { from, to };
}

/** Those of the order first, in it. */
function sorted(photos: readonly PhotoKey[], order: readonly PhotoKey[]): PhotoKey[] {
  const place = new Map(order.map((photo, at) => [photo, at]));
  const rank = (photo: PhotoKey): number => place.get(photo) ?? order.length;
  return [...photos].sort((a, b) => rank(a) - rank(b));
}

function title(number: string): string {
  return groupName('Similar-', Number(number));
}

/** What `title` was made of. */
export function numberOf(name: string): string {
  return String(Number(/\d+$/u.exec(name)?.[0] ?? NaN));
}
