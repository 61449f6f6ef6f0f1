/**
 * Measures the search in memory beside a plain scan and the BK-tree of mnemonist, and writes its section of docs/BENCHMARKS.md:
 *
 *   npx tsx bench/search.ts [--sizes 100000,1000000] [--photos DIR]
 *
 * Ten million (`--sizes 100000,1000000,10000000`) want 3 GB of memory and three minutes. `--photos`: a folder tree of photographs
 * whose hashes the made-up ones are drawn from, else drawn scenes serve.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { judged, shown } from './measure.js';
import { madeBy, writeSection } from './report.js';
import type { SearchFigures } from './search/measure-size.js';

const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '100000,1000000' }, photos: { type: 'string' } },
});
const pool = values.photos === undefined ? [] : ['--photos', values.photos];

function measured(size: string): SearchFigures {
  const script = new URL('search/measure-size.ts', import.meta.url).pathname;
  const args = ['--expose-gc', '--import', 'tsx', script, '--size', size, ...pool];
  const output = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  console.error(`${size} hashes: measured`);
  return JSON.parse(output) as SearchFigures;
}

const figures = values.sizes.split(',').map(measured);
const row = (name: string, of: (one: SearchFigures) => string): string =>
  `| ${name} | ${figures.map(of).join(' | ')} |`;
const rowOfRadius = (radius: number): string =>
  row(`one look-up within ${radius} bits, us (x the scan)`, ({ lookUpUs, linearUs }) => {
    const us = lookUpUs[radius] ?? NaN;
    return `${shown(us)} (${shown(linearUs / us)} x)`;
  });

function aims(): string {
  const texts: string[] = [];
  for (const { size, lookUpUs, linearUs, candidatesUs, photosMb } of figures) {
    const times = linearUs / (lookUpUs[8] ?? NaN);
    if (size === 1_000_000) {
      texts.push(judged(`At 1M at least 50 times the scan within 8 bits (${shown(times)})`, times >= 50));
      const ms = candidatesUs / 1000;
      texts.push(judged(`candidates at 1M within 2 ms (${shown(ms)})`, ms <= 2));
    }
    if (size === 10_000_000)
      texts.push(judged(`10M photos in at most 1,200 MB (${shown(photosMb)})`, photosMb <= 1200));
  }
  return texts.length === 0 ? '' : `${texts.join('; ')}.`;
}

const command = `npx tsx bench/search.ts --sizes ${values.sizes}${pool.length === 0 ? '' : ' --photos DIR'}`;
const report = `## Search in memory

${madeBy(command)}

CPU time, medians of five rounds, over hashes whose bytes are drawn from those of ${pool.length === 0 ? 'drawn scenes' : 'photographs'} and of which 17 % stand in clusters
of near copies. Every answer that the scan was asked for too was the same. The first rows are of 64-bit hashes alone, those of
photos of what the agent holds of each: both hashes and its number. Candidates: within 12 bits in eight orientations.
All pairs of more than a million are reckoned from 50,000 look-ups.

| | ${figures.map(({ size }) => size.toLocaleString('en-US')).join(' | ')} |
| --- |${' --- |'.repeat(figures.length)}
${[
  row('plain scan of 64-bit hashes, us', ({ linearUs }) => shown(linearUs)),
  ...[5, 8, 10, 12].map(rowOfRadius),
  row('BK-tree of mnemonist within 8 bits, us (x the scan)', ({ bkTreeUs, linearUs }) =>
    bkTreeUs === null ? '-' : `${shown(bkTreeUs[8] ?? NaN)} (${shown(linearUs / (bkTreeUs[8] ?? NaN))} x)`,
  ),
  row('all pairs within 8 bits, s', ({ allPairsS }) => shown(allPairsS)),
  row('memory of the hashes, MB', ({ hashesMb }) => shown(hashesMb)),
  row('hashes added / tables built, ms', ({ fillMs, buildMs }) => `${shown(fillMs)} / ${shown(buildMs)}`),
  row('**candidates of one photo, us**', ({ candidatesUs }) => shown(candidatesUs)),
  row('memory of the photos, MB', ({ photosMb }) => shown(photosMb)),
  row('photos added / tables built, ms', (f) => `${shown(f.photosFillMs)} / ${shown(f.photosBuildMs)}`),
  row('one photo more, us', ({ insertUs }) => shown(insertUs)),
  row('one photo less, us', ({ removeUs }) => shown(removeUs)),
].join('\n')}

${aims()}
`;
writeSection('search', report);
console.log(report);
