import { got } from 'got';
import { FatalError, exitCodes, type ExitCode } from '../errors.js';
import { lockHolder, type LockHolder } from '../state/lock.js';
import { say } from './context.js';

/** A line of the running agent's answer. */
interface Line {
  readonly progress?: string;
  readonly result?: unknown;
  readonly error?: string;
  readonly code?: string;
  readonly exitCode?: ExitCode;
}

/** The agent that runs on this state directory, when one does and can be talked to. */
export function runningAgent(stateDir: string): LockHolder | null {
  const holder = lockHolder(stateDir);
  return holder?.url === undefined ? null : holder;
}

/** Hands a command to the running agent, shows its progress, and returns its result. Throws the error that it threw. */
export async function handOver(agent: LockHolder, command: string, body: unknown): Promise<unknown> {
  say(`handed to the running agent (process ${agent.pid})`);
  const url = `${agent.url ?? ''}/api/${command}`;
  const stream = got.stream.post(url, {
    json: body,
    headers: { 'x-token': agent.token ?? '' },
    retry: { limit: 0 },
  });
  let rest = '';
  let last: Line = { error: 'the agent ended before it had answered', code: 'AGENT_ENDED' };
  for await (const chunk of stream) {
    rest += String(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      if (line.progress === undefined) last = line;
      else say(`${line.progress} ...`);
    }
  }
  if (last.error !== undefined)
    throw new FatalError(last.code ?? 'FAILED', last.error, last.exitCode ?? exitCodes.failed);
  return last.result;
}

/** What the running agent says of itself. */
export async function askStatus(agent: LockHolder): Promise<unknown> {
  const headers = { 'x-token': agent.token ?? '' };
  return got(`${agent.url ?? ''}/api/status`, {
    headers,
    retry: { limit: 0 },
    timeout: { request: 5_000 },
  }).json();
}
