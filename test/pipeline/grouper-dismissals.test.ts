/* Groups when a person said which photos are no duplicates of each other. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { keepRuleNames, type Photo, type PhotoKey, type Revision, type SourceName } from '../../src/model.js';
import { Dismissed } from '../../src/pipeline/groups/dismissed.js';
import { Grouper } from '../../src/pipeline/groups/grouper.js';
import type { Dismissal } from '../../src/store-ports.js';
import type { State } from '../../src/state/open-state.js';
import { LinkWorld, pixelsAgree } from '../support/link-world.js';
import { inFolder, madePhoto, onServer, realmOf, sha1Of } from '../support/made-photo.js';
import { tempState, tempStates, type TempState } from '../support/temp-state.js';

async function regroupIn(world: LinkWorld, state: State): Promise<readonly PhotoKey[]> {
  const rules = { alike: pixelsAgree, keep: keepRuleNames, threshold: 12, sources: ['home' as SourceName] };
  return (await new Grouper({ ...state, neighbours: world.neighbours(state), ...rules }).run()).regrouped;
}

/** `7: a b c`, keeper first. */
const shown = (state: State): string[] =>
  state.groups
    .groups()
    .map(({ number, members }) => `${number}: ${members.map(({ key }) => key.split(':')[2]).join(' ')}`);

function pairOf(state: State, a: PhotoKey, b: PhotoKey): Omit<Dismissal, 'at'> {
  const of = (key: PhotoKey): Dismissal['pair'][0] => {
    const { sha1, name } = state.photos.get(key) ?? { sha1: null, name: '' };
    return { key, sha1, name };
  };
  return { pair: [of(a), of(b)], group: null };
}

interface Bench {
  readonly temp: TempState;
  readonly world: LinkWorld;
  readonly arrive: (...photos: (string | Photo)[]) => Promise<void>;
  /** Each word is a pair of photos. */
  readonly dismiss: (...pairs: string[]) => Promise<readonly PhotoKey[]>;
  readonly forget: (...pairs: string[]) => Promise<void>;
  readonly regroup: () => Promise<readonly PhotoKey[]>;
  readonly groups: () => string[];
}

/** All photos look alike unless `links` says which do. */
async function bench(t: Test, links?: readonly string[]): Promise<Bench> {
  const temp = await tempState(t);
  const world = new LinkWorld();
  const seen = new Set<PhotoKey>();
  for (const [a = '', b = ''] of links ?? []) world.link(onServer(a), onServer(b));
  const pairsOf = (pairs: readonly string[]): Omit<Dismissal, 'at'>[] =>
    pairs.map(([a = '', b = '']) => pairOf(temp.state(), onServer(a), onServer(b)));
  return {
    temp,
    world,
    groups: () => shown(temp.state()),
    regroup: () => regroupIn(world, temp.state()),
    dismiss: (...pairs) => {
      temp.state().dismissals.add(pairsOf(pairs));
      return regroupIn(world, temp.state());
    },
    forget: async (...pairs) => {
      temp.state().dismissals.forget(pairsOf(pairs).map((one) => ({ ...one, at: 0 })));
      await regroupIn(world, temp.state());
    },
    arrive: async (...photos) => {
      for (const one of photos) {
        const photo = typeof one === 'string' ? madePhoto(onServer(one)) : one;
        if (links === undefined) for (const other of seen) world.link(other, photo.key);
        world.arrive(temp.state(), photo, seen);
        seen.add(photo.key);
      }
      await regroupIn(world, temp.state());
    },
  };
}

const photoOf = (id: string, facts: Partial<Photo> = {}): Photo => madePhoto(onServer(id), facts);

void t.test(
  'a dismissed extra leaves its group; taken back, it is there again under the number',
  async (t) => {
    const { arrive, dismiss, forget, groups } = await bench(t);
    await arrive('a', 'b', 'c');
    t.same([...(await dismiss('ac'))].sort(), ['a', 'b', 'c'].map(onServer));
    t.same(groups(), ['1: a b']);
    await forget('ac');
    t.same(groups(), ['1: a b c']);
  },
);

void t.test('a group of two ends, and stays ended after a restart and under another threshold', async (t) => {
  const { arrive, dismiss, groups, temp, regroup } = await bench(t);
  await arrive('a', 'b');
  await dismiss('ab');
  t.same(groups(), []);
  const state = await temp.reopen();
  await regroup();
  t.same(groups(), []);
  state.groups.useRules('others');
  await regroup();
  t.same(groups(), []);
});

void t.test('two that are apart are in no group together: the third takes the better one', async (t) => {
  const { arrive, dismiss, groups } = await bench(t);
  await arrive('a', 'b', 'c', 'd');
  await dismiss('bc');
  t.same(groups(), ['1: a b d'], 'a could take both b and c');
  await dismiss('ab');
  t.same(groups(), ['1: a c d']);
});

