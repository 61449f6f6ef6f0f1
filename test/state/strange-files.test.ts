/* Files of the state directory that are empty, another program's, or no files at all. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { OwnLabel } from '../../src/label-ports.js';
import { immichKey, type SourceName } from '../../src/model.js';
import {
  openIndexForReading,
  openJournalForReading,
  openState,
  type State,
} from '../../src/state/open-state.js';
import { openDb, pluck } from '../../src/state/sqlite.js';
import { ManualClock } from '../support/clocks.js';
import { memoryLog, type MemoryLog } from '../support/memory-log.js';

const home = 'home' as SourceName;
const clock = new ManualClock();
const label: OwnLabel = {
  source: home,
  kind: 'tag',
  name: 'x',
  photo: immichKey('home', 'a'),
  state: 'verified',
  tries: 1,
  baseline: 0,
  since: 0,
  signature: 's',
  operation: 1,
};

async function open(t: Test, dir: string, log: MemoryLog = memoryLog()): Promise<State> {
  const state = await openState({ dir, command: 'test', clock, log });
  t.teardown(() => state.close());
  return state;
}

const logsOf = (dir: string): string[] => readdirSync(dir).filter((name) => /-(?:wal|shm)$/u.test(name));

/** A directory as a run leaves it; everything stands in the files themselves. */
async function used(t: Test, { backup }: { backup: boolean }): Promise<string> {
  const dir = join(t.testdir({}), 'state');
  const state = await openState({ dir, command: 'test', clock, log: memoryLog() });
  const { journal } = state;
  journal.end(journal.begin({ id: 'r', command: 'scan' }, { ...label, kind: 'tag', photos: [label.photo] }));
  journal.put([label]);
  if (backup) await journal.backUp();
  state.close();
  for (const name of ['index.db', 'journal.db']) {
    const db = openDb(join(dir, name));
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
  }
  const copy = `${dir}-copy`;
  mkdirSync(copy);
  for (const name of readdirSync(dir).filter((file) => !logsOf(dir).includes(file)))
    copyFileSync(join(dir, name), join(copy, name));
  return copy;
}

function labelsInBackup(dir: string): unknown {
  const db = openDb(join(dir, 'journal.backup.db'), { readOnly: true });
  const labels = pluck(db, 'SELECT count(*) FROM labels');
  db.close();
  return labels;
}

function stranger(path: string): void {
  rmSync(path, { force: true });
  const db = openDb(path, { rollbackJournal: true });
  db.exec(`CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup'); PRAGMA user_version = 7`);
  db.close();
}

const oddities: readonly (readonly [string, (dir: string, name: string) => void, RegExp])[] = [
  ['of 0 bytes', (dir, name) => writeFileSync(join(dir, name), ''), /is empty/u],
  [
    'a database without tables',
    (dir, name) => {
      rmSync(join(dir, name));
      openDb(join(dir, name)).close();
    },
    /is empty/u,
  ],
  ['the database of something else', (dir, name) => stranger(join(dir, name)), /of something else/u],
  [
    'the other database of ours',
    (dir, name) => copyFileSync(join(dir, name === 'index.db' ? 'journal.db' : 'index.db'), join(dir, name)),
    /of something else/u,
  ],
  ['no database', (dir, name) => writeFileSync(join(dir, name), 'soup '.repeat(900)), /is damaged/u],
];

