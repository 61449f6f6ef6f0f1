/* Favourites and the like, from pictures to the server and back: a scan, the service, undo. */
import t from 'tap';
import type { LabelSettings } from '../../src/sync/desired.js';
import {
  copyOf,
  libraryStage,
  runScan,
  runUndo,
  tagOnly,
  valuesOnly,
  type AgentStage,
} from '../support/agent-stage.js';
import { startService } from '../support/agent-service.js';
import { until } from '../support/until.js';

const all = valuesOnly('favorite', 'duplicate', 'scores');

/** What is on the server, as if no sidecar had ever been written. */
function seen({ standIn }: AgentStage): unknown {
  const { assets } = standIn.snapshot();
  return Object.entries(assets).map(([id, asset]) => [id, { ...asset, sidecarTags: null }]);
}

const writesIn = ({ standIn }: AgentStage): string[] =>
  standIn.requests
    .all()
    .filter(({ method, route }) => method !== 'GET' && !route.startsWith('/search/'))
    .map(({ method, route }) => `${method} ${route}`);

const favorites = ['beach', 'lake'];

void t.test('a scan writes them, the next writes nothing, undo leaves the server as it was', async (t) => {
  const stage = await libraryStage(t);
  const foreign = '7d0f7e3c-51f4-4f52-9d6a-0f4c8a4c8b11';
  const body = JSON.stringify({ ids: [stage.id('beach'), stage.id('hut')], duplicateId: foreign });
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  await fetch(`${stage.standIn.url}/api/assets`, { method: 'PUT', headers, body });
  await stage.standIn.settled();
  const before = seen(stage);
  const planned = await runScan(stage.config, { settings: all, dryRun: true });
  t.same(seen(stage), before, 'a plan writes nothing');
  const first = await runScan(stage.config, { settings: all });
  t.match(first, { operations: { applied: 11, failed: 0 }, errors: [], warnings: [] });
  t.same(first.plan, planned.plan, 'it said what it would write');
  t.same(stage.favorites(), favorites);
  const { assets } = stage.standIn.snapshot();
  const idOf = (name: string): string | null => assets[stage.id(name)]?.duplicateId ?? null;
  t.same(['beach', 'beach-chat', 'beach-small'].map(idOf), [foreign, foreign, foreign], 'they join theirs');
  t.match(idOf('lake'), /^[0-9a-f-]{36}$/u);
  t.equal(idOf('lake'), idOf('lake-mirrored'));
  t.equal(idOf('road'), null);
  await stage.standIn.settled();

  stage.standIn.requests.reset();
  const second = await runScan(stage.config, { settings: all });
  t.match(second, { operations: { applied: 0, unchanged: 12 }, downloads: 0 });
  t.match(stage.standIn.requests.tally(), { 'POST /search/metadata': 1 }, 'one listing');
  t.same(writesIn(stage), []);

  t.match(await runUndo(stage.config, 'all'), { failed: 0, errors: [], notes: [] });
  await stage.standIn.settled();
  t.same(seen(stage), before);
});

void t.test('the keeper stays the keeper with our favourite, and follows one of a person', async (t) => {
  const stage = await libraryStage(t);
  const settings = valuesOnly('favorite');
  await runScan(stage.config, { settings });
  await stage.standIn.settled();
  await runScan(stage.config, { settings });
  t.same(stage.favorites(), favorites);
  stage.standIn.setFavorite(stage.id('beach-small'), true);
  await stage.standIn.settled();
  await runScan(stage.config, { settings });
  t.same(stage.favorites(), ['beach-small', 'lake'], 'ours went with the keeper');
  await runUndo(stage.config, 'all');
  t.same(stage.favorites(), ['beach-small'], 'theirs stays');
});

void t.test('--tag-only writes tags and nothing else, whatever the config says', async (t) => {
  const stage = await libraryStage(t);
  const config = stage.with({
    labels: { favorite: true, nativeDuplicates: true, scores: true, stack: true },
  });
  await runScan(config, { settings: tagOnly });
  t.same(stage.favorites(), []);
  t.same(new Set(writesIn(stage)), new Set(['PUT /tags', 'PUT /tags/assets']));
});

void t.test('the service labels an upload, and does not look again because of itself', async (t) => {
  const stage = await libraryStage(t);
  const labels = { favorite: true, nativeDuplicates: true };
  const config = stage.with({ labels });
  const service = await startService(t, config, { settings: all });
  // While pictures are still being read another photo may be the keeper for a moment.
  await until('the first labels', () => stage.favorites().join() === 'beach,lake');
  await stage.add('road-small', await copyOf(4, 'small'), { justUploaded: true });
  await until('the keeper of the upload', () => stage.favorites().join() === 'beach,lake,road');
  await until('its place on the page', () => {
    const { assets } = stage.standIn.snapshot();
    const ids = ['road', 'road-small'].map((name) => assets[stage.id(name)]?.duplicateId);
    return ids[0] != null && ids[0] === ids[1];
  });
  await service.stop();
  await runUndo(config, 'all');
  t.same(stage.favorites(), []);
});

const leastKey = ['asset.read', 'asset.view', 'user.read', 'tag.create', 'tag.read', 'tag.asset'];

for (const version of ['1.137.0', '3.1.0'] as const)
  void t.test(`a key that may not on ${version}: said once, tags carry on`, async (t) => {
    const stage = await libraryStage(t, { version });
    const apiKey = stage.standIn.addKey(stage.anna, leastKey);
    const config = stage.with({ accounts: [{ url: stage.standIn.url, apiKey }] });
    const { values } = valuesOnly('favorite', 'duplicate', 'scores', 'stack');
    const settings = { ...tagOnly, values };
    const result = await runScan(config, { settings: settings as LabelSettings });
    t.match(result, { errors: [], operations: { applied: 3, failed: 0 } });
    // 1.137 tells when it is asked only; groups that would be stacked are not put on the Duplicates page.
    t.equal(result.warnings.length, version === '1.137.0' ? 3 : 4);
    for (const warning of result.warnings) t.match(warning, /asset\.update|stack\.\w+|needs 2\.5\.0/);
    t.same(stage.favorites(), []);
    t.equal(Object.keys(await stage.tags()).length, 3);
  });

void t.test('what a person makes after `undo --run` is left by the next one', async (t) => {
  const stage = await libraryStage(t);
  const { run } = await runScan(stage.config, { settings: valuesOnly('favorite') });
  await runUndo(stage.config, { run });
  t.same(stage.favorites(), []);
  stage.standIn.setFavorite(stage.id('beach'), true);
  await stage.standIn.settled();
  t.match(await runUndo(stage.config, { run }), {
    operations: [],
    notes: [/1 photo was changed by somebody since, and left/u],
  });
  t.same(stage.favorites(), ['beach']);
});
