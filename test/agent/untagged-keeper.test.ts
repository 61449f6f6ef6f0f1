/* A person takes our tag off an extra, and it becomes the keeper before the next scan. */
import t from 'tap';
import { copyOf, emptyStage, runScan, tagOnly } from '../support/agent-stage.js';
import { byHand } from '../support/carry-stage.js';

void t.test(
  'the keeper that it takes the place of is tagged by the next scan, not by the one after',
  async (t) => {
    const stage = await emptyStage(t);
    await stage.add('smaller', await copyOf(1, 'smaller'));
    await stage.add('mirrored', await copyOf(1, 'mirrored'));
    await stage.add('messenger', await copyOf(1, 'messenger'));
    await stage.add('again', await copyOf(1, 'messenger'));
    const scanned = async (): Promise<number> => {
      const { operations } = await runScan(stage.config, { settings: tagOnly, allowRemovals: true });
      await stage.standIn.settled();
      return operations.applied;
    };
    await scanned();
    for (const name of Object.keys(await stage.tags())) {
      stage.standIn.untagByHand(stage.anna, 'possible-duplicate', [stage.id(name)]);
      await stage.standIn.settled();
      // With its place known it is worth more than all others.
      await byHand(stage, name, { latitude: 10, longitude: 20 });
      await scanned();
      t.equal(await scanned(), 0, `${name}: a second scan writes nothing`);
    }
  },
);
