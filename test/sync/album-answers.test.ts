/* What the server says of each photo of a batch, and what is made of it. */
import t, { type Test } from 'tap';
import type { Group } from '../../src/model.js';
import { albumsOnly } from '../support/agent-stage.js';
import type { FaultHook } from '../support/immich/faults.js';
import { run, syncStage, type SyncStage } from '../support/sync-stage.js';
import type { SyncReport } from '../../src/sync/report.js';

const settings = albumsOnly;
const adding = 'PUT /albums/:id/assets';
const removing = 'DELETE /albums/:id/assets';
const deleting = 'DELETE /albums/:id';

async function staged(
  t: Test,
  count: number,
): Promise<{ stage: SyncStage; names: string[]; groups: Group[] }> {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', count);
  await stage.observe();
  return { stage, names, groups: stage.groups(names) };
}

/** As a person at the web page. */
async function byHand(stage: SyncStage, method: string, path: string, body?: unknown): Promise<void> {
  const headers = { 'x-api-key': stage.apiKey, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${stage.standIn.url}/api${path}`, { method, headers, ...sent });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
}

const albumPath = ({ standIn }: SyncStage, name = 'Similar-0001'): string =>
  `/albums/${Object.entries(standIn.snapshot().albums).find(([, album]) => album.name === name)?.[0] ?? ''}`;

/** Does the request for all but these photos, and refuses these. */
function refusing(stage: SyncStage, route: string, names: readonly string[], error: string): void {
  const ids = new Set(names.map((name) => stage.id(name)));
  const path = route.startsWith('PUT') ? 'PUT' : 'DELETE';
  let isOurs = false;
  const hook: FaultHook = async (request) => {
    if (`${request.method} ${request.route}` !== route || isOurs) return undefined;
    const asked = (request.body as { ids: string[] }).ids;
    const allowed = asked.filter((id) => !ids.has(id));
    isOurs = true;
    if (allowed.length > 0) await byHand(stage, path, request.url.replace('/api', ''), { ids: allowed });
    isOurs = false;
    const body = asked.map((id) => (ids.has(id) ? { id, success: false, error } : { id, success: true }));
    return { status: 200, body };
  };
  stage.standIn.faults.add(hook);
}

const undo = (stage: SyncStage): Promise<SyncReport> =>
  stage.reconciler.undo({ run: null, dryRun: false }, run, {
    settle: stage.settle,
    refresh: (): Promise<void> => stage.observe(),
  });

const labelled = ({ state, account, ids }: SyncStage): string[] =>
  state.journal
    .labels(account.name, 'album')
    .map(({ photo }) => Object.entries(ids).find(([, id]) => photo.endsWith(id))?.[0] ?? photo)
    .sort();

void t.test('a photo that the server does not put into an album failed, and is tried again', async (t) => {
  const { stage, names, groups } = await staged(t, 3);
  refusing(stage, adding, ['p1'], 'no_permission');
  for (const [applied, failed] of [
    [2, 1],
    [0, 1],
  ]) {
    const report = await stage.sync(groups, { settings });
    t.match(report, { applied, failed, errors: [/Similar-0001: Immich refused 1 photo \(no_permission\)/] });
    t.same(stage.albums(), { 'Similar-0001': ['p0', 'p2'] });
    t.same(labelled(stage), ['p0', 'p2'], 'only what was written is ours');
  }
  stage.standIn.faults.clear();
  t.match(await stage.sync(groups, { settings }), { applied: 1, failed: 0, errors: [] });
  t.same(stage.albums(), { 'Similar-0001': names });
  t.match(await undo(stage), { failed: 0 });
  t.same(stage.albums(), {});
});

void t.test(
  'an album of which every photo is refused stays empty, and is filled by the next run',
  async (t) => {
    const { stage, names, groups } = await staged(t, 2);
    refusing(stage, adding, names, 'no_permission');
    t.match(await stage.sync(groups, { settings }), { applied: 0, failed: 2 });
    t.same([stage.albums(), labelled(stage)], [{ 'Similar-0001': [] }, []]);
    stage.standIn.faults.clear();
    t.match(await stage.sync(groups, { settings }), { applied: 2, failed: 0 });
    t.same(stage.albums(), { 'Similar-0001': names });
  },
);

void t.test(
  'asking after a refused photo fails: what was written beside it is ours all the same',
  async (t) => {
    const { stage, names, groups } = await staged(t, 3);
    refusing(stage, adding, ['p1'], 'no_permission');
    const look = { status: 500, body: { message: 'no' } };
    stage.standIn.faults.add(({ method, route }) =>
      `${method} ${route}` === 'GET /assets/:id' ? look : undefined,
    );
    await stage.sync(groups, { settings });
    t.same(labelled(stage), ['p0', 'p2']);
    stage.standIn.faults.clear();
    t.match(await stage.sync(groups, { settings }), { applied: 1, failed: 0 });
    t.same([stage.albums(), labelled(stage)], [{ 'Similar-0001': names }, names]);
  },
);

void t.test('a photo that was deleted for ever meanwhile is no failure', async (t) => {
  const { stage, groups } = await staged(t, 3);
  stage.standIn.faults.add(({ method, route }) => {
    if (`${method} ${route}` === adding) stage.standIn.deleteForever([stage.id('p2')]);
    return undefined;
  });
  t.match(await stage.sync(groups, { settings }), { applied: 2, failed: 0, errors: [] });
  t.same(labelled(stage), ['p0', 'p1']);
});

void t.test("a photo that a person puts there just before us is the person's", async (t) => {
  const { stage, names } = await staged(t, 4);
  await stage.sync(stage.groups(names.slice(0, 2)), { settings });
  let isFirst = true;
  stage.standIn.faults.add(async ({ method, route }) => {
    if (`${method} ${route}` !== adding || !isFirst) return undefined;
    isFirst = false;
    await byHand(stage, 'PUT', `${albumPath(stage)}/assets`, { ids: [stage.id('p3')] });
    return undefined;
  });
  t.match(await stage.sync(stage.groups(names), { settings }), { applied: 1, failed: 0 });
  t.same(stage.albums(), { 'Similar-0001': names });
  t.same(labelled(stage), ['p0', 'p1', 'p2']);
  t.match(await undo(stage), { failed: 0 });
  t.same(stage.albums(), { 'Similar-0001': ['p3'] });
});

void t.test("a photo that a person took out and put back is the person's", async (t) => {
  const { stage, names, groups } = await staged(t, 3);
  await stage.sync(groups, { settings });
  await byHand(stage, 'DELETE', `${albumPath(stage)}/assets`, { ids: [stage.id('p1')] });
  await stage.sync(groups, { settings });
  await byHand(stage, 'PUT', `${albumPath(stage)}/assets`, { ids: [stage.id('p1')] });
  await stage.sync(groups, { settings });
  t.same(stage.albums(), { 'Similar-0001': names });
  await stage.sync([], { settings });
  t.same(stage.albums(), { 'Similar-0001': ['p1'] });
});

for (const fault of ['reset', 'reset-after', 'truncate', { status: 500 }, { status: 429 }] as const)
  void t.test(`filling an album meets ${JSON.stringify(fault)} once: what arrived is ours`, async (t) => {
    const { stage, names, groups } = await staged(t, 3);
    let met = 0;
    stage.standIn.faults.add(({ method, route }) =>
      `${method} ${route}` === adding && met++ === 0 ? fault : undefined,
    );
    t.match(await stage.sync(groups, { settings }), { applied: 3, failed: 0, errors: [] });
    t.ok(met > 0);
    t.same([stage.albums(), labelled(stage)], [{ 'Similar-0001': names }, names]);
    t.match(await undo(stage), { failed: 0 });
    t.same(stage.albums(), {});
  });

void t.test('what a run that died had put into an album is ours', async (t) => {
  const { stage, names, groups } = await staged(t, 3);
  await stage.sync(groups, { settings });
  const { journal } = stage.state;
  const { name } = stage.account;
  journal.put(journal.labels(name, 'album').map((label) => ({ ...label, state: 'pending' })));
  for (const made of journal.made(name, 'album')) journal.putMade({ ...made, version: '' });
  t.match(await stage.sync(groups, { settings }), { applied: 0, failed: 0 });
  t.same(labelled(stage), names);
  t.same(
    journal.labels(name, 'album').map(({ state }) => state),
    ['verified', 'verified', 'verified'],
  );
});

void t.test('a photo that the server does not take out of an album failed, and is tried again', async (t) => {
  const { stage, names, groups } = await staged(t, 3);
  await stage.sync(groups, { settings });
  const smaller = stage.groups(names.slice(0, 2));
  refusing(stage, removing, ['p2'], 'no_permission');
  const report = await stage.sync(smaller, { settings });
  t.match(report, { applied: 0, failed: 1, operations: [], errors: [/refused 1 photo \(no_permission\)/] });
  t.same(labelled(stage), names);
  stage.standIn.faults.clear();
  t.match(await stage.sync(smaller, { settings }), { applied: 1, failed: 0 });
  t.same([stage.albums(), labelled(stage)], [{ 'Similar-0001': ['p0', 'p1'] }, ['p0', 'p1']]);
});

void t.test('taking photos out that is refused as a whole failed, as long as the album stands', async (t) => {
  const { stage, names, groups } = await staged(t, 3);
  await stage.sync(groups, { settings });
  const smaller = stage.groups(names.slice(0, 2));
  const refused = { status: 400, body: { message: 'Not found or no albumAsset.delete access' } };
  stage.standIn.faults.add(({ method, route }) => (`${method} ${route}` === removing ? refused : undefined));
  t.match(await stage.sync(smaller, { settings }), { applied: 0, failed: 1, errors: [/^remove-from-album/] });
  t.same([stage.albums(), labelled(stage)], [{ 'Similar-0001': names }, names]);
});

void t.test('undo while albums cannot be deleted says so, and the next undo deletes them', async (t) => {
  const { stage, names, groups } = await staged(t, 3);
  await stage.sync(groups, { settings });
  const refused = { status: 400, body: { message: 'Not found or no album.delete access' } };
  stage.standIn.faults.add(({ method, route }) => (`${method} ${route}` === deleting ? refused : undefined));
  const report = await undo(stage);
  t.match(report, { applied: 0, failed: 3, operations: [], errors: [/^delete-album Similar-0001: .*400/] });
  t.same([stage.albums(), labelled(stage)], [{ 'Similar-0001': names }, names]);
  stage.standIn.faults.clear();
  t.match(await undo(stage), { failed: 0, applied: 3 });
  t.same([stage.albums(), labelled(stage)], [{}, []]);
});

void t.test('an album that goes just before it is deleted is gone', async (t) => {
  const { stage, groups } = await staged(t, 2);
  await stage.sync(groups, { settings });
  let isFirst = true;
  stage.standIn.faults.add(async ({ method, route }) => {
    if (`${method} ${route}` !== deleting || !isFirst) return undefined;
    isFirst = false;
    await byHand(stage, 'DELETE', albumPath(stage));
    return undefined;
  });
  t.match(await undo(stage), { failed: 0, errors: [] });
  t.same([stage.albums(), labelled(stage)], [{}, []]);
});

void t.test(
  'a tag that the server does not take off failed, and is taken off by the next undo',
  async (t) => {
    const { stage, groups } = await staged(t, 3);
    await stage.sync(groups);
    refusing(stage, 'DELETE /tags/:id/assets', ['p1'], 'no_permission');
    const report = await undo(stage);
    t.match(report, { applied: 1, failed: 1, errors: [/^untag .*refused 1 photo \(no_permission\)/] });
    t.same(await stage.tags(), { p1: ['possible-duplicate'] });
    stage.standIn.faults.clear();
    t.match(await undo(stage), { failed: 0, errors: [] });
    t.same([await stage.tags(), stage.standIn.snapshot().tags], [{}, []]);
  },
);

void t.test('a tag that cannot be deleted is a failure as long as it stands', async (t) => {
  const { stage, groups } = await staged(t, 2);
  await stage.sync(groups);
  const refused = { status: 400, body: { message: 'Not found or no tag.delete access' } };
  stage.standIn.faults.add(({ method, route }) =>
    `${method} ${route}` === 'DELETE /tags/:id' ? refused : undefined,
  );
  t.match(await undo(stage), { failed: 1, errors: [/^delete-tag possible-duplicate/] });
  stage.standIn.faults.clear();
  t.match(await undo(stage), { failed: 0 });
  t.same(stage.standIn.snapshot().tags, []);
});
