import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import t from 'tap';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

void t.test('the config table of the README is the one that the code has', (t) => {
  const script = new URL('../scripts/config-table.ts', import.meta.url).pathname;
  const table = execFileSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' });
  t.ok(readme.includes(table.trim()), 'npx tsx scripts/config-table.ts prints what the README shows');
  t.end();
});

void t.test('the README names every flag of scan, and no flag that does not exist', (t) => {
  const files = ['scan', 'scan-flags', 'context'].map((name) => `../src/commands/${name}.ts`);
  const source = files.map((path) => readFileSync(new URL(path, import.meta.url), 'utf8')).join('\n');
  const flags = [...source.matchAll(/'(?:-s, )?(--[a-z-]+)/gu)].map(([, flag]) => flag ?? '');
  t.ok(flags.length > 10);
  for (const flag of new Set(flags)) t.ok(readme.includes(flag), flag);
  t.end();
});
