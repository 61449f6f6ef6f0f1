/**
 * Measures how fast ThumbHash candidates are found and how many, beside the exhaustive comparison in the same run, and writes
 * its section of docs/BENCHMARKS.md. Processor times grow, too, on a busy machine; the ratios stay.
 *
 *   npm run bench:thumb -- --photos FOLDER [--sizes 100000,1000000] [--threads 2] [--sample 2000]
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { PhotoId } from '../../src/model.js';
import { createPace } from '../../src/pace.js';
import { candidatesOfAll } from '../../src/pipeline/thumb/candidates-of-all.js';
import { parseThumbHash, type ThumbLuma } from '../../src/pipeline/thumb/thumb-hash.js';
import { candidateCosine, mostCandidates } from '../../src/pipeline/thumb/thumb-forest.js';
import { ThumbIndex } from '../../src/pipeline/thumb/thumb-index.js';
import { madeBy, writeSection } from '../report.js';
import { Exhaustive } from './exhaustive.js';
import { population, readSources, type MadePhoto } from './population.js';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', multiple: true, default: [] },
    sizes: { type: 'string', default: '100000' },
    threads: { type: 'string', default: '2' },
    sample: { type: 'string', default: '2000' },
  },
});
const threads = Number(values.threads);

// The loader that runs this does not reach into threads by itself.
const code = `import { register } from '${import.meta.resolve('tsx/esm/api')}'; register();
  await import('${new URL('../../src/pipeline/thumb/thumb-worker.ts', import.meta.url).href}');`;
const worker = new URL(`data:text/javascript,${encodeURIComponent(code)}`);

/** Bytes in use. Several times: the memory of arrays is given back some time after the objects. */
async function used(): Promise<number> {
  for (let n = 0; n < 4; n++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Processor seconds of all threads and seconds on the clock. */
async function timed(work: () => unknown): Promise<{ cpu: number; wall: number }> {
  const from = process.cpuUsage();
  const since = performance.now();
  await work();
  const { user, system } = process.cpuUsage(from);
  return { cpu: (user + system) / 1e6, wall: (performance.now() - since) / 1000 };
}

/** Longest time that the event loop was held, milliseconds, while the work was done. */
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const tick = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  await work();
  clearInterval(tick);
  return longest;
}

const rows: [string, string[]][] = [];
const row = (name: string, value: string): void => {
  const known = rows.find(([one]) => one === name);
  if (known === undefined) rows.push([name, [value]]);
  else known[1].push(value);
};

interface Photo {
  readonly id: PhotoId;
  readonly thumb: ThumbLuma;
}

/** Photos far from one another, asked by the index and exhaustively. */
async function compareSample(index: ThumbIndex, photos: readonly Photo[], all: number): Promise<void> {
  const exhaustive = new Exhaustive(photos.map(({ thumb }) => thumb));
  const count = Math.min(photos.length, Math.round((Number(values.sample) * 100_000) / photos.length) + 20);
  const sample = Array.from({ length: count }, (_, n) => Math.floor(((n + 0.5) / count) * photos.length));
  const truth: ReadonlySet<PhotoId>[] = [];
  const brute = await timed(() => {
    for (const n of sample) {
      const near = [...exhaustive.near(n, candidateCosine).keys()];
      truth.push(new Set(near.flatMap((i) => photos[i]?.id ?? [])));
    }
  });
  const answers = (most: number): ReadonlySet<PhotoId>[] =>
    sample.map((n) => new Set(photos[n] && index.candidatesOf(photos[n].id, { most }).map(({ id }) => id)));
  let open: ReadonlySet<PhotoId>[] = [];
  const asked = await timed(() => (open = answers(1e9)));
  const recall = (found: readonly ReadonlySet<PhotoId>[]): string =>
    share(truth.flatMap((near, i) => [...near].map((id) => found[i]?.has(id))));
  row('one photo, index, ms', ((asked.cpu / count) * 1000).toFixed(2));
  row('one photo, exhaustive, ms', ((brute.cpu / count) * 1000).toFixed(1));
  row('exhaustive / index, one photo', `${(brute.cpu / asked.cpu).toFixed(0)} x`);
  const bruteAll = ((brute.cpu / count) * photos.length) / 2;
  row('all pairs, exhaustive, processor s (from the sample)', bruteAll.toFixed(0));
  row('exhaustive / index, all pairs', `${(bruteAll / all).toFixed(0)} x`);
  row(`recall of the exhaustive comparison, ${count} photos`, recall(open));
  row('the same with at most 16 candidates a photo', recall(answers(mostCandidates)));
  const precision = share(open.flatMap((set, i) => [...set].map((id) => truth[i]?.has(id))));
  row('precision: candidates that the exhaustive comparison has too', precision);
}

function share(answers: readonly (boolean | undefined)[]): string {
  const right = answers.filter((answer) => answer === true).length;
  return `${(right / Math.max(1, answers.length)).toFixed(4)} of ${answers.length}`;
}

async function bench(made: readonly MadePhoto[]): Promise<void> {
  const photos = made.flatMap(({ hash }, n): Photo[] => {
    const thumb = parseThumbHash(hash);
    return thumb === null ? [] : [{ id: (n + 1) as PhotoId, thumb }];
  });
  row('photos', photos.length.toLocaleString('en'));
  const before = await used();
  const index = new ThumbIndex();
  const put = await timed(() => {
    for (const { id, thumb } of photos) index.put(id, thumb);
  });
  row('put, us a photo', ((put.cpu / photos.length) * 1e6).toFixed(1));
  row('memory, bytes a photo', (((await used()) - before) / photos.length).toFixed(0));
  const copies = made.flatMap(({ copyOf }, n) => (copyOf === null ? [] : [{ id: n + 1, of: copyOf + 1 }]));
  const search = async (count: number): Promise<void> => {
    const pairs = new Set<string>();
    const report = await candidatesOfAll(
      index,
      (id, near) => near.forEach((other) => pairs.add(`${id} ${other.id}`)),
      { pace: createPace(), threads: count, worker },
    );
    if (count !== threads) return;
    row('candidates, photos that have any', `${report.candidates}, ${report.withCandidates}`);
    row('photos with 16, highest cosine asked for', `${report.crowded}, ${report.raisedTo.toFixed(3)}`);
    row(
      'copies among the candidates of their original',
      share(copies.map((c) => pairs.has(`${c.of} ${c.id}`))),
    );
  };
  let together = { cpu: 0, wall: 0 };
  const held = await longestHold(async () => (together = await timed(() => search(threads))));
  row(`all photos, ${threads} threads, s`, together.wall.toFixed(1));
  row(`all photos, ${threads} threads, processor s`, together.cpu.toFixed(1));
  row('event loop held meanwhile, longest, ms', held.toFixed(0));
  const isSmall = photos.length <= 200_000;
  let alone = { cpu: 0, wall: 0 };
  const heldAlone = isSmall ? await longestHold(async () => (alone = await timed(() => search(0)))) : 0;
  row('all photos without threads, s', isSmall ? alone.wall.toFixed(1) : '-');
  row('event loop held by that, longest, ms', isSmall ? heldAlone.toFixed(0) : '-');
  await compareSample(index, photos, together.cpu);
}

// Before anything of ours runs: what others take of the machine.
const load = (loadavg()[0] ?? 0).toFixed(1);
const sources = await readSources(values.photos);
const sizes = values.sizes.split(',').map(Number);
for (const size of sizes) await bench([...population(sources, size)]);
const kind = values.photos.length > 0 ? 'photographs' : 'drawn scenes';
const section = `## Candidates by ThumbHash, a whole library against itself

${madeBy(`npm run bench:thumb -- --sizes ${values.sizes}`)}

A made-up library: parts of ${sources.length} ${kind}, one of twenty a copy of another, encoded anew or cropped by 1 to 3 % (\`bench/thumb/population.ts\`).
Cosine from ${candidateCosine}, eight orientations. The exhaustive comparison looks at every pair by the cosine alone; one core.
The load of the machine was ${load} before (${availableParallelism()} processors): where it was high, seconds are longer than on a machine of its own.

| |${sizes.map(() => ' |').join('')}
| --- |${sizes.map(() => ' ---: |').join('')}
${rows.map(([name, cells]) => `| ${name} | ${cells.join(' | ')} |`).join('\n')}
`;
writeSection('thumb', section);
console.log(section);
