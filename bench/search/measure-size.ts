/* Measures the search at one size and prints the figures as JSON: `--expose-gc`, `--size N`. A process of its own, for its memory. */
import { parseArgs } from 'node:util';
import type { PhotoId } from '../../src/model.js';
import { HammingIndex } from '../../src/pipeline/search/hamming-index.js';
import { LookIndex } from '../../src/pipeline/search/look-index.js';
import { wordsOf } from '../../src/pipeline/fingerprint/words.js';
import { median, residentMb } from '../measure.js';
import { libraryOf, type Hashes } from './hashes.js';
import { bkTree, linearScan } from './peers.js';

const { values } = parseArgs({
  options: { size: { type: 'string', default: '100000' }, photos: { type: 'string' } },
});
const size = Number(values.size);
/** Photos that come and go once the others are there. */
const comers = Math.min(20_000, size / 10);
const radii = [5, 8, 10, 12] as const;

export interface SearchFigures {
  readonly size: number;
  /** Microseconds a look-up, by radius. */
  readonly lookUpUs: Readonly<Record<number, number>>;
  readonly linearUs: number;
  /** By radius; null where it would take too long. */
  readonly bkTreeUs: Readonly<Record<number, number>> | null;
  readonly hashesMb: number;
  readonly fillMs: number;
  readonly buildMs: number;
  readonly candidatesUs: number;
  readonly photosMb: number;
  readonly photosFillMs: number;
  readonly photosBuildMs: number;
  /** Seconds for all pairs within 8 bits; estimated from a part of the queries above a million. */
  readonly allPairsS: number;
  readonly insertUs: number;
  readonly removeUs: number;
}

/** CPU milliseconds of all threads: other processes do not count. */
function timeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** CPU microseconds for one of `count` pieces of work: the median of five rounds over all. */
function usOf(count: number, work: (n: number) => unknown): number {
  const rounds = Array.from({ length: 5 }, () =>
    timeOf(() => {
      for (let n = 0; n < count; n++) work(n);
    }),
  );
  return (median(rounds) * 1000) / count;
}

/** Rows spread over all. */
const rowOf = (n: number): number => (n * 7919) % size;

/** What was measured stays: memory that it freed would be used again by what is measured next. */
const held: unknown[] = [];

function measureHashes(words: Uint32Array) {
  const before = residentMb();
  const index = new HammingIndex();
  held.push(index);
  const pairOf = (row: number): [number, number] => [words[2 * row] ?? 0, words[2 * row + 1] ?? 0];
  const fillMs = timeOf(() => {
    for (let row = 0; row < size; row++) index.add(...pairOf(row));
  });
  const buildMs = timeOf(() => index.build());
  const hashesMb = residentMb() - before;
  const count = (row: number, radius: number): number => {
    let found = 0;
    index.near(...pairOf(row), radius, () => found++);
    return found;
  };
  const scans = size > 1_000_000 ? 10 : 40;
  for (let n = 0; n < scans; n++)
    for (const radius of radii)
      if (count(rowOf(n), radius) !== linearScan(words, ...pairOf(rowOf(n)), radius))
        throw new Error(`another answer than that of the scan: row ${rowOf(n)}, radius ${radius}`);
  const lookUpUs: Record<number, number> = {};
  for (const radius of radii) lookUpUs[radius] = usOf(1000, (n) => count(rowOf(n), radius));
  const linearUs = usOf(scans, (n) => linearScan(words, ...pairOf(rowOf(n)), 8));
  const queries = Math.min(size, 1_000_000) / (size > 1_000_000 ? 20 : 1);
  const pairsMs = timeOf(() => {
    for (let n = 0; n < queries; n++) count(n, 8);
  });
  return { lookUpUs, linearUs, hashesMb, fillMs, buildMs, allPairsS: (pairsMs / 1000) * (size / queries) };
}

async function measurePhotos({ phashes, details }: Hashes) {
  const before = residentMb();
  const looks = new LookIndex();
  const looksOf = (row: number) => ({
    phash: phashes.subarray(row * 8, row * 8 + 8),
    detail: details.subarray(row * 32, row * 32 + 32),
    quality: 100,
  });
  const idOf = (row: number): PhotoId => (row + 1) as PhotoId;
  const photosFillMs = timeOf(() => {
    for (let row = 0; row < size; row++) looks.put(idOf(row), looksOf(row));
  });
  const builtFrom = process.cpuUsage();
  await looks.build(() => undefined);
  const photosBuildMs = process.cpuUsage(builtFrom).user / 1000;
  const photosMb = residentMb() - before;
  const candidatesUs = usOf(300, (n) => looks.likenessesOf(idOf(rowOf(n))));
  // Each newcomer is looked up before the next comes, as the agent does it.
  const insertUs =
    (timeOf(() => {
      for (let n = 0; n < comers; n++) looks.put(idOf(size + n), looksOf(rowOf(n)));
    }) *
      1000) /
    comers;
  looks.likenessesOf(idOf(0));
  const removeUs =
    (timeOf(() => {
      for (let n = 0; n < comers; n++) looks.remove(idOf(size + n));
    }) *
      1000) /
    comers;
  return { candidatesUs, photosMb, photosFillMs, photosBuildMs, insertUs, removeUs };
}

function measureBkTree(words: Uint32Array): Record<number, number> | null {
  if (size > 100_000) return null;
  const search = bkTree(words);
  const us: Record<number, number> = {};
  for (const radius of radii) us[radius] = usOf(3, (n) => search(rowOf(n), radius));
  return us;
}

const library = await libraryOf(size, values.photos);
const words = wordsOf(library.phashes);
const figures: SearchFigures = {
  size,
  ...measureHashes(words),
  ...(await measurePhotos(library)),
  bkTreeUs: measureBkTree(words),
};
console.log(JSON.stringify(figures));
