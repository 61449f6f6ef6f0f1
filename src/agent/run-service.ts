import { randomUUID } from 'node:crypto';
import type { Agent } from '../agent.js';
import type { LabelSettings } from '../sync/desired.js';
import { WebServer } from '../web/server.js';
import { dismissHandedOver, scanHandedOver, undoHandedOver } from './handed-over.js';
import { readDismissRequest, readScanRequest, readUndoRequest } from './requests.js';
import { Service } from './service.js';
import { statusOf } from './status.js';
import { signalsOfWebhook } from './webhook-signals.js';

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
      scan: (body) => {
        const request = readScanRequest(body);
        return (tell) => track(scanHandedOver(agent, request, tell));
      },
      undo: (body) => {
        const request = readUndoRequest(body);
        return () => track(undoHandedOver(agent, request));
      },
      dismiss: (body) => {
        const request = readDismissRequest(body);
        return () => track(dismissHandedOver(agent, request, (keys) => service.relabel(keys)));
      },
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
