/* A plan names its photos and says why. */
import t from 'tap';
import { dismissHere } from '../../src/agent/dismiss.js';
import type { ExplainedPhoto } from '../../src/agent/explain.js';
import type { ScanResult } from '../../src/agent/scan.js';
import { copyOf, libraryStage, runScan, scene, tagsAndAlbums, withAgent } from '../support/agent-stage.js';

/** File name to what is said of it. */
const byName = ({ explained }: ScanResult): Record<string, ExplainedPhoto> =>
  Object.fromEntries(Object.values(explained).map((photo) => [photo.name.replace('.jpg', ''), photo]));

void t.test('every photo of a plan has its name and the reason', async (t) => {
  const stage = await libraryStage(t);
  const library = stage.standIn.addLibrary(stage.anna, { readOnly: false });
  await stage.add('hut-library', await scene(3), { libraryId: library });
  const plan = await runScan(stage.config, { dryRun: true, settings: tagsAndAlbums });
  const photos = byName(plan);
  t.match(photos['beach'], { role: 'keeper', evidence: null, keptAs: null, why: 'the one to keep' });
  t.match(photos['beach-small'], {
    key: `immich:home:${stage.id('beach-small')}`,
    role: 'extra',
    evidence: 'same-picture',
    keptAs: `immich:home:${stage.id('beach')}`,
    why: /^the same picture as beach\.jpg \(0\.9\d\d\)$/,
  });
  t.match(photos['lake-mirrored']?.why, /^an edited copy of lake\.jpg \(0\.9\d\d\)$/);
  t.same(Object.keys(photos).length, 7, 'the two huts are one more group, the road is in none');
  const scanned = await runScan(stage.config, { settings: tagsAndAlbums });
  t.same(scanned.explained, {}, 'a scan tells what it did');
});

void t.test('why a label would go: dismissed, or no duplicate any more', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  await withAgent(stage.config, (agent) => dismissHere(agent, { action: 'dismiss', what: ['2'] }), {
    sources: 'local',
  });
  stage.standIn.deleteForever([stage.id('lake')]);
  const plan = await runScan(stage.config, { dryRun: true });
  t.match(plan.plan, [{ kind: 'untag', photos: [String, String, String] }]);
  const photos = byName(plan);
  t.match(photos['beach-chat']?.why, /^dismissed: no duplicate of beach.*\.jpg and 1 more$/);
  t.match(photos['lake-mirrored'], { group: null, why: 'no duplicate of another photo any more' });
});

void t.test('an extra of another account: whose copy it is of, and which stays', async (t) => {
  const stage = await libraryStage(t);
  const ben = stage.standIn.addUser('Ben');
  stage.standIn.sharePartner(ben, stage.anna, { inTimeline: true });
  await stage.add('road-best', await scene(4), { favorite: true }, ben);
  await stage.add('road-small', await copyOf(4, 'small'));
  const photos = byName(await runScan(stage.config, { dryRun: true }));
  t.match(photos['road-small'], {
    keptAs: `immich:home:${stage.id('road')}`,
    why: /^the same picture as road.*\.jpg \(0\.9\d\d\)(?:; road\.jpg is kept)?$/,
  });
});
