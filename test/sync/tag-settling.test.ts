/* What becomes of tags after the server said yes: IMMICH.md §0. On the stand-in, with a clock turned by hand. */
import t from 'tap';
import { HandClock } from '../support/immich/hand-clock.js';
import { run, syncStage, type SyncStage } from '../support/sync-stage.js';

const tag = 'possible-duplicate';

/** How often our tag was written to each photo, by name. */
function writesTo(stage: SyncStage): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { body } of stage.standIn.requests.all('PUT /tags/assets'))
    for (const id of (body as { assetIds: string[] }).assetIds) {
      const name = Object.entries(stage.ids).find(([, other]) => other === id)?.[0] ?? id;
      counts[name] = (counts[name] ?? 0) + 1;
    }
  return counts;
}

const nothing = (): Promise<void> => Promise.resolve();

void t.test('a written tag is verified after two looks', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 3);
  await stage.observe();
  await stage.reconciler.sync(
    {
      settings: { tag: { name: tag, scope: 'extras' }, albums: null },
      groups: stage.groups(names),
      scope: null,
      complete: true,
      allowRemovals: false,
      maxRemovalShare: 0.2,
    },
    run,
    { settle: stage.settle, refresh: nothing },
  );
  t.same(stage.states(), { p1: 'written', p2: 'written' });
  await stage.standIn.settled();
  await stage.reconciler.settleOnce(run);
  t.same(stage.states(), { p1: 'seen', p2: 'seen' });
  t.equal(await stage.reconciler.settleOnce(run), 2, 'not before a second has passed');
  stage.clock.turn(1_000);
  t.equal(await stage.reconciler.settleOnce(run), 0);
  t.same(stage.states(), { p1: 'verified', p2: 'verified' });
  t.same(writesTo(stage), { p1: 1, p2: 1 });
});

void t.test('a tag that the server lost before it was verified is written again', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 3);
  await stage.observe();
  const settle = stage.settle;
  await stage.reconciler.sync(
    {
      settings: { tag: { name: tag, scope: 'extras' }, albums: null },
      groups: stage.groups(names),
      scope: null,
      complete: true,
      allowRemovals: false,
      maxRemovalShare: 0.2,
    },
    run,
    { settle, refresh: nothing },
  );
  await stage.standIn.settled();
  stage.standIn.untagByHand(stage.anna, tag, [stage.id('p1')]);
  await settle();
  t.same(await stage.tags(), { p1: [tag], p2: [tag] });
  t.same(stage.states(), { p1: 'verified', p2: 'verified' });
  t.same(writesTo(stage), { p1: 2, p2: 1 });
});

void t.test('tags of other programs at the same moment: in the end ours are all there', async (t) => {
  const server = new HandClock();
  const stage = await syncStage(t, { sidecarDelayMs: 400, clock: server });
  const sleep = stage.clock.sleep.bind(stage.clock);
  stage.clock.sleep = async (ms) => {
    await server.turn(ms);
    await sleep(ms);
  };
  const names = await stage.addMany('p', 25);
  await stage.observe();
  const ids = names.slice(1).map((name) => stage.id(name));
  let meddled = false;
  stage.standIn.faults.add(async ({ method, route }) => {
    if (`${method} ${route}` !== 'PUT /tags/assets' || meddled) return undefined;
    meddled = true;
    stage.standIn.tagByHand(stage.anna, 'other', ids);
    // Ours comes while theirs is on its way to the files.
    await server.turn(160);
    return undefined;
  });
  await stage.sync(stage.groups(names));
  await server.turn(1_000);
  const { assets } = stage.standIn.snapshot();
  for (const name of names.slice(1)) t.ok(assets[stage.id(name)]?.tags.includes(tag), name);
  t.same(new Set(Object.values(stage.states())), new Set(['verified']));
  const lost = Object.values(writesTo(stage)).filter((writes) => writes > 1).length;
  t.ok(lost > 0, `${lost} of 24 were lost and written again`);
});

