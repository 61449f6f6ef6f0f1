/* Labels that are values, in the journal: what was there before, what an operation changed; journals from before. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { silentLog } from '../../src/logger.js';
import type { ValueLabel } from '../../src/label-ports.js';
import { immichKey, type PhotoKey, type SourceName } from '../../src/model.js';
import { journalMigrations } from '../../src/state/journal-schema.js';
import { journalFile } from '../../src/state/own-file.js';
import { openState, type State } from '../../src/state/open-state.js';
import { openDb } from '../../src/state/sqlite.js';
import { ManualClock } from '../support/clocks.js';

const home = 'home' as SourceName;
const key = (name: string): PhotoKey => immichKey('home', name);

async function open(t: Test, dir = join(t.testdir({}), 'state')): Promise<State> {
  const state = await openState({ dir, command: 'test', clock: new ManualClock(), log: silentLog });
  t.teardown(() => state.close());
  return state;
}

const labelOf = (photo: string, more: Partial<ValueLabel> = {}): ValueLabel => ({
  source: home,
  kind: 'duplicate',
  name: 'duplicate',
  photo: key(photo),
  state: 'verified',
  tries: 1,
  baseline: 5,
  since: 7,
  signature: 's',
  operation: 1,
  value: 'ours',
  before: null,
  ...more,
});

void t.test('a value comes back as it was put, with what was before it', async (t) => {
  const { journal } = await open(t);
  const labels = [
    labelOf('a', { before: 'theirs' }),
    labelOf('b'),
    labelOf('c', { kind: 'favorite', name: 'favorite' }),
  ];
  journal.put(labels);
  t.match(journal.values(home, 'duplicate'), labels.slice(0, 2));
  t.match(journal.values(home, 'duplicate', [key('b'), key('c')]), [labelOf('b')]);
  t.same(journal.openLabels(home), [], 'they need not settle');
  t.match(journal.standing(), [
    { kind: 'duplicate', name: 'duplicate', photos: [key('a'), key('b')] },
    { kind: 'favorite', name: 'favorite', photos: [key('c')] },
  ]);
});

void t.test('an operation knows the change of each photo', async (t) => {
  const { journal } = await open(t);
  const photos = [key('a'), key('b')];
  const changes = [
    { from: null, to: 'x' },
    { from: 'y', to: 'x' },
  ];
  const operation = journal.begin(
    { id: 'run', command: 'scan' },
    { source: home, kind: 'put-on-duplicate', name: 'g', photos, changes },
  );
  journal.end(operation);
  t.same(journal.changeOf(operation, key('b')), changes[1]);
  t.equal(journal.changeOf(operation, key('c')), null);
  t.equal(journal.changeOf(operation + 1, key('a')), null);
  t.match(journal.entries('run'), [{ photos, changes }]);
});

void t.test(
  'a journal of an earlier release is kept aside and brought up to date, with all that it holds',
  async (t) => {
    const dir = join(t.testdir({}), 'state');
    const first = await openState({ dir, command: 'test', clock: new ManualClock(), log: silentLog });
    first.close();
    const path = join(dir, 'journal.db');
    // As the first release wrote it.
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    const old = openDb(path, { synchronous: 'FULL' });
    old.exec(
      `${journalMigrations[0] ?? ''}; PRAGMA user_version = 1; PRAGMA application_id = ${journalFile.applicationId}`,
    );
    old.exec(`INSERT INTO runs VALUES ('r', 'scan', 1);
    INSERT INTO operations VALUES (1, 'r', 1, 'home', 'tag', 'x', '["${key('a')}"]', 'applied', NULL);
    INSERT INTO labels VALUES ('home', 'tag', 'x', '${key('a')}', 'verified', 1, 2, 3, 's', 1)`);
    old.close();
    const { journal } = await open(t, dir);
    t.ok(existsSync(join(dir, 'journal.backup.db.v1')));
    t.match(journal.labels(home, 'tag'), [{ photo: key('a'), state: 'verified', signature: 's' }]);
    t.match(journal.entries('r'), [{ kind: 'tag', photos: [key('a')] }]);
    t.match(journal.instance, /^[0-9a-f]{16}$/u);
    journal.put([labelOf('a')]);
    t.match(journal.values(home, 'duplicate'), [{ value: 'ours' }]);
  },
);
