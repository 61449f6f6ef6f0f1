/* Values that go through the file beside the photo: followed until they are certain, there and back. */
import t from 'tap';
import { carryOnly } from '../support/agent-stage.js';
import { byHand } from '../support/carry-stage.js';
import { run, syncStage, type SyncStage } from '../support/sync-stage.js';

const settings = carryOnly('rating', 'description', 'location');

async function stageWith(t: Parameters<typeof syncStage>[0]): Promise<SyncStage> {
  const stage = await syncStage(t);
  await stage.addMany('p', 2);
  await byHand({ ...stage, key: stage.apiKey }, 'p1', { rating: 4 });
  await stage.observe();
  return stage;
}

const ratingOf = ({ standIn, id }: SyncStage, name: string): number | null =>
  standIn.snapshot().assets[id(name)]?.rating ?? null;

/** A run that ends before anything has settled. */
async function writeOnly(stage: SyncStage): Promise<void> {
  const request = { settings, groups: stage.groups(['p0', 'p1']), scope: null, complete: true };
  const hooks = {
    settle: async (): Promise<void> => Promise.resolve(),
    refresh: (): Promise<void> => stage.observe(),
  };
  await stage.reconciler.sync({ ...request, allowRemovals: false, maxRemovalShare: 1 }, run, hooks);
  // A person's change a moment later would race with it on the server.
  await stage.standIn.settled();
}

void t.test('a value that the server loses is written again', async (t) => {
  const stage = await stageWith(t);
  await writeOnly(stage);
  t.same(stage.valueStates('rating'), { p0: 'written' });
  await byHand({ ...stage, key: stage.apiKey }, 'p0', { rating: null });
  await stage.settle();
  await stage.standIn.settled();
  t.same(stage.valueStates('rating'), { p0: 'verified' });
  t.equal(ratingOf(stage, 'p0'), 4);
});

void t.test(
  'another value in its place is a person’s: it stays, and is no label of ours any more',
  async (t) => {
    const stage = await stageWith(t);
    await writeOnly(stage);
    await byHand({ ...stage, key: stage.apiKey }, 'p0', { rating: 2 });
    await stage.settle();
    t.same(stage.valueStates('rating'), { p0: 'by-hand' });
    t.match(await stage.undo(), { operations: [], failed: 0 });
    t.equal(ratingOf(stage, 'p0'), 2);
  },
);

void t.test('undo is done when the server has taken it off for good', async (t) => {
  const stage = await stageWith(t);
  await stage.sync(stage.groups(['p0', 'p1']), { settings });
  t.same(stage.valueStates('rating'), { p0: 'verified' });
  t.match(await stage.undo(), { operations: [{ kind: 'take-off-rating' }], failed: 0, errors: [] });
  t.same(stage.valueStates('rating'), {});
  stage.standIn.refreshMetadata([stage.id('p0')]);
  await stage.standIn.settled();
  t.equal(ratingOf(stage, 'p0'), null);
});

void t.test('undo of a server that brings it back says so', async (t) => {
  const stage = await stageWith(t);
  await stage.sync(stage.groups(['p0', 'p1']), { settings });
  await stage.observe();
  const back = stage.clock.sleep.bind(stage.clock);
  stage.clock.sleep = async (ms) => {
    await back(ms);
    await byHand({ ...stage, key: stage.apiKey }, 'p0', { rating: 4 });
  };
  const report = await stage.undo();
  t.match(report, { failed: 1, errors: [/carried ratings of 1 photo are not back/u] });
});

void t.test('a place comes back from the file with other last digits: it is ours all the same', async (t) => {
  const stage = await syncStage(t);
  await stage.addMany('p', 2);
  const hand = { ...stage, key: stage.apiKey };
  await byHand(hand, 'p1', { latitude: 48.8584, longitude: 2.2945 });
  await stage.observe();
  await stage.sync(stage.groups(['p0', 'p1']), { settings });
  await byHand(hand, 'p0', { latitude: 48.858400001, longitude: 2.294499999 });
  await stage.observe();
  t.match(await stage.sync(stage.groups(['p0', 'p1']), { settings }), { operations: [] });
  t.same(stage.valueStates('location'), { p0: 'verified' });
  t.match(await stage.undo(), { failed: 0, notes: [] });
  t.equal(stage.standIn.snapshot().assets[stage.id('p0')]?.location, null);
});
