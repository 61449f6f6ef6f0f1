import fc from 'fast-check';
import t from 'tap';
import { keepRuleNames, localRealm, type Evidence, type PhotoKey } from '../../src/model.js';
import { groupCandidates, type Candidate, type UnnumberedGroup } from '../../src/pipeline/groups/grouping.js';
import { byWorth } from '../../src/pipeline/groups/keep-rules.js';
import { inFolder, madePhoto, onServer, realmOf } from '../support/made-photo.js';

type Placed = Candidate['photo'];

const order = byWorth(keepRuleNames);
const proof: Evidence = {
  kind: 'same-picture',
  score: 0.99,
  distance: { phash: 1, detail: 5 },
  agreement: null,
};

type Link = readonly [a: PhotoKey, b: PhotoKey];

/** Candidates that are linked both ways. */
function candidatesOf(photos: readonly Placed[], links: readonly Link[]): Candidate[] {
  return photos.map((photo) => ({
    photo,
    proofs: () =>
      new Map(
        links.flatMap(([a, b]) =>
          a === photo.key ? [[b, proof] as const] : b === photo.key ? [[a, proof] as const] : [],
        ),
      ),
  }));
}

/** A photo on the server, worth less the later its name. */
const photo = (id: string, owner = 'anna', facts: Partial<Placed> = {}): Placed => ({
  ...madePhoto(onServer(id), { realm: realmOf(owner) }),
  albumCount: 0,
  shown: 1,
  ...facts,
});
const file = (path: string): Placed => ({ ...madePhoto(inFolder(path)), albumCount: 0, shown: 1 });

const shape = (groups: readonly UnnumberedGroup[]): string[] =>
  groups.map(({ members }) =>
    members.map(({ key, role }) => `${role === 'keeper' ? '*' : ''}${key.split(':')[2] ?? ''}`).join(' '),
  );
const allLinks = (photos: readonly Placed[]): Link[] =>
  photos.flatMap((a, i) => photos.slice(i + 1).map((b): Link => [a.key, b.key]));
const group = async (
  photos: readonly Placed[],
  links: readonly Link[] = allLinks(photos),
): Promise<string[]> => shape(await groupCandidates(candidatesOf(photos, links), order));

void t.test('the best photo keeps its duplicates', async (t) => {
  t.same(await group([photo('c'), photo('b', 'anna', { favorite: true }), photo('a')]), ['*b a c']);
  t.same(await group([photo('a')]), []);
  t.same(await group([]), []);
  t.same(await group([photo('a'), photo('b')], []), []);
});

void t.test('groups do not chain', async (t) => {
  const [a, b, c, d] = [photo('a'), photo('b'), photo('c'), photo('d')];
  const chain: Link[] = [
    [a.key, b.key],
    [b.key, c.key],
    [c.key, d.key],
  ];
  t.same(await group([a, b, c, d], chain), ['*a b', '*c d']);
  t.same(await group([a, b, c], chain), ['*a b']);
});

void t.test("anna's only copy is no extra because bob's is better", async (t) => {
  t.same(await group([photo('a', 'bob'), photo('b', 'anna')]), []);
  t.same(await group([photo('a', 'bob'), photo('b', 'anna'), photo('c', 'anna')]), ['*a *b c']);
  t.same(await group([photo('a', 'bob'), photo('b', 'anna'), photo('c', 'bob'), photo('d', 'anna')]), [
    '*a *b c d',
  ]);
});

void t.test("an extra of anna's is proven against anna's keeper too", async (t) => {
  const [a, b, c] = [photo('a', 'bob'), photo('b', 'anna'), photo('c', 'anna')];
  const links: Link[] = [
    [a.key, b.key],
    [a.key, c.key],
  ];
  t.same(await group([a, b, c], links), []);
});

void t.test('a local copy never makes a photo on the server an extra', async (t) => {
  t.same(await group([file('a'), photo('z')]), ['*z a']);
  t.same(await group([file('a'), file('b'), photo('z')]), ['*z a b']);
  t.same(await group([file('a'), file('b')]), ['*a b']);
  t.same(await group([file('a'), photo('y', 'anna'), photo('z', 'bob')]), ['*y *z a']);
});

