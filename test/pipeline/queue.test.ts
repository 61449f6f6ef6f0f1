import t from 'tap';
import { FatalError, TerminalError, TransientError, exitCodes } from '../../src/errors.js';
import { longestDelayOf } from '../../src/pipeline/examiner.js';
import { KeyedQueue, type QueueOptions } from '../../src/pipeline/queue.js';
import { ManualClock, settled } from '../support/manual-clock.js';
import { memoryLog } from '../support/memory-log.js';

interface Bench {
  readonly queue: KeyedQueue<string>;
  readonly clock: ManualClock;
  /** Keys in the order of their looks. */
  readonly looks: string[];
  readonly gaveUp: [string, unknown][];
  readonly stopped: FatalError[];
  /** Ends the look at a key that is under way. */
  readonly finish: (key: string, error?: Error) => Promise<void>;
}

/** A queue whose looks last until the test ends them. */
function bench(options: Partial<QueueOptions<string>> = {}): Bench {
  const clock = new ManualClock();
  const looks: string[] = [];
  const gaveUp: [string, unknown][] = [];
  const stopped: FatalError[] = [];
  const open = new Map<string, (error?: Error) => void>();
  const queue = new KeyedQueue<string>({
    work: (key) => {
      looks.push(key);
      return new Promise((resolve, reject) =>
        open.set(key, (error) => (error === undefined ? resolve() : reject(error))),
      );
    },
    gaveUp: (key, error) => void gaveUp.push([key, error]),
    stopped: (error) => void stopped.push(error),
    concurrency: 2,
    maxTries: () => 3,
    clock,
    log: memoryLog(),
    ...options,
  });
  const finish = async (key: string, error?: Error): Promise<void> => {
    const end = open.get(key);
    if (end === undefined) throw new Error(`${key} is not looked at`);
    open.delete(key);
    end(error);
    await settled();
  };
  return { queue, clock, looks, gaveUp, stopped, finish };
}

const away = (retryAfterMs?: number): TransientError =>
  new TransientError('IMMICH_UNREACHABLE', 'away', retryAfterMs === undefined ? {} : { retryAfterMs });
/** Longer than the first delay with its jitter, shorter than the second. */
const firstDelayMs = 320;

void t.test('looks at each key once, so many at a time', async (t) => {
  const { queue, looks, finish } = bench();
  queue.add(['a', 'b', 'c', 'a', 'c']);
  queue.add(['b', 'c']);
  t.same(looks, ['a', 'b']);
  t.equal(queue.pending, 3);
  await finish('a');
  t.same(looks, ['a', 'b', 'c']);
});

void t.test(
  'a key added while it is looked at is looked at once more, also when the look fails',
  async (t) => {
    const { queue, looks, finish } = bench();
    queue.add(['a']);
    queue.add(['a']);
    queue.add(['a']);
    await finish('a');
    t.same(looks, ['a', 'a']);
    queue.add(['a']);
    await finish('a', away());
    t.same(looks, ['a', 'a', 'a'], 'at once, without the delay');
    await finish('a');
    t.equal(queue.pending, 0);
  },
);

void t.test('what fails for now comes back later and later, and is given up in the end', async (t) => {
  const { queue, clock, looks, gaveUp, finish } = bench();
  queue.add(['a']);
  await finish('a', away());
  t.equal(queue.pending, 1, 'it waits');
  t.equal(looks.length, 1);
  await clock.advance(firstDelayMs);
  t.equal(looks.length, 2);
  await finish('a', away());
  await clock.advance(firstDelayMs);
  t.equal(looks.length, 2, 'not yet: the delay has doubled');
  await clock.advance(firstDelayMs);
  t.equal(looks.length, 3);
  t.same(gaveUp, []);
  await finish('a', away());
  t.match(gaveUp, [['a', { code: 'IMMICH_UNREACHABLE' }]]);
  t.equal(queue.pending, 0);
});

void t.test('delays end at a minute', async (t) => {
  const { queue, clock, looks, finish } = bench({ maxTries: () => Infinity });
  queue.add(['a']);
  for (let tries = 1; tries <= 20; tries++) {
    t.equal(looks.length, tries);
    await finish('a', away());
    await clock.advance(75_000);
  }
});

void t.test('what comes soon is asked for soon, however long it was waited for', async (t) => {
  const { queue, clock, looks, finish } = bench({ maxTries: () => 99, longestDelayMs: longestDelayOf });
  const late = new TransientError('PICTURE_NOT_READY', 'no thumbnail yet');
  queue.add(['late']);
  for (let n = 0; n < 12; n++) {
    await finish('late', late);
    await clock.advance(1_250);
    t.equal(looks.length, n + 2, `after ${n + 1} tries`);
  }
  for (let n = 0; n < 60; n++) {
    await finish('late', late);
    await clock.advance(75_000);
  }
  const asked = looks.length;
  await finish('late', late);
  await clock.advance(40_000);
  t.equal(looks.length, asked, 'after a minute of that it is asked for once a minute');
  await queue.close();
});

void t.test('where thousands of thumbnails are waited for, each is asked for seldom', (t) => {
  const late = new TransientError('PICTURE_NOT_READY', 'no thumbnail yet');
  t.equal(longestDelayOf(late, 5, 1), 1_000);
  t.equal(longestDelayOf(late, 5, 400), 30_000);
  t.equal(longestDelayOf(late, 5, 10_000), 60_000);
  t.equal(longestDelayOf(new TransientError('IMMICH_BUSY', 'busy'), 5, 1), 60_000);
  t.end();
});