void t.test('what a dismissal leaves over is grouped among itself', async (t) => {
  const { arrive, dismiss, groups } = await bench(t);
  await arrive('a', 'b', 'c', 'd');
  await dismiss('ac', 'ad');
  t.same(groups(), ['1: a b', '2: c d']);
});

void t.test('the same bytes under another key are the same photo', async (t) => {
  const { arrive, dismiss, groups, temp, world, regroup } = await bench(t);
  await arrive(photoOf('a', { sha1: sha1Of(1) }), photoOf('b', { sha1: sha1Of(2) }));
  await dismiss('ab');
  world.remove(temp.state(), onServer('b'));
  await arrive(photoOf('b-again', { sha1: sha1Of(2) }));
  await regroup();
  t.same(groups(), []);
  await arrive(photoOf('c', { sha1: sha1Of(1) }));
  t.same(groups(), ['1: a c'], 'a copy of one of them is still a copy');
});

void t.test('bytes that are read later, and then lie elsewhere', async (t) => {
  const { arrive, dismiss, groups, temp, world } = await bench(t);
  await arrive('a', 'b');
  await dismiss('ab');
  const read = { revision: 'r1' as Revision, sha1: sha1Of(7) };
  await arrive(photoOf('b', read));
  t.same(groups(), []);
  world.remove(temp.state(), onServer('b'));
  await arrive(photoOf('moved', read));
  t.same(groups(), [], 'the pair is known by its bytes by now');
});

void t.test('other bytes under the key of a dismissed photo are another picture', async (t) => {
  const { arrive, dismiss, groups } = await bench(t);
  await arrive(photoOf('a'), photoOf('b', { sha1: sha1Of(1) }));
  await dismiss('ab');
  await arrive(photoOf('b', { revision: 'r2' as Revision, sha1: sha1Of(2) }));
  t.same(groups(), ['1: a b']);
});

void t.test('two copies of the same bytes that are both wanted', async (t) => {
  const { arrive, dismiss, groups, forget } = await bench(t, []);
  await arrive(photoOf('a', { sha1: sha1Of(1) }), photoOf('b', { sha1: sha1Of(1) }));
  t.same(groups(), ['1: a b']);
  await dismiss('ab');
  t.same(groups(), []);
  await forget('ab');
  t.same(groups(), ['1: a b']);
});

void t.test('an index that was lost, and a journal that was: whatever is said counts', async (t) => {
  const make = tempStates(t);
  const world = new LinkWorld();
  world.link(onServer('a'), onServer('b'));
  const temp = await make();
  const arriveIn = (state: State): void => {
    world.arrive(state, photoOf('a'), []);
    world.arrive(state, photoOf('b'), [onServer('a')]);
  };
  arriveIn(temp.state());
  await regroupIn(world, temp.state());
  temp.state().dismissals.add([pairOf(temp.state(), onServer('a'), onServer('b'))]);
  // A new index has seen no dismissal.
  const fresh = await make();
  arriveIn(fresh.state());
  await regroupIn(world, { ...fresh.state(), dismissals: temp.state().dismissals });
  t.same(shown(fresh.state()), []);
  // The journal is gone: what it said is gone too, and the groups are as if nothing had been said.
  await regroupIn(world, fresh.state());
  t.same(shown(fresh.state()), ['1: a b']);
});

void t.test('nothing is looked at again when nothing was said', async (t) => {
  const { arrive, dismiss, regroup } = await bench(t);
  await arrive('a', 'b');
  await dismiss('ab');
  t.same(await regroup(), []);
});

/** One step in the life of an index. */
type Step =
  | { readonly kind: 'arrive'; readonly which: number; readonly change: Partial<Photo> }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'dismiss' | 'forget'; readonly which: number; readonly other: number }
  | { readonly kind: 'regroup' | 'restart' };

const size = 9;
const places = ['anna', 'anna', 'bob', 'local'] as const;
const keyOf = (n: number): PhotoKey =>
  places[n % places.length] === 'local' ? inFolder(`${n}`) : onServer(`${n}`);
const plainPhoto = (n: number, change: Partial<Photo>): Photo => {
  const place = places[n % places.length] ?? 'local';
  const { realm } = madePhoto(keyOf(n), place === 'local' ? {} : { realm: realmOf(place) });
  return madePhoto(keyOf(n), { realm, revision: JSON.stringify(change.sha1 ?? '') as Revision, ...change });
};

