/* Desired minus actual for one tag: every state a label of ours can be in, and what holds for all of them. */
import fc from 'fast-check';
import t from 'tap';
import type { PhotoKey, SourceName } from '../../src/model.js';
import type { LabelState, OwnLabel } from '../../src/label-ports.js';
import { planTag, type TagPlan, type TagPlanInput } from '../../src/sync/tags/tag-plan.js';
import type { TagView } from '../../src/sync/tags/tag-view.js';

const source = 'home' as SourceName;
const name = 'possible-duplicate';
const keyOf = (n: number): PhotoKey => `immich:home:${n}` as PhotoKey;
const photo = keyOf(1);

function labelOf(key: PhotoKey, state: LabelState, signature = 'same'): OwnLabel {
  const what = { source, kind: 'tag' as const, name, photo: key, state, signature };
  return { ...what, tries: 1, baseline: 0, since: 0, operation: 1 };
}

const viewOf = (carriers: ReadonlySet<PhotoKey>): TagView => ({
  tagId: 'id',
  of: (key) => ({ carried: carriers.has(key), updatedAt: null }),
});

interface Case {
  readonly state: LabelState | null;
  readonly carried: boolean;
  /** Signature of the group that wants it; null = not wanted. */
  readonly wanted: string | null;
  readonly presence?: 'present' | 'trashed' | null;
  readonly fromTrash?: boolean;
  /** Days since the label reached its state. */
  readonly days?: number;
}

function planOf({
  state,
  carried,
  wanted,
  presence = 'present',
  fromTrash = false,
  days = 0,
}: Case): TagPlan {
  return planTag({
    source,
    name,
    desired: new Map(wanted === null ? [] : [[photo, wanted]]),
    own: state === null ? [] : [labelOf(photo, state)],
    allOwn: () => [],
    view: viewOf(new Set(carried ? [photo] : [])),
    photoOf: () => (presence === null ? null : { presence, library: null }),
    fromTrash,
    now: days * 24 * 3_600_000,
    probeLibraries: true,
  });
}

/** A plan in one word: what is written, then what the journal learns. */
function inShort(plan: TagPlan): string {
  const parts = [
    ...plan.operations.map(({ kind }) => kind),
    ...plan.observed.map(({ state }) => `now ${state}`),
    ...plan.forgotten.map(() => 'forget'),
    ...plan.refused.map(() => 'refused'),
    ...plan.waiting.map(() => 'wait'),
  ];
  return parts.join(', ') || 'nothing';
}

