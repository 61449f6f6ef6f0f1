import fc from 'fast-check';
import t, { type Test } from 'tap';
import {
  keepRuleNames,
  type KeepRule,
  type Photo,
  type PhotoKey,
  type Revision,
  type SourceName,
} from '../../src/model.js';
import { crowdedNeighbours } from '../../src/pipeline/fingerprint/bounds.js';
import { Grouper } from '../../src/pipeline/groups/grouper.js';
import type { State } from '../../src/state/open-state.js';
import { LinkWorld, certain, idOf, pixelsAgree, type Look } from '../support/link-world.js';
import { inFolder, madePhoto, onServer, realmOf, sha1Of } from '../support/made-photo.js';
import { tempState, tempStates, type TempState } from '../support/temp-state.js';

interface Rules {
  readonly keep: readonly KeepRule[];
  readonly threshold: number;
  readonly sources: readonly SourceName[];
}

const usual: Rules = { keep: keepRuleNames, threshold: 12, sources: ['home' as SourceName] };

async function regroupIn(world: LinkWorld, state: State, rules: Rules = usual): Promise<readonly PhotoKey[]> {
  const neighbours = world.neighbours(state);
  return (await new Grouper({ ...state, neighbours, alike: pixelsAgree, ...rules }).run()).regrouped;
}

/** `7: a b c`, keeper first. */
const shown = (state: State): string[] =>
  state.groups
    .groups()
    .map(({ number, members }) => `${number}: ${members.map(({ key }) => key.split(':')[2]).join(' ')}`);

interface Bench {
  readonly temp: TempState;
  readonly world: LinkWorld;
  /** Brings photos into the index by the last part of their names, and regroups. */
  readonly arrive: (...photos: (string | Photo)[]) => Promise<void>;
  readonly remove: (...names: string[]) => void;
  readonly regroup: (rules?: Rules) => Promise<readonly PhotoKey[]>;
  readonly groups: () => string[];
}

