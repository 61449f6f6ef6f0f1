/*
 * Listings that do not end, photos that cannot be as they are listed, clocks that are wrong, a server that denies what it
 * lists: what can be used is used, the rest is told, and no photo is taken as gone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { immichKey } from '../../src/model.js';
import { startService } from '../support/agent-service.js';
import {
  copyOf,
  libraryStage,
  libraryTags,
  runScan,
  tagsAndAlbums,
  withAgent,
  type AgentStage,
} from '../support/agent-stage.js';
import { failureOf, fingerprintOf, heals, only, saidBy, untilTagged } from '../support/bad-day.js';
import type { Fault, FaultHook } from '../support/immich/faults.js';
import { memoryLog } from '../support/memory-log.js';
import { until } from '../support/until.js';

const tag = 'possible-duplicate';
const year = 365 * 24 * 60 * 60_000;

// Most of the time is waiting between tries: side by side it costs once.
t.jobs = 8;
const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

test('a listing that shows its first page for ever', async (t) => {
  const stage = await libraryStage(t);
  const again: Fault = {
    change: (body) => {
      const { assets } = body as { assets: object };
      return { assets: { ...assets, nextPage: '2' } };
    },
  };
  stage.standIn.faults.add(({ route, body }) => {
    if (route !== '/search/metadata') return undefined;
    (body as { page: number }).page = 1;
    return again;
  });
  const failure = await failureOf(runScan(stage.config));
  t.match(failure, { code: 'IMMICH_BAD_ANSWER', message: /does not end/ });
  t.ok(stage.standIn.requests.count('POST /search/metadata') < 20);
  await heals(t, stage);
});

/** Changes one photo in everything that the server says of it. */
function malformed(stage: AgentStage, name: string, change: (asset: object) => unknown): FaultHook {
  const isIt = (asset: unknown): boolean => (asset as { id?: string } | null)?.id === stage.id(name);
  const changed = (asset: unknown): unknown => (isIt(asset) ? change(asset as object) : asset);
  return ({ route }) => {
    if (route === '/assets/:id') return { change: changed };
    if (route !== '/search/metadata') return undefined;
    return {
      change: (body) => {
        const { assets } = body as { assets: { items: unknown[] } };
        return { assets: { ...assets, items: assets.items.map(changed) } };
      },
    };
  };
}

const isLarge = 9_007_199_254_740_993;
for (const [what, wrong] of [
  ['no name', { originalFileName: null }],
  ['a name that is no text', { originalFileName: ['a'] }],
  ['flags that are text', { isFavorite: 'yes', isTrashed: 'no', isOffline: 'no', isEdited: 1 }],
  ['a library that is an object', { libraryId: {} }],
  ['a size beyond what a database can hold', { exifInfo: { fileSizeInByte: isLarge, iso: isLarge } }],
  ['EXIF of other types', { exifInfo: { make: 5, model: {}, iso: 'x', latitude: '1', orientation: [] } }],
  ['EXIF that is a list', { exifInfo: [] }],
  ['a size in pixels that is none', { width: 1e300, height: -5 }],
  ['times that are none', { updatedAt: 5, createdAt: 'yesterday', localDateTime: null, fileCreatedAt: {} }],
] as const)
  test(`a photo listed with ${what} is a photo all the same`, async (t) => {
    const stage = await libraryStage(t);
    stage.standIn.faults.add(malformed(stage, 'beach-chat', (asset) => ({ ...asset, ...wrong })));
    t.match(await runScan(stage.config), { listed: 7, failed: 0, groups: 2, extras: 3, errors: [] });
    t.same(await stage.tags(), libraryTags);
    t.equal(fingerprintOf(stage, 'beach-chat'), 'done', 'the index can be read');
  });

for (const [what, change] of [
  ['no checksum', (asset: object) => ({ ...asset, checksum: null })],
  ['no id', (asset: object) => ({ ...asset, id: 7 })],
  ['an id that leads elsewhere', (asset: object) => ({ ...asset, id: '../../server' })],
  ['no owner', (asset: object) => ({ ...asset, ownerId: '' })],
  ['nothing', () => null],
] as const)
  test(`a photo listed with ${what} is told of, and the others go on`, async (t) => {
    const stage = await libraryStage(t);
    stage.standIn.faults.add(malformed(stage, 'beach-chat', change));
    const log = memoryLog();
    t.match(await runScan(stage.config, { log }), { listed: 6, failed: 0, groups: 2, extras: 2, errors: [] });
    t.same(await stage.tags(), { 'beach-small': [tag], 'lake-mirrored': [tag] });
    t.match(saidBy(log, 'cannot be read'), [{ source: 'home', reason: /^Immich lists it/ }]);
    await heals(t, stage);
  });

test('a thumbhash that is no text is none yet', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.faults.add(malformed(stage, 'beach-chat', (asset) => ({ ...asset, thumbhash: 5 })));
  const result = await runScan(stage.config);
  t.match(result, { listed: 7, groups: 2, extras: 2, errors: [] });
  await heals(t, stage);
});

