import t, { type Test } from 'tap';
import { FatalError, TerminalError, TransientError, exitCodes } from '../../src/errors.js';
import type { PhotoKey } from '../../src/model.js';
import { SourceReader, readWithPatience } from '../../src/pipeline/source-reader.js';
import type { State } from '../../src/state/open-state.js';
import { onServer } from '../support/made-photo.js';
import { ManualClock } from '../support/manual-clock.js';
import { memoryLog } from '../support/memory-log.js';
import { MemorySource } from '../support/memory-source.js';
import { failureOf } from '../support/photo-source.contract.js';
import { tempState } from '../support/temp-state.js';

const names = ['a', 'b', 'c', 'd', 'e'];
const keys = names.map(onServer);
const [a, b] = [onServer('a'), onServer('b')];
const minute = 60_000;
const away = new TransientError('IMMICH_UNREACHABLE', 'away');

interface Bench {
  readonly source: MemorySource;
  readonly clock: ManualClock;
  readonly reader: () => SourceReader;
  readonly wanted: PhotoKey[];
  readonly removed: number[];
  readonly inIndex: () => string[];
  readonly checkpoint: () => number | null;
  /** As after a restart: stores and reader are new. */
  readonly restart: () => Promise<void>;
  readonly state: () => State;
  readonly changes: () => number;
}

/** Five photos in a source; nothing read yet. */
async function bench(t: Test): Promise<Bench> {
  const source = new MemorySource();
  const { clock } = source;
  const temp = await tempState(t, clock);
  const wanted: PhotoKey[] = [];
  const removed: number[] = [];
  let changes = 0;
  const create = (): SourceReader =>
    new SourceReader({
      source,
      clock,
      photos: temp.state().photos,
      checkpoints: temp.state().json,
      log: memoryLog(),
      wanted: (some) => void wanted.push(...some),
      changed: () => {
        changes++;
      },
      remove: (key) => {
        const { photos } = temp.state();
        const id = photos.get(key)?.id;
        photos.remove(key, []);
        if (id !== undefined) removed.push(id);
      },
      progress: () => undefined,
    });
  let reader = create();
  for (const key of keys) source.put(key, Buffer.from(key));
  await clock.advance(minute);
  return {
    source,
    clock,
    wanted,
    removed,
    reader: () => reader,
    changes: () => changes,
    state: temp.state,
    inIndex: () => keys.filter((key) => temp.state().photos.get(key) !== null).map((key) => key.slice(-1)),
    checkpoint: () => temp.state().json.of(source.name).checkpoint,
    restart: async () => {
      await temp.reopen();
      reader = create();
    },
  };
}

void t.test(
  'a listing brings in every photo, and the checkpoint is when it began less the overlap',
  async (t) => {
    const { source, clock, reader, wanted, inIndex, checkpoint } = await bench(t);
    const startedAt = clock.now();
    source.pageSize = 2;
    const listing = source.list.bind(source);
    source.list = async function* (signal) {
      for await (const page of listing(signal)) {
        yield page;
        await clock.advance(minute);
        t.equal(checkpoint(), null, 'not before the last page is stored');
      }
    };
    t.equal(reader().complete, false);
    await reader().readAll();
    t.same(inIndex(), names);
    t.same(wanted, keys);
    t.equal(checkpoint(), startedAt - 30_000);
    t.equal(reader().complete, true);
    t.equal(reader().listed, 5);
    t.equal(reader().lastTookMs, 3 * minute);
  },
);

void t.test(
  'a page that fails leaves the checkpoint, keeps what came before and removes nothing',
  async (t) => {
    const { source, clock, reader, inIndex, checkpoint, removed } = await bench(t);
    source.breaksAfterPages = 2;
    t.match(await failureOf(reader().readAll()), { code: 'IMMICH_UNREACHABLE' });
    t.equal(checkpoint(), null);
    t.equal(reader().complete, false);
    t.same(inIndex(), ['a', 'b', 'c', 'd']);
    source.breaksAfterPages = undefined;
    await reader().readAll();
    const before = checkpoint();

    await clock.advance(minute);
    for (const name of ['c', 'd', 'e']) source.put(onServer(name), Buffer.from(`${name} edited`));
    source.breaksAfterPages = 1;
    await failureOf(reader().readChanges());
    await failureOf(reader().readAll());
    t.equal(checkpoint(), before);
    t.same(inIndex(), names);
    t.same(removed, []);
  },
);

