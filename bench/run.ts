/**
 * Runs the benchmarks one after the other, each of which writes its section of docs/BENCHMARKS.md: `npm run bench`. Timings
 * belong to the machine they were taken on.
 *
 *   npm run bench -- [--only hash,search,start,download,upload,first-pass,scan] [--photos 3000] [--pictures DIR]
 *
 * `--photos`: size of the library that is scanned. `--pictures`: photographs to hash, instead of drawn scenes.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { madeBy, writeSection } from './report.js';
import { benchScan, type ScanFigures } from './scan.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'hash,search,start,download,upload,first-pass,scan' },
    photos: { type: 'string', default: '3000' },
    pictures: { type: 'string' },
  },
});
const chosen = values.only.split(',');
// Some measure the agent as it is installed.
execFileSync('npm', ['run', 'build'], { stdio: 'ignore' });
const pictures = values.pictures === undefined ? [] : ['--photos', values.pictures];

for (const [name, args] of [
  ['hash', pictures],
  ['search', pictures],
  ['start', []],
  ['download', []],
  ['upload', []],
  ['first-pass/run', values.pictures === undefined ? [] : ['--pictures', values.pictures]],
] as const) {
  if (!chosen.includes(name.replace('/run', ''))) continue;
  const script = new URL(`${name}.ts`, import.meta.url).pathname;
  execFileSync(process.execPath, ['--import', 'tsx', script, ...args], { stdio: 'inherit' });
}
if (!chosen.includes('scan')) process.exit();

const { first, second } = await benchScan(Number(values.photos));

const row = (name: string, of: (figures: ScanFigures) => string | number): string =>
  `| ${name} | ${of(first)} | ${of(second)} |`;
const total = ({ requests }: ScanFigures): number => Object.values(requests).reduce((sum, n) => sum + n, 0);

const report = `## A scan of ${first.photos} photos, and the same again

${madeBy(`npm run bench -- --photos ${values.photos}`)}

The server is the stand-in of the tests, in a process of its own on the same machine; it draws each thumbnail when it is first asked for.
What counts here is what is asked of it and how long the agent's event loop is held up, not the seconds.

| | first scan | second scan, nothing changed |
| --- | --- | --- |
${[
  row('seconds', (f) => f.seconds),
  row('photos listed', (f) => f.photos),
  row('thumbnails downloaded', (f) => f.downloads),
  row('fingerprints made', (f) => f.fingerprinted),
  row('extras found', (f) => f.extras),
  row('labels written', (f) => f.writes),
  row('requests', total),
  row('milliseconds until all were listed', (f) => f.listedMs),
  row('fingerprints made by then', (f) => f.fingerprintedByThen),
  row('event loop held up, longest, ms', (f) => f.longestStallMs),
  row('event loop held up, 99th percentile, ms', (f) => f.p99StallMs),
  row('peak memory, MB', (f) => f.peakRssMb),
].join('\n')}

Requests of the first scan: ${routes(first)}.

Requests of the second scan: ${routes(second)}.
`;
function routes({ requests }: ScanFigures): string {
  return Object.entries(requests)
    .map(([route, n]) => `${n} x \`${route}\``)
    .join(', ');
}
writeSection('scan', report);
console.log(report);
