import type { Test } from 'tap';
import { createAgent, type Agent } from '../../src/agent.js';
import { runService } from '../../src/agent/run-service.js';
import type { AgentStatus } from '../../src/agent/status.js';
import type { Config } from '../../src/config.js';
import { silentLog } from '../../src/logger.js';
import { lockHolder } from '../../src/state/lock.js';
import { tagOnly, type RunOptions } from './agent-stage.js';
import { hurriedClock } from './clocks.js';
import { until } from './until.js';

/** A minute of the service is a second of the test. */
export const serviceHurry = 60;

/** An answer of the agent's HTTP interface. */
export interface WebAnswer {
  readonly status: number;
  readonly body: string;
}

/** A running service. */
export interface RunningService {
  readonly agent: Agent;
  readonly url: string;
  readonly token: string;
  /** Ends when the service does; rejects with what ended it. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
  readonly status: () => Promise<AgentStatus>;
  ask(
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string | object,
  ): Promise<WebAnswer>;
  /** What a command hands over; the last line of the answer. */
  command(name: 'scan' | 'undo' | 'dismiss', body: object): Promise<Record<string, unknown>>;
}

/** Starts the service and resolves when it listens; stopped when the test ends. */
export async function startService(
  t: Test,
  config: Config,
  options: RunOptions = {},
): Promise<RunningService> {
  const clock = options.clock ?? hurriedClock(serviceHurry);
  const agent = await createAgent({
    config,
    patience: 'service',
    namedByPath: false,
    command: 'agent',
    clock,
    log: options.log ?? silentLog,
  });
  const ending = new AbortController();
  const ended = runService(agent, options.settings ?? tagOnly, ending.signal);
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    ending.abort();
    await ended;
  };
  t.teardown(() => stop().catch(() => undefined));
  const holder = await Promise.race([
    until('the service to listen', () => {
      const { url, token } = lockHolder(config.stateDir) ?? {};
      return url !== undefined && token !== undefined && { url, token };
    }),
    ended.then(() => {
      throw new Error('the service ended before it listened');
    }),
  ]);
  const ask: RunningService['ask'] = async (method, path, headers = {}, body) => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const answer = await fetch(holder.url + path, { method, headers, ...sent });
    return { status: answer.status, body: await answer.text() };
  };
  const control = { 'x-token': holder.token };
  return {
    ...{ agent, ended, stop, ask },
    ...holder,
    status: async () => JSON.parse((await ask('GET', '/api/status', control)).body) as AgentStatus,
    command: async (name, body) => {
      const answer = await ask('POST', `/api/${name}`, control, body);
      return JSON.parse(answer.body.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
    },
  };
}
