/* The table of `doctor`. */
import t from 'tap';
import { featureLines } from '../../src/commands/feature-lines.js';
import type { Capabilities } from '../../src/sources/immich/capabilities.js';
import { featureTable, type FeatureRow } from '../../src/sources/immich/feature-table.js';
import { releaseOf } from '../../src/sources/immich/release.js';

const tagging = ['tag.create', 'tag.read', 'tag.asset'];

function rows(
  version: string,
  permissions: readonly string[] | null,
  { refused = [], writable = true }: { refused?: readonly string[]; writable?: boolean } = {},
): Record<string, Pick<FeatureRow, 'works' | 'why'>> {
  const capabilities: Capabilities = {
    ...{ version, release: releaseOf(version), userId: 'anna', userName: 'Anna', writable },
    isTooNew: !writable,
    permissions: permissions && new Set(permissions),
  };
  const table = featureTable(capabilities, new Set(refused));
  return Object.fromEntries(table.map(({ feature, works, why }) => [feature, { works, why }]));
}

const yes = { works: 'yes', why: null };

void t.test('what works is told by version, and by what the key may do', (t) => {
  const table = rows('3.1.0', [...tagging, 'asset.read']);
  t.match(table['tags'], yes);
  t.match(table['tags out of files'], yes);
  t.same(table['stacks'], {
    works: 'no',
    why: 'the key lacks stack.create, stack.read, stack.update, stack.delete',
  });
  t.match(table['webhook'], yes);
  t.same(rows('2.7.5', ['all'])['webhook'], { works: 'no', why: 'needs Immich 3.0.0' });
  t.match(rows('2.7.5', ['all'])['scores'], yes);
  t.same(rows('1.137.0', ['all'])['scores'], { works: 'no', why: 'needs Immich 2.5.0' });
  t.end();
});

void t.test('a key that cannot be asked about is unknown until something was refused to it', (t) => {
  t.match(rows('1.137.0', null)['favourites'], { works: 'unknown', why: /^not tried yet/ });
  const table = rows('1.137.0', null, { refused: ['asset.update'] });
  t.same(table['favourites'], { works: 'no', why: 'was refused asset.update' });
  t.match(table['tags'], { works: 'unknown' });
  t.match(rows('3.1.0', ['all'], { refused: ['asset.update'] })['favourites'], yes, 'the server tells');
  t.end();
});

void t.test('a release that is too new is read, and not written to', (t) => {
  const table = rows('4.0.0', ['all'], { writable: false });
  t.match(table['examine photos'], yes);
  for (const label of ['tags', 'albums', 'stacks', 'scores'])
    t.same(table[label], { works: 'no', why: 'Immich 4.0.0 is not known; --force-version writes' });
  t.end();
});

void t.test('the columns are aligned and fit', (t) => {
  const capabilities = {
    ...{ version: '1.137.0', release: releaseOf('1.137.0'), userId: '', userName: '' },
    ...{ permissions: null, writable: true, isTooNew: false },
  };
  const table = featureTable(capabilities, new Set(['albumAsset.delete']));
  for (const width of [71, 91]) {
    const lines = featureLines(table, width);
    t.same(
      lines.filter((line) => line.length > width),
      [],
    );
    const starts = ['Immich', 'permissions', 'works here'].map((name) => (lines[0] ?? '').indexOf(name));
    for (const line of lines) for (const at of starts) t.match(line.slice(at - 2, at).trim(), '', line);
    t.equal(lines.join(' ').match(/albumAsset\.delete/gu)?.length, 4, 'nothing is cut off');
  }
  t.end();
});
