/* Everything that was written is taken back, and nothing else. */
import t from 'tap';
import {
  copyOf,
  emptyStage,
  libraryStage,
  libraryTags,
  runScan,
  runUndo,
  scene,
  tagsAndAlbums,
  type AgentStage,
} from '../support/agent-stage.js';

const tag = 'possible-duplicate';

/** What is on the server, as if no sidecar of ours had ever been written: an empty one says as much as none. */
function seen({ standIn }: AgentStage): unknown {
  const snapshot = standIn.snapshot();
  const assets = Object.entries(snapshot.assets).map(([id, asset]) => [
    id,
    { ...asset, sidecarTags: asset.sidecarTags ?? [] },
  ]);
  return { ...snapshot, assets: Object.fromEntries(assets) as unknown };
}

async function refreshAll({ standIn, ids }: AgentStage): Promise<void> {
  standIn.refreshMetadata(Object.values(ids));
  await standIn.settled();
}

async function api(stage: AgentStage, method: string, path: string, body?: unknown): Promise<void> {
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${stage.standIn.url}/api${path}`, { method, headers, ...sent });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
}

const albumId = ({ standIn }: AgentStage, name: string): string =>
  Object.entries(standIn.snapshot().albums).find(([, album]) => album.name === name)?.[0] ?? '';

void t.test('undo --all leaves the server as it was, also when all metadata is read again', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.tagByHand(stage.anna, 'Holidays/Elba', [stage.id('beach'), stage.id('beach-chat')]);
  await stage.standIn.settled();
  const before = seen(stage);
  await runScan(stage.config, { settings: tagsAndAlbums });
  const report = await runUndo(stage.config, 'all');
  t.match(report, { failed: 0, errors: [] });
  await stage.standIn.settled();
  t.same(seen(stage), before);
  await refreshAll(stage);
  t.same(seen(stage), before);
  const again = await runUndo(stage.config, 'all');
  t.same(again.operations, [], 'nothing is left to take back');
});

void t.test('undo --all after a tag with parents takes back every tag that was not there', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.tagByHand(stage.anna, 'Cleaning', [stage.id('hut')]);
  await stage.standIn.settled();
  const before = seen(stage);
  const settings = { tag: { name: 'Cleaning/Copies/Sure', scope: 'all' as const }, albums: null };
  await runScan(stage.config, { settings });
  t.same(stage.standIn.snapshot().tags, [
    'Anna: Cleaning',
    'Anna: Cleaning/Copies',
    'Anna: Cleaning/Copies/Sure',
  ]);
  await runUndo(stage.config, 'all');
  await refreshAll(stage);
  t.same(seen(stage), before);
});

void t.test('a dry run of undo shows it and does nothing', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  await stage.standIn.settled();
  const before = seen(stage);
  const report = await runUndo(stage.config, 'all', { dryRun: true });
  t.same(report.operations.map(({ kind }) => kind).sort(), [
    'delete-album',
    'delete-album',
    'delete-tag',
    'untag',
  ]);
  await stage.standIn.settled();
  t.same(seen(stage), before);
});

void t.test('undo of the last run leaves what the runs before it did', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  await stage.standIn.settled();
  const before = seen(stage);
  await stage.add('road-small', await copyOf(4, 'small'));
  await runScan(stage.config, { settings: tagsAndAlbums });
  t.same(await stage.tags(), { ...libraryTags, 'road-small': [tag] });
  await runUndo(stage.config, 'last');
  t.same(await stage.tags(), libraryTags);
  t.same(stage.albums(), {});
  stage.standIn.deleteForever([stage.id('road-small')]);
  t.same(seen(stage), before);
});

void t.test('undo of one run by its id', async (t) => {
  const stage = await libraryStage(t);
  const first = await runScan(stage.config);
  await stage.add('road-small', await copyOf(4, 'small'));
  await runScan(stage.config);
  await runUndo(stage.config, { run: first.run });
  t.same(await stage.tags(), { 'road-small': [tag] });
  await t.rejects(runUndo(stage.config, { run: 'never' }), { code: 'NO_SUCH_RUN', exitCode: 2 });
});

void t.test('undo of a run that took labels off puts them back', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  stage.standIn.setFavorite(stage.id('beach-small'), true);
  await stage.standIn.settled();
  await runScan(stage.config);
  t.same(await stage.tags(), { beach: [tag], 'beach-chat': [tag], 'lake-mirrored': [tag] });
  await runUndo(stage.config, 'last');
  t.same(await stage.tags(), libraryTags);
});

void t.test('undo of a run that changed or ended albums puts their members back', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  const before = stage.albums();
  await stage.add('lake-copy', await copyOf(2, 'messenger'));
  stage.standIn.deleteForever([stage.id('beach-chat')]);
  await stage.standIn.settled();
  await runScan(stage.config, { settings: tagsAndAlbums });
  t.same(stage.albums()['Similar-0001']?.includes('lake-copy'), true);
  await runUndo(stage.config, 'last');
  t.same(stage.albums(), { ...before, 'Similar-0002': ['beach', 'beach-small'] });

  await runScan(stage.config, { settings: tagsAndAlbums });
  const grown = stage.albums();
  stage.standIn.trash([stage.id('beach')]);
  await runScan(stage.config, { settings: tagsAndAlbums });
  t.notOk('Similar-0002' in stage.albums(), 'nothing is left to keep apart');
  stage.standIn.restore([stage.id('beach')]);
  await runUndo(stage.config, 'last');
  t.same(stage.albums(), grown);
});

void t.test('the tag of a photo that a person had tagged before us stays', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.tagByHand(stage.anna, tag, [stage.id('beach-chat'), stage.id('road')]);
  await stage.standIn.settled();
  const before = seen(stage);
  await runScan(stage.config);
  await runUndo(stage.config, 'all');
  await refreshAll(stage);
  t.same(seen(stage), before);
});

void t.test('an album stays with the photo that a person put into it', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  const id = albumId(stage, 'Similar-0002');
  await api(stage, 'PUT', `/albums/${id}/assets`, { ids: [stage.id('hut')] });
  await runUndo(stage.config, 'all');
  t.same(stage.albums(), { 'Similar-0002': ['hut'] });
});

void t.test('an album that a person renamed stays, without what we put into it', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  await api(stage, 'PATCH', `/albums/${albumId(stage, 'Similar-0002')}`, { albumName: 'Our beach' });
  await runUndo(stage.config, 'all');
  t.same(stage.albums(), { 'Our beach': [] });
});

void t.test('labels that are gone already are no error', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  await api(stage, 'DELETE', `/albums/${albumId(stage, 'Similar-0001')}`);
  stage.standIn.untagByHand(stage.anna, tag, [stage.id('beach-chat')]);
  stage.standIn.deleteForever([stage.id('lake-mirrored')]);
  stage.standIn.trash([stage.id('beach-small')]);
  await stage.standIn.settled();
  const report = await runUndo(stage.config, 'all');
  t.match(report, { failed: 0, errors: [] });
  t.same(await stage.tags(), {});
  t.same(stage.albums(), {});
  t.same(stage.standIn.snapshot().tags, []);
});

void t.test('after undo --all a scan begins anew, with what a person took off before', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  stage.standIn.untagByHand(stage.anna, tag, [stage.id('beach-chat')]);
  await stage.standIn.settled();
  await runScan(stage.config, { settings: tagsAndAlbums });
  await runUndo(stage.config, 'all');
  await runScan(stage.config, { settings: tagsAndAlbums });
  t.same(await stage.tags(), libraryTags);
  t.equal(Object.keys(stage.albums()).length, 2);
});

void t.test('undo of an empty journal', async (t) => {
  const stage = await emptyStage(t);
  await stage.add('hut', await scene(3));
  t.same((await runUndo(stage.config, 'all')).operations, []);
  t.same((await runUndo(stage.config, 'last')).operations, []);
});