void t.test('the server says how long to wait', async (t) => {
  const { queue, clock, looks, finish } = bench();
  queue.add(['a']);
  await finish('a', away(9000));
  await clock.advance(8999);
  t.equal(looks.length, 1);
  await clock.advance(1);
  t.equal(looks.length, 2);
});

void t.test('a waiting key that is added again is looked at now, and starts afresh', async (t) => {
  const { queue, clock, looks, gaveUp, finish } = bench();
  queue.add(['a']);
  await finish('a', away(60_000));
  queue.add(['a']);
  t.equal(looks.length, 2);
  t.equal(clock.sleeping, 0);
  await finish('a', away());
  await clock.advance(firstDelayMs);
  t.equal(looks.length, 3);
  t.same(gaveUp, [], 'its tries were counted anew');
  await finish('a');
  await clock.advance(120_000);
  t.equal(looks.length, 3, 'the old delay is forgotten');
});

void t.test('what will never work is given up at once, and others go on', async (t) => {
  const { queue, looks, gaveUp, finish } = bench({ concurrency: 1 });
  queue.add(['a', 'b', 'c']);
  await finish('a', new TerminalError('PICTURE_UNREADABLE', 'no picture'));
  await finish('b', new Error('a fault of ours'));
  t.match(gaveUp, [
    ['a', { code: 'PICTURE_UNREADABLE' }],
    ['b', { message: 'a fault of ours' }],
  ]);
  t.same(looks, ['a', 'b', 'c']);
});

void t.test('a fatal error stops everything', async (t) => {
  const { queue, clock, looks, gaveUp, stopped, finish } = bench();
  queue.add(['a', 'b', 'c']);
  await finish('b', away());
  await finish('a', new FatalError('IMMICH_UNAUTHORIZED', 'the key was refused', exitCodes.refused));
  t.match(stopped, [{ code: 'IMMICH_UNAUTHORIZED' }]);
  t.same(gaveUp, []);
  queue.add(['d']);
  await clock.advance(120_000);
  t.same(looks, ['a', 'b', 'c']);
  const drained = queue.drained();
  await finish('c', away());
  await drained;
  t.equal(queue.pending, 0);
});

void t.test('when giving up fails too, that stops the queue instead of the process', async (t) => {
  const full = new FatalError('STATE_NOT_WRITABLE', 'disk full', exitCodes.failed);
  const { queue, stopped, finish } = bench({
    gaveUp: () => {
      throw full;
    },
  });
  queue.add(['a']);
  await finish('a', new TerminalError('PICTURE_UNREADABLE', 'no picture'));
  t.same(stopped, [full]);
  await queue.drained();
});

void t.test('drained waits for delays too', async (t) => {
  const { queue, clock, finish } = bench();
  await queue.drained();
  queue.add(['a']);
  let isDrained = false;
  const drained = queue.drained().then(() => (isDrained = true));
  await finish('a', away());
  t.equal(isDrained, false);
  await clock.advance(firstDelayMs);
  await finish('a');
  await drained;
  t.equal(isDrained, true);
});

void t.test('closing forgets what waits and waits for what is looked at', async (t) => {
  const { queue, clock, looks, gaveUp, finish } = bench({ concurrency: 1 });
  queue.add(['a']);
  await finish('a', away());
  queue.add(['b', 'c']);
  let isClosed = false;
  const closed = queue.close().then(() => (isClosed = true));
  queue.add(['d']);
  await clock.advance(120_000);
  t.equal(isClosed, false);
  await finish('b', away());
  await closed;
  await queue.close();
  t.same(looks, ['a', 'b']);
  t.same(gaveUp, [], 'a look cut short by closing is no failure');
  t.equal(queue.pending, 0);
});

/** Hands out its keys in their order. */
function supplyOf(keys: string[]): { size: number; take: (limit: number) => string[]; open: boolean } {
  return {
    open: true,
    get size() {
      return keys.length;
    },
    take(limit) {
      return this.open ? keys.splice(0, limit) : [];
    },
  };
}

void t.test('what waits elsewhere is taken when nothing else is to do', async (t) => {
  const supply = supplyOf(['s1', 's2', 's3']);
  supply.open = false;
  const { queue, looks, finish } = bench({ supply });
  queue.add(['a']);
  t.same(looks, ['a']);
  t.equal(queue.pending, 4);
  let isDrained = false;
  void queue.drained().then(() => (isDrained = true));
  await finish('a');
  t.equal(isDrained, false, 'three wait elsewhere');
  supply.open = true;
  queue.wake();
  t.same(looks, ['a', 's1', 's2']);
  queue.add(['b']);
  await finish('s1');
  await finish('s2');
  t.same(looks, ['a', 's1', 's2', 's3', 'b'], 'what was taken was taken before b came');
  await finish('s3');
  await finish('b');
  t.equal(isDrained, true);
});

void t.test('a key of the supply that is looked at already is not looked at again', async (t) => {
  const { queue, looks, finish } = bench({ supply: supplyOf(['a', 'b']) });
  queue.add(['a']);
  t.same(looks, ['a', 'b']);
  await finish('a');
  await finish('b');
  t.same(looks, ['a', 'b']);
  t.equal(queue.pending, 0);
});

void t.test('a closed queue takes nothing more from its supply', async (t) => {
  const supply = supplyOf(['a', 'b', 'c']);
  const { queue, looks, finish } = bench({ supply, concurrency: 1 });
  queue.wake();
  const closed = queue.close();
  await finish('a');
  await closed;
  queue.wake();
  t.same(looks, ['a']);
});