void t.test(
  'a photo missing from a listing is asked for, and kept where the source still has it',
  async (t) => {
    const { source, reader, inIndex, removed, state, wanted } = await bench(t);
    await reader().readAll();
    const id = state().photos.get(a)?.id;
    source.shelf.delete(a);
    source.overlooked.add(b);
    source.put(b, Buffer.from('edited meanwhile'));
    wanted.length = 0;
    await reader().readAll();
    t.same(inIndex(), ['b', 'c', 'd', 'e']);
    t.same(removed, [id]);
    t.ok(wanted.includes(b), 'its new picture is wanted now');
  },
);

void t.test('when asking fails nothing is removed and nothing is called complete', async (t) => {
  const { source, reader, clock, inIndex, checkpoint, restart } = await bench(t);
  await reader().readAll();
  const before = checkpoint();
  await restart();
  await clock.advance(minute);
  source.shelf.delete(a);
  source.look = () => Promise.reject(away);
  t.equal(await failureOf(reader().readAll()), away);
  t.same(inIndex(), names);
  t.equal(checkpoint(), before);
  t.equal(reader().complete, false);
});

void t.test('photos whose directory was locked stay, and the rest is read and compared', async (t) => {
  const { source, reader, clock, inIndex, checkpoint, wanted } = await bench(t);
  await reader().readAll();
  const before = checkpoint();
  await clock.advance(minute);
  source.shelf.delete(a);
  source.overlooked.add(b);
  source.put(onServer('f'), Buffer.from('f'));
  const look = source.look.bind(source);
  source.look = (key) =>
    key === b ? Promise.reject(new TerminalError('PICTURE_UNREADABLE', 'EACCES')) : look(key);
  await reader().readAll();
  t.same(inIndex(), ['b', 'c', 'd', 'e'], 'what is gone went, what cannot be asked for stays');
  t.ok(wanted.includes(onServer('f')), 'the new one is compared');
  t.not(checkpoint(), before);
  t.equal(reader().complete, true);
});

void t.test('a source that is away leaves everything', async (t) => {
  const { source, reader, inIndex, checkpoint, removed } = await bench(t);
  await reader().readAll();
  const before = checkpoint();
  source.away = new TransientError('FOLDER_AWAY', 'not mounted');
  await failureOf(reader().readAll());
  await failureOf(reader().readChanges());
  t.same(inIndex(), names);
  t.equal(checkpoint(), before);
  t.same(removed, []);
});

void t.test('without a checkpoint everything is read; with one only what changed', async (t) => {
  const { source, clock, reader, wanted, checkpoint } = await bench(t);
  await reader().readChanges();
  t.equal(source.listings, 1);
  t.equal(source.readings, 0);
  await clock.advance(10 * minute);
  source.put(b, Buffer.from('edited'));
  const readAt = clock.now();
  wanted.length = 0;
  await reader().readChanges();
  t.equal(source.listings, 1);
  t.same(wanted, [b]);
  t.equal(checkpoint(), readAt - 30_000);
});

void t.test('what changed within the overlap is seen again, and means nothing', async (t) => {
  const { source, clock, reader, wanted, changes } = await bench(t);
  source.put(b, Buffer.from('edited just now'));
  await reader().readAll();
  wanted.length = 0;
  const before = changes();
  await clock.advance(10_000);
  await reader().readChanges();
  t.equal(reader().listed, 6, 'it came twice');
  t.equal(changes(), before);
  t.same(wanted, [b], 'still: nobody has examined it yet');
  t.equal(source.listings, 1);
});

void t.test('on a quiet server the time of the last look moves on, the checkpoint need not', async (t) => {
  const { source, clock, reader, checkpoint } = await bench(t);
  t.equal(reader().checkedAt, null);
  await reader().readAll();
  await clock.advance(2 * minute);
  await reader().readChanges();
  const stands = checkpoint();
  await clock.advance(minute);
  await reader().readChanges();
  t.equal(checkpoint(), stands);
  const checkedAt = clock.now();
  t.equal(reader().checkedAt, checkedAt);
  await clock.advance(minute);
  source.breaksAfterPages = 0;
  await failureOf(reader().readChanges());
  t.equal(reader().checkedAt, checkedAt, 'a look that failed does not count');
});

