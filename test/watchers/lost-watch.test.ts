/* A watch that is lost: told once, made good by a sweep, and tried again. */
import { EventEmitter } from 'node:events';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import type { Clock } from '../../src/ports.js';
import { sweep, watching } from '../support/folder-watching.js';
import { until } from '../support/until.js';

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

void t.test('a root that is missing is swept, warned of once, and watched when it is back', async (t) => {
  const root = join(t.testdir({}), 'photos');
  const clock = new HandClock();
  const { watcher, signals, warnings } = await watching(t, root, { clock });
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
  const { watcher, signals, warnings } = await watching(t, root, { clock });
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
  const { watcher, signals, warnings } = await watching(t, t.testdir({}), { clock }, Watcher);
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
