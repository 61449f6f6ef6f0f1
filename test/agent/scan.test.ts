/* One pass after another over Anna's library: what is labelled, and what is left alone. */
import t from 'tap';
import type { ScanResult } from '../../src/agent/scan.js';
import {
  albumsOnly,
  copyOf,
  emptyStage,
  libraryStage,
  libraryTags,
  runScan,
  scene,
  tagOnly,
  tagsAndAlbums,
  type AgentStage,
} from '../support/agent-stage.js';
import type { Snapshot } from '../support/immich/snapshot.js';

const tag = 'possible-duplicate';

/** What the second of two equal scans asks for. */
const idleRequests = {
  // Everything, what changed meanwhile, and who carries the tag.
  'POST /search/metadata': 2,
  'POST /search/statistics': 2,
  'GET /tags': 1,
  // A person's albums, for the keep rules.
  'GET /albums': 1,
};

const nothingWritten = { applied: 0, failed: 0, refused: 0, held: 0 };

/** The snapshot without what a tag changes. */
function withoutTags({ assets, albums }: Snapshot): unknown {
  const bare = Object.entries(assets).map(([id, asset]) => [id, { ...asset, tags: [], sidecarTags: null }]);
  return { assets: Object.fromEntries(bare) as unknown, albums };
}

async function settledSnapshot({ standIn }: AgentStage): Promise<Snapshot> {
  await standIn.settled();
  return standIn.snapshot();
}

function writesOf(stage: AgentStage): string[] {
  const entries = stage.standIn.requests.all();
  return entries
    .filter(({ method, route }) => method !== 'GET' && !route.startsWith('/search/'))
    .map(({ method, route }) => `${method} ${route}`);
}

void t.test('a first scan tags exactly the extras and changes nothing else', async (t) => {
  const stage = await libraryStage(t);
  const before = await settledSnapshot(stage);
  const result = await runScan(stage.config);
  t.match(result, { listed: 7, downloads: 7, fingerprinted: 7, failed: 0, groups: 2, extras: 3, errors: [] });
  t.match(result.operations, { ...nothingWritten, applied: 3, unchanged: 0 });
  t.same(await stage.tags(), libraryTags);
  const after = await settledSnapshot(stage);
  t.same(after.tags, [`Anna: ${tag}`]);
  t.same(withoutTags(after), withoutTags(before));
  for (const { tags, sidecarTags } of Object.values(after.assets)) t.same(sidecarTags ?? [], tags);
});

void t.test('a second scan downloads nothing and writes nothing', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  const before = await settledSnapshot(stage);
  stage.standIn.requests.reset();
  const result = await runScan(stage.config);
  t.match(result, { listed: 7, downloads: 0, fingerprinted: 0, failed: 0, groups: 2, extras: 3 });
  t.match(result.operations, { ...nothingWritten, unchanged: 3 });
  t.same(result.requests, idleRequests);
  t.same(writesOf(stage), []);
  t.same(await settledSnapshot(stage), before);
});

void t.test('a plan shows what the scan then does, and writes nothing', async (t) => {
  const stage = await libraryStage(t);
  const before = await settledSnapshot(stage);
  const plan = await runScan(stage.config, { dryRun: true, settings: tagsAndAlbums });
  t.same(writesOf(stage), []);
  t.same(await settledSnapshot(stage), before);
  t.equal(plan.operations.applied, 0);
  const real = await runScan(stage.config, { settings: tagsAndAlbums });
  t.same(real.plan, plan.plan);
  t.same((await runScan(stage.config, { dryRun: true, settings: tagsAndAlbums })).plan, []);
});

void t.test('albums: one per group, with all its photos', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  const albums = {
    'Similar-0001': ['lake', 'lake-mirrored'],
    'Similar-0002': ['beach', 'beach-chat', 'beach-small'],
  };
  t.same(stage.albums(), albums);
  t.same(await stage.tags(), libraryTags);
  const before = await settledSnapshot(stage);
  stage.standIn.requests.reset();
  const again = await runScan(stage.config, { settings: tagsAndAlbums });
  t.match(again.operations, { ...nothingWritten, unchanged: 3 + 5 });
  t.same(writesOf(stage), []);
  t.match(again, { downloads: 0, requests: { ...idleRequests, 'GET /albums': 2 } });
  t.same(await settledSnapshot(stage), before);
});

