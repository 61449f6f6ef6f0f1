/* `--remove-tag` of a tag that keepers got because their extras have it. */
import t from 'tap';
import { carryOnly, runScan, runUndo, type AgentStage, type RunOptions } from '../support/agent-stage.js';
import { carryStage, keep } from '../support/carry-stage.js';

const settings = carryOnly('tags');
const removeTag = { name: 'Family', only: false };

/** `beach` has got the tag that a person gave to a copy of it. */
async function carriedStage(t: Parameters<typeof carryStage>[0]): Promise<AgentStage> {
  const stage = await carryStage(t);
  stage.standIn.tagByHand(stage.anna, 'Family', [stage.id('beach-small')]);
  await stage.standIn.settled();
  await scan(stage);
  t.same(await stage.tags(), { beach: ['Family'], 'beach-small': ['Family'] });
  return stage;
}

const scan = (stage: AgentStage, options: RunOptions = {}): ReturnType<typeof runScan> =>
  runScan(stage.with({ keep }), { settings, ...options });

void t.test('the keeper does not inherit the tag again in the run that took it off, nor later', async (t) => {
  const stage = await carriedStage(t);
  const planned = await scan(stage, { removeTag, dryRun: true });
  const result = await scan(stage, { removeTag });
  t.match(result, { errors: [], operations: { failed: 0 } });
  t.same(
    result.plan.map(({ kind, name }) => `${kind} ${name}`),
    ['untag Family'],
  );
  t.same(result.plan, planned.plan);
  t.same(await stage.tags(), { 'beach-small': ['Family'] });
  t.same((await scan(stage)).plan, []);
  t.same(await stage.tags(), { 'beach-small': ['Family'] });
});

void t.test('undo of the removal gives it back, and it is still a person’s tag', async (t) => {
  const stage = await carriedStage(t);
  await scan(stage, { removeTag: { name: 'Family', only: true } });
  await runUndo(stage.with({ keep }), 'last');
  t.same(await stage.tags(), { beach: ['Family'], 'beach-small': ['Family'] });
  stage.standIn.tagByHand(stage.anna, 'Family', [stage.id('hut-small')]);
  await stage.standIn.settled();
  await scan(stage);
  t.match(await stage.tags(), { hut: ['Family'] }, 'other keepers get it as before');
});
