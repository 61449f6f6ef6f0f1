/* `scan --immich-album`: what is looked at is narrowed to an album. */
import t from 'tap';
import {
  copyOf,
  emptyStage,
  libraryStage,
  libraryTags,
  runScan,
  scene,
  tagsAndAlbums,
  type AgentStage,
} from '../support/agent-stage.js';

const tag = 'possible-duplicate';

interface Sharing {
  readonly key?: string;
  readonly with?: { readonly id: string };
}

async function makeAlbum(
  { standIn, key: own }: AgentStage,
  albumName: string,
  assetIds: readonly string[],
  { key = own, with: other }: Sharing = {},
): Promise<void> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const albumUsers = other === undefined ? [] : [{ userId: other.id, role: 'editor' }];
  const body = JSON.stringify({ albumName, assetIds, albumUsers });
  const answer = await fetch(`${standIn.url}/api/albums`, { method: 'POST', headers, body });
  t.equal(answer.status, 201);
}

const idsOf = (stage: AgentStage, ...names: string[]): string[] => names.map((name) => stage.id(name));

void t.test('only the photos of the album are listed, looked at and labelled', async (t) => {
  const stage = await libraryStage(t);
  await makeAlbum(stage, 'Lake', idsOf(stage, 'lake', 'lake-mirrored', 'hut'));
  const result = await runScan(stage.config, { album: 'Lake' });
  t.match(result, { listed: 3, downloads: 3, groups: 1, extras: 1, operations: { applied: 1 } });
  t.same(await stage.tags(), { 'lake-mirrored': [tag] });
  const whole = await runScan(stage.config);
  t.match(whole, { listed: 7, downloads: 4, groups: 2, extras: 3 });
  t.same(await stage.tags(), libraryTags, 'a whole scan goes on from there');
});

void t.test('they are compared with all that is known, and nothing else is labelled', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { dryRun: true });
  await makeAlbum(stage, 'Beach', idsOf(stage, 'beach-small'));
  // In albums both: else the one in the album would be the one to keep.
  await makeAlbum(stage, 'Best of', idsOf(stage, 'beach'));
  const result = await runScan(stage.config, { album: 'Beach', settings: tagsAndAlbums });
  t.match(result, { listed: 1, downloads: 0, groups: 1, extras: 1 });
  t.same(await stage.tags(), { 'beach-small': [tag] }, 'it is a copy of a photo outside the album');
  t.same(
    stage.albums()['Similar-0002'],
    ['beach', 'beach-chat', 'beach-small'],
    'an album has its whole group',
  );
  t.notOk(stage.albums()['Similar-0001']);
});

void t.test('labels of photos outside the album stay as they are', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  await makeAlbum(stage, 'Lake', idsOf(stage, 'lake', 'lake-mirrored'));
  stage.standIn.deleteForever(idsOf(stage, 'beach'));
  const result = await runScan(stage.config, { album: 'Lake' });
  t.match(result.operations, { applied: 0, failed: 0, held: 0 });
  t.same(await stage.tags(), libraryTags);
});

void t.test('an album that others share: our own photos in it', async (t) => {
  const stage = await libraryStage(t);
  const ben = stage.standIn.addUser('Ben');
  await stage.add('bens', await scene(9), {}, ben);
  await makeAlbum(stage, 'Trip', idsOf(stage, 'bens'), {
    key: stage.standIn.addKey(ben, ['all']),
    with: stage.anna,
  });
  await makeAlbum(stage, 'Trip', idsOf(stage, 'lake', 'lake-mirrored'));
  const albumId = Object.entries(stage.standIn.snapshot().albums).find(([, { assetIds }]) =>
    assetIds.includes(stage.id('bens')),
  )?.[0];
  await fetch(`${stage.standIn.url}/api/albums/${albumId ?? ''}/assets`, {
    method: 'PUT',
    headers: { 'x-api-key': stage.key, 'content-type': 'application/json' },
    body: JSON.stringify({ ids: idsOf(stage, 'beach', 'beach-chat') }),
  });
  const result = await runScan(stage.config, { album: 'Trip' });
  t.match(result, { listed: 4, groups: 2, extras: 2 }, 'both albums of that name');
  t.same(await stage.tags(), { 'beach-chat': [tag], 'lake-mirrored': [tag] });
});

void t.test('an unknown name is a mistake that names what is near', async (t) => {
  const stage = await libraryStage(t);
  await makeAlbum(stage, 'Holiday 2024', idsOf(stage, 'beach'));
  await makeAlbum(stage, 'Work', []);
  await t.rejects(runScan(stage.config, { album: 'Holidays' }), {
    code: 'NO_SUCH_ALBUM',
    exitCode: 2,
    message: 'No album in Immich is named "Holidays"; did you mean "Holiday 2024"?',
  });
  await t.rejects(runScan(stage.config, { album: 'xyz' }), { message: 'No album in Immich is named "xyz"' });
});

void t.test('a key that may not read albums is told which permission it lacks', async (t) => {
  const stage = await libraryStage(t);
  const permissions = ['asset.read', 'asset.view', 'user.read', 'tag.create', 'tag.read', 'tag.asset'];
  const apiKey = stage.standIn.addKey(stage.anna, permissions);
  const config = stage.with({ accounts: [{ url: stage.standIn.url, apiKey }] });
  await t.rejects(runScan(config, { album: 'Lake' }), { message: /album\.read/, exitCode: 4 });
});

void t.test('an empty album', async (t) => {
  const stage = await emptyStage(t);
  await stage.add('beach', await scene(1));
  await stage.add('beach-small', await copyOf(1, 'small'));
  await makeAlbum(stage, 'Empty', []);
  t.match(await runScan(stage.config, { album: 'Empty' }), {
    listed: 0,
    groups: 0,
    operations: { failed: 0 },
  });
  t.same(await stage.tags(), {});
});
