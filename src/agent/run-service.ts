import { randomUUID } from 'node:crypto';
import type { Agent } from '../agent.js';
import { FatalError, exitCodes } from '../errors.js';
import type { LabelSettings } from '../sync/desired.js';
import { emptyReport, type SyncReport } from '../sync/report.js';
import { WebServer } from '../web/server.js';
import { newRun } from './run.js';
import { scan, type ScanRequest } from './scan.js';
import { Service } from './service.js';
import { statusOf } from './status.js';
import { signalsOfWebhook } from './webhook-signals.js';

export interface UndoRequest {
  readonly command: string;
  readonly what: 'all' | 'last' | { readonly run: string };
  readonly dryRun: boolean;
}

/** Runs the agent until `until` aborts. Throws the FatalError that ended it otherwise. */
export async function runService(agent: Agent, settings: LabelSettings, until: AbortSignal): Promise<void> {
  const { config, clock, log, state, accounts, signals } = agent;
  const since = clock.now();
  let end: () => void = () => undefined;
  let failure: unknown = null;
  const ended = new Promise<void>((resolve) => (end = resolve));
  until.addEventListener('abort', end);
  const fail = (error: unknown): void => {
    failure ??= error;
    end();
  };
  const token = randomUUID();
  // Commands that were handed over are let finish before the state is closed.
  const handedOver = new Set<Promise<unknown>>();
  const track = async (work: Promise<unknown>): Promise<unknown> => {
    handedOver.add(work);
    return work.finally(() => handedOver.delete(work));
  };
  const web = new WebServer({
    ...config.server,
    tokens: [token, ...(config.server.token === null ? [] : [config.server.token])],
    onWebhook: (body) => signalsOfWebhook(body, accounts).forEach((signal) => signals.emit('signal', signal)),
    status: () => statusOf(agent, since),
    commands: {
      scan: (body, tell) => track(scanHere(agent, body as ScanRequest, tell)),
      undo: (body) => track(undoHere(agent, body as UndoRequest)),
    },
    log,
  });
  const service = new Service(agent, settings, fail);
  agent.onChange(() => service.nudge());
  agent.onBroken(fail);
  try {
    const url = await web.start();
    const who = { pid: process.pid, command: 'agent', since: new Date(since).toISOString() };
    state.lock.announce({ ...who, url, token });
    log.info({ url }, 'listening');
    agent
      .load()
      .then(() => service.start())
      .catch(fail);
    await ended;
  } finally {
    await agent.close(async () => {
      await service.stop();
      await Promise.allSettled(handedOver);
    });
    await web.stop();
  }
  if (failure !== null) throw failure as Error;
}

async function scanHere(agent: Agent, request: ScanRequest, tell: (line: string) => void): Promise<unknown> {
  const listener = (line: string): void => tell(line);
  agent.progress.on('stage', listener);
  try {
    return await scan(agent, request);
  } finally {
    agent.progress.off('stage', listener);
  }
}

/** Takes labels back. After "all", nothing is written again until somebody asks for it. Throws `NO_SUCH_RUN`. */
export async function undoHere(agent: Agent, { command, what, dryRun }: UndoRequest): Promise<SyncReport> {
  const { clock, labelling, state } = agent;
  const runs = state.journal.runs();
  const last = runs.find((run) => run.command !== 'undo')?.id;
  const id = what === 'all' ? null : what === 'last' ? last : what.run;
  if (id !== null && !runs.some((run) => run.id === id)) {
    if (what === 'last') return emptyReport();
    throw new FatalError(
      'NO_SUCH_RUN',
      `There is no run ${id ?? ''}; \`undo --list\` shows them`,
      exitCodes.usage,
    );
  }
  return labelling.undo({ run: id ?? null, dryRun }, newRun(command, clock));
}
