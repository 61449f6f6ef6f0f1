/* Transactions and versions of the files. */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t, { type Test } from 'tap';
import { FatalError } from '../../src/errors.js';
import {
  byPages,
  mapSqliteError,
  migrate,
  onDiskLater,
  openDb,
  pluck,
  schemaVersion,
  transaction,
  type Db,
} from '../../src/state/sqlite.js';

function open(t: Test): Db {
  const db = openDb(join(t.testdir({}), 'test.db'));
  t.teardown(() => db.close());
  db.exec('CREATE TABLE things (name TEXT NOT NULL)');
  return db;
}

const add = (db: Db, name: string): void => void db.prepare('INSERT INTO things VALUES (?)').run(name);
const count = (db: Db): number => Number(pluck(db, 'SELECT count(*) FROM things'));

void t.test('all of a transaction is written, or nothing', (t) => {
  const db = open(t);
  const result = transaction(db, () => {
    add(db, 'a');
    return 'done';
  });
  t.equal(result, 'done');
  const failing = (): void =>
    transaction(db, () => {
      add(db, 'b');
      throw new Error('in the middle');
    });
  t.throws(failing, { message: 'in the middle' });
  t.equal(count(db), 1);
  transaction(db, () => add(db, 'c'));
  t.equal(count(db), 2, 'and the next one works');
  t.end();
});

void t.test('a transaction in a transaction is part of it', (t) => {
  const db = open(t);
  t.throws(() =>
    transaction(db, () => {
      transaction(db, () => add(db, 'inner'));
      throw new Error('outer');
    }),
  );
  t.equal(count(db), 0);
  t.end();
});

void t.test('what was committed is there when the file is opened again', (t) => {
  const path = join(t.testdir({}), 'test.db');
  const first = openDb(path, { synchronous: 'FULL' });
  migrate(first, ['CREATE TABLE things (name TEXT NOT NULL)'], 'test.db');
  transaction(first, () => add(first, 'a'));
  first.close();
  const second = openDb(path, { readOnly: true });
  t.equal(count(second), 1);
  t.throws(() => add(second, 'b'), /readonly/);
  second.close();
  t.end();
});

void t.test('steps of a schema are taken once, each whole or not at all', (t) => {
  const db = open(t);
  const steps = ['CREATE TABLE one (x)', 'CREATE TABLE two (x); INSERT INTO two VALUES (1)'];
  migrate(db, steps.slice(0, 1), 'test.db');
  t.equal(schemaVersion(db), 1);
  migrate(db, steps, 'test.db');
  migrate(db, steps, 'test.db');
  t.equal(schemaVersion(db), 2);
  t.equal(pluck(db, 'SELECT count(*) FROM two'), 1);
  t.throws(() => migrate(db, [...steps, 'CREATE TABLE three (x); CREATE TABLE one (x)'], 'test.db'));
  t.equal(schemaVersion(db), 2);
  t.throws(() => pluck(db, 'SELECT count(*) FROM three'), 'the first half of the failed step is not there');
  t.throws(() => migrate(db, steps.slice(0, 1), 'test.db'), { code: 'STATE_NEWER' });
  t.end();
});

void t.test('a full or read-only disk is told as such', (t) => {
  for (const message of [
    'database or disk is full',
    'disk I/O error',
    'attempt to write a readonly database',
    'ENOSPC: no space left on device, write',
  ])
    t.match(mapSqliteError(new Error(message)), { code: 'STATE_NOT_WRITABLE', exitCode: 1 }, message);
  t.ok(mapSqliteError(new Error('disk I/O error')) instanceof FatalError);
  t.match(mapSqliteError(new Error('database disk image is malformed')), {
    code: 'STATE_DAMAGED',
    exitCode: 1,
  });
  const other = new Error('no such table');
  t.equal(mapSqliteError(other), other);
  t.end();
});

void t.test('a file that is no database is refused at once', (t) => {
  const dir = t.testdir({ 'test.db': 'x'.repeat(5000) });
  t.throws(() => openDb(join(dir, 'test.db')), /not a database/);
  t.throws(() => openDb(join(dir, 'missing', 'test.db')));
  t.end();
});

void t.test(
  'a long reading survives garbage collections and writes in between, and shows each row once',
  async (t) => {
    setFlagsFromString('--expose_gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const db = open(t);
    db.exec('CREATE TABLE numbers (id INTEGER PRIMARY KEY, value TEXT NOT NULL)');
    const put = db.prepare('INSERT OR REPLACE INTO numbers VALUES (?, ?)');
    transaction(db, () => {
      for (let id = 0; id < 5_000; id++) put.run(id, 'old');
    });
    const seen: number[] = [];
    const sql = 'SELECT id FROM numbers WHERE value <> ? AND id > ? ORDER BY id LIMIT ?';
    for (const { id } of byPages<{ id: number }>(db, sql, 'gone')) {
      seen.push(id);
      put.run(id, 'new');
      if (id % 500 !== 0) continue;
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }
    t.same(
      seen,
      Array.from({ length: 5_000 }, (_, id) => id),
    );
  },
);

void t.test('small things may reach the disk later, nothing else may', (t) => {
  const db = openDb(join(t.testdir({}), 'a.db'), { synchronous: 'FULL' });
  const level = (): unknown => pluck(db, 'PRAGMA synchronous');
  t.equal(level(), 2);
  t.equal(onDiskLater(db, level), 1);
  t.equal(level(), 2);
  t.throws(() =>
    onDiskLater(db, () => {
      throw new Error('broken');
    }),
  );
  t.equal(level(), 2, 'also when it fails');
  transaction(db, () => {
    t.equal(onDiskLater(db, level), 2, 'what belongs to something else goes with it');
  });
  db.close();
  t.end();
});
