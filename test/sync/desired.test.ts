/* Which labels an account's photos should carry, from the groups alone. */
import fc from 'fast-check';
import t from 'tap';
import type { Group, PhotoKey, SourceName } from '../../src/model.js';
import { desiredLabels, groupName, signatureOf, type LabelSettings } from '../../src/sync/desired.js';

const home = 'home' as SourceName;
const both: LabelSettings = { tag: { name: 'x', scope: 'extras' }, albums: { prefix: 'Similar-' } };
const key = (name: string): PhotoKey => `immich:home:${name}` as PhotoKey;

/** `anna1` is Anna's, `ben1` a partner's, `nas1` a local file. */
function photoOf(photo: PhotoKey): { source: SourceName; writable: boolean } | null {
  const name = photo.split(':')[2] ?? '';
  if (name.startsWith('gone')) return null;
  return {
    source: (name.startsWith('nas') ? 'nas' : 'home') as SourceName,
    writable: name.startsWith('anna'),
  };
}

function groupOf(number: number, keepers: readonly string[], extras: readonly string[]): Group {
  const members = [
    ...keepers.map((name) => ({ key: key(name), role: 'keeper' as const })),
    ...extras.map((name) => ({ key: key(name), role: 'extra' as const })),
  ];
  const rest = { evidence: null, keptAs: null };
  return { number, keeper: key(keepers[0] ?? ''), members: members.map((one) => ({ ...one, ...rest })) };
}

void t.test('own extras are tagged, own members lie in the album', async (t) => {
  const group = groupOf(12, ['anna1', 'ben1'], ['anna2', 'ben2', 'nas1', 'gone1']);
  const { tagged, albums } = await desiredLabels(home, [group], both, photoOf);
  t.same([...tagged], [[key('anna2'), signatureOf(group)]]);
  t.match(albums, [{ name: 'Similar-0012', photos: [key('anna1'), key('anna2')] }]);
  t.match(albums[0]?.description, /2 times: 1 to keep, 1 extra\..*group 12/);
});

void t.test("a group whose extras are all somebody else's is none of ours", async (t) => {
  const groups = [groupOf(1, ['anna1'], ['ben1']), groupOf(2, ['anna2'], ['nas1'])];
  const { tagged, albums } = await desiredLabels(home, groups, both, photoOf);
  t.same([tagged.size, albums.length], [0, 0]);
});

void t.test('scope all tags the keeper too; kinds that are off are empty', async (t) => {
  const groups = [groupOf(1, ['anna1'], ['anna2'])];
  const all = { tag: { name: 'x', scope: 'all' as const }, albums: null };
  const { tagged, albums } = await desiredLabels(home, groups, all, photoOf);
  t.same([...tagged.keys()], [key('anna1'), key('anna2')]);
  t.same(albums, []);
  const none = await desiredLabels(home, groups, { tag: null, albums: both.albums }, photoOf);
  t.equal(none.albums.length, 1);
});

void t.test('signatures go by the members, not by their order or roles', (t) => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/u), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(names, fc.integer(), (members, n) => {
      const [first = '', ...rest] = members;
      const turned = [...members.slice(1), first];
      const same =
        signatureOf(groupOf(1, [first], rest)) ===
        signatureOf(groupOf(n, [turned[0] ?? ''], turned.slice(1)));
      return (
        same &&
        signatureOf(groupOf(1, [first], rest)) !== signatureOf(groupOf(1, [first], [...rest, 'zzzzz']))
      );
    }),
  );
  t.end();
});

void t.test('names of groups', (t) => {
  t.same([groupName('P', 7), groupName('Similar-', 12_345)], ['P0007', 'Similar-12345']);
  t.end();
});
