import fc from 'fast-check';
import t from 'tap';
import { keepRuleNames, localRealm, type Evidence, type PhotoKey } from '../../src/model.js';
import { groupCandidates, type Candidate, type UnnumberedGroup } from '../../src/pipeline/grouping.js';
import { byWorth, type Rankable } from '../../src/pipeline/keep-rules.js';
import { inFolder, madePhoto, onServer, realmOf } from '../support/made-photo.js';

const order = byWorth(keepRuleNames);
const proof: Evidence = { kind: 'same-picture', score: 0.99, distance: { phash: 1, detail: 5 } };

type Link = readonly [a: PhotoKey, b: PhotoKey];

/** Candidates that are linked both ways. */
function candidatesOf(photos: readonly Rankable[], links: readonly Link[]): Candidate[] {
  return photos.map((photo) => ({
    photo,
    proven: new Map(
      links.flatMap(([a, b]) =>
        a === photo.key ? [[b, proof] as const] : b === photo.key ? [[a, proof] as const] : [],
      ),
    ),
  }));
}

/** A photo on the server, worth less the later its name. */
const photo = (id: string, owner = 'anna', facts: Partial<Rankable> = {}): Rankable => ({
  ...madePhoto(onServer(id), { realm: realmOf(owner) }),
  albumCount: 0,
  ...facts,
});
const file = (path: string): Rankable => ({ ...madePhoto(inFolder(path)), albumCount: 0 });

const shape = (groups: readonly UnnumberedGroup[]): string[] =>
  groups.map(({ members }) =>
    members.map(({ key, role }) => `${role === 'keeper' ? '*' : ''}${key.split(':')[2] ?? ''}`).join(' '),
  );
const allLinks = (photos: readonly Rankable[]): Link[] =>
  photos.flatMap((a, i) => photos.slice(i + 1).map((b): Link => [a.key, b.key]));
const group = (photos: readonly Rankable[], links: readonly Link[] = allLinks(photos)): string[] =>
  shape(groupCandidates(candidatesOf(photos, links), order));

void t.test('the best photo keeps its duplicates', (t) => {
  t.same(group([photo('c'), photo('b', 'anna', { favorite: true }), photo('a')]), ['*b a c']);
  t.same(group([photo('a')]), []);
  t.same(group([]), []);
  t.same(group([photo('a'), photo('b')], []), []);
  t.end();
});

void t.test('groups do not chain', (t) => {
  const [a, b, c, d] = [photo('a'), photo('b'), photo('c'), photo('d')];
  const chain: Link[] = [
    [a.key, b.key],
    [b.key, c.key],
    [c.key, d.key],
  ];
  t.same(group([a, b, c, d], chain), ['*a b', '*c d']);
  t.same(group([a, b, c], chain), ['*a b']);
  t.end();
});

void t.test("anna's only copy is no extra because bob's is better", (t) => {
  t.same(group([photo('a', 'bob'), photo('b', 'anna')]), []);
  t.same(group([photo('a', 'bob'), photo('b', 'anna'), photo('c', 'anna')]), ['*a *b c']);
  t.same(group([photo('a', 'bob'), photo('b', 'anna'), photo('c', 'bob'), photo('d', 'anna')]), [
    '*a *b c d',
  ]);
  t.end();
});

void t.test("an extra of anna's is proven against anna's keeper too", (t) => {
  const [a, b, c] = [photo('a', 'bob'), photo('b', 'anna'), photo('c', 'anna')];
  const links: Link[] = [
    [a.key, b.key],
    [a.key, c.key],
  ];
  t.same(group([a, b, c], links), []);
  t.end();
});

void t.test('a local copy never makes a photo on the server an extra', (t) => {
  t.same(group([file('a'), photo('z')]), ['*z a']);
  t.same(group([file('a'), file('b'), photo('z')]), ['*z a b']);
  t.same(group([file('a'), file('b')]), ['*a b']);
  t.same(group([file('a'), photo('y', 'anna'), photo('z', 'bob')]), ['*y *z a']);
  t.end();
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

void t.test('the same groups for any order of the candidates and of their links', (t) => {
  const cases = world.chain(({ all, links }) =>
    fc.record({
      all: fc.constant(all),
      links: fc.constant(links),
      otherAll: fc.shuffledSubarray(all, { minLength: all.length }),
      otherLinks: fc.shuffledSubarray(links, { minLength: links.length }),
    }),
  );
  fc.assert(
    fc.property(cases, ({ all, links, otherAll, otherLinks }) => {
      t.same(
        groupCandidates(candidatesOf(all, links), order),
        groupCandidates(candidatesOf(otherAll, otherLinks), order),
      );
    }),
    { numRuns: 300 },
  );
  t.end();
});

void t.test('every extra is proven against the keeper and against what its owner keeps', (t) => {
  fc.assert(
    fc.property(world, ({ all, links }) => {
      const candidates = new Map(candidatesOf(all, links).map((one) => [one.photo.key, one]));
      const seen = new Set<PhotoKey>();
      for (const { keeper, members } of groupCandidates([...candidates.values()], order)) {
        if (members[0]?.key !== keeper || !members.some(({ role }) => role === 'extra')) return false;
        for (const { key, role, keptAs, evidence } of members) {
          if (seen.has(key)) return false;
          seen.add(key);
          const realm = candidates.get(key)?.photo.realm;
          const keepers = members.filter((one) => one.role === 'keeper');
          const ofRealm = keepers.filter((one) => candidates.get(one.key)?.photo.realm === realm);
          const isProven = key === keeper || candidates.get(keeper)?.proven.has(key) === true;
          if (!isProven || (evidence === null) !== (key === keeper)) return false;
          if (role === 'keeper' && (keptAs !== null || ofRealm.length !== 1)) return false;
          if (role === 'extra') {
            if (keptAs === null || candidates.get(keptAs)?.proven.has(key) !== true) return false;
            if (realm !== localRealm && keptAs !== ofRealm[0]?.key) return false;
          }
        }
      }
      return true;
    }),
    { numRuns: 1000 },
  );
  t.end();
});

void t.test('nobody who could be an extra of a better photo of the same owner is left out', (t) => {
  fc.assert(
    fc.property(world, ({ all, links }) => {
      const owned = all.map((one) => ({ ...one, realm: realmOf('anna') }));
      const candidates = candidatesOf(owned, links);
      const groups = groupCandidates(candidates, order);
      const members = new Set(groups.flatMap((one) => one.members.map(({ key }) => key)));
      const loose = candidates.filter(({ photo: { key } }) => !members.has(key));
      return loose.every(({ proven }) => loose.every(({ photo: { key } }) => !proven.has(key)));
    }),
  );
  t.end();
});
