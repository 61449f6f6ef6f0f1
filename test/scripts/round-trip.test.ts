/* The round trip names whatever is not as a plan said, or as it was before. */
import t from 'tap';
import { differences } from '../../scripts/round-trip/compare.js';
import { asFarAsPlanned, expectedAfter, withoutRefused } from '../../scripts/round-trip/expected.js';
import type { PhotoLabels, Snapshot } from '../../scripts/round-trip/snapshot.js';
import { immichKey, type SourceName } from '../../src/model.js';
import type { Operation } from '../../src/sync/operation.js';

const photo = (name: string, more: Partial<PhotoLabels> = {}): PhotoLabels => ({
  ...{ name, account: 'immich', library: null, tags: [], stack: null, favorite: false, duplicateId: null },
  ...{ notes: {}, exif: { rating: null }, facts: {}, ...more },
});
const empty: Snapshot = {
  photos: { a: photo('a.jpg', { tags: ['mine'] }), b: photo('b.jpg'), ro: photo('ro.jpg', { library: 'l' }) },
  albums: {},
  stacks: {},
  tags: { t1: { name: 'mine', account: 'immich', color: null } },
};
const is = { source: 'immich' as SourceName };
const keys = (...ids: string[]): Operation['photos'] => ids.map((id) => immichKey('immich', id));
const plan: Operation[] = [
  { kind: 'tag', ...is, name: 'found/extra', photos: keys('a', 'ro') },
  { kind: 'create-album', ...is, name: 'Similar-0001', description: 'd', photos: keys('b', 'a') },
  {
    ...{ kind: 'create-stack', ...is, name: 'Similar-0001', stack: '1', photos: keys('b', 'a') },
    changes: [],
  },
  {
    ...{ kind: 'put-on-favorite', ...is, name: 'favorite', photos: keys('b') },
    changes: [{ from: null, to: 'favorite' }],
  },
];

/** What a server makes of the plan, with ids of its own. */
function done(): Snapshot {
  return {
    photos: {
      a: photo('a.jpg', { tags: ['found/extra', 'mine'], stack: 's1' }),
      b: photo('b.jpg', { stack: 's1', favorite: true }),
      ro: photo('ro.jpg', { library: 'l' }),
    },
    albums: {
      x1: {
        ...{ name: 'Similar-0001', account: 'immich', description: 'd', members: ['a', 'b'] },
        facts: { order: 'desc' },
      },
    },
    stacks: { s1: { lead: 'b', members: ['a', 'b'] } },
    tags: {
      ...empty.tags,
      t2: { name: 'found', account: 'immich', color: null },
      t3: { name: 'found/extra', account: 'immich', color: null },
    },
  };
}

function compared(after: Snapshot): string[] {
  const expected = expectedAfter(empty, plan);
  t.equal(withoutRefused(expected, after, empty, plan), 1, 'of the read-only library');
  return differences(expected, asFarAsPlanned(after, empty, expected));
}

void t.test('what a plan said is there, and nothing else', (t) => {
  t.same(compared(done()), []);
  t.same(differences(empty, structuredClone(empty)), []);
  t.end();
});

void t.test('what is missing, too much or changed is named', (t) => {
  const after = done();
  Object.assign(after.photos['a'] ?? {}, { tags: ['found/extra', 'other'], exif: { rating: 3 } });
  Object.assign(after.photos['b'] ?? {}, { favorite: false });
  after.albums['x1']?.members.pop();
  after.stacks['s2'] = { lead: 'ro', members: ['ro'] };
  t.same(compared(after), [
    'photos a.jpg (a) exif rating: null -> 3',
    'photos a.jpg (a) tags: -mine +other',
    'photos b.jpg (b) favorite: true -> false',
    'albums Similar-0001 (new: immich Similar-0001) members: -b.jpg',
    'stacks of ro.jpg (new: stack ro): should not be there',
  ]);
  t.same(differences(done(), empty).length, 8);
  t.end();
});