/** All photos look alike unless `links` says which do. */
async function bench(t: Test, links?: readonly string[]): Promise<Bench> {
  const temp = await tempState(t);
  const world = new LinkWorld();
  const seen = new Set<PhotoKey>();
  for (const link of links ?? []) {
    const [a = '', b = ''] = link;
    world.link(onServer(a), onServer(b));
  }
  return {
    temp,
    world,
    groups: () => shown(temp.state()),
    remove: (...names) => world.remove(temp.state(), ...names.map(onServer)),
    regroup: (rules) => regroupIn(world, temp.state(), rules),
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

void t.test('a number stays while its group grows and shrinks', async (t) => {
  const { arrive, groups, temp, remove, regroup } = await bench(t);
  await arrive('b', 'c');
  t.same(groups(), ['1: b c']);
  await arrive('d');
  t.same(groups(), ['1: b c d']);
  await arrive('a');
  t.same(groups(), ['1: a b c d'], 'a better keeper takes it over');
  await temp.reopen();
  await regroup();
  t.same(groups(), ['1: a b c d']);
  remove('d');
  await regroup();
  t.same(groups(), ['1: a b c']);
});

void t.test('a group that loses its keeper goes on under its number', async (t) => {
  const { arrive, groups, remove, regroup } = await bench(t);
  await arrive('a', 'b', 'c');
  remove('a');
  await regroup();
  t.same(groups(), ['1: b c']);
  remove('b');
  await regroup();
  t.same(groups(), []);
  await arrive('z');
  t.same(groups(), ['1: c z'], 'and so does one that had ended');
});

void t.test('a group whose members all go at once is not counted any more', async (t) => {
  const { arrive, temp, remove, regroup } = await bench(t);
  await arrive('a', 'b');
  t.match(temp.state().photos.counts(), { groups: 1, extras: 1 });
  remove('a', 'b');
  await regroup();
  t.match(temp.state().photos.counts(), { groups: 0, extras: 0 });
  t.same(temp.state().groups.groups(), []);
});

void t.test('trashed photos are no members; restored they come back under their number', async (t) => {
  const { arrive, groups, temp } = await bench(t);
  await arrive('a', 'b', 'c');
  await arrive(photoOf('a', { presence: 'trashed' }));
  t.same(groups(), ['1: b c']);
  await arrive(photoOf('b', { presence: 'trashed' }));
  t.same(groups(), []);
  await temp.reopen();
  await arrive('a');
  t.same(groups(), ['1: a c']);
  await arrive('b');
  t.same(groups(), ['1: a b c']);
});

void t.test('two groups that become one keep the number of their keeper', async (t) => {
  const { arrive, groups, world, temp } = await bench(t, ['ab', 'cd']);
  await arrive('c', 'd');
  await arrive('a', 'b');
  t.same(groups(), ['1: c d', '2: a b']);
  world.link(onServer('a'), onServer('c'));
  world.link(onServer('a'), onServer('d'));
  await arrive('a');
  t.same(groups(), ['2: a b c d']);
  world.unlink(onServer('a'), onServer('c'));
  world.unlink(onServer('a'), onServer('d'));
  await arrive('a');
  t.same(groups().length, 2, 'and part again');
  t.ok(groups().includes('2: a b'));
  t.equal(
    new Set(
      temp
        .state()
        .groups.groups()
        .map(({ number }) => number),
    ).size,
    2,
  );
});

void t.test('when a stranger takes some of the extras, the keeper keeps the number', async (t) => {
  const { arrive, groups } = await bench(t, ['mn', 'mo', 'ao']);
  await arrive('m', 'n', 'o');
  t.same(groups(), ['1: m n o']);
  await arrive('a');
  t.same(groups(), ['1: m n', '2: a o']);
});

void t.test('changed rules regroup everything, the same rules nothing', async (t) => {
  const { arrive, groups, world, regroup } = await bench(t, ['ab']);
  world.link(onServer('x'), onServer('y'), { ...certain, phashBits: 9 });
  await arrive('a', photoOf('b', { byteSize: 9_000_000 }), 'x', 'y');
  t.same(groups(), ['1: b a', '2: x y']);
  t.same(await regroup(), []);
  const older = { ...usual, keep: ['older'], threshold: 4 } as const;
  t.same([...(await regroup(older))].sort(), ['a', 'b', 'x', 'y'].map(onServer));
  t.same(groups(), ['1: a b']);
  t.same(await regroup(older), []);
  await regroup();
  t.same(groups(), ['1: b a', '2: x y'], 'everything as it was');
});

void t.test('only what is linked to what changed is looked at again', async (t) => {
  const { arrive, temp, world, regroup } = await bench(t, ['ab', 'cd']);
  await arrive('a', 'b', 'c', 'd', 'e');
  world.arrive(temp.state(), photoOf('a', { favorite: true }), [onServer('b')]);
  t.same([...(await regroup())].sort(), [onServer('a'), onServer('b')]);
  world.arrive(temp.state(), photoOf('e', { favorite: true }), []);
  t.same(await regroup(), [], 'a photo without a group changes no label');
});

void t.test('among many that look nearly alike only the certain count', async (t) => {
  const { arrive, groups, world } = await bench(t, []);
  const nearly: Look = { phashBits: 8, detailBits: 40, orientation: 0 };
  const names = Array.from({ length: crowdedNeighbours + 2 }, (_, n) => `m${n}`);
  for (const name of names) world.link(onServer('a'), onServer(name), nearly);
  world.link(onServer('a'), onServer('z'));
  await arrive('a', 'z', ...names.slice(0, crowdedNeighbours));
  t.equal(groups()[0]?.split(' ').length, crowdedNeighbours + 3, 'not crowded yet');
  await arrive(...names.slice(crowdedNeighbours));
  t.same(groups(), ['1: a z']);
});

void t.test('shots of a burst and of a bracket are not grouped; copies of one shot are', async (t) => {
  const { arrive, groups } = await bench(t);
  const at = Date.UTC(2026, 5, 1, 12);
  const shot = (id: string, takenAt: number): Photo => photoOf(id, { takenAt, camera: 'canon r5' });
  await arrive(shot('a', at), shot('b', at + 1000), shot('c', at + 2000));
  t.same(groups(), []);
  await arrive(photoOf('d', { takenAt: at, camera: 'canon r5', width: 2000, height: 1500 }));
  t.same(groups(), ['1: a d']);
});

void t.test('a link that ends frees those whom it kept apart, also where nobody was a member', async (t) => {
  const at = Date.UTC(2026, 5, 1, 12);
  const of = (id: string, owner: string, facts: Partial<Photo> = {}): Photo =>
    photoOf(id, { realm: realmOf(owner), camera: 'canon r5', ...facts });
  const { arrive, groups, temp, regroup } = await bench(t, ['ab', 'ac', 'ad', 'cd']);
  // b is anna's best copy of a, so that c and d, which are not proven against b, cannot be anna's extras of it.
  await arrive(
    of('a', 'bob', { takenAt: at }),
    of('b', 'anna', { favorite: true }),
    of('c', 'anna'),
    of('d', 'anna'),
  );
  const before = groups();
  temp.state().photos.observe([of('b', 'anna', { favorite: true, takenAt: at + 1000 })]);
  await regroup();
  t.same(before, ['1: c a d']);
  t.same(groups(), ['1: a c d'], 'b is another shot: a has the copies c and d');
});

void t.test('the same, where the link was the same bytes and its photo goes', async (t) => {
  const of = (id: string, owner: string, facts: Partial<Photo> = {}): Photo =>
    photoOf(id, { realm: realmOf(owner), ...facts });
  const { arrive, groups, remove, regroup } = await bench(t, ['ac', 'ad', 'cd']);
  const sha1 = sha1Of(1);
  await arrive(
    of('a', 'bob', { sha1 }),
    of('b', 'anna', { sha1, favorite: true }),
    of('c', 'anna'),
    of('d', 'anna'),
  );
  t.same(groups(), ['1: c a d']);
  remove('b');
  await regroup();
  t.same(groups(), ['1: a c d']);
});

/** One step in the life of an index. */
type Step =
  | { readonly kind: 'arrive'; readonly which: number; readonly change: Partial<Photo> }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'regroup' | 'restart' };

const places = ['anna', 'anna', 'bob', 'local'] as const;
const keyOf = (n: number): PhotoKey =>
  places[n % places.length] === 'local' ? inFolder(`${n}`) : onServer(`${n}`);
const plainPhoto = (n: number, change: Partial<Photo>): Photo => {
  const place = places[n % places.length] ?? 'local';
  const key = keyOf(n);
  const { realm } = madePhoto(key, place === 'local' ? {} : { realm: realmOf(place) });
  const { durationMs = null, ...facts } = change;
  const kinds = [
    { name: `DSC_${n % 2}.NEF`, format: 'raw' },
    { name: `DSC_${n % 2}.JPG`, format: 'jpeg' },
    { media: 'video', format: 'other', durationMs },
  ] as const;
  const revision = JSON.stringify(change.sha1 ?? '') as Revision;
  return madePhoto(key, {
    realm,
    revision,
    ...kinds[Math.floor(n / places.length) % kinds.length],
    ...facts,
  });
};

const noon = Date.UTC(2026, 5, 1, 12);
const change = fc.record(
  {
    favorite: fc.boolean(),
    byteSize: fc.nat({ max: 2 }),
    presence: fc.constantFrom('present', 'present', 'present', 'trashed', 'hidden'),
    sha1: fc.constantFrom(null, sha1Of(1), sha1Of(2)),
    takenAt: fc.constantFrom(null, noon, noon + 1000),
    camera: fc.constantFrom(null, 'canon r5'),
    durationMs: fc.constantFrom(null, 12_000, 12_150, 12_900),
  },
  { requiredKeys: [] },
);

const lives = (size: number): fc.Arbitrary<{ links: [number, number, Look][]; steps: Step[] }> => {
  const which = fc.nat({ max: size - 1 });
  const look = fc.record({
    phashBits: fc.constantFrom(0, 8),
    detailBits: fc.constantFrom(5, 25, 40, 44, 55),
    orientation: fc.constantFrom(0, 1),
  });
  const step = fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ kind: fc.constant('arrive' as const), which, change }),
    fc.record({ kind: fc.constant('arrive' as const), which, change }),
    fc.record({ kind: fc.constant('arrive' as const), which, change }),
    fc.record({ kind: fc.constant('remove' as const), which }),
    fc.record({ kind: fc.constant('regroup' as const) }),
    fc.record({ kind: fc.constant('restart' as const) }),
  );
  return fc.record({
    links: fc.array(fc.tuple(which, which, look), { maxLength: size * 5 }),
    steps: fc.array(step, { minLength: size, maxLength: size * 4 }),
  });
};

