/* Starts the agent on a state directory, as the installed command does, and prints as JSON when it was ready and its memory. */
import { createAgent } from '../../dist/agent.js';
import { systemClock } from '../../dist/clock.js';
import { loadConfig } from '../../dist/config.js';
import { silentLog } from '../../dist/logger.js';

const loadedMs = performance.now();
const config = loadConfig({
  flags: { stateDir: process.argv[2], immich: { url: 'http://127.0.0.1:9', api_key: 'none' } },
  env: {},
  home: '/nonexistent',
  warn: () => undefined,
});
const common = { patience: 'service', command: 'agent', namedByPath: false };
const agent = await createAgent({ config, ...common, clock: systemClock, log: silentLog });
const openMs = performance.now();
await agent.load();
const readyMs = performance.now();
const { user, system } = process.cpuUsage();
const mb = (bytes) => Math.round(bytes / 1_048_576);
const residentMb = mb(process.memoryUsage.rss());
const peakMb = mb(process.resourceUsage().maxRSS * 1024);
await agent.prover.load();
const proverMs = performance.now() - readyMs;
const proverResidentMb = mb(process.memoryUsage.rss());
await agent.close();
const ready = { readyMs, readyCpuMs: (user + system) / 1000, residentMb, peakMb };
console.log(JSON.stringify({ loadedMs, openMs, ...ready, proverMs, proverResidentMb }));
