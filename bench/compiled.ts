/** The agent as it is installed: compiled by `npm run build`, with its threads, which do not start from sources that are not. */
import type * as AgentModule from '../src/agent.js';
import type * as ScanModule from '../src/agent/scan.js';
import type * as ClockModule from '../src/clock.js';
import type * as ConfigModule from '../src/config.js';
import type * as LoggerModule from '../src/logger.js';
import type * as PagingModule from '../src/sources/immich/paging.js';

async function load(name: string): Promise<unknown> {
  return import(new URL(`../dist/${name}.js`, import.meta.url).href);
}

export const { createAgent } = (await load('agent')) as typeof AgentModule;
export const { scan } = (await load('agent/scan')) as typeof ScanModule;
export const { systemClock } = (await load('clock')) as typeof ClockModule;
export const { loadConfig } = (await load('config')) as typeof ConfigModule;
export const { silentLog } = (await load('logger')) as typeof LoggerModule;
export const { searchAssets } = (await load('sources/immich/paging')) as typeof PagingModule;
