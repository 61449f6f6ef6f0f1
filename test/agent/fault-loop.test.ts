/*
 * For n = 1, 2, 3 ... the n-th request of a scan meets a fault, or the process dies there. Afterwards one undisturbed run
 * must reach the same labels as if nothing had happened, and undo must take all of them back.
 */
import t, { type Test } from 'tap';
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
  type AgentStage,
} from '../support/agent-stage.js';
import { dieAt } from '../support/death.js';
import type { Fault } from '../support/immich/faults.js';

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
      const stateDir = await dieAt(t, stage, { request, nth: n, when });
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