const world = fc
  .record({
    photos: fc.uniqueArray(
      fc.record({
        id: fc.nat({ max: 30 }),
        owner: fc.constantFrom('anna', 'bob', 'local'),
        favorite: fc.boolean(),
        byteSize: fc.nat({ max: 3 }),
      }),
      { selector: ({ id }) => id, minLength: 1, maxLength: 14 },
    ),
    pairs: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 40 }),
  })
  .map(({ photos, pairs }) => {
    const all = photos.map(({ id, owner, ...facts }) =>
      owner === 'local' ? { ...file(`${id}`), ...facts } : photo(`${id}`, owner, facts),
    );
    const links = pairs.flatMap(([i, j]): Link[] => {
      const [a, b] = [all[i % all.length], all[j % all.length]];
      return a === undefined || b === undefined || a === b ? [] : [[a.key, b.key]];
    });
    return { all, links };
  });

void t.test('the same groups for any order of the candidates and of their links', async (t) => {
  const cases = world.chain(({ all, links }) =>
    fc.record({
      all: fc.constant(all),
      links: fc.constant(links),
      otherAll: fc.shuffledSubarray(all, { minLength: all.length }),
      otherLinks: fc.shuffledSubarray(links, { minLength: links.length }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ({ all, links, otherAll, otherLinks }) => {
      t.same(
        await groupCandidates(candidatesOf(all, links), order),
        await groupCandidates(candidatesOf(otherAll, otherLinks), order),
      );
    }),
    { numRuns: 300 },
  );
});

void t.test('every extra is proven against the keeper and against what its owner keeps', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ all, links }) => {
      const candidates = new Map(candidatesOf(all, links).map((one) => [one.photo.key, one]));
      const seen = new Set<PhotoKey>();
      for (const { keeper, members } of await groupCandidates([...candidates.values()], order)) {
        if (members[0]?.key !== keeper || !members.some(({ role }) => role === 'extra')) return false;
        for (const { key, role, keptAs, evidence } of members) {
          if (seen.has(key)) return false;
          seen.add(key);
          const realm = candidates.get(key)?.photo.realm;
          const keepers = members.filter((one) => one.role === 'keeper');
          const ofRealm = keepers.filter((one) => candidates.get(one.key)?.photo.realm === realm);
          const isProven = key === keeper || candidates.get(keeper)?.proofs().has(key) === true;
          if (!isProven || (evidence === null) !== (key === keeper)) return false;
          if (role === 'keeper' && (keptAs !== null || ofRealm.length !== 1)) return false;
          if (role === 'extra') {
            if (keptAs === null || candidates.get(keptAs)?.proofs().has(key) !== true) return false;
            if (realm !== localRealm && keptAs !== ofRealm[0]?.key) return false;
          }
        }
      }
      return true;
    }),
    { numRuns: 1000 },
  );
});

void t.test('nobody who could be an extra of a better photo of the same owner is left out', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ all, links }) => {
      const owned = all.map((one) => ({ ...one, realm: realmOf('anna') }));
      const candidates = candidatesOf(owned, links);
      const groups = await groupCandidates(candidates, order);
      const members = new Set(groups.flatMap((one) => one.members.map(({ key }) => key)));
      const loose = candidates.filter(({ photo: { key } }) => !members.has(key));
      return loose.every(({ proofs }) => loose.every(({ photo: { key } }) => !proofs().has(key)));
    }),
  );
});

void t.test('a local file with more pixels than the photo in Immich is no extra of it', async (t) => {
  const small = photo('small', 'anna', { width: 700, height: 1054 });
  const same = { ...file('same'), width: 700, height: 1054 };
  const original = { ...file('original'), width: 1063, height: 1600 };
  t.same(await group([small, original]), []);
  t.same(await group([small, original, same]), ['*small *original same']);
  t.same(await group([{ ...small, realm: localRealm, key: inFolder('tiny') }, original]), ['*original tiny']);
});

void t.test('one file that is seen in two folders is not its own duplicate', async (t) => {
  const [kept, here, there] = [
    file('kept'),
    { ...file('a'), fileId: '1:7' },
    { ...file('b'), fileId: '1:7' },
  ];
  t.same(await group([here, there]), []);
  t.same(await group([kept, here, there]), ['*a kept']);
});