/** Groups without their numbers. */
const unnumbered = (state: State): unknown[] =>
  state.groups
    .groups()
    .map(({ keeper, members }) => ({ keeper, members }))
    .sort((a, b) => (a.keeper < b.keeper ? -1 : 1));

void t.test('groups are a function of the photos, whatever way they came to be', async (t) => {
  const make = tempStates(t);
  const size = 16;
  await fc.assert(
    fc.asyncProperty(
      lives(size),
      fc.shuffledSubarray(
        Array.from({ length: size }, (_, n) => n),
        { minLength: size },
      ),
      async ({ links, steps }, order) => {
        const world = new LinkWorld();
        for (const [a, b, look] of links) world.link(keyOf(a), keyOf(b), look);
        const temp = await make();
        const present = new Set<number>();
        const keys = (): PhotoKey[] => [...present].map(keyOf);
        for (const step of steps) {
          if (step.kind === 'arrive') {
            const photo = plainPhoto(step.which, step.change);
            world.arrive(temp.state(), photo, keys());
            present.add(step.which);
          } else if (step.kind === 'remove') {
            world.remove(temp.state(), keyOf(step.which));
            present.delete(step.which);
          } else if (step.kind === 'restart') await temp.reopen();
          else await regroupIn(world, temp.state());
        }
        await regroupIn(world, temp.state());

        const fresh = await make();
        const again = new LinkWorld();
        for (const [a, b, look] of links) again.link(keyOf(a), keyOf(b), look);
        const arrived: PhotoKey[] = [];
        for (const n of order) {
          // As the index has it: facts that an earlier listing knew are kept.
          const photo = temp.state().photos.get(keyOf(n));
          if (photo === null) continue;
          again.arrive(fresh.state(), photo, arrived);
          arrived.push(photo.key);
        }
        await regroupIn(again, fresh.state());
        const groups = temp.state().groups.groups();
        const isSame = JSON.stringify(unnumbered(temp.state())) === JSON.stringify(unnumbered(fresh.state()));
        const numbers = new Set(groups.map(({ number }) => number));
        const counted = temp.state().photos.counts().groups;
        temp.state().close();
        fresh.state().close();
        return isSame && numbers.size === groups.length && counted === groups.length;
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  );
  t.pass();
});

void t.test('what was not reached before a stop is regrouped after it', async (t) => {
  const { temp, world, groups } = await bench(t, ['ab', 'cd', 'ef']);
  const state = temp.state();
  const seen: PhotoKey[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    world.arrive(state, photoOf(name), seen);
    seen.push(onServer(name));
  }
  // A stop in the middle: the first group was written, the others were not.
  let writes = 0;
  const stopping = Object.create(state.groups) as typeof state.groups;
  stopping.regroup = (...what) => {
    if (writes++ > 0) throw new Error('stopped');
    state.groups.regroup(...what);
  };
  stopping.dirty = () => state.groups.dirty();
  stopping.useRules = (rules) => state.groups.useRules(rules);
  stopping.wasCrowded = (id) => state.groups.wasCrowded(id);
  stopping.sameBytes = (id) => state.groups.sameBytes(id);
  stopping.groupMates = (id) => state.groups.groupMates(id);
  stopping.membersOf = (number) => state.groups.membersOf(number);
  stopping.dismissalsUsed = () => state.groups.dismissalsUsed();
  stopping.useDismissals = (...what) => state.groups.useDismissals(...what);
  const neighbours = world.neighbours(state);
  await t.rejects(
    new Grouper({ ...state, groups: stopping, neighbours, alike: pixelsAgree, ...usual }).run(),
    /stopped/u,
  );
  t.same(groups(), ['1: a b']);
  t.notOk(state.groups.dirty().some(({ id }) => id === idOf(state, onServer('a'))));
  const again = await temp.reopen();
  await regroupIn(world, again);
  t.equal(groups().length, 3);
  t.same(groups()[0], '1: a b');
});

void t.test('photos of a folder that is not configured any more are members of no group', async (t) => {
  const temp = await tempState(t);
  const state = temp.state();
  const sha1 = sha1Of(1);
  const gone = madePhoto(inFolder('a'), { sha1, source: 'old-disk' as SourceName });
  state.photos.observe([gone, madePhoto(inFolder('b'), { sha1 })]);
  await regroupIn(new LinkWorld(), state);
  t.same(shown(state), [], 'nobody calls the last copy an extra of one that may be gone');
  const sources = ['home', 'old-disk'] as SourceName[];
  await regroupIn(new LinkWorld(), state, { ...usual, sources });
  t.equal(shown(state).length, 1);
});
