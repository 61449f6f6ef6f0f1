/** Prints the table of config keys for the README: `npx tsx scripts/config-table.ts`. */
import { configKeys } from '../src/config.js';

const code = (text: string) => `\`${text}\``;
const cell = (text: string) => text.replaceAll('|', '\\|');
const rows = configKeys().map(({ key, env, default: value, doc }) =>
  [code(key), code(JSON.stringify(value)), cell(doc), env.map(code).join('<br>')].join(' | '),
);
const table = ['Key | Default | What it does | Variable', '--- | --- | --- | ---', ...rows];
process.stdout.write(`${table.map((row) => `| ${row} |`).join('\n')}\n`);
