import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { LookCache } from './look-cache.js';
import type { Method } from './method.js';
import type { BenchPhoto } from './photos.js';

/** Work for one worker: the looks of a photo and of its changed copies, by all methods. */
export interface Job {
  readonly photo: BenchPhoto;
  /** `original` or names of attacks. */
  readonly pictures: readonly string[];
  readonly cacheFolder: string;
}

/** Time between two lines of progress, milliseconds. */
const tellEveryMs = 10_000;

/** Makes all looks that are not stored yet, on this many processes. Says on stderr how far it is. */
export async function makeLooks(
  jobs: readonly Job[],
  { methods, cache, workers }: { methods: readonly Method<unknown>[]; cache: LookCache; workers: number },
): Promise<void> {
  const open = jobs.filter(({ photo, pictures }) =>
    methods.some((method) => {
      const known = cache.read(method, photo.sha1);
      return pictures.some((picture) => !known.has(picture));
    }),
  );
  const total = open.reduce((sum, { pictures }) => sum + pictures.length, 0);
  if (total === 0) return;
  let made = 0;
  const startedAt = performance.now();
  let toldAt = startedAt;
  const tell = (): void => {
    if (performance.now() - toldAt < tellEveryMs && made < total) return;
    toldAt = performance.now();
    const seconds = (performance.now() - startedAt) / 1000;
    const left = Math.round(((total - made) * seconds) / Math.max(1, made));
    console.error(`looks: ${made} of ${total} pictures, ${left} s left`);
  };
  const queue = open.values();
  await Promise.all(
    Array.from({ length: workers }, () =>
      workThrough(queue, ({ pictures }) => {
        made += pictures.length;
        tell();
      }),
    ),
  );
}

/** One process that takes jobs until there are none. */
async function workThrough(queue: Iterator<Job>, done: (job: Job) => void): Promise<void> {
  const worker = fork(new URL('look-worker.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  const failed = once(worker, 'exit').then(() => Promise.reject(new Error('a worker ended early')));
  failed.catch(() => undefined);
  try {
    await Promise.race([once(worker, 'message'), failed]);
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      worker.send(next.value);
      await Promise.race([once(worker, 'message'), failed]);
      done(next.value);
    }
  } finally {
    worker.kill();
  }
}