void t.test('a run leaves the kinds of label alone that it was not asked for', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  const albums = stage.albums();
  await stage.add('beach-smaller', await copyOf(1, 'smaller'));
  await runScan(stage.config, { settings: tagOnly });
  t.same(stage.albums(), albums, 'albums stay');
  t.same(await stage.tags(), { ...libraryTags, 'beach-smaller': [tag] });
  stage.standIn.trash([stage.id('lake')]);
  await runScan(stage.config, { settings: albumsOnly });
  t.same((await stage.tags())['lake-mirrored'], [tag], 'the tag stays while only albums are asked for');
  t.same(Object.keys(stage.albums()), ['Similar-0002']);
});

void t.test('another tag name leaves the labels of the first', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  await runScan(stage.config, { settings: { tag: { name: 'Copies/Sure', scope: 'all' }, albums: null } });
  t.same(await stage.tags(), {
    beach: ['Copies/Sure'],
    'beach-chat': ['Copies/Sure', tag],
    'beach-small': ['Copies/Sure', tag],
    lake: ['Copies/Sure'],
    'lake-mirrored': ['Copies/Sure', tag],
  });
});

void t.test('a group grows, shrinks and ends with its photos', async (t) => {
  const stage = await libraryStage(t);
  const scan = (): Promise<ScanResult> => runScan(stage.config, { settings: tagsAndAlbums });
  await scan();
  await stage.add('beach-smaller', await copyOf(1, 'smaller'));
  t.equal((await scan()).downloads, 1, 'only the new photo is looked at');
  t.same(await stage.tags(), { ...libraryTags, 'beach-smaller': [tag] });
  t.same(stage.albums()['Similar-0002'], ['beach', 'beach-chat', 'beach-small', 'beach-smaller']);
  stage.standIn.deleteForever([stage.id('beach-smaller')]);
  await scan();
  t.same(await stage.tags(), libraryTags);
  t.same(stage.albums()['Similar-0002'], ['beach', 'beach-chat', 'beach-small']);
  stage.standIn.deleteForever([stage.id('lake-mirrored')]);
  const last = await scan();
  t.match(last, { groups: 1, extras: 2 });
  t.same(Object.keys(stage.albums()), ['Similar-0002'], 'the album of a group that ended goes');
});

void t.test('a trashed keeper: the next best stays, and all is as before when it is restored', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  stage.standIn.trash([stage.id('beach')]);
  await runScan(stage.config, { settings: tagsAndAlbums });
  t.same(await stage.tags(), { 'beach-small': [tag], 'lake-mirrored': [tag] });
  t.same(stage.albums()['Similar-0002'], ['beach-chat', 'beach-small']);
  stage.standIn.restore([stage.id('beach')]);
  stage.standIn.requests.reset();
  const restored = await runScan(stage.config, { settings: tagsAndAlbums });
  t.equal(restored.downloads, 0, 'it is remembered what the photo looks like');
  t.same(await stage.tags(), libraryTags);
  t.same(stage.albums()['Similar-0002'], ['beach', 'beach-chat', 'beach-small']);
});

void t.test('a trashed extra keeps its tag and has it when it is restored', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  stage.standIn.trash([stage.id('lake-mirrored')]);
  const result = await runScan(stage.config);
  t.match(result.operations, { ...nothingWritten });
  t.same(await stage.tags(), libraryTags);
  stage.standIn.restore([stage.id('lake-mirrored')]);
  const after = await runScan(stage.config);
  t.match(after.operations, { ...nothingWritten, unchanged: 3 });
  t.same(await stage.tags(), libraryTags);
});

void t.test('a favourite becomes the keeper', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  stage.standIn.setFavorite(stage.id('beach-small'), true);
  await stage.standIn.settled();
  const result = await runScan(stage.config);
  t.equal(result.downloads, 0);
  t.same(await stage.tags(), { 'beach-chat': [tag], beach: [tag], 'lake-mirrored': [tag] });
});

void t.test("a photo in a person's album becomes the keeper; our own albums do not count", async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  const body = JSON.stringify({ albumName: 'Summer', assetIds: [stage.id('beach-small')] });
  await fetch(`${stage.standIn.url}/api/albums`, { method: 'POST', headers, body });
  stage.standIn.setFavorite(stage.id('hut'), true);
  // A new member makes the group looked at again, and with it the albums.
  await stage.add('beach-smaller', await copyOf(1, 'smaller'));
  await runScan(stage.config, { settings: tagsAndAlbums });
  t.same(await stage.tags(), {
    beach: [tag],
    'beach-chat': [tag],
    'beach-smaller': [tag],
    'lake-mirrored': [tag],
  });
});

