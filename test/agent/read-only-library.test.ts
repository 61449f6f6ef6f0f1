/* What a scan says it wrote is what sticks. */
import t, { type Test } from 'tap';
import { copyOf, emptyStage, runScan, scene, type AgentStage } from '../support/agent-stage.js';

/** One pair that was uploaded, and `pairs` in a library whose folder Immich cannot write to. */
async function stageWith(t: Test, pairs: number): Promise<AgentStage> {
  const stage = await emptyStage(t);
  const libraryId = stage.standIn.addLibrary(stage.anna, { readOnly: true });
  await stage.add('hut', await scene(1));
  await stage.add('hut-small', await copyOf(1, 'small'));
  for (let seed = 2; seed < 2 + pairs; seed++) {
    await stage.add(`ext${seed}`, await scene(seed), { libraryId });
    await stage.add(`ext${seed}-small`, await copyOf(seed, 'small'), { libraryId });
  }
  return stage;
}

for (const pairs of [1, 3])
  void t.test(
    `a label that was tried and does not stick is not counted as written, of ${pairs}`,
    async (t) => {
      const stage = await stageWith(t, pairs);
      const result = await runScan(stage.config);
      t.same(Object.keys(await stage.tags()), ['hut-small']);
      t.match(result.operations, { applied: 1, refused: pairs, failed: 0 });
      const written = result.plan.flatMap(({ photos }) => photos);
      t.same(written, [`immich:home:${stage.id('hut-small')}`]);
      const again = await runScan(stage.config);
      t.match(again.operations, { applied: 0, unchanged: 1, refused: pairs });
    },
  );
