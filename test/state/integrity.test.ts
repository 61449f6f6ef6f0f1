import { join } from 'node:path';
import t, { type Test } from 'tap';
import { checkIndexIfDue, markClosed, markOpen } from '../../src/state/integrity.js';
import { openDb, transaction, type Db } from '../../src/state/sqlite.js';
import { ManualClock } from '../support/manual-clock.js';

const week = 7 * 24 * 3_600_000;

/** A file of 80 MB. */
function largeFile(t: Test): { path: string; open: () => Db } {
  const path = join(t.testdir({}), 'index.db');
  const open = (): Db => openDb(path);
  const db = open();
  db.exec('CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
  db.exec('CREATE TABLE photos (id INTEGER PRIMARY KEY, bytes BLOB)');
  transaction(db, () => {
    for (let id = 0; id < 80; id++) db.prepare('INSERT INTO photos VALUES (?, zeroblob(1000000))').run(id);
  });
  db.close();
  return { path, open };
}

void t.test(
  'a large index is checked unless it was closed in good order and checked this week',
  async (t) => {
    const { path, open } = largeFile(t);
    const clock = new ManualClock();
    const isChecked = (db: Db): boolean => {
      const before = db.prepare(`SELECT value FROM meta WHERE name = 'checked at'`).get() as
        { value: string } | undefined;
      db.prepare(`UPDATE meta SET value = value - 1 WHERE name = 'checked at'`).run();
      checkIndexIfDue(db, path, clock);
      const after = db.prepare(`SELECT value FROM meta WHERE name = 'checked at'`).get() as
        { value: string } | undefined;
      return after?.value === String(clock.now()) && (before === undefined || after.value >= before.value);
    };
    const session = (end: 'closed' | 'killed'): boolean => {
      const db = open();
      const checked = isChecked(db);
      markOpen(db);
      if (end === 'closed') markClosed(db);
      db.close();
      return checked;
    };
    t.equal(session('closed'), true, 'the first time');
    t.equal(session('closed'), false, 'closed in good order');
    t.equal(session('killed'), false, 'closed in good order before it was killed');
    t.equal(session('closed'), true, 'after it was killed');
    await clock.advance(week + 1000);
    t.equal(session('closed'), true, 'after a week');
  },
);

void t.test('a small index is checked always, and one where damage was met after it', (t) => {
  const path = join(t.testdir({}), 'index.db');
  const clock = new ManualClock();
  const db = openDb(path);
  checkIndexIfDue(db, path, clock);
  db.exec('CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
  checkIndexIfDue(db, path, clock);
  markClosed(db);
  const marks = (): unknown[] => db.prepare('SELECT name FROM meta ORDER BY name').all();
  t.same(marks(), [{ name: 'checked at' }, { name: 'closed whole' }]);
  markOpen(db);
  const broken = (): never => {
    throw new Error('database disk image is malformed');
  };
  t.throws(() => transaction(db, broken), { code: 'STATE_DAMAGED' });
  markClosed(db);
  t.same(marks(), [{ name: 'checked at' }]);
  db.close();
  t.end();
});
