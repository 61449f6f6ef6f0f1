/* Every kind of label on every release: what the release has is written once and taken back whole, what it lacks is said once. */
import t from 'tap';
import type { ValueKind } from '../../src/label-ports.js';
import type { LabelSettings } from '../../src/sync/desired.js';
import {
  copyOf,
  libraryStage,
  libraryTags,
  runScan,
  runUndo,
  tagsAndAlbums,
  valuesOnly,
  type AgentStage,
} from '../support/agent-stage.js';
import { startService } from '../support/agent-service.js';
import { versionNames } from '../support/immich/version.js';
import { memoryLog } from '../support/memory-log.js';
import { until } from '../support/until.js';

const withValues = (kinds: readonly ValueKind[]): LabelSettings => ({
  ...tagsAndAlbums,
  ...valuesOnly(...kinds),
  tag: tagsAndAlbums.tag,
  albums: tagsAndAlbums.albums,
});

/** What is on the server, as if no sidecar had ever been written. */
function seen({ standIn }: AgentStage): unknown {
  const { assets, albums, tags } = standIn.snapshot();
  const rows = Object.entries(assets).map(([id, asset]) => [id, { ...asset, sidecarTags: null }]);
  return { assets: rows, albums, tags };
}

const writesOf = ({ standIn }: AgentStage): string[] =>
  standIn.requests
    .all()
    .filter(({ method, route }) => method !== 'GET' && !route.startsWith('/search/'))
    .map(({ method, route }) => `${method} ${route}`);

/** Groups that are stacked are not put on the Duplicates page: those two are tried one after the other. */
const rounds = [
  { name: 'stacks', kinds: ['favorite', 'scores', 'stack'] },
  { name: 'native duplicates', kinds: ['favorite', 'scores', 'duplicate'] },
] as const;

for (const version of versionNames)
  for (const { name, kinds } of rounds)
    void t.test(`Immich ${version}: tags, albums, favourites, scores and ${name}`, async (t) => {
      const stage = await libraryStage(t, { version });
      const hasScores = version !== '1.137.0';
      const verb = version.startsWith('3.') ? 'PATCH' : 'PUT';
      const settings = withValues(kinds);
      const before = seen(stage);

      const planned = await runScan(stage.config, { settings, dryRun: true });
      t.same(seen(stage), before, 'a plan writes nothing');
      const first = await runScan(stage.config, { settings });
      t.same([first.plan, first.warnings], [planned.plan, planned.warnings], 'it said all of it');
      t.match(first, { listed: 7, groups: 2, failed: 0, errors: [], operations: { failed: 0 } });
      t.same(
        first.warnings,
        hasScores ? [] : ['home: no scores: Immich 1.137.0 has no scores: that needs 2.5.0'],
      );
      t.same(await stage.tags(), libraryTags);
      t.equal(Object.keys(stage.albums()).length, 2);
      t.same(stage.favorites(), ['beach', 'lake']);
      const { assets } = stage.standIn.snapshot();
      const of = (photo: string): (typeof assets)[string] | undefined => assets[stage.id(photo)];
      t.equal('photo-organizer' in (of('beach')?.metadata ?? {}), hasScores);
      const shared = name === 'stacks' ? 'stackId' : 'duplicateId';
      t.type(of('lake')?.[shared], 'string');
      t.equal(of('lake')?.[shared], of('lake-mirrored')?.[shared]);
      t.ok(writesOf(stage).includes(`${verb} /assets`));
      t.same(
        stage.standIn.requests.all().filter(({ route }) => route === '*'),
        [],
        'no route was asked for that this release lacks',
      );

      await runScan(stage.config, { settings });
      stage.standIn.requests.reset();
      const second = await runScan(stage.config, { settings });
      t.match(second, { downloads: 0, errors: [], operations: { applied: 0, failed: 0 } });
      t.equal(second.warnings.length, hasScores ? 0 : 1);
      t.same(writesOf(stage), []);

      t.match(await runUndo(stage.config, 'all'), { failed: 0, errors: [], notes: [] });
      await stage.standIn.settled();
      t.same(seen(stage), before, 'undo leaves nothing');
    });

void t.test('what a release lacks is said once by a service, whatever comes after', async (t) => {
  const stage = await libraryStage(t, { version: '1.137.0' });
  const log = memoryLog();
  const labels = { scores: true };
  const settings = { ...valuesOnly('scores'), tag: tagsAndAlbums.tag };
  const service = await startService(t, stage.with({ labels }), { settings, log });
  const tagged = (): number =>
    Object.values(stage.standIn.snapshot().assets).filter(({ tags }) => tags.length > 0).length;
  await until('the first labels', () => tagged() === 3);
  await stage.add('road-small', await copyOf(4, 'small'), { justUploaded: true });
  await until('the label of the upload', () => tagged() === 4);
  await service.stop();
  const said = log.lines.filter(({ fields }) => JSON.stringify(fields).includes('no scores'));
  t.match(said, [{ level: 'warn', fields: { reason: /^home: no scores: .*2\.5\.0/ } }]);
  t.equal(said.length, 1);
});
