/*
 * The n-th request of a scan that carries everything over meets a fault, or the process dies there. The next run reaches
 * what an undisturbed one would have, and undo gives back exactly what was before.
 */
import t, { type Test } from 'tap';
import { agentConfig } from '../support/agent-config.js';
import {
  carryOnly,
  copyOf,
  emptyStage,
  runScan,
  runUndo,
  scanRequest,
  scene,
  type AgentStage,
} from '../support/agent-stage.js';
import { byHand, intoAlbum, keep, paris, seen } from '../support/carry-stage.js';
import { dieAt } from '../support/death.js';
import type { Fault } from '../support/immich/faults.js';

const settings = carryOnly('albums', 'tags', 'favorite', 'rating', 'description', 'location');

// Waiting between tries is most of it: side by side it costs once.
t.jobs = 12;
t.setTimeout(15 * 60_000);

/** A library that was looked at before something came to its extras. */
async function library(t: Test): Promise<AgentStage> {
  const stage = await emptyStage(t);
  await stage.add('beach', await scene(1));
  await stage.add('beach-small', await copyOf(1, 'small'));
  await runScan(stage.with({ keep }), { settings });
  await byHand(stage, 'beach-small', { rating: 4, description: 'Day one', isFavorite: true, ...paris });
  stage.standIn.tagByHand(stage.anna, 'Family', [stage.id('beach-small')]);
  await intoAlbum(stage, 'Best of', 'beach-small');
  await stage.standIn.settled();
  return stage;
}

const everythingIn = (stage: AgentStage): unknown => [seen(stage), stage.albums()];

/** What was before, and what the undisturbed run came to; it is the first of the tests. */
let before: unknown;
let undisturbed: unknown;

async function heals(t: Test, stage: AgentStage, stateDir: string): Promise<void> {
  const config = agentConfig(stateDir, { keep, accounts: [{ url: stage.standIn.url, apiKey: stage.key }] });
  const result = await runScan(config, { settings });
  t.match(result, { failed: 0, errors: [], operations: { failed: 0 } });
  await stage.standIn.settled();
  t.same(everythingIn(stage), undisturbed);
  const { failed, errors, notes } = await runUndo(config, 'all');
  t.same({ failed, errors, notes }, { failed: 0, errors: [], notes: [] });
  stage.standIn.refreshMetadata(Object.values(stage.ids));
  await stage.standIn.settled();
  t.same(everythingIn(stage), before);
}

/** Requests of such a scan, and some more. */
const most = 56;
/** The first ones only read, as in any scan. */
const first = 5;
const everyRequest = Array.from({ length: most - first + 1 }, (_, n) => n + first);

void t.test('the undisturbed run', async (t) => {
  const stage = await library(t);
  before = everythingIn(stage);
  stage.standIn.requests.reset();
  await runScan(stage.with({ keep }), { settings });
  await stage.standIn.settled();
  t.ok(stage.standIn.requests.count() <= most, `${stage.standIn.requests.count()} requests`);
  undisturbed = everythingIn(stage);
  t.match(seen(stage), { beach: { rating: 4, description: 'Day one', isFavorite: true, tags: ['Family'] } });
  t.same(stage.albums(), { 'Best of': ['beach', 'beach-small'] });
  await heals(t, stage, stage.stateDir);
});

const faults: readonly Fault[] = ['reset-after'];
for (const fault of faults)
  for (const nth of everyRequest)
    void t.test(`request ${nth}: ${JSON.stringify(fault)}`, { buffered: true }, async (t) => {
      const stage = await library(t);
      let count = 0;
      stage.standIn.faults.add(() => (++count === nth ? fault : undefined));
      await runScan(stage.with({ keep }), { settings }).catch(() => null);
      stage.standIn.faults.clear();
      await heals(t, stage, stage.stateDir);
    });

for (const when of ['before', 'after'] as const)
  for (const nth of everyRequest)
    void t.test(`dies at request ${nth}, ${when} it was done`, { buffered: true }, async (t) => {
      const stage = await library(t);
      const request = scanRequest(settings);
      const stateDir = await dieAt(t, stage, {
        request,
        config: { keep },
        labels: { tags: false },
        nth,
        when,
      });
      await stage.standIn.settled();
      await heals(t, stage, stateDir ?? stage.stateDir);
    });
