/**
 * Measures how well duplicates are told, against what npm has for it, and writes its section of docs/BENCHMARKS.md:
 *
 *   npm run bench:quality -- --photos DIR [--photos DIR2] [--attacks crop5,screenshot] [--limit 300] [--cache DIR] [--list FILE]
 *     [--only near-strangers]
 *
 * README.md says which photographs. With `--attacks` the section is only printed: it would not be whole. With `--only` just
 * that table is made and printed.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { madeBy, writeSection } from '../report.js';
import { attackNames } from './attacks.js';
import { findFalsePairs, type FalsePair } from './false-pairs.js';
import { knownDuplicates } from './known-duplicates.js';
import { LookCache, original } from './look-cache.js';
import { makeLooks } from './looks.js';
import { allMethods } from './methods.js';
import { measureMisses } from './misses.js';
import { measureNearStrangers } from './near-strangers.js';
import { readPhotos } from './photos.js';
import { columnsOf, measureRecall } from './recall.js';
import { nearStrangerPart, pairList, section } from './section.js';

/** Processes that decode and hash; more would not leave a small machine usable. */
const workers = 2;

const { values } = parseArgs({
  options: {
    photos: { type: 'string', multiple: true, default: [] },
    attacks: { type: 'string' },
    limit: { type: 'string', default: '300' },
    cache: { type: 'string', default: join(tmpdir(), 'photo-organizer-bench-quality') },
    list: { type: 'string' },
    only: { type: 'string' },
  },
});
const attacks = values.attacks?.split(',') ?? attackNames;
const strange = attacks.filter((attack) => !attackNames.includes(attack));
if (strange.length > 0) throw new Error(`no such attacks: ${strange.join(', ')}`);
if (values.only !== undefined && values.only !== 'near-strangers')
  throw new Error('--only: there is only near-strangers');

const photos = readPhotos(values.photos);
if (photos.length < 2)
  throw new Error('--photos: no photos in folders named general, lookalike or documents there');
const limit = Number(values.limit);
const queries = photos.filter(({ kind }) => kind === 'general').slice(0, limit);
const methods = await allMethods();
const columns = columnsOf(methods);
const cache = new LookCache(values.cache);
const isKnown = knownDuplicates();

const startedAt = performance.now();
if (values.only === undefined) {
  const text = await measureAll();
  if (values.attacks === undefined) writeSection('quality', text);
  console.log(text);
} else {
  console.log(nearStrangerPart(await measureNearStrangers(photos, methods, limit), columns));
}
console.error(`took ${Math.round((performance.now() - startedAt) / 1000)} s`);

/** The whole section. */
async function measureAll(): Promise<string> {
  const isQuery = new Set(queries);
  const jobs = photos.map((photo) => ({
    photo,
    pictures: isQuery.has(photo) ? [original, ...attacks] : [original],
    cacheFolder: values.cache,
  }));
  await makeLooks(jobs, { methods, cache, workers });

  const falsePairs = new Map<string, FalsePair[]>();
  const changedPairs = new Map<string, FalsePair[]>();
  for (const method of methods) {
    console.error(`comparing: ${method.name}`);
    const tools = { method, cache, isKnown };
    falsePairs.set(method.name, findFalsePairs(photos, original, tools));
    const changed = attacks.flatMap((attack) => findFalsePairs(queries, attack, tools));
    changedPairs.set(method.name, changed);
  }
  const recall = measureRecall(queries, attacks, { methods, cache });
  const [ours] = methods;
  const misses = ours === undefined ? null : measureMisses(queries, attacks, { method: ours, cache });

  const nearStrangers =
    values.attacks === undefined ? await measureNearStrangers(photos, methods, limit) : null;

  if (values.list !== undefined) writeFileSync(values.list, pairList(columns, falsePairs, changedPairs));
  return section({
    made: madeBy('npm run bench:quality'),
    photos,
    queries,
    attacks,
    columns,
    recall,
    misses,
    falsePairs,
    changedPairs,
    nearStrangers,
  });
}
