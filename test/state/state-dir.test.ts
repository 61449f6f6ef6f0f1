/* A state directory on a bad day: what is rebuilt, what is restored, what is not touched. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { silentLog } from '../../src/logger.js';
import { immichKey, type PhotoKey, type ServerTime, type SourceName } from '../../src/model.js';
import type { OwnLabel } from '../../src/label-ports.js';
import { openState, type State } from '../../src/state/open-state.js';
import { openDb } from '../../src/state/sqlite.js';
import { ManualClock } from '../support/clocks.js';

const home = 'home' as SourceName;
const run = { id: 'run-1', command: 'scan' };
const key: PhotoKey = immichKey('home', 'a');
const label: OwnLabel = {
  source: home,
  kind: 'tag',
  name: 'x',
  photo: key,
  state: 'verified',
  tries: 1,
  baseline: 0,
  since: 0,
  signature: 's',
  operation: 1,
};
const checkpoint = Date.UTC(2026, 0, 2) as ServerTime;

async function open(t: Test, dir: string): Promise<State> {
  const state = await openState({ dir, command: 'test', clock: new ManualClock(), log: silentLog });
  t.teardown(() => state.close());
  return state;
}

/** A directory as a run leaves it. */
async function used(t: Test, { backup }: { backup: boolean }): Promise<string> {
  const dir = join(t.testdir({}), 'state');
  const state = await open(t, dir);
  state.journal.begin(run, { source: home, kind: 'tag', name: 'x', photos: [key] });
  state.journal.put([label]);
  if (backup) await state.journal.backUp();
  await state.json.move(home, { checkpoint, countOffset: 3 });
  await state.json.rememberAccount(home, 'anna-id');
  state.close();
  return asInFile(dir);
}

/** A copy in which everything stands in the files themselves, not in the logs beside them, and that nobody has open. */
function asInFile(dir: string): string {
  for (const name of ['index.db', 'journal.db']) {
    const db = openDb(join(dir, name));
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
  }
  const copy = `${dir}-copy`;
  cpSync(dir, copy, { recursive: true, filter: (path) => !/-(wal|shm)$/u.test(path) });
  return copy;
}

const asideOf = (dir: string, name: string): string[] =>
  readdirSync(dir).filter((file) => file.startsWith(`${name}.damaged-`));

