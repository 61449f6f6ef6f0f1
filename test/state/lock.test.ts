/* One process per state directory. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { describeError } from '../../src/errors.js';
import { lockHolder, lockStateDir } from '../../src/state/lock.js';
import { openDb } from '../../src/state/sqlite.js';
import { until } from '../support/until.js';

const me = { pid: process.pid, command: 'scan', since: '2026-01-01T00:00:00.000Z' };
const root = join(import.meta.dirname, '..', '..');

/** The shortest of some times that it takes, milliseconds: what waits does so every time, what others slow down does not. */
function shortest(work: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}

/** A process of its own that holds the lock until it is killed. */
async function holdElsewhere(t: Test, dir: string): Promise<ChildProcess> {
  const script = `
    import { lockStateDir } from '${root}/src/state/lock.ts';
    lockStateDir(process.argv[1], { pid: process.pid, command: 'agent', since: 'noon', url: 'http://x', token: 'secret' });
    console.log('held');
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, dir], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

void t.test('a free directory has no holder, before and after', (t) => {
  const dir = t.testdir({});
  t.equal(lockHolder(dir), null);
  const lock = lockStateDir(dir, me);
  t.same(lockHolder(dir), me);
  lock.release();
  t.equal(lockHolder(dir), null);
  lockStateDir(dir, me).release();
  t.end();
});

void t.test('a second holder is told who is first, and does not wait long', (t) => {
  const dir = t.testdir({});
  const lock = lockStateDir(dir, me);
  const second = (): void =>
    void t.throws(() => lockStateDir(dir, { ...me, command: 'other' }), {
      code: 'STATE_LOCKED',
      exitCode: 1,
      message: new RegExp(`"scan" \\(process ${process.pid}, since 2026`, 'u'),
    });
  t.ok(shortest(second) < 2_000);
  try {
    lockStateDir(dir, me);
  } catch (error) {
    t.notMatch(describeError(error), /database/u, 'how the lock is made is no news to a person');
  }
  const look = (): void => void t.same(lockHolder(dir), me);
  t.ok(shortest(look) < 500, 'who only looks does not wait');
  lock.release();
  lockStateDir(dir, me).release();
  t.end();
});

void t.test('where it can be reached is for its user only', (t) => {
  const dir = t.testdir({});
  const lock = lockStateDir(dir, me);
  lock.announce({ ...me, url: 'http://127.0.0.1:1', token: 'secret' });
  t.match(lockHolder(dir), { url: 'http://127.0.0.1:1', token: 'secret' });
  t.equal(statSync(join(dir, 'holder.json')).mode & 0o077, 0);
  t.match(readFileSync(join(dir, 'holder.json'), 'utf8'), 'secret');
  lock.release();
  t.end();
});

void t.test('a process that was killed holds nothing', async (t) => {
  const dir = t.testdir({});
  const child = await holdElsewhere(t, dir);
  t.match(lockHolder(dir), { pid: child.pid, command: 'agent' });
  t.throws(() => lockStateDir(dir, me), { code: 'STATE_LOCKED', message: /"agent"/ });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until('the lock to be free', () => lockHolder(dir) === null);
  const lock = lockStateDir(dir, me);
  t.match(lockHolder(dir), { command: 'scan' });
  lock.release();
});

for (const [what, spoil] of [
  ['holds garbage', (path: string) => writeFileSync(path, 'no database '.repeat(500))],
  ['was cut short', cutShort],
] as const)
  void t.test(`a lock.db that ${what} locks nobody out, and is a lock again`, (t) => {
    const dir = t.testdir({});
    lockStateDir(dir, me).release();
    spoil(join(dir, 'lock.db'));
    t.equal(lockHolder(dir), null);
    const lock = lockStateDir(dir, me);
    t.same(lockHolder(dir), me);
    t.throws(() => lockStateDir(dir, me), { code: 'STATE_LOCKED' });
    lock.release();
    t.equal(lockHolder(dir), null);
    t.end();
  });

function cutShort(path: string): void {
  const db = openDb(path, { rollbackJournal: true });
  db.exec('CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(50000))');
  db.close();
  truncateSync(path, 5000);
}

void t.test('garbage that is written over a lock that is held frees nothing', (t) => {
  const dir = t.testdir({});
  const lock = lockStateDir(dir, me);
  const written = spawnSync('sh', ['-c', 'echo garbage > "$1"', 'sh', join(dir, 'lock.db')]);
  t.equal(written.status, 0);
  t.same(lockHolder(dir), me);
  t.throws(() => lockStateDir(dir, me), { code: 'STATE_LOCKED' });
  lock.release();
  lockStateDir(dir, me).release();
  t.end();
});

void t.test('a lock.db that is a directory: what to do is said', (t) => {
  const dir = t.testdir({ 'lock.db': {} });
  const error = { code: 'STATE_NOT_WRITABLE', message: /lock\.db is a directory; remove it/u };
  t.throws(() => lockStateDir(dir, me), error);
  t.throws(() => lockHolder(dir), error);
  t.ok(existsSync(join(dir, 'lock.db')));
  t.end();
});

void t.test('a directory in use is not said to be used by a process that has ended', (t) => {
  const dir = t.testdir({});
  const lock = lockStateDir(dir, me);
  const { pid } = spawnSync(process.execPath, ['--version']);
  for (const text of [JSON.stringify({ ...me, pid }), 'null', '{"pid":"one"}', '']) {
    writeFileSync(join(dir, 'holder.json'), text);
    t.throws(
      () => lockStateDir(dir, me),
      { code: 'STATE_LOCKED', message: /in use by another process$/u },
      text,
    );
  }
  lock.release();
  t.end();
});

void t.test('a holder that cannot be written down holds nothing', (t) => {
  const dir = t.testdir({});
  mkdirSync(join(dir, 'holder.json'));
  t.throws(() => lockStateDir(dir, me), { code: 'STATE_NOT_WRITABLE' });
  t.equal(lockHolder(dir), null);
  t.end();
});
