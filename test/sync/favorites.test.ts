/* Keepers become favourites: ours are told from a person's, and taken back exactly. */
import t from 'tap';
import { valuesOnly } from '../support/agent-stage.js';
import { syncStage, type SyncStage } from '../support/sync-stage.js';

const settings = valuesOnly('favorite');
const write = 'PATCH /assets';

async function stageWith(t: Parameters<typeof syncStage>[0], count = 4): Promise<SyncStage> {
  const stage = await syncStage(t);
  await stage.addMany('p', count);
  await stage.observe();
  return stage;
}

void t.test('keepers get one, in one request; a second run writes nothing', async (t) => {
  const stage = await stageWith(t, 6);
  const groups = stage.groups(['p0', 'p1'], ['p2', 'p3', 'p4']);
  const report = await stage.sync(groups, { settings });
  t.match(report, { applied: 2, failed: 0, operations: [{ kind: 'put-on-favorite' }] });
  t.same(stage.favorites(), ['p0', 'p2']);
  t.same(
    stage.standIn.requests.all(write).map(({ body }) => body),
    [{ ids: [stage.id('p0'), stage.id('p2')], isFavorite: true }],
  );
  await stage.observe();
  stage.standIn.requests.reset();
  t.match(await stage.sync(groups, { settings }), { applied: 0, unchanged: 2, operations: [] });
  t.same(stage.standIn.requests.tally(), {}, 'what the listing said is enough');
});

void t.test('200 photos in a request', async (t) => {
  const stage = await stageWith(t, 450);
  const names = Array.from({ length: 225 }, (_, n) => [`p${2 * n}`, `p${2 * n + 1}`]);
  await stage.sync(stage.groups(...names), { settings });
  t.equal(stage.favorites().length, 225);
  const sizes = stage.standIn.requests.all(write).map(({ body }) => (body as { ids: string[] }).ids.length);
  t.same(sizes, [200, 25]);
});

void t.test('a favourite of a person is not ours: never touched, not journalled', async (t) => {
  const stage = await stageWith(t);
  stage.standIn.setFavorite(stage.id('p0'), true);
  await stage.standIn.settled();
  await stage.observe();
  stage.standIn.requests.reset();
  t.match(await stage.sync(stage.groups(['p0', 'p1']), { settings }), { operations: [], unchanged: 1 });
  t.equal(stage.standIn.requests.count(write), 0);
  await stage.sync(stage.groups(['p1', 'p0']), { settings, allowRemovals: true });
  t.same(stage.favorites(), ['p0', 'p1']);
  await stage.undo();
  t.same(stage.favorites(), ['p0']);
});

void t.test('one that a person set a moment before us stays that of the person', async (t) => {
  const stage = await stageWith(t);
  stage.standIn.setFavorite(stage.id('p0'), true);
  t.match(await stage.sync(stage.groups(['p0', 'p1']), { settings }), { operations: [] });
  t.same(stage.valueStates('favorite'), {});
});

void t.test('ours do not count for the keep rules, those of a person do', async (t) => {
  const stage = await stageWith(t);
  stage.standIn.setFavorite(stage.id('p2'), true);
  await stage.sync(stage.groups(['p0', 'p1']), { settings });
  await stage.standIn.settled();
  await stage.observe();
  const seen = ['p0', 'p1', 'p2'].map((name) => stage.state.photos.get(stage.key(name)));
  t.match(seen, [
    { favorite: false, marks: { favorite: true } },
    { favorite: false, marks: { favorite: false } },
    { favorite: true, marks: { favorite: true } },
  ]);
});

void t.test('it goes with the keeper, and with the group', async (t) => {
  const stage = await stageWith(t, 5);
  await stage.sync(stage.groups(['p0', 'p1'], ['p2', 'p3']), { settings });
  t.same(stage.favorites(), ['p0', 'p2']);
  await stage.sync(stage.groups(['p1', 'p0', 'p4']), { settings });
  t.same(stage.favorites(), ['p1']);
  t.same(stage.valueStates('favorite'), { p1: 'verified' });
});

void t.test('only photos of the scope and their groups are looked at', async (t) => {
  const stage = await stageWith(t, 4);
  await stage.sync(stage.groups(['p0', 'p1'], ['p2', 'p3']), { settings });
  const scope = new Set([stage.key('p0'), stage.key('p1')]);
  await stage.sync(stage.groups(['p1', 'p0']), { settings, scope });
  t.same(stage.favorites(), ['p1', 'p2']);
});

void t.test('a person takes it off: not put back while the group is the same', async (t) => {
  const stage = await stageWith(t, 4);
  const groups = stage.groups(['p0', 'p1']);
  await stage.sync(groups, { settings });
  stage.standIn.setFavorite(stage.id('p0'), false);
  await stage.standIn.settled();
  await stage.observe();
  for (let n = 0; n < 2; n++) t.match(await stage.sync(groups, { settings }), { operations: [] });
  t.same(stage.valueStates('favorite'), { p0: 'by-hand' });
  await stage.sync(stage.groups(['p0', 'p1', 'p2']), { settings });
  t.same(stage.favorites(), ['p0'], 'a new member is a new reason');
});