const table: readonly [string, Case, string][] = [
  ['wanted and not there', { state: null, carried: false, wanted: 'same' }, 'tag'],
  ["wanted, and a person's tag is there", { state: null, carried: true, wanted: 'same' }, 'nothing'],
  ["not wanted, a person's tag is there", { state: null, carried: true, wanted: null }, 'nothing'],

  [
    'verified, wanted, taken off by a person',
    { state: 'verified', carried: false, wanted: 'same' },
    'now by-hand',
  ],
  [
    'verified, taken off by a person, another group now',
    { state: 'verified', carried: false, wanted: 'other' },
    'now by-hand',
  ],
  ['verified and right', { state: 'verified', carried: true, wanted: 'same' }, 'nothing'],
  ['verified, right, group has grown', { state: 'verified', carried: true, wanted: 'other' }, 'now verified'],
  ['verified, not wanted any more', { state: 'verified', carried: true, wanted: null }, 'untag'],
  [
    'verified, not wanted, in the trash',
    { state: 'verified', carried: true, wanted: null, presence: 'trashed' },
    'nothing',
  ],
  [
    'verified, in the trash, everything is undone',
    { state: 'verified', carried: true, wanted: null, presence: 'trashed', fromTrash: true },
    'untag',
  ],
  ['verified, not wanted, off already', { state: 'verified', carried: false, wanted: null }, 'now by-hand'],
  [
    'verified, its photo is not there (it may come back)',
    { state: 'verified', carried: false, wanted: null, presence: null },
    'nothing',
  ],

  ['by hand, same group', { state: 'by-hand', carried: false, wanted: 'same' }, 'nothing'],
  ['by hand, another group', { state: 'by-hand', carried: false, wanted: 'other' }, 'tag, forget'],
  ['by hand, a person put it back', { state: 'by-hand', carried: true, wanted: 'same' }, 'forget'],
  ['by hand, a person put it back, not wanted', { state: 'by-hand', carried: true, wanted: null }, 'forget'],
  ['by hand, not wanted', { state: 'by-hand', carried: false, wanted: null }, 'nothing'],

  ['pending, did not arrive', { state: 'pending', carried: false, wanted: 'same' }, 'tag, forget'],
  ['pending, did arrive', { state: 'pending', carried: true, wanted: 'same' }, 'now written'],
  ['pending, did arrive, not wanted any more', { state: 'pending', carried: true, wanted: null }, 'untag'],
  ['pending, did not arrive, not wanted', { state: 'pending', carried: false, wanted: null }, 'forget'],

  ...(['written', 'seen'] as const).flatMap((state): [string, Case, string][] => [
    [`${state}, on its way`, { state, carried: false, wanted: 'same' }, 'nothing'],
    [`${state}, there`, { state, carried: true, wanted: 'same' }, 'nothing'],
    [`${state}, there, not wanted any more`, { state, carried: true, wanted: null }, 'wait'],
    [`${state}, not there, not wanted any more`, { state, carried: false, wanted: null }, 'wait'],
  ]),

  ['on its way off, still there', { state: 'removing', carried: true, wanted: null }, 'nothing'],
  ['on its way off, wanted again', { state: 'removing', carried: false, wanted: 'same' }, 'wait'],
  ['refused', { state: 'refused', carried: false, wanted: 'same' }, 'refused'],
  ['refused for six days', { state: 'refused', carried: false, wanted: 'same', days: 6 }, 'refused'],
  ['refused a week ago', { state: 'refused', carried: false, wanted: 'same', days: 7 }, 'tag, forget'],
  ['refused, not wanted any more', { state: 'refused', carried: false, wanted: null }, 'forget'],
];

void t.test('every state of a label of ours', (t) => {
  for (const [what, situation, expected] of table) t.equal(inShort(planOf(situation)), expected, what);
  t.end();
});

void t.test('photos that were not looked at are left out', (t) => {
  const plan = planTag({
    source,
    name,
    desired: new Map([[keyOf(1), 'a']]),
    own: [labelOf(keyOf(2), 'verified')],
    allOwn: () => [],
    view: { tagId: 'id', of: () => undefined },
    photoOf: () => ({ presence: 'present', library: null }),
    fromTrash: false,
    now: 0,
    probeLibraries: true,
  });
  t.equal(inShort(plan), 'nothing');
  t.end();
});

void t.test('untagging comes before tagging', (t) => {
  const plan = planTag({
    source,
    name,
    desired: new Map([[keyOf(1), 'a']]),
    own: [labelOf(keyOf(2), 'verified')],
    allOwn: () => [],
    view: viewOf(new Set([keyOf(2)])),
    photoOf: () => ({ presence: 'present', library: null }),
    fromTrash: false,
    now: 0,
    probeLibraries: true,
  });
  t.same(
    plan.operations.map(({ kind }) => kind),
    ['untag', 'tag'],
  );
  t.end();
});

const states: readonly LabelState[] = [
  'pending',
  'written',
  'seen',
  'verified',
  'removing',
  'by-hand',
  'refused',
];

interface World {
  readonly desired: Map<PhotoKey, string>;
  own: Map<PhotoKey, OwnLabel>;
  readonly carriers: Set<PhotoKey>;
  readonly libraries: Map<PhotoKey, string | null>;
  readonly trashed: Set<PhotoKey>;
}

const anyPhoto = fc.record({
  state: fc.option(fc.constantFrom(...states)),
  carried: fc.boolean(),
  wanted: fc.option(fc.constantFrom('same', 'other')),
  library: fc.constantFrom(null, null, 'a', 'b'),
  trashed: fc.boolean(),
});

