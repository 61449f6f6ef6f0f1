/* Where tags do not stick: a library whose folder Immich cannot write to is found out once. */
import t, { type Test } from 'tap';
import type { LabelSettings } from '../../src/sync/desired.js';
import { syncStage, type SyncStage } from '../support/sync-stage.js';

const weekMs = 7 * 24 * 3_600_000;
const settings = (name: string): LabelSettings => ({ tag: { name, scope: 'extras' }, albums: null });

async function stageWithLibrary(t: Test): Promise<{ stage: SyncStage; names: string[] }> {
  const stage = await syncStage(t);
  const libraryId = stage.standIn.addLibrary(stage.anna, { readOnly: true });
  const names = await stage.addMany('ext', 6, { libraryId });
  await stage.observe();
  return { stage, names };
}

const writesIn = ({ standIn }: SyncStage): number => standIn.requests.all('PUT /tags/assets').length;

void t.test('a library that did not keep one tag is not tried with another', async (t) => {
  const { stage, names } = await stageWithLibrary(t);
  const groups = stage.groups(names);
  await stage.sync(groups, { settings: settings('first') });
  t.equal(writesIn(stage), 3);
  const report = await stage.sync(groups, { settings: settings('second') });
  t.match(report, { applied: 0, refused: 5 });
  t.equal(writesIn(stage), 3, 'nothing was written');
});

void t.test('it is remembered although the photo that was tried is no extra any more', async (t) => {
  const { stage, names } = await stageWithLibrary(t);
  await stage.sync(stage.groups(names));
  const [keeper = '', tried = '', ...others] = names;
  t.same(stage.states(), { [tried]: 'refused' });
  await stage.sync(stage.groups([keeper, ...others]));
  const report = await stage.sync(stage.groups([keeper, ...others]));
  t.match(report, { applied: 0, refused: 4 });
  t.equal(writesIn(stage), 3, 'nothing was written');
  stage.clock.turn(weekMs);
  await stage.sync(stage.groups([keeper, ...others]));
  t.ok(writesIn(stage) > 3, 'after a week it may be writable');
});
