/* A plan prints what a scan does, in the order in which the scan does it, also where one change waits for another. */
import t from 'tap';
import type { LabelSettings } from '../../src/sync/desired.js';
import { carryOnly, runScan, runUndo } from '../support/agent-stage.js';
import { byHand, carryStage, intoAlbum, keep } from '../support/carry-stage.js';

const carried = carryOnly('albums', 'tags', 'favorite', 'rating', 'description', 'location');

/** Everything, and a tag that keepers get too: it waits for what is carried over to them. */
const everything: LabelSettings = {
  ...carried,
  tag: { name: 'copies', scope: 'all' },
  albums: { prefix: 'Similar-' },
  values: {
    ...{ prefix: 'Similar-', algorithm: 'test' },
    kinds: new Set([...(carried.values?.kinds ?? []), 'favorite', 'duplicate', 'scores']),
  },
};

void t.test('a plan with carry-over has the order of the scan', async (t) => {
  const stage = await carryStage(t);
  const config = stage.with({ keep });
  await byHand(stage, 'beach-small', { isFavorite: true, rating: 4, description: 'Low tide' });
  await byHand(stage, 'hut-small', { description: 'The hut' });
  for (const name of ['Family', 'Holiday'])
    stage.standIn.tagByHand(stage.anna, name, [stage.id('beach-chat')]);
  stage.standIn.tagByHand(stage.anna, 'Mountains', [stage.id('hut-small')]);
  await intoAlbum(stage, 'Best of', 'beach-chat');
  await stage.standIn.settled();
  const planned = await runScan(config, { settings: everything, dryRun: true });
  const result = await runScan(config, { settings: everything });
  t.match(result, { errors: [], warnings: [], operations: { failed: 0 } });
  t.ok(planned.plan.length > 10);
  t.same(shapeOf(result.plan), shapeOf(planned.plan));
  const takenBack = await runUndo(config, 'all', { dryRun: true });
  const undone = await runUndo(config, 'all');
  t.match(undone, { errors: [], failed: 0 });
  t.same(shapeOf(undone.operations), shapeOf(takenBack.operations));
});

function shapeOf(operations: Awaited<ReturnType<typeof runScan>>['plan']): string[] {
  return operations.map(({ kind, name, photos }) => `${kind} ${name} ${photos.join(' ')}`);
}
