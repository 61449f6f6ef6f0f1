/* Labels that touch photos come when the tags of these photos are certain. */
import t from 'tap';
import { hurriedClock } from '../support/clocks.js';
import { copyOf, emptyStage, runScan, runUndo, scene, tagOnly, valuesOnly } from '../support/agent-stage.js';

void t.test(
  'a slow server: tags in a read-only library are not taken as kept because other labels touched the photos',
  async (t) => {
    const stage = await emptyStage(t, { sidecarDelayMs: 1_000 });
    const libraryId = stage.standIn.addLibrary(stage.anna, { readOnly: true });
    for (const seed of [1, 2, 3, 4]) {
      await stage.add(`scene${seed}`, await scene(seed), { libraryId });
      await stage.add(`small${seed}`, await copyOf(seed, 'small'), { libraryId });
    }
    const settings = { ...valuesOnly('favorite', 'duplicate'), tag: tagOnly.tag };
    const clock = hurriedClock(10);
    const result = await runScan(stage.config, { settings, clock });
    t.match(result.operations, { refused: 4, failed: 0 });
    t.same(await stage.tags(), {});
    t.equal(stage.standIn.requests.all('PUT /tags/assets').length, 3, 'one photo was tried, three times');
    t.equal(stage.favorites().length, 4);
    const again = await runScan(stage.config, { settings, clock });
    t.match(again.operations, { applied: 0, refused: 4 });
    t.match(await runUndo(stage.config, 'all', { clock }), { failed: 0 });
    t.same(stage.favorites(), []);
  },
);
