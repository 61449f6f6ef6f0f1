/*
 * What a release lists without being asked for it: before v3 a search goes through the timeline alone, and the list of albums
 * leaves out those of other people.
 */
import t from 'tap';
import {
  copyOf,
  emptyStage,
  libraryStage,
  runScan,
  runUndo,
  scene,
  tagsAndAlbums,
} from '../support/agent-stage.js';
import { versionNames } from '../support/immich/version.js';

const tag = 'possible-duplicate';

for (const version of versionNames) {
  void t.test(`archived photos are compared, labelled and cleaned up on ${version}`, async (t) => {
    const stage = await libraryStage(t, { version });
    stage.standIn.setVisibility(stage.id('lake-mirrored'), 'archive');
    const first = await runScan(stage.config, { settings: tagsAndAlbums });
    t.match(first, { listed: 7, groups: 2, errors: [] });
    t.same((await stage.tags())['lake-mirrored'], [tag]);
    stage.standIn.setVisibility(stage.id('beach-chat'), 'archive');
    const second = await runScan(stage.config, { settings: tagsAndAlbums });
    t.match(
      second,
      { listed: 7, groups: 2, operations: { applied: 0 }, errors: [] },
      'one tagged and archived',
    );
    t.notOk('GET /assets/{id}' in second.requests, 'no photo was missing from the listing');
    t.match(await runUndo(stage.config, 'all'), { failed: 0, errors: [], notes: [] });
    t.same(await stage.tags(), {});
    t.same(stage.albums(), {}, 'an archived photo in our album is no photo of a stranger');
  });

  void t.test(`a photo in an album of somebody else is one to keep on ${version}`, async (t) => {
    const stage = await emptyStage(t, { version });
    const { standIn, anna } = stage;
    const ben = standIn.addUser('Ben');
    await stage.add('beach', await scene(1));
    await stage.add('beach-small', await copyOf(1, 'small'));
    await stage.add('ben-hut', await scene(3), {}, ben);
    standIn.addAlbum(ben, 'Wedding', [stage.id('beach-small'), stage.id('ben-hut')], [anna]);
    const narrowed = await runScan(stage.config, { album: 'Wedding', dryRun: true });
    t.match(narrowed, { listed: 1, errors: [] }, 'its name is known');
    t.match(await runScan(stage.config), { listed: 2, groups: 1, errors: [] });
    t.same(await stage.tags(), { beach: [tag] });
  });
}