const anyWorld = fc.array(anyPhoto, { maxLength: 12 }).map((photos): World => {
  const keyed = photos.map((one, n) => ({ ...one, key: keyOf(n) }));
  return {
    desired: new Map(keyed.flatMap(({ key, wanted }) => (wanted === null ? [] : [[key, wanted] as const]))),
    own: new Map(
      keyed.flatMap(({ key, state }) => (state === null ? [] : [[key, labelOf(key, state)] as const])),
    ),
    carriers: new Set(keyed.filter(({ carried }) => carried).map(({ key }) => key)),
    libraries: new Map(keyed.map(({ key, library }) => [key, library])),
    trashed: new Set(keyed.filter(({ trashed }) => trashed).map(({ key }) => key)),
  };
});

function planIn(world: World): TagPlan {
  const input: TagPlanInput = {
    source,
    name,
    desired: world.desired,
    own: [...world.own.values()],
    allOwn: () => [...world.own.values()],
    view: viewOf(world.carriers),
    photoOf: (key) => ({
      presence: world.trashed.has(key) ? 'trashed' : 'present',
      library: world.libraries.get(key) ?? null,
    }),
    fromTrash: false,
    now: 0,
    probeLibraries: true,
  };
  return planTag(input);
}

/** Applies the plan to a server that keeps what it is told, and lets it settle. */
function applyPlan(world: World, plan: TagPlan): void {
  for (const label of plan.forgotten) world.own.delete(label.photo);
  for (const label of plan.observed) world.own.set(label.photo, label);
  for (const { kind, photos } of plan.operations)
    for (const key of photos) {
      if (kind === 'tag') world.carriers.add(key);
      else world.carriers.delete(key);
      world.own.set(
        key,
        labelOf(key, kind === 'tag' ? 'written' : 'removing', world.desired.get(key) ?? 'same'),
      );
    }
  for (const label of world.own.values()) {
    const carried = world.carriers.has(label.photo);
    if (label.state === 'written' || label.state === 'seen')
      world.own.set(label.photo, { ...label, state: carried ? 'verified' : 'refused' });
    else if (label.state === 'removing' && !carried) world.own.delete(label.photo);
    else if (label.state === 'removing') world.own.set(label.photo, { ...label, state: 'verified' });
  }
}

void t.test('after plans were applied there is nothing left to do', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      // Labels that are on their way, and libraries that are tried with one photo first, take a round each.
      let plan = planIn(world);
      for (let round = 0; round < 5; round++) {
        applyPlan(world, plan);
        plan = planIn(world);
      }
      return inShort({ ...plan, refused: [] }) === 'nothing';
    }),
    { numRuns: 2000 },
  );
  t.end();
});

void t.test('only labels of ours are taken off, and none that is wanted', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const off = planIn(world).operations.filter(({ kind }) => kind === 'untag');
      return off
        .flatMap(({ photos }) => photos)
        .every((key) => {
          const state = world.own.get(key)?.state ?? 'by-hand';
          return (
            world.carriers.has(key) && !world.desired.has(key) && ['pending', 'verified'].includes(state)
          );
        });
    }),
    { numRuns: 2000 },
  );
  t.end();
});

void t.test('nothing is put back that a person took off, and nothing twice', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const on = planIn(world).operations.filter(({ kind }) => kind === 'tag');
      const keys = on.flatMap(({ photos }) => photos);
      return keys.every((key) => {
        const own = world.own.get(key);
        const dismissed =
          own?.state === 'verified' || (own?.state === 'by-hand' && world.desired.get(key) === own.signature);
        return world.desired.has(key) && !world.carriers.has(key) && !dismissed;
      });
    }),
    { numRuns: 2000 },
  );
  t.end();
});

void t.test('an unknown library is tried with one photo at a time', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const known = [...world.own.values()].filter(({ state }) => ['verified', 'by-hand'].includes(state));
      const good = new Set(known.map((label) => world.libraries.get(label.photo)));
      const on = planIn(world).operations.filter(({ kind }) => kind === 'tag');
      const tried = on.flatMap(({ photos }) => photos.map((key) => world.libraries.get(key) ?? null));
      return ['a', 'b'].every(
        (library) => good.has(library) || tried.filter((one) => one === library).length <= 1,
      );
    }),
    { numRuns: 2000 },
  );
  t.end();
});
