/* Scores in the key-value metadata: one key of ours, never read back while the journal knows. */
import t from 'tap';
import type { Group } from '../../src/model.js';
import { valuesOnly } from '../support/agent-stage.js';
import { syncStage, type SyncStage } from '../support/sync-stage.js';

const settings = valuesOnly('scores');
const put = 'PUT /assets/metadata';

async function stageWith(t: Parameters<typeof syncStage>[0], count = 4): Promise<SyncStage> {
  const stage = await syncStage(t);
  await stage.addMany('p', count);
  await stage.observe();
  return stage;
}

/** With evidence, as found. */
function proven([group]: readonly Group[], score: number): Group[] {
  if (group === undefined) return [];
  const evidence = { kind: 'edited' as const, score, distance: { phash: 3, detail: 12 }, agreement: 0.98765 };
  const members = group.members.map((member) =>
    member.role === 'keeper' ? member : { ...member, evidence, keptAs: group.keeper },
  );
  return [{ ...group, members }];
}

const notes = (stage: SyncStage, name: string): Record<string, object> =>
  stage.standIn.snapshot().assets[stage.id(name)]?.metadata ?? {};

void t.test('what was found is written, for keeper and extras, in one request', async (t) => {
  const stage = await stageWith(t);
  const before = stage.state.photos.get(stage.key('p0'))?.updatedAt;
  const groups = proven(stage.groups(['p0', 'p1', 'p2']), 0.912345);
  t.match(await stage.sync(groups, { settings }), { applied: 3, failed: 0 });
  t.equal(stage.standIn.requests.count(put), 1);
  const same = { group: 1, name: 'Similar-0001', algorithm: 'test' };
  t.same(notes(stage, 'p0'), {
    'photo-organizer': {
      ...{ ...same, role: 'keeper', keeper: null, evidence: null },
      ...{ score: null, distance: null, agreement: null },
    },
  });
  t.same(notes(stage, 'p1'), {
    'photo-organizer': {
      ...{ ...same, role: 'extra', keeper: stage.id('p0'), evidence: 'edited' },
      ...{ score: 0.9123, distance: { phash: 3, detail: 12 }, agreement: 0.9877 },
    },
  });
  await stage.observe();
  t.equal(stage.state.photos.get(stage.key('p0'))?.updatedAt, before, 'the photo was not touched');
  stage.standIn.requests.reset();
  t.match(await stage.sync(groups, { settings }), { operations: [], unchanged: 3 });
  t.same(stage.standIn.requests.tally(), {}, 'the journal knows');
});

void t.test('only what changed is written again; a photo that left its group loses its note', async (t) => {
  const stage = await stageWith(t);
  await stage.sync(proven(stage.groups(['p0', 'p1', 'p2']), 0.9), { settings });
  stage.standIn.requests.reset();
  await stage.sync(proven(stage.groups(['p0', 'p1', 'p3']), 0.9), { settings });
  const written = stage.standIn.requests.all(put).map(({ body }) => body as { items: { assetId: string }[] });
  t.same(
    written.map(({ items }) => items.map(({ assetId }) => assetId)),
    [[stage.id('p3')]],
  );
  t.same(notes(stage, 'p2'), {});
  t.equal(Object.keys(notes(stage, 'p1')).length, 1);
});

void t.test('notes of others stay; undo removes ours', async (t) => {
  const stage = await stageWith(t);
  const body = JSON.stringify({ items: [{ key: 'theirs', value: { a: 1 } }] });
  const headers = { 'x-api-key': stage.apiKey, 'content-type': 'application/json' };
  await fetch(`${stage.standIn.url}/api/assets/${stage.id('p1')}/metadata`, { method: 'PUT', headers, body });
  await stage.sync(stage.groups(['p0', 'p1']), { settings });
  t.same(Object.keys(notes(stage, 'p1')), ['theirs', 'photo-organizer']);
  t.match(await stage.undo(), { failed: 0, notes: [] });
  t.same(notes(stage, 'p1'), { theirs: { a: 1 } });
  t.same(notes(stage, 'p0'), {});
  t.same(stage.valueStates('scores'), {});
});

void t.test('undo of one run puts back what it wrote over', async (t) => {
  const stage = await stageWith(t);
  await stage.sync(proven(stage.groups(['p0', 'p1']), 0.9), { settings });
  const before = notes(stage, 'p1');
  await stage.sync(
    proven(stage.groups(['p0', 'p1', 'p2']), 0.8),
    { settings },
    { id: 'two', command: 'scan' },
  );
  t.notSame(notes(stage, 'p1'), before);
  await stage.undo('two');
  t.same(notes(stage, 'p1'), before);
  t.same(notes(stage, 'p2'), {});
});

for (const when of ['not', 'all the same'] as const)
  void t.test(`no answer, and the server did it ${when}: asked, then known`, async (t) => {
    const stage = await stageWith(t);
    const groups = proven(stage.groups(['p0', 'p1']), 0.9);
    const fault = when === 'not' ? { status: 500 } : { change: () => 'something else' };
    stage.standIn.faults.add(({ method, route }) => (`${method} ${route}` === put ? fault : undefined));
    await stage.sync(groups, { settings }).catch(() => null);
    t.same(Object.keys(notes(stage, 'p0')).length, when === 'not' ? 0 : 1);
    t.same(stage.valueStates('scores'), { p0: 'pending', p1: 'pending' });
    stage.standIn.faults.clear();
    stage.standIn.requests.reset();
    t.match(await stage.sync(groups, { settings }), { failed: 0 });
    t.equal(stage.standIn.requests.count(put), when === 'not' ? 1 : 0);
    t.same(stage.valueStates('scores'), { p0: 'verified', p1: 'verified' });
    await stage.undo();
    t.same(notes(stage, 'p0'), {});
  });

void t.test('a photo that was deleted meanwhile does not keep the others from theirs', async (t) => {
  const stage = await stageWith(t, 6);
  stage.standIn.deleteForever([stage.id('p2')]);
  const groups = stage.groups(['p0', 'p1', 'p2'], ['p3', 'p4']);
  t.match(await stage.sync(groups, { settings }), { applied: 4, failed: 0, errors: [] });
  t.equal(Object.keys(notes(stage, 'p4')).length, 1);
});
