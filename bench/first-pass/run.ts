/**
 * Measures how soon a scan of a large library writes its first labels, what it asks of the server for them and what they
 * miss, and writes its section of docs/BENCHMARKS.md. Times depend on what else the machine does; beside them stand those of
 * the bare listing in the same run.
 *
 *   npx tsx bench/first-pass/run.ts [--photos 10000,20000] [--until end|first-labels] [--page-ms 400] [--pictures FOLDER]
 *
 * A size with `:first-labels` behind it ends there: `--photos 20000,100000:first-labels`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { madeBy, writeSection } from '../report.js';
import type { Figures } from './figures.js';
import { sectionOf } from './section.js';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '10000' },
    until: { type: 'string', default: 'end' },
    'page-ms': { type: 'string', default: '400' },
    pictures: { type: 'string', multiple: true, default: [] },
  },
});

async function figuresOf(photos: string, until: string): Promise<Figures> {
  const program = new URL('measure.ts', import.meta.url).pathname;
  const args = [photos, until, values['page-ms'], ...values.pictures];
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout)) as Figures;
}

execFileSync('npm', ['run', 'build'], { stdio: 'ignore' });
const all: Figures[] = [];
for (const size of values.photos.split(',')) {
  const [photos = '', until = values.until] = size.split(':');
  const figures = await figuresOf(photos, until);
  console.error(JSON.stringify(figures));
  all.push(figures);
}
const kind = values.pictures.length > 0 ? ' --pictures FOLDER' : '';
const command = `npm run bench:first-pass -- --photos ${values.photos} --until ${values.until} --page-ms ${values['page-ms']}${kind}`;
const section = sectionOf(all, madeBy(command), Number(values['page-ms']));
writeSection('first-pass', section);
console.log(section);
