/* Starts the agent on a state directory (`--state-dir`), as the command does, and prints as JSON when it was ready and its memory. */
import { parseArgs } from 'node:util';
import { createAgent, loadConfig, silentLog, systemClock } from '../compiled.js';

const { values } = parseArgs({ options: { 'state-dir': { type: 'string', default: '' } } });

export interface StartFigures {
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

const loadedMs = performance.now();
const config = loadConfig({
  flags: { stateDir: values['state-dir'], immich: { url: 'http://127.0.0.1:9', api_key: 'none' } },
  env: {},
  home: '/nonexistent',
  warn: () => undefined,
});
const agent = await createAgent({
  config,
  patience: 'service',
  command: 'agent',
  namedByPath: false,
  clock: systemClock,
  log: silentLog,
});
const openMs = performance.now();
await agent.load();
const readyMs = performance.now();
const { user, system } = process.cpuUsage();
const mb = (bytes: number): number => Math.round(bytes / 1_048_576);
const ready = {
  residentMb: mb(process.memoryUsage.rss()),
  peakMb: mb(process.resourceUsage().maxRSS * 1024),
};
await agent.prover.load();
const figures: StartFigures = {
  ...{ loadedMs, openMs, readyMs, readyCpuMs: (user + system) / 1000, ...ready },
  proverMs: performance.now() - readyMs,
  proverResidentMb: mb(process.memoryUsage.rss()),
};
await agent.close();
console.log(JSON.stringify(figures));