function newer(path: string): void {
  const db = openDb(path);
  db.exec('PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

void t.test('a new directory is private to its user', async (t) => {
  const dir = join(t.testdir({}), 'a', 'state');
  await open(t, dir);
  t.equal(statSync(dir).mode & 0o077, 0);
  t.same(
    readdirSync(dir)
      .filter((name) => !/-(wal|shm|journal)$/u.test(name))
      .sort(),
    ['holder.json', 'index.db', 'journal.db', 'lock.db', 'state.json'],
  );
});

void t.test('what was written is there after closing', async (t) => {
  const dir = await used(t, { backup: false });
  const state = await open(t, dir);
  t.same(state.json.of(home), { checkpoint, countOffset: 3 });
  t.equal(state.json.accountIdentity(home), 'anna-id');
  t.equal(state.journal.labels(home, 'tag').length, 1);
  state.close();
  state.close();
});

for (const [what, damage] of [
  ['damaged', (path: string) => writeFileSync(path, 'no database at all '.repeat(300))],
  ['of a newer release', newer],
] as const)
  void t.test(`an index that is ${what} is set aside and built anew, with its checkpoints`, async (t) => {
    const dir = await used(t, { backup: false });
    damage(join(dir, 'index.db'));
    const state = await open(t, dir);
    t.same(asideOf(dir, 'index.db').filter((name) => !/-(wal|shm)$/u.test(name)).length, 1);
    t.equal(state.photos.counts().photos, 0);
    t.same(state.json.of(home), { checkpoint: null, countOffset: null }, 'everything is listed again');
    t.equal(state.json.accountIdentity(home), 'anna-id');
    t.equal(state.journal.labels(home, 'tag').length, 1, 'the journal stays');
    t.equal(state.journal.hold('removals'), null);
  });

void t.test('an index that lost a page is noticed', async (t) => {
  const dir = await used(t, { backup: false });
  const path = join(dir, 'index.db');
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4096, 4096 * 3);
  writeFileSync(path, bytes);
  await open(t, dir);
  t.ok(asideOf(dir, 'index.db').length > 0);
});

void t.test('a damaged journal comes back from its backup, and takes nothing off by itself', async (t) => {
  const dir = await used(t, { backup: true });
  writeFileSync(join(dir, 'journal.db'), 'no database at all '.repeat(300));
  const state = await open(t, dir);
  t.ok(asideOf(dir, 'journal.db').length > 0);
  t.same(state.journal.labels(home, 'tag'), [label]);
  t.match(state.journal.hold('removals'), /restored from its backup/);
  state.close();
  const next = await open(t, dir);
  t.match(next.journal.hold('removals'), /restored/, 'until a person agrees');
});

void t.test('a damaged journal without a backup begins empty, and takes nothing off', async (t) => {
  const dir = await used(t, { backup: false });
  writeFileSync(join(dir, 'journal.db'), 'no database at all '.repeat(300));
  const state = await open(t, dir);
  t.same(state.journal.labels(home, 'tag'), []);
  t.match(state.journal.hold('removals'), /had no backup/);
  t.ok(asideOf(dir, 'journal.db').length > 0);
});

void t.test('journal and backup both damaged', async (t) => {
  const dir = await used(t, { backup: true });
  for (const name of ['journal.db', 'journal.backup.db'])
    writeFileSync(join(dir, name), 'no database at all '.repeat(300));
  const state = await open(t, dir);
  t.same(state.journal.labels(home, 'tag'), []);
  t.match(state.journal.hold('removals'), /damaged/);
});

void t.test('a journal of a newer release is not touched', async (t) => {
  const dir = await used(t, { backup: true });
  const path = join(dir, 'journal.db');
  newer(path);
  const before = readFileSync(path);
  await t.rejects(open(t, dir), { code: 'STATE_NEWER', message: /journal\.db/ });
  t.same(readFileSync(path), before);
  t.same(asideOf(dir, 'journal.db'), []);
  await t.rejects(open(t, dir), { code: 'STATE_NEWER' }, 'the lock was freed');
});

for (const [what, text] of [
  ['damaged', '{ "version": 1, '],
  ['empty', ''],
  ['of a newer release', '{ "version": 2, "index": "x", "sources": {}, "accounts": {}, "folders": {} }'],
  ['something else', '[1, 2]'],
  ['nothing but null', 'null'],
] as const)
  void t.test(`a state.json that is ${what}`, async (t) => {
    const dir = await used(t, { backup: false });
    writeFileSync(join(dir, 'state.json'), text);
    const state = await open(t, dir);
    t.same(state.json.of(home), { checkpoint: null, countOffset: null });
    const [aside] = asideOf(dir, 'state.json');
    t.equal(aside === undefined ? null : readFileSync(join(dir, aside), 'utf8'), text, 'is kept aside');
    await state.json.move(home, { checkpoint });
    state.close();
    t.equal((await open(t, dir)).json.of(home).checkpoint, checkpoint);
  });

void t.test('a person may edit the checkpoint', async (t) => {
  const dir = await used(t, { backup: false });
  const path = join(dir, 'state.json');
  const text = readFileSync(path, 'utf8');
  t.match(text, '2026-01-02T00:00:00.000Z');
  writeFileSync(path, text.replace('2026-01-02T00:00:00.000Z', '2025-12-24T12:00:00+01:00'));
  t.equal((await open(t, dir)).json.of(home).checkpoint, Date.UTC(2025, 11, 24, 11));
});

const asRoot = process.getuid?.() === 0 ? 'root may write everywhere' : false;
void t.test('a directory that cannot be written', { skip: asRoot }, async (t) => {
  const dir = t.testdir({});
  chmodSync(dir, 0o500);
  t.teardown(() => chmodSync(dir, 0o700));
  await t.rejects(open(t, join(dir, 'state')), { code: 'STATE_NOT_WRITABLE', exitCode: 2 });
  t.notOk(existsSync(join(dir, 'state')));
});

void t.test('a directory below a file', async (t) => {
  const dir = t.testdir({ file: 'x' });
  await t.rejects(open(t, join(dir, 'file', 'state')), { code: 'STATE_NOT_WRITABLE', exitCode: 2 });
});

void t.test('a copy of the journal alone, after the agent has ended, has everything', async (t) => {
  const dir = await used(t, { backup: false });
  const elsewhere = join(dir, '..', 'elsewhere');
  mkdirSync(elsewhere);
  cpSync(join(dir, 'journal.db'), join(elsewhere, 'journal.db'));
  const state = await open(t, elsewhere);
  t.match(state.journal.labels(home, 'tag'), [{ photo: key, name: 'x' }]);
});