test('looking at a photo that cannot be used says so', async (t) => {
  const stage = await libraryStage(t);
  const key = immichKey('home', stage.id('beach-chat'));
  await withAgent(stage.config, async ({ sources: [one] }) => {
    if (one === undefined) throw new Error('no source');
    stage.standIn.faults.add(malformed(stage, 'beach-chat', (asset) => ({ ...asset, checksum: {} })));
    await t.rejects(one.source.look(key), { name: 'TerminalError', code: 'IMMICH_BAD_ASSET' });
    stage.standIn.faults.clear();
    t.match(await one.source.look(key), { key });
  });
});

/** The server's clock, as it says it is. */
const clockAhead =
  (ms: number): FaultHook =>
  () => ({ change: (body) => body, headers: { date: new Date(Date.now() + ms).toUTCString() } });

test('a server whose clock is a year ahead: changes are seen, and it is told', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.faults.add(clockAhead(year));
  const log = memoryLog();
  const service = await startService(t, stage.config, { log });
  await untilTagged(t, stage);
  const { readUpTo } = await until('a checkpoint', async () => {
    const [source] = (await service.status()).sources;
    return source?.readUpTo != null && source;
  });
  t.ok(Date.parse(readUpTo ?? '') <= service.agent.clock.now(), readUpTo ?? '');
  t.equal(saidBy(log, 'the clock of Immich is far ahead of ours; set both right').length, 1);
  stage.standIn.faults.clear();
  await stage.add('road-small', await copyOf(4, 'small'));
  await until('the tag', async () => 'road-small' in (await stage.tags()));
});

test('a checkpoint in the future from before is not believed', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  const path = join(stage.stateDir, 'state.json');
  const state = JSON.parse(readFileSync(path, 'utf8')) as { sources: { home: { checkpoint: string } } };
  state.sources.home.checkpoint = new Date(Date.now() + year).toISOString();
  writeFileSync(path, JSON.stringify(state));
  stage.standIn.requests.reset();
  const service = await startService(t, stage.config);
  await until('a reading', async () => {
    const [source] = (await service.status()).sources;
    return Date.parse(source?.readUpTo ?? '') < Date.now() + year / 2;
  });
  const [reading] = stage.standIn.requests.all('POST /search/metadata');
  t.notOk('updatedAfter' in (reading?.body as object), 'everything is read');
});

test('a server that denies the photos that it lists: none is taken as gone', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  const hidden = new Set(['beach', 'beach-chat', 'hut'].map((name) => stage.id(name)));
  stage.standIn.faults.add(({ route }) => {
    if (route === '/assets/:id')
      return { status: 400, body: { message: 'Not found or no asset.read access' } };
    if (route !== '/search/metadata') return undefined;
    return {
      change: (body) => {
        const { assets } = body as { assets: { items: { id: string }[] } };
        return { assets: { ...assets, items: assets.items.filter(({ id }) => !hidden.has(id)) } };
      },
    };
  });
  const failure = await failureOf(runScan(stage.config));
  t.match(failure, { code: 'IMMICH_BAD_ANSWER', message: /no photo is taken as gone/ });
  for (const name of ['beach', 'beach-chat', 'hut']) t.equal(fingerprintOf(stage, name), 'done', name);
  stage.standIn.faults.clear();
  t.match(await runScan(stage.config), { downloads: 0, groups: 2, extras: 3, operations: { applied: 0 } });
});

for (const [status, message] of [
  [400, 'Bad Request'],
  [404, 'Cannot GET /api/assets/x'],
  [422, 'Unprocessable'],
] as const)
  test(`${status} "${message}" does not say that a photo is gone`, async (t) => {
    const stage = await libraryStage(t);
    await withAgent(stage.config, async ({ sources: [one] }) => {
      if (one === undefined) throw new Error('no source');
      const key = immichKey('home', stage.id('hut'));
      stage.standIn.faults.add(only('GET /assets/:id', { status, body: { message } }));
      await t.rejects(one.source.look(key), { name: 'TransientError', code: 'IMMICH_BAD_ANSWER' });
      stage.standIn.faults.clear();
      stage.standIn.deleteForever([stage.id('hut')]);
      t.equal(await one.source.look(key), null);
    });
  });

test('what Immich refuses to take away is not taken as gone while it is there', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  const refused: Fault = { status: 400, body: { message: 'Not found or no album.delete access' } };
  stage.standIn.faults.add(only('DELETE /albums/:id', refused));
  await withAgent(stage.config, async ({ accounts: [account] }) => {
    const [album] = (await account?.labels.albums()) ?? [];
    if (account === undefined || album === undefined) throw new Error('no album');
    await t.rejects(account.labels.deleteAlbum(album.id), { code: 'IMMICH_REJECTED' });
    stage.standIn.faults.clear();
    await account.labels.deleteAlbum(album.id);
    await t.resolves(account.labels.deleteAlbum(album.id), 'gone already');
  });
});