const which = fc.nat({ max: size - 1 });
const change = fc.record(
  {
    favorite: fc.boolean(),
    presence: fc.constantFrom('present', 'present', 'trashed'),
    sha1: fc.constantFrom(null, sha1Of(1), sha1Of(2), sha1Of(3)),
  },
  { requiredKeys: [] },
);
const step = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.record({ kind: fc.constant('arrive' as const), which, change }),
  fc.record({ kind: fc.constant('arrive' as const), which, change }),
  fc.record({ kind: fc.constant('remove' as const), which }),
  fc.record({
    kind: fc.constantFrom('dismiss' as const, 'dismiss' as const, 'forget' as const),
    which,
    other: which,
  }),
  fc.record({ kind: fc.constantFrom('regroup' as const, 'restart' as const) }),
);
const lives = fc.record({
  links: fc.array(fc.tuple(which, which), { maxLength: size * 4 }),
  steps: fc.array(step, { minLength: size, maxLength: size * 4 }),
});

async function take(state: State, world: LinkWorld, one: Step, present: Set<number>): Promise<void> {
  if (one.kind === 'arrive') {
    world.arrive(state, plainPhoto(one.which, one.change), [...present].map(keyOf));
    present.add(one.which);
  } else if (one.kind === 'remove') {
    world.remove(state, keyOf(one.which));
    present.delete(one.which);
  } else if (one.kind === 'dismiss' && one.which !== one.other)
    state.dismissals.add([pairOf(state, keyOf(one.which), keyOf(one.other))]);
  else if (one.kind === 'forget')
    state.dismissals.forget([{ ...pairOf(state, keyOf(one.which), keyOf(one.other)), at: 0 }]);
  else if (one.kind === 'regroup') await regroupIn(world, state);
}

/** Groups without their numbers. */
const unnumbered = (state: State): string =>
  JSON.stringify(
    state.groups
      .groups()
      .map(({ keeper, members }) => ({ keeper, members }))
      .sort((a, b) => (a.keeper < b.keeper ? -1 : 1)),
  );

void t.test('groups are a function of photos and dismissals; no group holds a dismissed pair', async (t) => {
  const make = tempStates(t);
  const order = fc.shuffledSubarray(
    Array.from({ length: size }, (_, n) => n),
    { minLength: size },
  );
  await fc.assert(
    fc.asyncProperty(lives, order, async ({ links, steps }, order) => {
      const world = new LinkWorld();
      const again = new LinkWorld();
      for (const [a, b] of links) for (const one of [world, again]) if (a !== b) one.link(keyOf(a), keyOf(b));
      const temp = await make();
      const present = new Set<number>();
      for (const one of steps)
        if (one.kind === 'restart') await temp.reopen();
        else await take(temp.state(), world, one, present);
      await regroupIn(world, temp.state());
      const { photos, groups, dismissals } = temp.state();

      const fresh = await make();
      fresh.state().dismissals.add(dismissals.standing());
      const arrived: PhotoKey[] = [];
      for (const n of order) {
        const photo = photos.get(keyOf(n));
        if (photo === null) continue;
        again.arrive(fresh.state(), photo, arrived);
        arrived.push(photo.key);
      }
      await regroupIn(again, fresh.state());
      const isSame = unnumbered(temp.state()) === unnumbered(fresh.state());

      const dismissed = new Dismissed(dismissals.standing());
      const isApart = (a: PhotoKey, b: PhotoKey): boolean => {
        const [x, y] = [photos.get(a), photos.get(b)];
        return x !== null && y !== null && dismissed.has(x, y);
      };
      const keepsApart = groups
        .groups()
        .every(({ members }) => members.every((a) => members.every((b) => !isApart(a.key, b.key))));
      temp.state().close();
      fresh.state().close();
      return isSame && keepsApart;
    }),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  );
  t.pass();
});

void t.test('dismissing and taking it back returns to the former groups, numbers and all', async (t) => {
  const make = tempStates(t);
  const pairs = fc.array(fc.tuple(which, which), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(lives, pairs, async ({ links, steps }, pairs) => {
      const world = new LinkWorld();
      for (const [a, b] of links) if (a !== b) world.link(keyOf(a), keyOf(b));
      const { state } = await make();
      const present = new Set<number>();
      for (const one of steps) if (one.kind !== 'restart') await take(state(), world, one, present);
      await regroupIn(world, state());
      const before = unnumbered(state());
      const standing = state().dismissals.standing().length;
      const said = pairs
        .filter(([a, b]) => keyOf(a) !== keyOf(b))
        .map(([a, b]) => ({ ...pairOf(state(), keyOf(a), keyOf(b)), at: 0 }))
        .filter((one) => state().dismissals.add([one]) === 1);
      await regroupIn(world, state());
      state().dismissals.forget(said);
      await regroupIn(world, state());
      const isSame = before === unnumbered(state()) && state().dismissals.standing().length === standing;
      state().close();
      return isSame;
    }),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  );
  t.pass();
});