void t.test('a read-only library: few tries on one photo, none on the others', async (t) => {
  const stage = await syncStage(t);
  const libraryId = stage.standIn.addLibrary(stage.anna, { readOnly: true });
  const uploads = await stage.addMany('up', 3);
  const external = await stage.addMany('ext', 6, { libraryId });
  await stage.observe();
  const groups = stage.groups(uploads, external);
  const report = await stage.sync(groups);
  t.same(await stage.tags(), { up1: [tag], up2: [tag] });
  const probes = Object.entries(writesTo(stage)).filter(([name]) => name.startsWith('ext'));
  t.same(probes, [['ext1', 3]], 'three writes to one photo');
  t.same(stage.states(), { ext1: 'refused', up1: 'verified', up2: 'verified' });
  t.match(report, { applied: 3, failed: 0 });
  stage.standIn.requests.reset();
  const second = await stage.sync(groups);
  t.match(second, { applied: 0, failed: 0, refused: 5 });
  t.same(writesTo(stage), {}, 'and never again');
});

void t.test('how many are refused is told by the run that finds out', async (t) => {
  const stage = await syncStage(t);
  const libraryId = stage.standIn.addLibrary(stage.anna, { readOnly: true });
  const external = await stage.addMany('ext', 4, { libraryId });
  await stage.observe();
  const report = await stage.sync(stage.groups(external));
  t.equal(report.refused, 3);
});

void t.test('a writable library: one photo first, the others in the same run', async (t) => {
  const stage = await syncStage(t);
  const libraryId = stage.standIn.addLibrary(stage.anna, { readOnly: false });
  const names = await stage.addMany('ext', 5, { libraryId });
  await stage.observe();
  const report = await stage.sync(stage.groups(names));
  t.match(report, { applied: 4, failed: 0, refused: 0 });
  const batches = stage.standIn.requests
    .all('PUT /tags/assets')
    .map(({ body }) => (body as { assetIds: string[] }).assetIds.length);
  t.same(batches, [1, 3]);
  t.equal(Object.keys(await stage.tags()).length, 4);
});

void t.test('a photo that is deleted while its tag settles is no longer waited for', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 3);
  await stage.observe();
  stage.standIn.faults.add(({ method, route }) => {
    if (method === 'GET' && route === '/assets/:id' && stage.ids.p1 !== undefined) {
      stage.standIn.deleteForever([stage.ids.p1]);
      delete stage.ids.p1;
    }
    return undefined;
  });
  await stage.sync(stage.groups(names));
  t.equal(stage.reconciler.unsettled(), 0);
  t.equal(stage.states().p2, 'verified');
});

void t.test('an untagging that the server lost is done again', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 3);
  await stage.observe();
  await stage.sync(stage.groups(names));
  await stage.reconciler.sync(
    {
      settings: { tag: { name: tag, scope: 'extras' }, albums: null },
      groups: [],
      scope: null,
      complete: true,
      allowRemovals: false,
      maxRemovalShare: 1,
    },
    run,
    { settle: stage.settle, refresh: nothing },
  );
  t.same(stage.states(), { p1: 'removing', p2: 'removing' });
  await stage.standIn.settled();
  stage.standIn.tagByHand(stage.anna, tag, [stage.id('p1')]);
  await stage.settle();
  t.same(await stage.tags(), {});
  t.same(stage.states(), {});
});

void t.test('a server that never touches the photo again: after an hour what is seen counts', async (t) => {
  const stage = await syncStage(t, { sidecarDelayMs: 3_600_000 });
  const names = await stage.addMany('p', 2);
  await stage.observe();
  const request = {
    settings: { tag: { name: tag, scope: 'extras' as const }, albums: null },
    groups: stage.groups(names),
    scope: null,
    complete: true,
    allowRemovals: false,
    maxRemovalShare: 0.2,
  };
  await stage.reconciler.sync(request, run, { settle: nothing, refresh: nothing });
  stage.clock.turn(3_600_000);
  t.equal(await stage.reconciler.settleOnce(run), 1);
  t.same(stage.states(), { p1: 'written' });
  stage.clock.turn(1);
  await stage.reconciler.settleOnce(run);
  t.same(stage.states(), { p1: 'seen' });
});

void t.test('many photos are read back by listing, not one by one', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 80);
  await stage.observe();
  stage.standIn.requests.reset();
  await stage.sync(stage.groups(names));
  t.same(new Set(Object.values(stage.states())), new Set(['verified']));
  t.equal(stage.standIn.requests.count('GET /assets/:id'), 0);
});
