import t from 'tap';
import type { PhotoId, PhotoKey, SourceName } from '../../src/model.js';
import { Backlog, leastForFirstPass } from '../../src/pipeline/backlog.js';
import { madePhoto, onServer, inFolder } from '../support/made-photo.js';
import { tempState } from '../support/temp-state.js';
import type { Test } from 'tap';

const home = 'home' as SourceName;
const nas = 'nas' as SourceName;

interface Bench {
  readonly backlog: Backlog;
  /** Keys that went to the queue at once. */
  readonly queued: PhotoKey[];
  /** Brings photos into the index as a listing does. */
  readonly list: (source: SourceName, from: number, to: number) => PhotoKey[];
  readonly looked: (keys: readonly PhotoKey[]) => void;
  readonly queue: { add: (keys: Iterable<PhotoKey>) => void; pending: number };
  /** How often the first pass was asked to prepare. */
  readonly prepared: () => number;
  /** How often it was told that nothing waits any more. */
  readonly forgotten: () => number;
}

async function bench(t: Test, near: number[] = []): Promise<Bench> {
  const { photos } = (await tempState(t)).state();
  const queued: PhotoKey[] = [];
  let waiting: PhotoId[] = [];
  let prepared = 0;
  let forgotten = 0;
  const firstPass = {
    prepare: (): Promise<void> => {
      prepared++;
      waiting = near as PhotoId[];
      return Promise.resolve();
    },
    take: (limit: number): PhotoId[] => waiting.splice(0, limit),
    lookFor: ([id = 0]: Uint8Array): void => void waiting.unshift(id as PhotoId),
    forget: (): void => {
      forgotten++;
    },
    get size(): number {
      return waiting.length;
    },
  };
  const sources = [
    { name: home, kind: 'immich' as const },
    { name: nas, kind: 'folder' as const },
  ];
  return {
    backlog: new Backlog({ sources, photos, firstPass }),
    queued,
    list: (source, from, to) => {
      const keyOf = source === home ? onServer : inFolder;
      const keys = Array.from({ length: to - from }, (_, n) => keyOf(`${from + n}`));
      return [...photos.observe(keys.map((key) => madePhoto(key, { source }))).wanted];
    },
    looked: (keys) => {
      for (const key of keys) photos.failed(key, 'looked at', []);
    },
    queue: { add: (keys) => void queued.push(...keys), pending: 0 },
    prepared: () => prepared,
    forgotten: () => forgotten,
  };
}

void t.test(
  'photos of a server wait until it is listed; a few are then looked at as they came',
  async (t) => {
    const { backlog, list, queue, queued, prepared } = await bench(t);
    const keys = list(home, 0, leastForFirstPass - 1);
    backlog.offer(home, keys, queue);
    t.same(queued, []);
    t.equal(backlog.size, leastForFirstPass - 1);
    t.same(backlog.take(100), [], 'held');
    await backlog.open([home]);
    t.equal(prepared(), 0, 'too few for a first pass');
    t.same([...backlog.take(40), ...backlog.take(40), ...backlog.take(40)], keys);
    t.equal(backlog.size, 0);
  },
);

void t.test('files of a folder are looked at while it is listed', async (t) => {
  const { backlog, list, queue, queued } = await bench(t);
  const keys = list(nas, 0, 3);
  backlog.offer(nas, keys, queue);
  t.same(queued, keys);
  t.equal(backlog.size, 0);
});

void t.test('where the queue has many in hand, more of a folder waits in the index', async (t) => {
  const { backlog, list, queue, queued, looked } = await bench(t);
  queue.pending = 1_000_000;
  const first = list(nas, 0, 5);
  backlog.offer(nas, first, queue);
  t.same(queued, []);
  t.same(backlog.take(3), first.slice(0, 3));
  looked(first.slice(0, 3));
  const second = list(nas, 5, 9);
  backlog.offer(nas, second, queue);
  t.same(backlog.take(10), [...first.slice(3), ...second]);
  t.equal(backlog.size, 0);
});

void t.test('of a large library those that the first pass names come first, the rest follows', async (t) => {
  const { backlog, list, queue, looked, prepared } = await bench(t, [70, 3, 90]);
  const keys = list(home, 0, leastForFirstPass);
  let told = 0;
  backlog.onFirstPassDone(
    () => {
      told++;
      return undefined;
    },
    () => t.fail('nothing was waited for'),
  );
  backlog.offer(home, keys, queue);
  await backlog.open([home]);
  t.equal(prepared(), 1);
  const first = backlog.take(200);
  t.same(first, [onServer('69'), onServer('2'), onServer('89')]);
  looked(first);
  t.equal(told, 0);
  const taken: PhotoKey[] = [];
  for (let next = backlog.take(20); next.length > 0; next = backlog.take(20)) taken.push(...next);
  t.equal(told, 1, 'told once');
  t.same(
    taken,
    keys.filter((key) => !first.includes(key)),
  );
  t.equal(backlog.size, 0);
});

void t.test(
  'the rest waits while what the first pass found is made use of, also where that fails',
  async (t) => {
    for (const isFailing of [false, true]) {
      const { backlog, list, looked } = await bench(t, [70, 3]);
      const keys = list(home, 0, leastForFirstPass);
      let done: () => void = () => undefined;
      const use = new Promise<void>((resolve, reject) => {
        done = () => {
          if (isFailing) reject(new Error('no server'));
          else resolve();
        };
      });
      const rested = new Promise<void>((resolve) => {
        backlog.onFirstPassDone(() => use, resolve);
      });
      await backlog.open([home]);
      const first = backlog.take(200);
      looked(first);
      const meanwhile = backlog.take(200);
      t.same(backlog.take(200), []);
      t.same(backlog.take(200), []);
      t.equal(backlog.size, keys.length - first.length - meanwhile.length, 'they are not forgotten');
      done();
      await rested;
      t.same([...first, ...meanwhile, ...backlog.take(200)].sort(), [...keys].sort());
    }
  },
);

void t.test('what became wanted after everything was taken waits for the next take', async (t) => {
  const { backlog, list, queue, looked } = await bench(t);
  const keys = list(home, 0, 3);
  await backlog.open([home]);
  t.same(backlog.take(10), keys);
  looked(keys);
  queue.pending = 1_000_000;
  backlog.offer(home, list(home, 3, 5), queue);
  t.equal(backlog.size, 2);
  t.same(backlog.take(10), [onServer('3'), onServer('4')]);
});

void t.test('what looks like a local photo is taken next, unless it was looked at', async (t) => {
  const { backlog, list, queue, looked, forgotten } = await bench(t);
  const keys = list(home, 0, 2 * leastForFirstPass);
  backlog.offer(home, keys, queue);
  await backlog.open([home]);
  t.same(backlog.take(3), keys.slice(0, 3));
  looked(keys.slice(0, 3));
  for (const number of [150, 2, 120]) backlog.lookNextFor(Uint8Array.of(number));
  t.same(backlog.take(2), [onServer('119')], 'of 120 and 2, the second was looked at');
  t.same(backlog.take(2), [onServer('149')]);
  looked(keys.slice(0, -10));
  t.equal(forgotten(), 0);
  while (backlog.take(50).length > 0);
  t.equal(forgotten(), 1, 'nothing waits');
});
