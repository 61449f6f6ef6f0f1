import t from 'tap';
import type { PhotoId } from '../../../src/model.js';
import { createPace } from '../../../src/pace.js';
import {
  candidatesOfAll,
  type CandidatesOfAllOptions,
} from '../../../src/pipeline/thumb/candidates-of-all.js';
import { turnedThumb } from '../../../src/pipeline/thumb/thumb-hash.js';
import { ThumbIndex } from '../../../src/pipeline/thumb/thumb-index.js';
import { madeLibrary, thumbBytes, thumbOf } from '../../support/thumbs.js';

const idOf = (n: number): PhotoId => n as PhotoId;
const count = 1000;
const library = madeLibrary(count, 12);
const index = new ThumbIndex();
for (const [id, thumb] of library) index.put(id, thumb);

/** What each photo answers when it is asked alone. */
const expected = [...library.keys()].flatMap((id) => {
  const near = index.candidatesOf(id);
  return near.length === 0 ? [] : [[id, near]];
});

async function told(
  options: Omit<CandidatesOfAllOptions, 'pace'>,
): Promise<{ told: unknown; report: unknown }> {
  const found: [PhotoId, unknown][] = [];
  const report = await candidatesOfAll(index, (id, near) => found.push([id, near]), {
    pace: createPace(),
    ...options,
  });
  return { told: found.sort(([a], [b]) => a - b), report };
}

const broken = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

void t.test('tells of every photo what it answers alone, by however many threads', async (t) => {
  t.ok(expected.length > 50);
  for (const threads of [0, 2]) {
    const { told: found, report } = await told({ threads });
    t.same(found, expected, `${threads} threads`);
    t.match(report, { photos: library.size, withCandidates: expected.length, crowded: 0, raisedTo: 0.97 });
  }
});

void t.test('a thread that cannot start, fails or stops half-way leaves its work to us', async (t) => {
  const once = `import { parentPort } from 'node:worker_threads'; parentPort.once('message', () => process.exit(1));`;
  const later = `import { parentPort } from 'node:worker_threads'; let n = 0;
    parentPort.on('message', ({ from, to }) => { if (n++ > 1) throw new Error('no more');
      parentPort.postMessage(Array(to - from).fill([])); });`;
  for (const code of ['syntax error', 'process.exit(0)', once])
    t.same((await told({ threads: 1, worker: broken(code) })).told, expected, code);
  const { report } = await told({ threads: 1, worker: broken(later) });
  t.match(report, { photos: library.size });
  t.same((await told({ threads: 1, worker: new URL('file:///nowhere/worker.js') })).told, expected);
  t.same((await told({ threads: 1, worker: new URL('http://127.0.0.1/worker.js') })).told, expected);
});

void t.test('threads do the work themselves', async (t) => {
  const turns = async (threads: number): Promise<number> => {
    let count = 0;
    const pace = (): undefined => {
      count++;
    };
    await candidatesOfAll(index, () => undefined, { pace, threads });
    return count;
  };
  t.ok((await turns(0)) - (await turns(1)) > 0.9 * library.size);
});

void t.test('a stop ends it at once, with the reason', async (t) => {
  for (const threads of [0, 2]) {
    const stop = new AbortController();
    const work = told({ threads, signal: stop.signal });
    stop.abort(new Error('that will do'));
    await t.rejects(work, { message: 'that will do' });
  }
});

void t.test('an error of the one who is told ends it', async (t) => {
  for (const threads of [0, 2])
    await t.rejects(
      candidatesOfAll(
        index,
        () => {
          throw new Error('disk full');
        },
        { pace: createPace(), threads },
      ),
      { message: 'disk full' },
    );
});

void t.test('a crowd is bounded, nobody in it is left out, and the report says so', async (t) => {
  const same = thumbOf(thumbBytes({ isLandscape: true, hasAlpha: false, short: 5 }, [15, 3, 9, 12, 6]));
  const crowd = new ThumbIndex();
  for (let n = 0; n < 1000; n++) crowd.put(idOf(n + 1), turnedThumb(same, (n % 8) as 0));
  const most = 4;
  const lengths: number[] = [];
  const report = await candidatesOfAll(crowd, (_, near) => lengths.push(near.length), {
    pace: createPace(),
    bounds: { most },
  });
  t.same(report, { photos: 1000, withCandidates: 1000, candidates: 4000, crowded: 1000, raisedTo: 1 });
  t.ok(lengths.every((length) => length === most));
});

void t.test('photos that come and go meanwhile do no harm', async (t) => {
  const live = new ThumbIndex();
  for (const [id, thumb] of library) live.put(id, thumb);
  let turns = 0;
  const pace = (): Promise<void> => {
    turns++;
    const thumb = library.get(idOf((turns % count) + 1));
    if (turns % 3 === 0) live.remove(idOf((turns * 7) % count));
    else if (thumb !== undefined) live.put(idOf(5000 + turns), thumb);
    return Promise.resolve();
  };
  const report = await candidatesOfAll(live, () => undefined, { pace, threads: 0 });
  t.ok(report.photos > count / 2 && report.photos < 3 * count);
});

void t.test('an empty library', async (t) => {
  const report = await candidatesOfAll(new ThumbIndex(), () => undefined, { pace: createPace(), threads: 1 });
  t.match(report, { photos: 0, candidates: 0 });
});
