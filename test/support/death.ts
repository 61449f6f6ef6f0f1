import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import type { Agent } from '../../src/agent.js';
import { scan, type ScanRequest } from '../../src/agent/scan.js';
import type { Config } from '../../src/config.js';
import { agentConfig, type ConfigForTest } from './agent-config.js';
import { withAgent, type AgentStage } from './agent-stage.js';
import { until } from './until.js';

/** The way from the agent to the server: it can be cut, and with it the agent's process dies as far as the server can tell. */
class Wire {
  readonly #server: Server;
  #seen = 0;
  #onItsWay = 0;

  /** `cut` is asked before each request: 'before' = it does not arrive, 'after' = only its answer is lost. */
  constructor(target: URL, cut: (nth: number) => 'before' | 'after' | null) {
    this.#server = createServer((incoming, outgoing) => {
      const fate = cut(++this.#seen);
      if (fate === 'before') return void incoming.socket.destroy();
      const { method, url: path, headers } = incoming;
      this.#onItsWay++;
      let isAnswered = false;
      const sent = forward({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
        isAnswered = true;
        this.#onItsWay--;
        if (fate === 'after') {
          answer.resume();
          incoming.socket.destroy();
        } else {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        }
      });
      sent.once('error', () => {
        if (!isAnswered) this.#onItsWay--;
        incoming.socket.destroy();
      });
      incoming.pipe(sent);
    });
  }

  /** Requests that the server has and did not answer yet. */
  get onItsWay(): number {
    return this.#onItsWay;
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** When a process dies. */
export interface Death {
  /** What it was doing. */
  readonly request: ScanRequest;
  readonly labels?: Partial<Config['labels']>;
  readonly config?: ConfigForTest;
  /** The request to the server that it dies at, from 1. */
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** What is on disk when the process dies at its n-th request; null when it ended before that. */
export async function dieAt(
  t: Test,
  stage: AgentStage,
  { request, labels = {}, config: more = {}, nth: n, when }: Death,
): Promise<string | null> {
  const graveyard = join(dirname(stage.stateDir), 'after-death');
  const process = { dead: false, over: false };
  const wire = new Wire(new URL(stage.standIn.url), (nth) => {
    if (process.dead) return 'before';
    if (nth < n) return null;
    process.dead = true;
    cpSync(stage.stateDir, graveyard, { recursive: true });
    return when;
  });
  const url = await wire.open();
  const config = agentConfig(stage.stateDir, { ...more, labels, accounts: [{ url, apiKey: stage.key }] });
  const ghosts: Agent[] = [];
  const scanning = (agent: Agent): Promise<unknown> => {
    ghosts.push(agent);
    return scan(agent, request);
  };
  const running = withAgent(config, scanning).catch(() => null);
  void running.then(() => (process.over = true));
  await until('its death or its end', () => process.dead || process.over);
  // What was on its way to the server when it happened arrives.
  await until('the answers to it', () => wire.onItsWay === 0);
  // What is left of it in this process must not wait for a server that is away.
  t.teardown(async () => {
    for (const ghost of ghosts) await ghost.close();
    await running;
  });
  wire.close();
  return process.dead ? graveyard : null;
}
