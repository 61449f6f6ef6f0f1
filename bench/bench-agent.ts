import type { Agent } from '../src/agent.js';
import type { ScanResult } from '../src/agent/scan.js';
import { createAgent, loadConfig, scan, silentLog, systemClock } from './compiled.js';

export interface BenchAccount {
  readonly url: string;
  readonly apiKey: string;
  /** Null = that of the config. */
  readonly requestsPerSecond: number | null;
}

/** Opens an agent on a server for a while; closed whatever happens. */
export async function withAgent<T>(
  stateDir: string,
  { url, apiKey, requestsPerSecond }: BenchAccount,
  work: (agent: Agent) => Promise<T>,
): Promise<T> {
  const limits = requestsPerSecond === null ? {} : { requests_per_second: requestsPerSecond };
  const flags = { stateDir, immich: { url, api_key: apiKey, ...limits } };
  const config = loadConfig({ flags, env: {}, home: '/nonexistent', warn: () => undefined });
  const common = { patience: 'one-shot', command: 'bench', namedByPath: false } as const;
  const agent = await createAgent({ config, ...common, clock: systemClock, log: silentLog });
  try {
    await agent.open(['immich']);
    return await work(agent);
  } finally {
    await agent.close();
  }
}

/** What `scan --tag-only` and `plan --tag-only` do. */
export function scanTags(agent: Agent, what: 'scan' | 'plan'): Promise<ScanResult> {
  return scan(agent, {
    ...{ command: 'bench', sources: 'immich', labels: { tagOnly: true }, album: null, removeTag: null },
    ...{ dryRun: what === 'plan', allowRemovals: false, forceVersion: false },
  });
}
