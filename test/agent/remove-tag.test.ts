/* `scan --remove-tag`: a tag of ours goes from every photo, from the files beside them, and at last itself. */
import t from 'tap';
import type { ScanResult } from '../../src/agent/scan.js';
import type { LabelSettings } from '../../src/sync/desired.js';
import {
  copyOf,
  libraryStage,
  libraryTags,
  runScan,
  runUndo,
  tagOnly,
  type AgentStage,
  type RunOptions,
} from '../support/agent-stage.js';
import { startService } from '../support/agent-service.js';
import { until } from '../support/until.js';

const name = 'review-duplicate';
const review: LabelSettings = { tag: { name, scope: 'extras' }, albums: null };
const only = { name, only: true };

const remove = (stage: AgentStage, options: RunOptions = {}): Promise<ScanResult> =>
  runScan(stage.config, { removeTag: only, ...options });

async function refreshed({ standIn, ids }: AgentStage): Promise<ReturnType<typeof standIn.snapshot>> {
  standIn.refreshMetadata(Object.values(ids));
  await standIn.settled();
  return standIn.snapshot();
}

async function deleteTagByHand({ standIn, key }: AgentStage, value: string): Promise<void> {
  const headers = { 'x-api-key': key };
  const tags = (await (await fetch(`${standIn.url}/api/tags`, { headers })).json()) as {
    id: string;
    value: string;
  }[];
  const id = tags.find((tag) => tag.value === value)?.id ?? '';
  await fetch(`${standIn.url}/api/tags/${id}`, { method: 'DELETE', headers });
}

const paths = ({ standIn }: AgentStage): string[] =>
  standIn.requests.all().map(({ method, route }) => `${method} ${route}`);

void t.test('the tag goes, out of the files too, and nothing is listed', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: review });
  stage.standIn.requests.reset();
  const result = await remove(stage);
  t.match(result, { listed: 0, downloads: 0, errors: [], warnings: [], operations: { failed: 0 } });
  t.same(
    result.plan.map(({ kind, photos }) => `${kind} ${photos.length}`),
    ['untag 3', 'delete-tag 0'],
  );
  t.equal(paths(stage).filter((path) => path === 'DELETE /tags/:id/assets').length, 1);
  const searches = stage.standIn.requests.all().filter(({ route }) => route === '/search/metadata');
  t.ok(
    searches.every(({ body }) => JSON.stringify(body).includes('tagIds')),
    'only the tag is asked for',
  );
  const after = await refreshed(stage);
  t.same(after.tags, [], 'it does not come back when Immich reads the files again');
  for (const asset of Object.values(after.assets)) t.same(asset.sidecarTags ?? [], []);
  t.same((await remove(stage)).plan, [], 'safe to repeat');
});

void t.test('the untag has settled before the tag is deleted', async (t) => {
  const stage = await libraryStage(t, { sidecarDelayMs: 300 });
  await runScan(stage.config, { settings: review });
  let sidecars: unknown[] = [];
  stage.standIn.faults.add(({ method, route }) => {
    if (`${method} ${route}` === 'DELETE /tags/:id')
      sidecars = Object.values(stage.standIn.snapshot().assets).flatMap(
        ({ sidecarTags }) => sidecarTags ?? [],
      );
    return undefined;
  });
  sidecars = ['not deleted'];
  await remove(stage);
  t.same(sidecars, []);
  t.same((await refreshed(stage)).tags, []);
});

void t.test('photos that a person tagged keep it, so the tag stays; that is said', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: review });
  stage.standIn.tagByHand(stage.anna, name, [stage.id('hut')]);
  await stage.standIn.settled();
  const plan = await remove(stage, { dryRun: true });
  const result = await remove(stage);
  t.same(plan.plan, result.plan);
  t.match(result.warnings, [/tag review-duplicate stays: 1 photo carries it that we did not tag/]);
  t.same(await stage.tags(), { hut: [name] });
});

void t.test(
  'a tag that was there before us goes too once it is empty; one of others is not touched',
  async (t) => {
    const stage = await libraryStage(t);
    stage.standIn.tagByHand(stage.anna, name, [stage.id('hut')]);
    stage.standIn.tagByHand(stage.anna, 'Holidays', [stage.id('road')]);
    stage.standIn.untagByHand(stage.anna, name, [stage.id('hut')]);
    await stage.standIn.settled();
    await runScan(stage.config, { settings: review });
    await remove(stage);
    t.same(stage.standIn.snapshot().tags, ['Anna: Holidays']);
    const other = await runScan(stage.config, { removeTag: { name: 'Holidays', only: true } });
    t.match(other, { plan: [], warnings: [], notes: [/there is no tag Holidays of ours/] });
    t.same(await stage.tags(), { road: ['Holidays'] });
  },
);