void t.test('a photo put into an album makes it the keeper although nothing else changed', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  const body = JSON.stringify({ albumName: 'Summer', assetIds: [stage.id('beach-small')] });
  await fetch(`${stage.standIn.url}/api/albums`, { method: 'POST', headers, body });
  await runScan(stage.config);
  t.same(await stage.tags(), { beach: [tag], 'beach-chat': [tag], 'lake-mirrored': [tag] });
});

void t.test('a tag that a person took off is not put back, until the group changes', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  stage.standIn.untagByHand(stage.anna, tag, [stage.id('beach-chat')]);
  await stage.standIn.settled();
  const left = { 'beach-small': [tag], 'lake-mirrored': [tag] };
  for (let round = 0; round < 2; round++) {
    const { operations } = await runScan(stage.config);
    t.equal(operations.applied, 0);
    t.same(await stage.tags(), left);
  }
  await stage.add('beach-smaller', await copyOf(1, 'smaller'));
  await runScan(stage.config);
  t.same(await stage.tags(), { ...libraryTags, 'beach-smaller': [tag] });
});

void t.test('a photo that a person tagged before us keeps its tag for ever', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.tagByHand(stage.anna, tag, [stage.id('beach-chat'), stage.id('hut')]);
  await stage.standIn.settled();
  const result = await runScan(stage.config);
  t.equal(result.operations.applied, 2);
  t.same(await stage.tags(), { ...libraryTags, hut: [tag] });
  stage.standIn.deleteForever([stage.id('beach'), stage.id('beach-small')]);
  await runScan(stage.config);
  t.same(await stage.tags(), { 'beach-chat': [tag], hut: [tag], 'lake-mirrored': [tag] });
});

void t.test(
  'an album that a person deleted is not made again, one that a person named stays named',
  async (t) => {
    const stage = await libraryStage(t);
    await runScan(stage.config, { settings: albumsOnly });
    const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
    const idOf = (name: string): string =>
      Object.entries(stage.standIn.snapshot().albums).find(([, album]) => album.name === name)?.[0] ?? '';
    const api = `${stage.standIn.url}/api/albums`;
    await fetch(`${api}/${idOf('Similar-0001')}`, { method: 'DELETE', headers });
    const body = JSON.stringify({ albumName: 'Our beach' });
    await fetch(`${api}/${idOf('Similar-0002')}`, { method: 'PATCH', headers, body });
    for (let round = 0; round < 2; round++) {
      const { operations } = await runScan(stage.config, { settings: albumsOnly });
      t.equal(operations.applied, 0);
      t.same(stage.albums(), { 'Our beach': ['beach', 'beach-chat', 'beach-small'] });
    }
    await stage.add('beach-smaller', await copyOf(1, 'smaller'));
    await runScan(stage.config, { settings: albumsOnly });
    t.same(stage.albums(), { 'Our beach': ['beach', 'beach-chat', 'beach-small', 'beach-smaller'] });
  },
);

void t.test('an exchanged file is looked at again', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  await stage.standIn.replaceBytes(stage.id('lake-mirrored'), await scene(9));
  await stage.standIn.settled();
  const result = await runScan(stage.config);
  t.match(result, { downloads: 1, groups: 1, extras: 2 });
  t.same(await stage.tags(), { 'beach-chat': [tag], 'beach-small': [tag] });
});

void t.test('videos, hidden parts and archived photos', async (t) => {
  const stage = await emptyStage(t);
  await stage.add('still', await scene(5));
  await stage.add('archived', await copyOf(5, 'small'), { visibility: 'archive' });
  await stage.add('part', await scene(5), { visibility: 'hidden' });
  await stage.add('film', Buffer.from('film'), { type: 'VIDEO', poster: await scene(5) });
  const result = await runScan(stage.config);
  t.same(await stage.tags(), { archived: [tag] });
  t.match(result, { failed: 0 });
});

void t.test('an empty library', async (t) => {
  const stage = await emptyStage(t);
  const result = await runScan(stage.config, { settings: tagsAndAlbums });
  t.match(result, { listed: 0, groups: 0, plan: [], errors: [] });
  t.same(writesOf(stage), []);
});
