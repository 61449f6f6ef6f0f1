/* What a watched folder tells, by events and by polling. */
import { EventEmitter } from 'node:events';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { keyOf, sweep, toldOf, watching } from '../support/folder-watching.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/until.js';

for (const polling of [false, true]) {
  const mode = polling ? 'by polling' : 'by events';

  void t.test(`photos that come, change and go are signalled, ${mode}`, async (t) => {
    const root = t.testdir({ 'old.jpg': 'x', 'gone.jpg': 'x', sub: { 'deep.png': 'x' } });
    const { keys, untilKeys, signals } = await watching(t, root, { polling });
    t.same(signals, [], 'what was there before is not news');
    await writeFile(join(root, 'new.jpg'), 'x');
    await writeFile(join(root, 'old.jpg'), 'changed');
    await writeFile(join(root, 'sub/deep.png'), 'changed');
    await writeFile(join(root, 'notes.txt'), 'x');
    await rm(join(root, 'gone.jpg'));
    await untilKeys('new.jpg', 'old.jpg', 'sub/deep.png', 'gone.jpg');
    await rename(join(root, 'new.jpg'), join(root, 'sub/moved.jpg'));
    await untilKeys('sub/moved.jpg');
    t.notOk([...keys()].some((key) => key.endsWith('.txt')));
    t.ok(signals.every(({ kind }) => kind === 'photos'));
  });

  void t.test(`whole trees that come and go, ${mode}`, async (t) => {
    const base = t.testdir({ photos: {}, inbox: { 'a.jpg': 'x', deep: { er: { 'b.jpg': 'x' } } } });
    const root = join(base, 'photos');
    const { untilKeys, keys, signals } = await watching(t, root, { polling });
    await rename(join(base, 'inbox'), join(root, 'trip'));
    await untilKeys('trip/a.jpg', 'trip/deep/er/b.jpg');
    await mkdir(join(root, 'fresh/two'), { recursive: true });
    await writeFile(join(root, 'fresh/two/c.jpg'), 'x');
    await untilKeys('fresh/two/c.jpg');
    await writeFile(join(root, 'trip/deep/er/later.jpg'), 'x');
    await untilKeys('trip/deep/er/later.jpg');
    signals.length = 0;
    await rm(join(root, 'trip'), { recursive: true });
    await until('signals the removal', () =>
      signals.some(({ kind }) => kind === 'sweep' || keys().has(keyOf('trip/deep/er/b.jpg'))),
    );
  });

  void t.test(`ignored and hidden paths are silent, links are not followed, ${mode}`, async (t) => {
    const base = t.testdir({ outside: {}, photos: { private: {}, '.trash': {}, '@eaDir': {} } });
    const root = join(base, 'photos');
    await symlink(join(base, 'outside'), join(root, 'link'));
    const { keys, untilKeys } = await watching(t, root, { polling, ignore: ['private/**'] });
    for (const path of ['private/a.jpg', '.trash/b.jpg', '@eaDir/c.jpg', '.d.jpg', '../outside/e.jpg'])
      await writeFile(join(root, path), 'x');
    await writeFile(join(root, 'last.jpg'), 'x');
    await untilKeys('last.jpg');
    t.same([...keys()], [keyOf('last.jpg')]);
  });
}

void t.test('a file that is written in pieces is signalled once, after the last', async (t) => {
  const root = t.testdir({});
  const clock = new ManualClock();
  const { told, accepts } = toldOf();
  const { untilKeys, signals } = await watching(t, root, { settleMs: 1500, clock, accepts });
  for (let piece = 0; piece < 8; piece += 1) {
    await writeFile(join(root, 'a.jpg'), 'piece', { flag: 'a' });
    // What the system tells of one directory comes in its order.
    await writeFile(join(root, `${piece}.txt`), '');
    await until('the piece', () => told.includes(`${piece}.txt`));
    await clock.advance(1000);
    t.same(signals, []);
  }
  await clock.advance(500);
  await untilKeys('a.jpg');
  await clock.advance(10_000);
  t.same(signals, [{ kind: 'photos', keys: [keyOf('a.jpg')] }]);
});

void t.test('a name that is no UTF-8 is found by a sweep', async (t) => {
  const root = t.testdir({});
  const { signals } = await watching(t, root);
  const name = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff]), Buffer.from('.jpg')]);
  await writeFile(name, 'x');
  t.teardown(() => rm(name, { force: true }));
  await until('signals a sweep', () => signals.length > 0);
  t.same(signals[0], sweep);
});

void t.test('after stop nothing is signalled, and start begins anew', async (t) => {
  const root = t.testdir({});
  const clock = new ManualClock();
  const { told, accepts } = toldOf();
  const { watcher, signals, untilKeys } = await watching(t, root, { clock, accepts });
  await writeFile(join(root, 'a.jpg'), 'x');
  await until('what was told of it', () => told.includes('a.jpg'));
  await watcher.stop();
  await watcher.stop();
  await writeFile(join(root, 'b.jpg'), 'x');
  await watcher.start();
  await watcher.start();
  await writeFile(join(root, 'c.jpg'), 'x');
  await until('what was told of it', () => told.includes('c.jpg'));
  await clock.advance(1_000);
  await untilKeys('c.jpg');
  t.same(signals, [{ kind: 'photos', keys: [keyOf('c.jpg')] }]);
});

void t.test(
  'a folder that was made while its parent was read is watched, and its photos signalled',
  async (t) => {
    const root = t.testdir({ trip: { day: { 'a.jpg': 'x' }, seen: {} } });
    const added: string[] = [];
    const fake = Object.assign(new EventEmitter(), {
      close: () => Promise.resolve(),
      add: (path: string) => void added.push(path),
      getWatched: () =>
        Object.fromEntries(
          [root, ...['trip', 'trip/seen'].map((path) => join(root, path)), ...added].map((path) => [
            path,
            [],
          ]),
        ),
    });
    const watch = (): EventEmitter => (setImmediate(() => fake.emit('ready')), fake);
    const { FolderWatcher: Watcher } = await t.mockImport<
      typeof import('../../src/watchers/folder-watcher.js')
    >('../../src/watchers/folder-watcher.js', { chokidar: { watch } });
    const { signals, untilKeys } = await watching(t, root, {}, Watcher);
    fake.emit('addDir', join(root, 'trip'));
    await untilKeys('trip/day/a.jpg');
    t.same(signals, [{ kind: 'photos', keys: [keyOf('trip/day/a.jpg')] }]);
    t.same(added, [join(root, 'trip/day')], 'it alone was not watched');
  },
);
