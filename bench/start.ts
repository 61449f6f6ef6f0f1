/**
 * Measures the start of the agent on an index of many photos, and writes its section of docs/BENCHMARKS.md:
 *
 *   npm run build && npx tsx bench/start.ts [--photos 1000000] [--library DIR]
 *
 * A million photos take some minutes and 5 GB to make; `--library` keeps them there for the next time.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judged, median, shown } from './measure.js';
import { madeBy, writeSection } from './report.js';
import { makeLibrary } from './start/library.js';

const { values } = parseArgs({
  options: { photos: { type: 'string', default: '1000000' }, library: { type: 'string' } },
});
const photos = Number(values.photos);
const starts = 5;
const dir = values.library ?? mkdtempSync(join(tmpdir(), 'bench-start-'));

/** What `start-agent.js` tells. */
interface StartFigures {
  /** Milliseconds since the process began: code loaded, state open, search filled. */
  readonly loadedMs: number;
  readonly openMs: number;
  readonly readyMs: number;
  /** The same of CPU time, until ready. */
  readonly readyCpuMs: number;
  /** Resident memory in MB when ready, and the most until then. */
  readonly residentMb: number;
  readonly peakMb: number;
  /** Once the parts of photos can be compared too, which happens when the first new photo comes. */
  readonly proverMs: number;
  readonly proverResidentMb: number;
}

function start(): StartFigures {
  // Not through a loader, which alone takes half a second.
  const script = new URL('start/start-agent.js', import.meta.url).pathname;
  const output = execFileSync(process.execPath, [script, dir], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output) as StartFigures;
}

const all: StartFigures[] = [];
try {
  if (!existsSync(join(dir, 'index.db'))) await makeLibrary(dir, photos);
  // The first one checks the file if that is due.
  start();
  while (all.length < starts) all.push(start());
} finally {
  if (values.library === undefined) rmSync(dir, { recursive: true });
}

const middle = (of: (one: StartFigures) => number): number => median(all.map(of));
const readyMs = middle((one) => one.readyMs);
const residentMb = middle((one) => one.residentMb);
const row = (name: string, of: (one: StartFigures) => number): string => `| ${name} | ${shown(middle(of))} |`;
const isMillion = photos === 1_000_000;

const report = `## A start with ${photos.toLocaleString('en-US')} photos indexed

${madeBy(`npx tsx bench/start.ts --photos ${photos}`)}

Medians of ${starts} starts of a process of its own, with the index in the system's file cache, after a stop in good order. Ready: what comes
next is asking the sources for what is new. After a kill, and once a week, \`index.db\` (4 kB a photo) is read through first.

| | |
| --- | --- |
${[
  row('code loaded, ms after the process began', (one) => one.loadedMs),
  row('state open, ms', (one) => one.openMs),
  row('**ready, ms**', (one) => one.readyMs),
  row('CPU time until then, ms', (one) => one.readyCpuMs),
  row('resident memory when ready, MB', (one) => one.residentMb),
  row('most until then, MB', (one) => one.peakMb),
  row('what proofs of edited copies search, loaded with the first new photo, ms', (one) => one.proverMs),
  row('resident memory with it, MB', (one) => one.proverResidentMb),
].join('\n')}

${
  isMillion
    ? `${judged(`Ready within 3 s (${shown(readyMs / 1000)})`, readyMs <= 3000)}; ${judged(`at most 400 MB (${shown(residentMb)})`, residentMb <= 400)}.`
    : ''
}
`;
writeSection('start', report);
console.log(report);
