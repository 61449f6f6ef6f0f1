/* Whose photo is it: partners, two accounts of one server, local files beside Immich. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openIndexForReading } from '../../src/state/open-state.js';
import {
  copyOf,
  emptyStage,
  libraryStage,
  libraryTags,
  runScan,
  scene,
  tagsAndAlbums,
} from '../support/agent-stage.js';

const tag = 'possible-duplicate';

/** Roles of all members of all groups, by file name. */
function rolesIn(stateDir: string): Record<string, string> {
  const index = openIndexForReading(stateDir);
  const members = index?.groups.groups().flatMap((group) => group.members) ?? [];
  const roles = members.map(({ key, role }) => [index?.photos.get(key)?.name ?? key, role]);
  index?.close();
  return Object.fromEntries(roles) as Record<string, string>;
}

void t.test("a partner's photos are compared and never written", async (t) => {
  const stage = await libraryStage(t);
  const { standIn, anna } = stage;
  const ben = standIn.addUser('Ben');
  standIn.sharePartner(ben, anna, { inTimeline: true });
  await stage.add('ben-beach', await copyOf(1, 'smaller'), {}, ben);
  await stage.add('ben-hut', await copyOf(3, 'small'), {}, ben);
  await stage.add('ben-lake', await copyOf(2, 'messenger'), {}, ben);
  await stage.add('ben-lake-small', await copyOf(2, 'small'), {}, ben);
  for (let round = 0; round < 2; round++) {
    const result = await runScan(stage.config, { settings: tagsAndAlbums });
    t.match(result, { listed: 11, errors: [] });
    t.same(await stage.tags(), libraryTags);
  }
  t.same(standIn.snapshot().tags, [`Anna: ${tag}`]);
  t.same(Object.values(stage.albums()), [
    ['lake', 'lake-mirrored'],
    ['beach', 'beach-chat', 'beach-small'],
  ]);
  t.match(rolesIn(stage.stateDir), {
    'beach.jpg': 'keeper',
    'ben-beach.jpg': 'keeper',
    'ben-lake.jpg': 'keeper',
    'ben-lake-small.jpg': 'extra',
  });
  t.notOk('hut.jpg' in rolesIn(stage.stateDir), 'a group with nothing to label is no group');
});

void t.test("Anna's only copy is not tagged because Ben's is better", async (t) => {
  const stage = await emptyStage(t);
  const { standIn, anna } = stage;
  const ben = standIn.addUser('Ben');
  standIn.sharePartner(ben, anna, { inTimeline: true });
  standIn.sharePartner(anna, ben, { inTimeline: true });
  const bensKey = standIn.addKey(ben, ['all']);
  const accounts = [
    { url: standIn.url, apiKey: stage.key, name: 'anna' },
    { url: standIn.url, apiKey: bensKey, name: 'ben', server: 'anna' },
  ];
  await stage.add('anna-small', await copyOf(1, 'small'));
  await stage.add('ben-big', await scene(1), {}, ben);
  await stage.add('ben-chat', await copyOf(1, 'messenger'), {}, ben);
  await stage.add('anna-lake', await scene(2));
  await stage.add('ben-lake', await scene(2), {}, ben);
  const config = stage.with({ accounts });
  const first = await runScan(config, { settings: tagsAndAlbums });
  t.match(first, { listed: 5, fingerprinted: 5, errors: [] }, 'each photo is one photo');
  t.same(await stage.tags(), { 'ben-chat': [tag] });
  t.same(standIn.snapshot().tags, [`Ben: ${tag}`]);
  t.same(stage.albums(), { 'Similar-0001': ['ben-big', 'ben-chat'] });
  const second = await runScan(config, { settings: tagsAndAlbums });
  t.match(second, { downloads: 0, operations: { applied: 0 } });
  standIn.deleteForever([stage.id('ben-big')]);
  await runScan(config);
  t.same(await stage.tags(), {}, 'now it is the only copy of Ben');
});

void t.test('each account has its own extras tagged', async (t) => {
  const stage = await libraryStage(t);
  const { standIn } = stage;
  const ben = standIn.addUser('Ben');
  await stage.add('ben-beach', await scene(1), {}, ben);
  await stage.add('ben-beach-small', await copyOf(1, 'small'), {}, ben);
  const accounts = [
    { url: standIn.url, apiKey: stage.key, name: 'anna' },
    { url: standIn.url, apiKey: standIn.addKey(ben, ['all']), name: 'ben', server: 'anna' },
  ];
  await runScan(stage.with({ accounts }));
  t.same(await stage.tags(), { ...libraryTags, 'ben-beach-small': [tag] });
});

void t.test('a local file joins a group and makes no photo of Immich an extra', async (t) => {
  const stage = await libraryStage(t);
  const folder = join(stage.stateDir, '..', 'nas');
  await mkdir(folder);
  await writeFile(join(folder, 'hut-original.jpg'), await scene(3));
  await writeFile(join(folder, 'beach-copy.jpg'), await copyOf(1, 'smaller'));
  await writeFile(join(folder, 'alone.jpg'), await scene(11));
  const config = stage.with({ folders: [{ name: 'nas', path: folder }] });
  const first = await runScan(config, { settings: tagsAndAlbums });
  t.match(first, { listed: 10, fingerprinted: 10, failed: 0, errors: [] });
  t.same(await stage.tags(), libraryTags);
  t.match(rolesIn(stage.stateDir), {
    'hut.jpg': 'keeper',
    'hut-original.jpg': 'extra',
    'beach.jpg': 'keeper',
    'beach-copy.jpg': 'extra',
  });
  t.equal(Object.keys(stage.albums()).length, 2, 'no album for a group whose extras are local files');
  const second = await runScan(config, { settings: tagsAndAlbums });
  t.match(second, { listed: 10, downloads: 0, operations: { applied: 0 } });
  await rm(folder, { recursive: true });
  await t.rejects(
    runScan(config),
    { name: /Error/ },
    'a share that is away is an error, not an empty folder',
  );
  t.same(await stage.tags(), libraryTags);
});

void t.test('a scan of the folder alone asks Immich nothing', async (t) => {
  const stage = await libraryStage(t);
  const folder = join(stage.stateDir, '..', 'nas');
  await mkdir(folder);
  await writeFile(join(folder, 'one.jpg'), await scene(3));
  await writeFile(join(folder, 'two.jpg'), await copyOf(3, 'small'));
  const config = stage.with({ folders: [{ name: 'nas', path: folder }] });
  const result = await runScan(config, { sources: 'local' });
  t.match(result, { listed: 2, groups: 1, extras: 1, plan: [] });
  t.same(stage.standIn.requests.tally(), {});
});