void t.test('parents that we made for it go with it, those of others stay', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.tagByHand(stage.anna, 'Cleaning', [stage.id('hut')]);
  await stage.standIn.settled();
  const deep = 'Cleaning/Copies/Sure';
  await runScan(stage.config, { settings: { tag: { name: deep, scope: 'all' }, albums: null } });
  await runScan(stage.config, { removeTag: { name: deep, only: true } });
  t.same((await refreshed(stage)).tags, ['Anna: Cleaning']);
  t.same(await stage.tags(), { hut: ['Cleaning'] });
});

void t.test('with a scan asked for as well: first the one, then the other', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: review });
  const result = await runScan(stage.config, { settings: tagOnly, removeTag: { name, only: false } });
  t.match(result, { listed: 7, groups: 2, otherLabels: [] });
  t.same(await stage.tags(), libraryTags);
  t.same(stage.standIn.snapshot().tags, ['Anna: possible-duplicate']);
});

void t.test('a tag that a person deleted in Immich does not come back from the files any more', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: review });
  await deleteTagByHand(stage, name);
  stage.standIn.refreshMetadata([stage.id('lake-mirrored')]);
  await stage.standIn.settled();
  t.same(await stage.tags(), { 'lake-mirrored': [name] }, 'Immich brought it back');
  await deleteTagByHand(stage, name);
  const plan = await remove(stage, { dryRun: true });
  const result = await remove(stage);
  t.same(result.plan, plan.plan);
  t.match(result, { operations: { failed: 0 }, errors: [] });
  t.same((await refreshed(stage)).tags, []);
});

void t.test('undo of it puts the tags back', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: review });
  const before = await stage.tags();
  await remove(stage);
  await runUndo(stage.config, 'last');
  t.same(await stage.tags(), before);
});

void t.test('what a person took off stays off after a new scan', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: review });
  stage.standIn.untagByHand(stage.anna, name, [stage.id('beach-chat')]);
  await stage.standIn.settled();
  await remove(stage);
  await runScan(stage.config, { settings: review });
  t.same(await stage.tags(), { 'beach-small': [name], 'lake-mirrored': [name] });
});

void t.test('a server that does not untag: the tag stays, and that is a failure to try again', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: review });
  stage.standIn.faults.add(({ method, route }) =>
    `${method} ${route}` === 'DELETE /tags/:id/assets' ? { status: 500 } : undefined,
  );
  const result = await remove(stage);
  t.match(result, { operations: { failed: 3 }, errors: [String] });
  t.same(stage.standIn.snapshot().tags, [`Anna: ${name}`]);
});

void t.test('a key that may not delete tags leaves it empty, and says so', async (t) => {
  const stage = await libraryStage(t);
  const permissions = ['asset.read', 'asset.view', 'user.read', 'tag.create', 'tag.read', 'tag.asset'];
  const apiKey = stage.standIn.addKey(stage.anna, permissions);
  const config = stage.with({ accounts: [{ url: stage.standIn.url, apiKey }] });
  await runScan(config, { settings: review });
  const result = await runScan(config, { removeTag: only });
  t.match(result, { operations: { failed: 0 }, warnings: [/review-duplicate stays: .*tag\.delete/] });
  t.same(await stage.tags(), {});
});

void t.test('a running agent does not write the tag again that it was told to take away', async (t) => {
  const stage = await libraryStage(t);
  const service = await startService(t, stage.config);
  const tag = 'possible-duplicate';
  await until('all tags', async () => Object.keys(await stage.tags()).length === 3);
  const request = {
    ...{ command: 'scan --remove-tag', sources: 'all', labels: { tagOnly: false }, dryRun: false },
    ...{ album: null, removeTag: { name: tag, only: true }, allowRemovals: false, forceVersion: false },
  };
  t.match(await service.command('scan', request), { result: { listed: 0, operations: { failed: 0 } } });
  t.same(await stage.tags(), {});
  await stage.add('beach-smaller', await copyOf(1, 'smaller'));
  await until('the new photo', async () => (await service.status()).counts.photos === 8);
  t.match((await service.status()).holds, [/the tag possible-duplicate was removed; `photo-organizer scan`/]);
  t.same(await stage.tags(), {});
  const again = { ...request, command: 'scan', removeTag: null };
  t.match(await service.command('scan', again), { result: { groups: 2 } });
  t.same(await stage.tags(), { ...libraryTags, 'beach-smaller': [tag] });
});
