/**
 * How fast ThumbHash candidates are found, and how many of them, beside the exhaustive comparison in the same run. Prints a
 * table in markdown. Times are processor seconds: on a busy machine they, too, grow, and the ratios stay.
 *
 *   node --expose-gc --import tsx bench/thumb-index.ts --photos FOLDER --sizes 100000,1000000 --threads 2
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { PhotoId } from '../src/model.js';
import { createPace } from '../src/pace.js';
import { candidatesOfAll } from '../src/pipeline/thumb/candidates-of-all.js';
import { parseThumbHash, type ThumbLuma } from '../src/pipeline/thumb/thumb-hash.js';
import { ThumbIndex, candidateCosine } from '../src/pipeline/thumb/thumb-index.js';
import { Exhaustive } from './thumb-exhaustive.js';
import { population, readSources } from './thumb-population.js';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', multiple: true, default: [] },
    sizes: { type: 'string', default: '100000' },
    threads: { type: 'string', default: '2' },
    sample: { type: 'string', default: '200' },
  },
});
const threads = Number(values.threads);

// tsx does not reach into threads by itself.
const code = `import { register } from '${import.meta.resolve('tsx/esm/api')}'; register();
  await import('${new URL('../src/pipeline/thumb/thumb-worker.ts', import.meta.url).href}');`;
const worker = new URL(`data:text/javascript,${encodeURIComponent(code)}`);

const idOf = (n: number): PhotoId => (n + 1) as PhotoId;
const used = (): number => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

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

/** Photos far from one another, asked by the index and exhaustively. */
async function compareSample(index: ThumbIndex, thumbs: readonly ThumbLuma[], all: number): Promise<void> {
  const exhaustive = new Exhaustive(thumbs);
  const count = Math.min(thumbs.length, Math.round((Number(values.sample) * 100_000) / thumbs.length) + 20);
  const sample = Array.from({ length: count }, (_, n) => Math.floor(((n + 0.5) / count) * thumbs.length));
  let truth: Map<number, number>[] = [];
  const brute = await timed(() => (truth = sample.map((n) => exhaustive.near(n, candidateCosine))));
  let open: ReadonlySet<number>[] = [];
  const near = (n: number, most: number): Set<number> =>
    new Set(index.candidatesOf(idOf(n), { most }).map(({ id }) => id - 1));
  const asked = await timed(() => (open = sample.map((n) => near(n, 1e9))));
  const recall = (found: readonly ReadonlySet<number>[], from: number): string => {
    const pairs = truth.flatMap((map, i) =>
      [...map].flatMap(([n, cosine]) => (cosine < from ? [] : [found[i]?.has(n) === true])),
    );
    return `${(pairs.filter(Boolean).length / Math.max(1, pairs.length)).toFixed(4)} of ${pairs.length}`;
  };
  const bounded = sample.map((n) => near(n, 16));
  row('one photo, index, ms', ((asked.cpu / count) * 1000).toFixed(2));
  row('one photo, exhaustive, ms', ((brute.cpu / count) * 1000).toFixed(1));
  row('exhaustive / index, one photo', `${(brute.cpu / asked.cpu).toFixed(0)} x`);
  const bruteAll = ((brute.cpu / count) * thumbs.length) / 2;
  row('all pairs, exhaustive, processor s (from the sample)', bruteAll.toFixed(0));
  row('exhaustive / index, all pairs', `${(bruteAll / all).toFixed(0)} x`);
  row('recall, all pairs of the sample from cosine 0.97', recall(open, 0.97));
  row('recall from 0.976', recall(open, 0.976));
  row('recall with at most 16 candidates a photo', recall(bounded, 0.97));
}

async function bench(hashes: Iterable<Uint8Array>): Promise<void> {
  const thumbs = [...hashes].flatMap((hash) => parseThumbHash(hash) ?? []);
  row('photos', thumbs.length.toLocaleString('en'));
  const before = used();
  const index = new ThumbIndex();
  const put = await timed(() => thumbs.forEach((thumb, n) => index.put(idOf(n), thumb)));
  await new Promise((resolve) => setTimeout(resolve, 500));
  row('put, us a photo', ((put.cpu / thumbs.length) * 1e6).toFixed(1));
  row('memory, bytes a photo', ((used() - before) / thumbs.length).toFixed(0));
  let report = '';
  let alone = { cpu: 0, wall: 0 };
  const search = async (count: number): Promise<void> => {
    const pace = createPace();
    const found = await candidatesOfAll(index, () => undefined, { pace, threads: count, worker });
    report = `${found.candidates} of ${found.withCandidates} photos; ${found.crowded} crowded, up to ${found.raisedTo.toFixed(3)}`;
  };
  const held = await longestHold(async () => (alone = await timed(() => search(0))));
  row('all photos, one thread, s (processor s)', `${alone.wall.toFixed(1)} (${alone.cpu.toFixed(1)})`);
  row('event loop held, at most, ms', held.toFixed(0));
  const together = await timed(() => search(threads));
  row(
    `all photos, ${threads} threads, s (processor s)`,
    `${together.wall.toFixed(1)} (${together.cpu.toFixed(1)})`,
  );
  row('candidates', report);
  await compareSample(index, thumbs, alone.cpu);
}

const sources = await readSources(values.photos);
const sizes = values.sizes.split(',').map(Number);
for (const size of sizes) await bench(population(sources, size));
const kind = values.photos.length > 0 ? 'photographs' : 'drawn scenes';
console.log(`# ThumbHash candidates

${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}. A made-up library of parts of ${sources.length} ${kind}
(\`bench/thumb-population.ts\`), cosine from ${candidateCosine}, eight orientations.

| |${sizes.map(() => ' |').join('')}
| --- |${sizes.map(() => ' ---: |').join('')}
${rows.map(([name, cells]) => `| ${name} | ${cells.join(' | ')} |`).join('\n')}
`);
