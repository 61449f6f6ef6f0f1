/**
 * How fast a whole library is looked at, beside a loop that only fetches the same thumbnails with the same client and limits;
 * writes its section of docs/BENCHMARKS.md.
 *
 *   npm run build && npx tsx bench/download.ts [--photos 1000]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Agent } from '../src/agent.js';
import { scanTags, withAgent } from './bench-agent.js';
import { searchAssets } from './compiled.js';
import { judged, shown } from './measure.js';
import { madeBy, writeSection } from './report.js';

const { values } = parseArgs({ options: { photos: { type: 'string', default: '1000' } } });
const limits = {
  'default limits (8 at once, 50 a second)': null,
  'no limit but 8 at once': 1000,
};

type Limit = number | null;

async function withFreshAgent<T>(
  { url, key }: Server,
  requestsPerSecond: Limit,
  work: (agent: Agent) => Promise<T>,
): Promise<T> {
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-download-'));
  try {
    return await withAgent(stateDir, { url, apiKey: key, requestsPerSecond }, work);
  } finally {
    rmSync(stateDir, { recursive: true });
  }
}

interface Server {
  readonly url: string;
  readonly key: string;
}

/** Thumbnails fetched a second, and nothing done with them. */
async function fetched(server: Server, limit: Limit): Promise<number> {
  return withFreshAgent(server, limit, async ({ accounts: [account] }) => {
    if (account === undefined) throw new Error('no account');
    const ids: string[] = [];
    const { client, source } = account;
    const search = { withDeleted: true, withExif: true };
    for await (const page of searchAssets(client, source.capabilities.release, search))
      ids.push(...page.items.map((item) => (item as { readonly id: string }).id));
    const since = performance.now();
    const get = { method: 'GET', route: '/assets/{id}/thumbnail', query: { size: 'thumbnail' } } as const;
    await Promise.all(ids.map((id) => client.bytes({ ...get, params: { id } })));
    return (1000 * ids.length) / (performance.now() - since);
  });
}

/** Photos looked at a second, from the first to the last. */
async function lookedAt(server: Server, limit: Limit): Promise<number> {
  return withFreshAgent(server, limit, async (agent) => {
    let first = 0;
    let last = 0;
    let photos = 0;
    agent.progress.on('examined', (done) => {
      last = performance.now();
      if (first === 0) first = last;
      photos = done;
    });
    await scanTags(agent, 'plan');
    return (1000 * (photos - 1)) / (last - first);
  });
}

async function started(): Promise<Server & { readonly end: () => void }> {
  const args = ['--import', 'tsx', new URL('library-server.ts', import.meta.url).pathname, values.photos];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await new Promise<string[]>((resolve) =>
    createInterface(server.stdout).once('line', (text) => resolve([text])),
  );
  return { ...(JSON.parse(line ?? '{}') as Server), end: () => server.kill() };
}

const server = await started();
const rows: string[] = [];
try {
  // It draws each thumbnail when it is first asked for.
  await fetched(server, limits['no limit but 8 at once']);
  for (const [name, limit] of Object.entries(limits)) {
    const [bare, ours] = [await fetched(server, limit), await lookedAt(server, limit)];
    const aim =
      limit === limits['no limit but 8 at once'] ? '' : ` (${judged('aim 0.9', ours / bare >= 0.9)})`;
    rows.push(`| ${name} | ${shown(bare)} | ${shown(ours)} | ${shown(ours / bare)}${aim} |`);
  }
} finally {
  server.end();
}
const section = `## Looking at a whole library, beside fetching it

${madeBy(`npm run bench -- --only download`)}

${values.photos} photos and a tenth as many copies, their thumbnails already drawn. Both run on the same two processors as the server: without a limit
these are what they wait for, not the server.

| | thumbnails fetched a second | photos looked at a second | looked at / fetched |
| --- | ---: | ---: | ---: |
${rows.join('\n')}
`;
writeSection('download', section);
console.log(section);
