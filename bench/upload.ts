/**
 * How long it takes from an upload to its label, and what the agent costs while nothing happens; writes its section of
 * docs/BENCHMARKS.md. The agent is the installed command in a process of its own, the server the stand-in of the tests.
 *
 *   npm run build && npx tsx bench/upload.ts [--uploads 10] [--photos 200] [--idle-seconds 60]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startStandIn } from '../test/support/immich/stand-in.js';
import { drawScene, resizeTo } from '../test/support/pictures.js';
import { judged, median, shown } from './measure.js';
import { madeBy, writeSection } from './report.js';

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '10' },
    photos: { type: 'string', default: '200' },
    'idle-seconds': { type: 'string', default: '60' },
  },
});
const [uploads, photos, idleSeconds] = [
  Number(values.uploads),
  Number(values.photos),
  Number(values['idle-seconds']),
];
const pollSeconds = 5;
const secret = 'bench-secret';
/** From the upload to the thumbnail, as a small real server needs. */
const thumbnailDelayMs = 500;

const scenes = await Promise.all(
  Array.from({ length: photos }, (_, n) => drawScene(n, { width: 480, height: 360 })),
);

interface Running {
  readonly standIn: Awaited<ReturnType<typeof startStandIn>>;
  readonly anna: { readonly id: string };
  readonly pid: number;
  readonly port: number;
  readonly key: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Processor seconds of a process so far (Linux: ticks of 10 ms). */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /su, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resolves when the agent has compared what there was with each other. */
async function atRest(pid: number): Promise<void> {
  for (let before = -1; cpuSecondsOf(pid) - before > 0.1;) {
    before = cpuSecondsOf(pid);
    await sleep(3000);
  }
}

/** A library with the agent that has caught up with it, for a while. */
async function withService<T>(
  env: Record<string, string>,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const standIn = await startStandIn({ thumbnailDelayMs });
  const anna = standIn.addUser('Anna');
  const key = standIn.addKey(anna, ['all']);
  for (const [n, bytes] of scenes.entries())
    await standIn.addAsset(anna, { bytes, fileName: `photo-${n}.jpg` });
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-upload-'));
  const port = await freePort();
  const agent = spawn(process.execPath, ['dist/cli.js', 'agent', '--state-dir', stateDir], {
    cwd: new URL('..', import.meta.url).pathname,
    stdio: 'ignore',
    env: {
      ...{ PATH: process.env['PATH'], HOME: stateDir, IMMICH_URL: standIn.url, IMMICH_API_KEY: key },
      ...{ PHOTO_ORGANIZER_SERVER_PORT: String(port), PHOTO_ORGANIZER_SERVER_WEBHOOK_SECRET: secret, ...env },
    },
  });
  const ended = once(agent, 'exit');
  try {
    const thumbnails = (): number => standIn.requests.count('GET /assets/:id/thumbnail');
    while (thumbnails() < photos) await sleep(50);
    const pid = agent.pid ?? 0;
    await atRest(pid);
    return await work({ standIn, anna, key, port, pid });
  } finally {
    agent.kill();
    await ended;
    await standIn.close();
    rmSync(stateDir, { recursive: true });
  }
}

/** Seconds from the moment when the thumbnail of a copy is there until the copy is tagged, one after the other. */
async function secondsToLabels({ standIn, anna, key }: Running): Promise<number[]> {
  const taken: number[] = [];
  for (const scene of scenes.slice(0, uploads)) {
    const bytes = await resizeTo(scene, 300);
    const fileName = `copy-${taken.length}.jpg`;
    const id = await standIn.addAsset(anna, { bytes, fileName, justUploaded: true });
    const thumbnail = `${standIn.url}/api/assets/${id}/thumbnail`;
    while (!(await fetch(thumbnail, { headers: { 'x-api-key': key } })).ok) await sleep(10);
    const ready = performance.now();
    while ((standIn.snapshot().assets[id]?.tags.length ?? 0) === 0) {
      if (performance.now() - ready > 120_000) throw new Error(`${fileName} is not tagged after two minutes`);
      await sleep(5);
    }
    taken.push((performance.now() - ready) / 1000);
    // Not always at the same moment between two polls.
    await sleep(1000 + ((taken.length * 1700) % 5000));
  }
  return taken;
}

async function installHook({ standIn, key, port }: Running): Promise<void> {
  const hook = { url: `http://127.0.0.1:${port}/hooks/immich`, method: 'POST' };
  const header = { headerName: 'x-webhook-secret', headerValue: secret };
  const steps = [{ method: 'immich-plugin-core#webhook', config: { ...hook, ...header } }];
  const body = JSON.stringify({ trigger: 'AssetCreate', name: 'bench', enabled: true, steps });
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const made = await fetch(`${standIn.url}/api/workflows`, { method: 'POST', headers, body });
  if (made.status !== 201) throw new Error(`the workflow was refused: ${made.status}`);
}

async function idle({ standIn, pid }: Running): Promise<{ cpu: number; requests: Record<string, number> }> {
  // Labels are read back after they have settled: that is over by then.
  await sleep(15_000);
  standIn.requests.reset();
  const before = cpuSecondsOf(pid);
  await sleep(idleSeconds * 1000);
  return { cpu: cpuSecondsOf(pid) - before, requests: standIn.requests.tally() };
}

const never = { PHOTO_ORGANIZER_WATCH_POLL_SECONDS: '3600', PHOTO_ORGANIZER_WATCH_POLL_MAX_SECONDS: '3600' };
const often = {
  PHOTO_ORGANIZER_WATCH_POLL_SECONDS: String(pollSeconds),
  PHOTO_ORGANIZER_WATCH_POLL_MAX_SECONDS: String(pollSeconds),
};
const byHook = await withService(never, async (running) => {
  await installHook(running);
  return secondsToLabels(running);
});
const byPolling = await withService(often, secondsToLabels);
const resting = await withService({ PHOTO_ORGANIZER_SYNC_SETTLE_SECONDS: '1' }, idle);

const row = (name: string, taken: readonly number[], aim: string, most: number): string => {
  const longest = Math.max(...taken);
  return `| ${name} | ${shown(median(taken))} | ${shown(longest)} | ${judged(aim, longest < most)} |`;
};
const routes = Object.entries(resting.requests).map(([route, n]) => `${n} x \`${route}\``);
const section = `## From an upload to its label

${madeBy('npm run bench -- --only upload')}

${uploads} copies uploaded one after the other to a library of ${photos} photos. Seconds from the moment when the server has the copy's
thumbnail (about ${thumbnailDelayMs} ms after the upload) to the tag on it.

| | median | longest | |
| --- | ---: | ---: | --- |
${row('webhook (Immich\'s workflow "AssetCreate"), no polling', byHook, 'under 2', 2)}
${row(`polling every ${pollSeconds} s`, byPolling, `under ${pollSeconds + 2}`, pollSeconds + 2)}

While nothing happened, with the default intervals of polling, in ${idleSeconds} s: ${shown(resting.cpu)} s of a processor
(${shown((100 * resting.cpu) / idleSeconds)} %), requests ${routes.join(', ') || 'none'}.
`;
writeSection('upload', section);
console.log(section);