void t.test('taken off and put back by a person, it is the person’s', async (t) => {
  const stage = await stageWith(t, 4);
  const groups = stage.groups(['p0', 'p1']);
  await stage.sync(groups, { settings });
  for (const isFavorite of [false, true]) {
    stage.standIn.setFavorite(stage.id('p0'), isFavorite);
    await stage.standIn.settled();
    await stage.observe();
    await stage.sync(groups, { settings });
  }
  await stage.undo();
  t.same(stage.favorites(), ['p0']);
});

void t.test('an index that lags behind our write does not look like a person', async (t) => {
  const stage = await stageWith(t, 4);
  const groups = stage.groups(['p0', 'p1']);
  await stage.sync(groups, { settings });
  const request = {
    settings,
    groups,
    scope: null,
    complete: true,
    allowRemovals: false,
    maxRemovalShare: 0.2,
  };
  const { operations } = await stage.reconciler.plan(request);
  t.same(operations, []);
  t.same(stage.valueStates('favorite'), { p0: 'verified' });
});

void t.test('a photo in the trash keeps it, and loses it by undo', async (t) => {
  const stage = await stageWith(t, 4);
  await stage.sync(stage.groups(['p0', 'p1']), { settings });
  stage.standIn.trash([stage.id('p0')]);
  await stage.observe();
  t.match(await stage.sync([], { settings }), { operations: [] });
  t.same(stage.favorites(), ['p0']);
  await stage.undo();
  t.same(stage.favorites(), []);
});

for (const when of ['before', 'after'] as const)
  void t.test(`no answer, and the server did it ${when === 'after' ? 'all the same' : 'not'}`, async (t) => {
    const stage = await stageWith(t, 4);
    const groups = stage.groups(['p0', 'p1']);
    stage.standIn.faults.add(({ method, route }) => {
      if (`${method} ${route}` !== write) return undefined;
      if (when === 'after') stage.standIn.setFavorite(stage.id('p0'), true);
      return { status: 500 };
    });
    const { failed } = await stage.sync(groups, { settings }).catch(() => ({ failed: 1 }));
    t.equal(failed, 1);
    t.same(stage.valueStates('favorite'), { p0: 'pending' });
    stage.standIn.faults.clear();
    t.match(await stage.sync(groups, { settings }), { failed: 0 });
    t.same(stage.favorites(), ['p0']);
    t.same(stage.valueStates('favorite'), { p0: 'verified' });
    await stage.undo();
    t.same(stage.favorites(), []);
  });

void t.test('a photo that was deleted meanwhile does not keep the others from theirs', async (t) => {
  const stage = await stageWith(t, 8);
  const groups = stage.groups(['p0', 'p1'], ['p2', 'p3'], ['p4', 'p5'], ['p6', 'p7']);
  stage.standIn.faults.add(({ method, route }) => {
    if (`${method} ${route}` === write && stage.standIn.snapshot().assets[stage.id('p2')] !== undefined)
      stage.standIn.deleteForever([stage.id('p2')]);
    return undefined;
  });
  t.match(await stage.sync(groups, { settings }), { applied: 3, failed: 0, errors: [] });
  t.same(stage.favorites(), ['p0', 'p4', 'p6']);
});

void t.test('undo of one run puts back what was there before that run', async (t) => {
  const stage = await stageWith(t, 4);
  await stage.sync(stage.groups(['p0', 'p1']), { settings });
  await stage.sync(stage.groups(['p1', 'p0']), { settings }, { id: 'run-2', command: 'scan' });
  t.same(stage.favorites(), ['p1']);
  await stage.undo('run-2');
  t.same(stage.favorites(), ['p0']);
  t.same(stage.valueStates('favorite'), { p0: 'verified' });
  await stage.undo('run-1');
  t.same(stage.favorites(), []);
  t.same(stage.valueStates('favorite'), {});
});

void t.test('undo leaves what a person changed since, and says so', async (t) => {
  const stage = await stageWith(t, 4);
  await stage.sync(stage.groups(['p0', 'p1'], ['p2', 'p3']), { settings });
  stage.standIn.setFavorite(stage.id('p0'), false);
  await stage.standIn.settled();
  await stage.observe();
  const { failed, notes } = await stage.undo();
  t.equal(failed, 0);
  t.match(notes, [/^favourites: 1 photo was changed by somebody since/]);
  t.same(stage.favorites(), []);
  t.same(stage.valueStates('favorite'), {});
});

void t.test('many that would go at once are held back', async (t) => {
  const stage = await stageWith(t, 40);
  const names = Array.from({ length: 20 }, (_, n) => [`p${2 * n}`, `p${2 * n + 1}`]);
  await stage.sync(stage.groups(...names), { settings });
  const report = await stage.sync([], { settings });
  t.match(report, { heldBecause: /20 of 20 labels/, operations: [] });
  t.equal(stage.favorites().length, 20);
  await stage.sync([], { settings, allowRemovals: true });
  t.equal(stage.favorites().length, 0);
});
