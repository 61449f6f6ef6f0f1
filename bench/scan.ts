import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { createAgent } from '../src/agent.js';
import { scan, type ScanResult } from '../src/agent/scan.js';
import { systemClock } from '../src/clock.js';
import { loadConfig } from '../src/config.js';
import { silentLog } from '../src/logger.js';

/** What one scan cost. */
export interface ScanFigures {
  readonly photos: number;
  readonly seconds: number;
  readonly downloads: number;
  readonly fingerprinted: number;
  readonly extras: number;
  readonly writes: number;
  readonly requests: Readonly<Record<string, number>>;
  /** Longest time that the event loop was held up, milliseconds. */
  readonly longestStallMs: number;
  readonly p99StallMs: number;
  readonly peakRssMb: number;
  /** Milliseconds until the last page was listed, and the fingerprints made by then: listing and looking overlap. */
  readonly listedMs: number;
  readonly fingerprintedByThen: number;
}

/** Scans a stand-in library twice and returns the figures of both scans. */
export async function benchScan(photos: number): Promise<{ first: ScanFigures; second: ScanFigures }> {
  const args = ['--import', 'tsx', new URL('library-server.ts', import.meta.url).pathname, String(photos)];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await new Promise<string[]>((resolve) =>
    createInterface(server.stdout).once('line', (text) => resolve([text])),
  );
  const { url, key } = JSON.parse(line ?? '{}') as { url: string; key: string };
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-scan-'));
  try {
    const first = await scanOnce(url, key, stateDir);
    const second = await scanOnce(url, key, stateDir);
    return { first, second };
  } finally {
    server.kill();
    rmSync(stateDir, { recursive: true });
  }
}

async function scanOnce(url: string, key: string, stateDir: string): Promise<ScanFigures> {
  const flags = { stateDir, immich: { url, api_key: key, requests_per_second: 1000 } };
  const config = loadConfig({ flags, env: {}, home: '/nonexistent', warn: () => undefined });
  const agent = await createAgent({
    config,
    patience: 'one-shot',
    command: 'bench',
    namedByPath: false,
    clock: systemClock,
    log: silentLog,
  });
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const startedAt = performance.now();
  const listing = { endedAt: startedAt, fingerprinted: 0 };
  let peakRss = 0;
  const memory = setInterval(() => (peakRss = Math.max(peakRss, process.memoryUsage.rss())), 50);
  let fingerprinted = 0;
  agent.progress.on('examined', (done) => (fingerprinted = done));
  const listed = (): void => {
    listing.endedAt = performance.now();
    listing.fingerprinted = fingerprinted;
  };
  agent.progress.on('listed', listed);
  // What is read again before labels are written is no part of it.
  agent.progress.on('stage', (stage) => stage === 'grouping' && agent.progress.off('listed', listed));
  await agent.open(['immich']);
  loop.enable();
  try {
    const result = await scan(agent, {
      command: 'bench',
      sources: 'immich',
      labels: { tagOnly: true },
      album: null,
      removeTag: null,
      dryRun: false,
      allowRemovals: false,
      forceVersion: false,
    });
    const listedMs = Math.round(listing.endedAt - startedAt);
    const overlap = { listedMs, fingerprintedByThen: listing.fingerprinted };
    return figuresOf(result, loop, overlap, peakRss, performance.now() - startedAt);
  } finally {
    loop.disable();
    clearInterval(memory);
    await agent.close();
  }
}

function figuresOf(
  result: ScanResult,
  loop: ReturnType<typeof monitorEventLoopDelay>,
  overlap: Pick<ScanFigures, 'listedMs' | 'fingerprintedByThen'>,
  peakRss: number,
  totalMs: number,
): ScanFigures {
  return {
    photos: result.listed,
    seconds: Math.round(totalMs / 100) / 10,
    downloads: result.downloads,
    fingerprinted: result.fingerprinted,
    extras: result.extras,
    writes: result.operations.applied,
    requests: result.requests,
    longestStallMs: Math.round(loop.max / 1e6),
    p99StallMs: Math.round(loop.percentile(99) / 1e6),
    peakRssMb: Math.round(peakRss / 1_048_576),
    ...overlap,
  };
}
