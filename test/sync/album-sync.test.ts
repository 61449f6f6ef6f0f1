/* Albums, one per group: made once, kept true, never taken from a person. */
import t from 'tap';
import type { PhotoKey } from '../../src/model.js';
import { albumsOnly } from '../support/agent-stage.js';
import { syncStage, type SyncStage } from '../support/sync-stage.js';

const settings = albumsOnly;

async function api(stage: SyncStage, method: string, path: string, body?: unknown): Promise<unknown> {
  const headers = { 'x-api-key': stage.apiKey, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${stage.standIn.url}/api${path}`, { method, headers, ...sent });
  const text = await answer.text();
  return text === '' ? null : (JSON.parse(text) as unknown);
}

const albumId = ({ standIn }: SyncStage, name: string): string =>
  Object.entries(standIn.snapshot().albums).find(([, album]) => album.name === name)?.[0] ?? '';

void t.test('an album is made, grows, shrinks and goes with its group', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 4);
  await stage.observe();
  await stage.sync(stage.groups(names.slice(0, 3)), { settings });
  t.same(stage.albums(), { 'Similar-0001': ['p0', 'p1', 'p2'] });
  t.match(Object.values(stage.standIn.snapshot().albums), [
    { description: 'The same picture 3 times: 1 to keep, 2 extra. Made by photo-organizer (group 1).' },
  ]);
  await stage.sync(stage.groups(names), { settings });
  t.same(stage.albums(), { 'Similar-0001': names });
  await stage.sync(stage.groups(['p1', 'p3']), { settings });
  t.same(stage.albums(), { 'Similar-0001': ['p1', 'p3'] });
  await stage.sync([], { settings });
  t.same(stage.albums(), {});
  t.same(stage.state.journal.made(stage.account.name, 'album'), []);
});

void t.test('members are read only where somebody else changed the album', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 6);
  await stage.observe();
  const groups = stage.groups(names.slice(0, 2), names.slice(2, 4));
  await stage.sync(groups, { settings });
  stage.standIn.requests.reset();
  await stage.sync(groups, { settings });
  t.same(stage.standIn.requests.tally(), { 'GET /albums': 1 });
  await api(stage, 'PUT', `/albums/${albumId(stage, 'Similar-0001')}/assets`, { ids: [stage.id('p5')] });
  stage.standIn.requests.reset();
  await stage.sync(groups, { settings });
  t.same(stage.standIn.requests.tally(), { 'GET /albums': 1, 'POST /search/metadata': 1 });
  t.same(stage.albums()['Similar-0001'], ['p0', 'p1', 'p5'], 'what a person put there stays');
});

void t.test('a few photos that changed: no album of other groups is looked at', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 8);
  await stage.observe();
  const pairs = [names.slice(0, 2), names.slice(2, 4), names.slice(4, 6)];
  await stage.sync(stage.groups(...pairs), { settings });
  const visitor = stage.id('p7');
  for (const name of ['Similar-0001', 'Similar-0002', 'Similar-0003'])
    await api(stage, 'PUT', `/albums/${albumId(stage, name)}/assets`, { ids: [visitor] });
  const [first] = stage.groups(...pairs);
  const only = (photo: string): { settings: typeof settings; scope: Set<PhotoKey> } => ({
    ...{ settings, scope: new Set([stage.key(photo)]) },
  });
  stage.standIn.requests.reset();
  t.match(await stage.sync(first === undefined ? [] : [first], only('p1')), { operations: [] });
  t.same(stage.standIn.requests.tally(), { 'GET /albums': 1, 'POST /search/metadata': 1 });
  stage.standIn.requests.reset();
  t.match(await stage.sync([], only('p6')), { operations: [] });
  t.same(stage.standIn.requests.tally(), {}, 'nothing is asked for a photo that is in none');
  await stage.sync([], only('p3'));
  const left = ['p7'];
  t.match(
    stage.albums(),
    { 'Similar-0001': ['p0', 'p1', ...left], 'Similar-0002': left },
    'its group has ended',
  );
});

void t.test('a photo that a person took out is not put back, until the group changes', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 4);
  await stage.observe();
  const groups = stage.groups(names.slice(0, 3));
  await stage.sync(groups, { settings });
  await api(stage, 'DELETE', `/albums/${albumId(stage, 'Similar-0001')}/assets`, { ids: [stage.id('p1')] });
  for (let round = 0; round < 2; round++) {
    t.match(await stage.sync(groups, { settings }), { applied: 0 });
    t.same(stage.albums(), { 'Similar-0001': ['p0', 'p2'] });
  }
  await stage.sync(stage.groups(names), { settings });
  t.same(stage.albums(), { 'Similar-0001': names });
});

for (const fault of ['reset', 'reset-after', 'truncate'] as const)
  void t.test(`making an album is cut off (${fault}): the next run makes no second one`, async (t) => {
    const stage = await syncStage(t);
    const names = await stage.addMany('p', 3);
    await stage.observe();
    stage.standIn.faults.add(({ method, route }) =>
      `${method} ${route}` === 'POST /albums' ? fault : undefined,
    );
    const report = await stage.sync(stage.groups(names), { settings });
    t.ok(report.failed > 0);
    stage.standIn.faults.clear();
    await stage.sync(stage.groups(names), { settings });
    t.same(
      Object.values(stage.standIn.snapshot().albums).map(({ name }) => name),
      ['Similar-0001'],
    );
    t.same(stage.albums(), { 'Similar-0001': names });
  });

void t.test('filling an album is cut off: the next run fills it', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 3);
  await stage.observe();
  stage.standIn.faults.add(({ method, route }) =>
    `${method} ${route}` === 'PUT /albums/:id/assets' ? { status: 400 } : undefined,
  );
  await stage.sync(stage.groups(names), { settings });
  t.same(stage.albums(), { 'Similar-0001': [] });
  stage.standIn.faults.clear();
  await stage.sync(stage.groups(names), { settings });
  t.same(stage.albums(), { 'Similar-0001': names });
});

void t.test("a person's album of the same name is not touched", async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 4);
  await stage.observe();
  await api(stage, 'POST', '/albums', { albumName: 'Similar-0001', assetIds: [stage.id('p3')] });
  const theirs = albumId(stage, 'Similar-0001');
  await stage.sync(stage.groups(names.slice(0, 3)), { settings });
  t.match(stage.standIn.snapshot().albums[theirs], { assetIds: [stage.id('p3')] });
  t.equal(Object.keys(stage.standIn.snapshot().albums).length, 2);
  await stage.sync([], { settings });
  t.match(stage.standIn.snapshot().albums, { [theirs]: { assetIds: [stage.id('p3')] } });
});

void t.test('another prefix leaves the albums of the first', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 2);
  await stage.observe();
  await stage.sync(stage.groups(names), { settings });
  await stage.sync(stage.groups(names), { settings: { tag: null, albums: { prefix: 'Twins ' } } });
  t.same(stage.albums(), { 'Similar-0001': names, 'Twins 0001': names });
});
