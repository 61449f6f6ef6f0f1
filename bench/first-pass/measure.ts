/**
 * Measures one scan of a made-up library in this process, and prints the figures as one line of JSON (`Figures`). Started by
 * `run.ts`, a process for each library, so that peak memory is of that one.
 *
 *   npx tsx bench/first-pass/measure.ts PHOTOS first-labels|end MILLISECONDS_A_PAGE [FOLDER...]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from '../../src/agent.js';
import type { ScanResult } from '../../src/agent/scan.js';
import { startServer, type BenchServer, type Seen } from './bench-server.js';
import { scanTags, withAgent } from '../bench-agent.js';
import { searchAssets } from '../compiled.js';
import type { FirstFigures, FullFigures, Figures } from './figures.js';
import { Library, copyKinds, type CopyKind } from './library.js';
import { watchProcess } from './watch-process.js';

const [photos = '10000', until = 'end', msAPage = '0', ...folders] = process.argv.slice(2);
const library = new Library(Number(photos));
const copies = [...library.copies()];
const inGroups = new Set(copies.flatMap(({ copy, of }) => [copy, of]));
const server = await startServer([photos, msAPage, ...folders]);
const stateDir = mkdtempSync(join(tmpdir(), 'bench-first-pass-'));

const account = { url: server.url, apiKey: 'bench', requestsPerSecond: 1000 };

const secondsSince = (since: number): number => (performance.now() - since) / 1000;

/** The plain loop over all pages, with the same client. */
async function bareListing(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-bare-'));
  const seconds = await withAgent(dir, account, async ({ accounts: [account] }) => {
    const since = performance.now();
    let listed = 0;
    if (account !== undefined)
      for await (const page of searchAssets(account.client, account.source.capabilities.release, {
        withDeleted: true,
        withExif: true,
      }))
        listed += page.items.length;
    if (listed !== library.photos) throw new Error(`${listed} photos were listed`);
    return secondsSince(since);
  });
  rmSync(dir, { recursive: true });
  return seconds;
}

/** Share of the copies that are tagged: they, or what they are copies of. */
function recallOf({ tagged }: Seen): Record<CopyKind | 'all', number> {
  const known = new Set(tagged);
  const share = (some: typeof copies): number =>
    some.filter(({ copy, of }) => known.has(copy) || known.has(of)).length / Math.max(1, some.length);
  const each = copyKinds.map((how) => [how, share(copies.filter((one) => one.how === how))] as const);
  return { ...(Object.fromEntries(each) as Record<CopyKind, number>), all: share(copies) };
}

const strangersTagged = ({ tagged }: Seen): number => tagged.filter((n) => !inGroups.has(n)).length;

/** Notes what has happened by the time when the first labels are written. */
async function firstScan(agent: Agent): Promise<{ first: FirstFigures; full: FullFigures | null }> {
  const since = performance.now();
  const watched = watchProcess();
  const at = { listed: 0, proven: 0, labelled: 0 };
  let downloads: Promise<Seen> | null = null;
  let requests: Record<string, number> = {};
  agent.progress.on('listed', (_source, seen) => {
    if (seen === library.photos && at.listed === 0) at.listed = secondsSince(since);
  });
  agent.progress.on('stage', (stage) => {
    if (stage !== 'grouping what was found first') return;
    at.proven = secondsSince(since);
    requests = Object.fromEntries([...(agent.accounts[0]?.client.requests ?? [])].sort());
    downloads = server.seen();
  });
  const labelled = new Promise<void>((resolve) => {
    agent.progress.on('labelled', (_source, done, of) => {
      if (at.labelled > 0 || done < of) return;
      at.labelled = secondsSince(since);
      resolve();
    });
  });
  const scanned = scanTags(agent, 'scan');
  // The caller hears of it; here only which comes first matters.
  await Promise.race([labelled, scanned]);
  const seen = await server.seen();
  const served = ((await (downloads as Promise<Seen> | null)) ?? seen).served;
  const first = {
    ...{ listed: at.listed, proven: at.proven, seconds: at.labelled, requests },
    downloads: served.length,
    inVain: served.filter((n) => !inGroups.has(n)).length / (library.photos - inGroups.size),
    recall: recallOf(seen),
    strangers: strangersTagged(seen),
    ...watched.now(),
  };
  if (until === 'first-labels') {
    watched.end();
    await agent.close();
    await scanned.catch(() => undefined);
    return { first, full: null };
  }
  const result = await scanned;
  return { first, full: await fullFigures(result, secondsSince(since), watched.end()) };
}

async function fullFigures(
  { downloads, requests, operations: { applied } }: ScanResult,
  seconds: number,
  process: ReturnType<ReturnType<typeof watchProcess>['end']>,
): Promise<FullFigures> {
  const seen = await server.seen();
  const recall = recallOf(seen);
  return {
    seconds,
    downloads,
    requests,
    writes: applied,
    recall,
    strangers: strangersTagged(seen),
    ...process,
  };
}

async function measure(server: BenchServer): Promise<Figures> {
  const bare = await bareListing();
  const { first, full } = await withAgent(stateDir, account, firstScan);
  if (full === null) return { photos: library.photos, bare, first, full, second: null };
  const second = await withAgent(stateDir, account, async (agent) => {
    const since = performance.now();
    const watched = watchProcess();
    const result = await scanTags(agent, 'scan');
    return fullFigures(result, secondsSince(since), watched.end());
  });
  await server.end();
  return { photos: library.photos, bare, first, full, second };
}

try {
  console.log(JSON.stringify(await measure(server)));
} finally {
  await server.end();
  rmSync(stateDir, { recursive: true });
}
