/*
 * For n = 1, 2, 3 ... the n-th request of a scan meets a fault, or the process dies there. Afterwards one undisturbed run
 * must reach the same labels as if nothing had happened, and undo must take all of them back.
 */
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import type { Agent } from '../../src/agent.js';
import { scan } from '../../src/agent/scan.js';
import type { Config } from '../../src/config.js';
import { agentConfig } from '../support/agent-config.js';
import {
  copyOf,
  emptyStage,
  runScan,
  runUndo,
  scanRequest,
  scene,
  tagsAndAlbums,
  withAgent,
  type AgentStage,
} from '../support/agent-stage.js';
import type { Fault } from '../support/immich/faults.js';
import { until } from '../support/until.js';

const tag = 'possible-duplicate';
const settings = tagsAndAlbums;
const request = scanRequest(settings);
const tags = { 'beach-small': [tag] };
const albums = { 'Similar-0001': ['beach', 'beach-small'] };

// Waiting between tries is most of it: side by side it costs once.
t.jobs = 12;

/** As few photos as have a group. */
async function smallLibrary(t: Test): Promise<AgentStage> {
  const stage = await emptyStage(t);
  await stage.add('beach', await scene(1));
  await stage.add('beach-small', await copyOf(1, 'small'));
  await stage.add('hut', await scene(3));
  return stage;
}

const configOf = ({ standIn, key, stateDir }: AgentStage, dir = stateDir): Config =>
  agentConfig(dir, { accounts: [{ url: standIn.url, apiKey: key }] });

async function undisturbedRun(t: Test, stage: AgentStage, config: Config): Promise<void> {
  const result = await runScan(config, { settings });
  t.match(result, { failed: 0, groups: 1, extras: 1, errors: [], heldBecause: null });
  t.same(await stage.tags(), tags);
  t.same(stage.albums(), albums);
}

async function undoneAgain(t: Test, stage: AgentStage, config: Config): Promise<void> {
  // Our minutes are seconds here, those of the server are not: it may say that the server had not settled in time.
  for (let tries = 0, failed = 1; failed > 0 && tries < 3; tries++)
    failed = (await runUndo(config, 'all')).failed;
  t.same(await stage.tags(), {});
  t.same(stage.albums(), {});
  t.same(stage.standIn.snapshot().tags, []);
}

/** Requests that a first scan makes; the looks at what settles vary a little. */
async function countRequests(t: Test): Promise<number> {
  const stage = await smallLibrary(t);
  await runScan(stage.config, { settings });
  return stage.standIn.requests.count();
}

/** The way from the agent to the server: it can be cut, and with it the agent's process dies as far as the server can tell. */
class Wire {
  readonly #server: Server;
  #seen = 0;

  /** `cut` is asked before each request: 'before' = it does not arrive, 'after' = only its answer is lost. */
  constructor(target: URL, cut: (nth: number) => 'before' | 'after' | null) {
    this.#server = createServer((incoming, outgoing) => {
      const fate = cut(++this.#seen);
      if (fate === 'before') return void incoming.socket.destroy();
      const { method, url: path, headers } = incoming;
      const sent = forward({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
        if (fate === 'after') {
          answer.resume();
          incoming.socket.destroy();
        } else {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        }
      });
      sent.on('error', () => incoming.socket.destroy());
      incoming.pipe(sent);
    });
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

/** What is on disk when the process dies at its n-th request; null when it ended before that. */
async function dieAt(
  t: Test,
  stage: AgentStage,
  n: number,
  when: 'before' | 'after',
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
  const config = agentConfig(stage.stateDir, { accounts: [{ url, apiKey: stage.key }] });
  const ghosts: Agent[] = [];
  const scanning = (agent: Agent): Promise<unknown> => {
    ghosts.push(agent);
    return scan(agent, request);
  };
  const running = withAgent(config, scanning).catch(() => null);
  void running.then(() => (process.over = true));
  await until('its death or its end', () => process.dead || process.over);
  // What was on its way to the server when it happened arrives.
  await new Promise((resolve) => setTimeout(resolve, 5));
  // What is left of it in this process must not wait for a server that is away.
  t.teardown(async () => {
    for (const ghost of ghosts) await ghost.close();
    await running;
  });
  wire.close();
  return process.dead ? graveyard : null;
}

void t.test('the undisturbed run that all others must equal', async (t) => {
  const stage = await smallLibrary(t);
  await undisturbedRun(t, stage, stage.config);
  const again = await runScan(stage.config, { settings });
  t.match(again, { downloads: 0, operations: { applied: 0, failed: 0 } });
  await undoneAgain(t, stage, stage.config);
});

/** Requests of a first scan, and some more. */
const most = 26;
const everyRequest = Array.from({ length: most }, (_, n) => n + 1);

for (const fault of [{ status: 500 }, 'reset-after'] as const satisfies readonly Fault[])
  for (const n of everyRequest) {
    const name = typeof fault === 'string' ? fault : fault.status;
    void t.test(`request ${n}: ${name}`, { buffered: true }, async (t) => {
      const stage = await smallLibrary(t);
      let seen = 0;
      stage.standIn.faults.add(() => (++seen === n ? fault : undefined));
      await runScan(stage.config, { settings }).catch(() => null);
      stage.standIn.faults.clear();
      await undisturbedRun(t, stage, stage.config);
    });
  }

for (const when of ['before', 'after'] as const)
  for (const n of everyRequest)
    void t.test(`dies at request ${n}, ${when} it was done`, { buffered: true }, async (t) => {
      const stage = await smallLibrary(t);
      const stateDir = await dieAt(t, stage, n, when);
      await stage.standIn.settled();
      const config = configOf(stage, stateDir ?? stage.stateDir);
      await undisturbedRun(t, stage, config);
      if (when === 'after') await undoneAgain(t, stage, config);
    });

void t.test('there are no more requests than were tried', async (t) => {
  const count = await countRequests(t);
  t.comment(`a first scan makes ${count} requests`);
  t.ok(count <= most, String(count));
});
