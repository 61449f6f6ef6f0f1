/* Older servers, keys with few permissions, and many photos at once. */
import t from 'tap';
import {
  copyOf,
  emptyStage,
  libraryStage,
  libraryTags,
  runScan,
  runUndo,
  tagsAndAlbums,
} from '../support/agent-stage.js';
import { drawScene } from '../support/pictures.js';
import { startService } from '../support/agent-service.js';
import { until } from '../support/until.js';

const tag = 'possible-duplicate';

for (const version of ['1.137.0', '2.7.5', '3.1.0'] as const) {
  void t.test(`Immich ${version}: scan, scan again, undo, serve`, async (t) => {
    const stage = await libraryStage(t, { version });
    const first = await runScan(stage.config, { settings: tagsAndAlbums });
    t.match(first, { listed: 7, fingerprinted: 7, failed: 0, groups: 2, errors: [] });
    t.same(await stage.tags(), libraryTags);
    t.equal(Object.keys(stage.albums()).length, 2);
    stage.standIn.deleteForever([stage.id('lake')]);
    const second = await runScan(stage.config, { settings: tagsAndAlbums });
    t.match(second, { downloads: 0, groups: 1, errors: [] });
    t.same(await stage.tags(), { 'beach-chat': [tag], 'beach-small': [tag] });
    const service = await startService(t, stage.config);
    await stage.add('road-small', await copyOf(4, 'small'), { justUploaded: true });
    await until('the tag of the upload', () => {
      const { assets } = stage.standIn.snapshot();
      return assets[stage.id('road-small')]?.tags.length === 1;
    });
    await service.stop();
    await runUndo(stage.config, 'all');
    t.same(await stage.tags(), {});
    t.same(stage.albums(), {});
  });
}

const leastKey = ['asset.read', 'asset.view', 'user.read', 'tag.create', 'tag.read', 'tag.asset'];

void t.test('the fewest permissions that tags need', async (t) => {
  const stage = await libraryStage(t);
  const apiKey = stage.standIn.addKey(stage.anna, leastKey);
  const config = stage.with({ accounts: [{ url: stage.standIn.url, apiKey }] });
  t.match(await runScan(config), { errors: [], operations: { applied: 3 } });
  t.same(await stage.tags(), libraryTags);
  stage.standIn.deleteForever([stage.id('lake')]);
  t.match(await runScan(config), { errors: [], groups: 1 });
  const undone = await runUndo(config, 'all');
  t.match(undone, { operations: [{ kind: 'untag' }], failed: 0, errors: [/permission tag\.delete/] });
  t.same(await stage.tags(), {});
});

void t.test('a version that this release does not know is read and not written to', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.faults.add(({ route }) =>
    route === '/server/version' ? { status: 200, body: { major: 4, minor: 0, patch: 0 } } : undefined,
  );
  await t.rejects(runScan(stage.config), { code: 'IMMICH_VERSION', exitCode: 4, message: /4\.0\.0/ });
  t.same(await stage.tags(), {});
  await runScan(stage.config, { forceVersion: true });
  t.same(await stage.tags(), libraryTags);
});

void t.test('1000 photos are tagged in at most 5 writes', async (t) => {
  const stage = await emptyStage(t);
  for (let n = 0; n < 50; n++) {
    const bytes = await drawScene(n + 100, { width: 240, height: 160 });
    // The same bytes, as uploads of several people are.
    for (let copy = 0; copy <= 20; copy++)
      await stage.add(`scene-${n}-${copy}`, bytes, { width: 240, height: 160 });
  }
  const result = await runScan(stage.config);
  t.match(result, { groups: 50, extras: 1000, failed: 0, errors: [] });
  const { requests } = stage.standIn;
  const writes = ['PUT /tags', 'PUT /tags/assets', 'PUT /tags/:id/assets', 'POST /tags'];
  t.same(
    writes.map((route) => requests.count(route)),
    [1, 5, 0, 0],
  );
  t.equal(Object.keys(await stage.tags()).length, 1000);
  t.comment('requests of the first scan', requests.tally());
  requests.reset();
  const second = await runScan(stage.config);
  t.match(second, { downloads: 0, operations: { applied: 0, unchanged: 1000 } });
  t.same(second.requests, {
    // Two pages of photos, one of carriers.
    'POST /search/metadata': 3,
    'POST /search/statistics': 2,
    'GET /tags': 1,
    'GET /albums': 1,
  });
});