void t.test(
  'counts that differ once are waited for; when they stay apart everything is listed',
  async (t) => {
    const { source, clock, reader, inIndex } = await bench(t);
    await reader().readAll();
    source.shelf.delete(a);
    await clock.advance(2 * minute);
    await reader().readChanges();
    t.equal(source.listings, 1, 'it may be on its way');
    await clock.advance(10_000);
    await reader().readChanges();
    t.equal(source.listings, 2);
    t.same(inIndex(), ['b', 'c', 'd', 'e']);
    await clock.advance(2 * minute);
    await reader().readChanges();
    await reader().readChanges();
    t.equal(source.listings, 2, 'they agree again');
  },
);

void t.test('counts that come together again lead to nothing', async (t) => {
  const { source, clock, reader } = await bench(t);
  await reader().readAll();
  for (const counted of [4, undefined, 4, undefined]) {
    source.counted = counted;
    await clock.advance(2 * minute);
    await reader().readChanges();
  }
  t.equal(source.listings, 1);
});

void t.test('a difference that was there after a full listing is not a change', async (t) => {
  const { source, clock, reader } = await bench(t);
  source.counted = 8;
  await reader().readAll();
  await clock.advance(2 * minute);
  await reader().readChanges();
  await clock.advance(2 * minute);
  await reader().readChanges();
  t.equal(source.listings, 1, 'the server counts what it does not list');
});

void t.test('after a restart equal counts are proof enough; others lead to a listing', async (t) => {
  const { source, clock, reader, restart, inIndex } = await bench(t);
  await reader().readAll();
  await clock.advance(minute);
  await restart();
  t.equal(reader().complete, false);
  await reader().readChanges();
  t.equal(reader().complete, true);
  t.equal(source.listings, 1);

  source.shelf.delete(b);
  await clock.advance(minute);
  await restart();
  await reader().readChanges();
  t.equal(source.listings, 2);
  t.equal(reader().complete, true);
  t.same(inIndex(), ['a', 'c', 'd', 'e']);
});

void t.test('where the source cannot count, the first reading after a start is a listing', async (t) => {
  const { source, clock, reader, restart } = await bench(t);
  source.counted = null;
  await reader().readAll();
  await clock.advance(2 * minute);
  await reader().readChanges();
  t.equal(source.listings, 1);
  await restart();
  await reader().readChanges();
  t.equal(source.listings, 2);
  t.equal(reader().complete, true);
});

void t.test('readings take turns, and one that fails does not hold up the next', async (t) => {
  const { source, reader, inIndex } = await bench(t);
  source.breaksAfterPages = 1;
  const first = failureOf(reader().readAll());
  const second = reader().readAll();
  await first;
  source.breaksAfterPages = undefined;
  await second.catch(() => reader().readAll());
  t.same(inIndex(), names);
  t.equal(reader().complete, true);
});

void t.test('an aborted reading moves nothing', async (t) => {
  const { reader, checkpoint } = await bench(t);
  t.ok((await failureOf(reader().readAll(AbortSignal.abort()))) instanceof Error);
  t.equal(checkpoint(), null);
  t.equal(reader().complete, false);
});

void t.test('patience: pauses grow, are the server’s where it says so, and end', async (t) => {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const tries: number[] = [];
  const log = memoryLog();
  let error: Error = away;
  const read = (): Promise<void> => {
    tries.push(clock.now() - startedAt);
    return Promise.reject(error);
  };
  const work = failureOf(readWithPatience(read, { tries: 4, clock, log }));
  await clock.advance(6999);
  t.same(tries, [0, 1000, 3000]);
  await clock.advance(1);
  t.equal(await work, away);
  t.same(tries, [0, 1000, 3000, 7000]);

  tries.length = 0;
  error = new FatalError('IMMICH_UNAUTHORIZED', 'refused', exitCodes.refused);
  t.equal(await failureOf(readWithPatience(read, { tries: 4, clock, log })), error, 'not waited for');
  t.equal(tries.length, 1);
});

void t.test('patience ends when the agent stops', async (t) => {
  const clock = new ManualClock();
  const stopping = new AbortController();
  const options = { tries: Infinity, clock, log: memoryLog(), signal: stopping.signal };
  const work = failureOf(readWithPatience(() => Promise.reject(away), options));
  await clock.advance(500);
  stopping.abort();
  t.equal(await work, away);
});