for (const [what, spoil, fault] of oddities) {
  void t.test(`a journal that is ${what} comes back from its backup, labels and all`, async (t) => {
    const dir = await used(t, { backup: true });
    spoil(dir, 'journal.db');
    t.throws(() => openJournalForReading(dir, clock), { code: 'STATE_DAMAGED', exitCode: 1, message: fault });
    const log = memoryLog();
    const state = await open(t, dir, log);
    t.same(state.journal.labels(home, 'tag'), [label]);
    t.match(state.journal.hold('removals'), /restored from its backup/u);
    t.match(log.lines, [{ level: 'error', message: /restored from its backup/u }], 'it is said aloud');
    t.ok(
      readdirSync(dir).some((name) => name.startsWith('journal.db.damaged-')),
      'the other file is kept',
    );
    await state.journal.backUp();
    t.equal(labelsInBackup(dir), 1);
  });

  void t.test(`a journal that is ${what}, without a backup, takes nothing off by itself`, async (t) => {
    const dir = await used(t, { backup: false });
    spoil(dir, 'journal.db');
    const state = await open(t, dir);
    t.same(state.journal.labels(home, 'tag'), []);
    t.match(state.journal.hold('removals'), /had no backup/u);
  });

  void t.test(`an index that is ${what} is built anew, and that is said`, async (t) => {
    const dir = await used(t, { backup: false });
    spoil(dir, 'index.db');
    t.throws(() => openIndexForReading(dir), { code: 'STATE_DAMAGED', message: fault });
    const log = memoryLog();
    const state = await open(t, dir, log);
    t.equal(state.photos.counts().photos, 0);
    t.match(log.lines, [{ level: 'warn', message: /index\.db .* set aside/u }]);
    t.equal(state.journal.labels(home, 'tag').length, 1, 'the journal stays');
    t.equal(state.journal.hold('removals'), null);
  });
}

void t.test(
  'a journal that is gone comes back from its backup; without one nothing is taken off',
  async (t) => {
    const dir = await used(t, { backup: true });
    rmSync(join(dir, 'journal.db'));
    writeFileSync(join(dir, 'journal.db-wal'), 'left over');
    const state = await open(t, dir);
    t.same(state.journal.labels(home, 'tag'), [label]);
    t.match(state.journal.hold('removals'), /was gone and was restored/u);
    state.close();
    for (const name of ['journal.db', 'journal.backup.db']) rmSync(join(dir, name));
    t.match((await open(t, dir)).journal.hold('removals'), /was gone and had no backup/u);
  },
);

void t.test('a first start that was cut off is a first start again', async (t) => {
  const dir = t.testdir({ 'journal.db': '', 'index.db': '' });
  t.equal(openJournalForReading(dir, clock), null);
  t.equal(openIndexForReading(dir), null);
  t.equal((await open(t, dir)).journal.hold('removals'), null);
});

void t.test('a backup that cannot be used is kept, not overwritten', async (t) => {
  const dir = await used(t, { backup: true });
  for (const name of ['journal.db', 'journal.backup.db']) writeFileSync(join(dir, name), 'soup '.repeat(900));
  const state = await open(t, dir);
  t.match(state.journal.hold('removals'), /had no backup/u);
  await state.journal.backUp();
  t.ok(readdirSync(dir).some((name) => name.startsWith('journal.backup.db.damaged-')));
});

void t.test('a backup is not replaced by a journal that has lost everything', async (t) => {
  const dir = await used(t, { backup: true });
  const state = await open(t, dir);
  const db = openDb(join(dir, 'journal.db'));
  db.exec('DELETE FROM labels; DELETE FROM operations; DELETE FROM made');
  db.close();
  await state.journal.backUp();
  t.equal(labelsInBackup(dir), 1);
});

void t.test('a journal of the first release is taken as ours', async (t) => {
  const dir = await used(t, { backup: false });
  for (const name of ['journal.db', 'index.db']) {
    const db = openDb(join(dir, name));
    db.exec('PRAGMA application_id = 0; PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
  }
  const log = memoryLog();
  const state = await open(t, dir, log);
  t.equal(state.journal.labels(home, 'tag').length, 1);
  t.same(log.lines, []);
});

for (const name of ['index.db', 'journal.db'])
  void t.test(`${name} is a directory: that is said, not that the disk is full`, async (t) => {
    const dir = await used(t, { backup: false });
    rmSync(join(dir, name));
    mkdirSync(join(dir, name));
    const error = { code: 'STATE_UNREADABLE', message: /is a directory; move it away/u };
    await t.rejects(open(t, dir), error);
    t.throws(
      () => (name === 'index.db' ? openIndexForReading(dir) : openJournalForReading(dir, clock)),
      error,
    );
    t.ok(existsSync(join(dir, name)));
    rmSync(join(dir, name), { recursive: true });
    await t.resolves(open(t, dir), 'the lock was freed');
  });
