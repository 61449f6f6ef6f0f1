/* Writes that Immich answers "no" to, always: they rest after some tries. */
import t from 'tap';
import { mostRefusals } from '../../src/sync/resting.js';
import { carryOnly, libraryStage, scene } from '../support/agent-stage.js';
import { startService } from '../support/agent-service.js';
import { byHand } from '../support/carry-stage.js';
import type { LoggedRequest } from '../support/immich/request-log.js';
import { syncStage, type SyncStage } from '../support/sync-stage.js';
import { until } from '../support/until.js';

const week = 7 * 24 * 3_600_000;
const rejected = {
  status: 400,
  body: { message: 'That will not do', error: 'Bad Request', statusCode: 400 },
};
const isTagging = ({ method, route }: LoggedRequest): boolean => `${method} ${route}` === 'PUT /tags/assets';

/** Two groups whose extras cannot be tagged. */
async function stageThatRefusesTags(t: Parameters<typeof syncStage>[0]): Promise<SyncStage> {
  const stage = await syncStage(t);
  await stage.addMany('p', 5);
  await stage.observe();
  stage.standIn.faults.add((request) => (isTagging(request) ? rejected : undefined));
  return stage;
}

const tagged = ({ standIn }: SyncStage): number => standIn.requests.count('PUT /tags/assets');

async function syncOften(stage: SyncStage, ...lists: readonly string[][]): Promise<void> {
  for (let n = 0; n < mostRefusals + 3; n++) await stage.sync(stage.groups(...lists));
}

void t.test('a tag that is refused with 400 every time is not tried for ever', async (t) => {
  const stage = await stageThatRefusesTags(t);
  const groups = stage.groups(['p0', 'p1'], ['p2', 'p3']);
  t.match(await stage.sync(groups), { failed: 2, notes: [], errors: [/That will not do/] });
  await syncOften(stage, ['p0', 'p1'], ['p2', 'p3']);
  t.equal(tagged(stage), mostRefusals);
  const last = await stage.sync(groups);
  t.match(last, { failed: 0, errors: [], operations: [], unchanged: 0 });
  t.match(last.notes, [
    /^home: Immich refuses tag possible-duplicate again and again \(.*That will not do.*2 photos/,
  ]);
  const planned = await stage.reconciler.plan({
    ...{
      settings: { tag: { name: 'possible-duplicate', scope: 'extras' }, albums: null },
      groups,
      scope: null,
    },
    ...{ complete: true, allowRemovals: false, maxRemovalShare: 1 },
  });
  t.match(planned, { operations: [], notes: last.notes }, 'a plan says the same');
});

void t.test('it is tried again when the group changes, and what goes through then stands', async (t) => {
  const stage = await stageThatRefusesTags(t);
  await syncOften(stage, ['p0', 'p1'], ['p2', 'p3']);
  stage.standIn.faults.clear();
  const changed = stage.groups(['p0', 'p1', 'p4'], ['p2', 'p3']);
  t.match(await stage.sync(changed), { applied: 2, failed: 0 });
  t.same(Object.keys(stage.states()), ['p1', 'p4'], 'the other group rests');
  t.equal(stage.state.refusedWrites.list().length, 1);
});

void t.test('it is tried again with another Immich, or after a week', async (t) => {
  const stage = await stageThatRefusesTags(t);
  const { refusedWrites } = stage.state;
  await syncOften(stage, ['p0', 'p1']);
  const before = tagged(stage);
  refusedWrites.put(refusedWrites.list().map((write) => ({ ...write, version: '1.200.0' })));
  await stage.sync(stage.groups(['p0', 'p1']));
  t.equal(tagged(stage), before + 1);
  await syncOften(stage, ['p0', 'p1']);
  const resting = tagged(stage);
  stage.clock.turn(week);
  stage.standIn.faults.clear();
  t.match(await stage.sync(stage.groups(['p0', 'p1'])), { applied: 1, failed: 0, notes: [] });
  t.equal(tagged(stage), resting + 1);
  t.same(refusedWrites.list(), []);
});

void t.test('one photo whose rating is refused does not keep the others from theirs', async (t) => {
  const stage = await syncStage(t);
  await stage.addMany('p', 4);
  for (const extra of ['p1', 'p3']) await byHand({ ...stage, key: stage.apiKey }, extra, { rating: 4 });
  await stage.observe();
  const refusedId = stage.id('p0');
  const writes = ({ method, body }: LoggedRequest): boolean =>
    ['PUT', 'PATCH'].includes(method) && JSON.stringify(body ?? '').includes(refusedId);
  stage.standIn.faults.add((request) => (writes(request) ? rejected : undefined));
  const settings = carryOnly('rating');
  const groups = stage.groups(['p0', 'p1'], ['p2', 'p3']);
  for (let n = 0; n < mostRefusals + 2; n++) await stage.sync(groups, { settings });
  t.same(stage.valueStates('rating'), { p2: 'verified' });
  t.match(stage.state.refusedWrites.list(), [{ photo: stage.key('p0'), tries: mostRefusals }]);
  t.match(await stage.sync(groups, { settings }), { failed: 0, notes: [/put-on-rating .*1 photo/] });
});

void t.test('an agent comes to rest, and its status says what is refused', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.faults.add((request) => (isTagging(request) ? rejected : undefined));
  const service = await startService(t, stage.config);
  const photosOf = ({ refusedWrites }: Awaited<ReturnType<typeof service.status>>): number =>
    refusedWrites.reduce((sum, { photos }) => sum + photos, 0);
  const status = await until('the writes to rest', async () => {
    const now = await service.status();
    return photosOf(now) === 3 && now;
  });
  t.match(status.refusedWrites, [{ account: 'home', operation: 'tag possible-duplicate', reason: /400/ }]);
  const before = stage.standIn.requests.count('PUT /tags/assets');
  await stage.add('wood', await scene(5));
  await until('the new photo', async () => (await service.status()).counts.fingerprinted === 8);
  await service.stop();
  t.equal(stage.standIn.requests.count('PUT /tags/assets'), before);
});
