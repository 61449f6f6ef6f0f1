import { EventEmitter } from 'node:events';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { folderKey, type PhotoKey, type Signal, type SourceName } from '../../src/model.js';
import type { Clock, Log } from '../../src/ports.js';
import { createFolderRules } from '../../src/sources/folder/folder-rules.js';
import { FolderWatcher, type FolderWatcherOptions } from '../../src/watchers/folder-watcher.js';

const nas = 'nas' as SourceName;
const keyOf = (path: string): PhotoKey => folderKey('nas', path);
const sweep: Signal = { kind: 'sweep', source: nas };

const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, { ...(signal && { signal }) }).catch(() => undefined),
};

/** Sleeps end when the test says so. */
class HandClock implements Clock {
  readonly asked: number[] = [];
  #wake: (() => void) | null = null;

  now(): number {
    return 0;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.asked.push(ms);
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal?.addEventListener('abort', () => resolve());
    });
  }

  wake(): void {
    this.#wake?.();
  }
}

interface Heard {
  readonly signals: Signal[];
  readonly warnings: Record<string, unknown>[];
  readonly keys: () => Set<PhotoKey>;
  /** Waits until it is so; fails after 10 s. */
  readonly until: (what: string, isSo: () => boolean) => Promise<void>;
  readonly untilKeys: (...paths: string[]) => Promise<void>;
}

function listening(t: Test): Heard & { readonly emit: (signal: Signal) => void; readonly log: Log } {
  const signals: Signal[] = [];
  const warnings: Record<string, unknown>[] = [];
  const silent = (): void => undefined;
  const keys = (): Set<PhotoKey> =>
    new Set(signals.flatMap((signal) => (signal.kind === 'photos' ? signal.keys : [])));
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    const deadline = Date.now() + 10_000;
    while (!isSo() && Date.now() < deadline) await wait(10);
    t.ok(isSo(), what);
  };
  return {
    signals,
    warnings,
    keys,
    until,
    untilKeys: (...paths) =>
      until(`signals ${paths.join(', ')}`, () => paths.every((path) => keys().has(keyOf(path)))),
    emit: (signal) => signals.push(signal),
    log: { debug: silent, info: silent, error: silent, warn: (fields) => warnings.push(fields) },
  };
}

type Chosen = Partial<Pick<FolderWatcherOptions, 'settleMs' | 'polling' | 'clock'>> & { ignore?: string[] };

async function watching(
  t: Test,
  root: string,
  { ignore = [], ...chosen }: Chosen = {},
  Watcher = FolderWatcher,
): Promise<Heard & { readonly watcher: FolderWatcher }> {
  const heard = listening(t);
  const watcher = new Watcher({
    source: nas,
    root,
    ...createFolderRules(nas, ignore),
    settleMs: 50,
    polling: false,
    pollMs: 50,
    clock: wallClock,
    emit: heard.emit,
    log: heard.log,
    ...chosen,
  });
  t.teardown(() => watcher.stop());
  await watcher.start();
  return { ...heard, watcher };
}

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
    const { until, untilKeys, keys, signals } = await watching(t, root, { polling });
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
  const { untilKeys, signals } = await watching(t, root, { settleMs: 1500 });
  for (let piece = 0; piece < 8; piece += 1) {
    await writeFile(join(root, 'a.jpg'), 'piece', { flag: 'a' });
    await wait(50);
    t.same(signals, []);
  }
  await untilKeys('a.jpg');
  t.same(signals, [{ kind: 'photos', keys: [keyOf('a.jpg')] }]);
});

void t.test('a name that is no UTF-8 is found by a sweep', async (t) => {
  const root = t.testdir({});
  const { until, signals } = await watching(t, root);
  const name = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff]), Buffer.from('.jpg')]);
  await writeFile(name, 'x');
  t.teardown(() => rm(name, { force: true }));
  await until('signals a sweep', () => signals.length > 0);
  t.same(signals[0], sweep);
});

void t.test('after stop nothing is signalled, and start begins anew', async (t) => {
  const root = t.testdir({});
  const { watcher, signals, untilKeys } = await watching(t, root);
  await writeFile(join(root, 'a.jpg'), 'x');
  await watcher.stop();
  await watcher.stop();
  await writeFile(join(root, 'b.jpg'), 'x');
  await watcher.start();
  await watcher.start();
  await writeFile(join(root, 'c.jpg'), 'x');
  await untilKeys('c.jpg');
  t.same(signals, [{ kind: 'photos', keys: [keyOf('c.jpg')] }]);
});

void t.test('a root that is missing is swept, warned of once, and watched when it is back', async (t) => {
  const root = join(t.testdir({}), 'photos');
  const clock = new HandClock();
  const { watcher, signals, warnings, until } = await watching(t, root, { clock });
  t.same(signals, [sweep]);
  t.match(warnings, [{ folder: root, reason: /ENOENT/u, fix: /mounted/u }]);
  for (const minutes of [1, 2, 4, 8, 16, 32, 60]) {
    await until(`waits ${minutes} min`, () => clock.asked.at(-1) === minutes * 60_000);
    clock.wake();
  }
  await until('waits an hour again', () => clock.asked.length === 8);
  t.equal(warnings.length, 1);
  signals.length = 0;
  await mkdir(root);
  clock.wake();
  await until('sweeps what happened meanwhile', () => signals.length === 1);
  t.same(signals, [sweep]);
  await watcher.stop();
});

void t.test('a root that is replaced is watched anew', async (t) => {
  const root = join(t.testdir({ photos: {} }), 'photos');
  const clock = new HandClock();
  const { watcher, signals, warnings, until } = await watching(t, root, { clock });
  await rename(root, `${root}-away`);
  await mkdir(root);
  await until('checks the root', () => clock.asked.length > 0);
  signals.length = 0;
  // Events of the old root may have set another sleep: wake whatever sleeps until the loss is seen.
  await until('notices', () => {
    clock.wake();
    return warnings.length > 0;
  });
  await until('sweeps', () => signals.length > 0);
  await watcher.stop();
});

void t.test('no more watches: one warning with the fix, a sweep, and another try', async (t) => {
  const opened: EventEmitter[] = [];
  const watch = (): EventEmitter => {
    const fake = Object.assign(new EventEmitter(), { close: () => Promise.resolve() });
    opened.push(fake);
    const error = Object.assign(new Error('ENOSPC: limit reached'), { code: 'ENOSPC' });
    setImmediate(() => {
      if (opened.length === 3) fake.emit('ready');
      else for (let n = 0; n < 5; n += 1) fake.emit('error', error);
    });
    return fake;
  };
  const { FolderWatcher: Watcher } = await t.mockImport<
    typeof import('../../src/watchers/folder-watcher.js')
  >('../../src/watchers/folder-watcher.js', { chokidar: { watch } });
  const clock = new HandClock();
  const { watcher, signals, warnings, until } = await watching(t, t.testdir({}), { clock }, Watcher);
  t.match(warnings, [{ fix: /max_user_watches.*polling: true/u }]);
  t.same(signals, [sweep]);
  await until('waits', () => clock.asked.at(-1) === 60_000);
  clock.wake();
  await until('waits longer', () => clock.asked.at(-1) === 120_000);
  t.same(signals, [sweep, sweep]);
  clock.wake();
  await until('watches again', () => signals.length === 3);
  t.equal(warnings.length, 1);
  opened[2]?.emit('error', Object.assign(new Error('EACCES: one directory'), { code: 'EACCES' }));
  await wait(20);
  t.equal(opened.length, 3, 'one directory without permission is no reason to stop');
  await watcher.stop();
});
