/* Videos, live photos and RAW files beside their JPEGs, through a whole scan. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { startService } from '../support/agent-service.js';
import { until } from '../support/until.js';
import type { NewAsset } from '../support/immich/set-up.js';
import {
  copyOf,
  emptyStage,
  runScan,
  scene,
  withAgent,
  type AgentStage,
  type RunOptions,
} from '../support/agent-stage.js';
import type { Config } from '../../src/config.js';

const tag = ['possible-duplicate'];
const noon = '2026-05-01T12:00:00.000Z';

/** A video whose still is the picture; a phone's, unless something else is said. */
const film = (poster: Buffer, more: Partial<NewAsset> = {}): Partial<NewAsset> => ({
  ...{ type: 'VIDEO', poster, durationMs: 12_340, takenAt: noon, make: 'Phone', model: 'One' },
  ...more,
});
/** What a messenger leaves of it. */
const stripped = { make: '' };

const bytesOf = (name: string): Buffer => Buffer.from(`bytes of ${name}`);

async function addFilm(stage: AgentStage, name: string, asset: Partial<NewAsset>): Promise<void> {
  const { takenAt, make, model, ...rest } = asset;
  const shot =
    make === '' ? {} : { ...(takenAt && { takenAt }), ...(make && { make }), ...(model && { model }) };
  await stage.add(name, bytesOf(name), { fileName: `${name}.mp4`, ...rest, ...shot });
}

/** Names of the photos whose thumbnails were asked for. */
function downloaded({ standIn, ids }: AgentStage): string[] {
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  const asked = standIn.requests.all().filter(({ route }) => route === '/assets/:id/thumbnail');
  return asked.map(({ url }) => names.get(url.split('/')[3] ?? '') ?? '').sort();
}

/** Names of the pairs that a person may judge. */
async function reviewed(config: Config): Promise<string[]> {
  return withAgent(
    config,
    (agent) => {
      const { photos, copies } = agent.state;
      const nameOf = (id: Parameters<typeof photos.byId>[0]): string => photos.byId(id)?.name ?? '';
      return Promise.resolve(
        copies
          .likely(100)
          .map(({ a, b }) => [nameOf(a), nameOf(b)].sort().join(' '))
          .sort(),
      );
    },
    { sources: 'local' },
  );
}

for (const version of ['1.137.0', '2.7.5', '3.1.0'] as const)
  void t.test(`a copy of a video is found, what only looks like one is not: Immich ${version}`, async (t) => {
    const stage = await emptyStage(t, { version });
    await addFilm(stage, 'film', film(await scene(5)));
    await addFilm(
      stage,
      'film-chat',
      film(await copyOf(5, 'messenger'), { ...stripped, durationMs: 12_290 }),
    );
    await addFilm(stage, 'film-small', film(await copyOf(5, 'small'), { durationMs: 13_100 }));
    await addFilm(stage, 'film-long', film(await scene(5), { durationMs: 25_000 }));
    await addFilm(stage, 'tripod-1', film(await scene(7)));
    await addFilm(stage, 'tripod-2', film(await scene(7), { takenAt: '2026-05-01T12:10:00.000Z' }));
    await addFilm(stage, 'unknown', film(await scene(5), { durationMs: 0 }));
    await stage.add('photo', await scene(5));
    await addFilm(stage, 'bell-1', film(await scene(6), stripped));
    await addFilm(stage, 'bell-2', film(await scene(6), stripped));
    const result = await runScan(stage.config);
    t.match(result, { failed: 0, groups: 1, extras: 2 });
    t.same(await stage.tags(), { 'film-chat': tag, 'film-small': tag });
    t.same(await reviewed(stage.config), ['bell-1.mp4 bell-2.mp4']);
    t.notOk(downloaded(stage).includes('unknown'), 'no still is fetched that nothing may be compared with');
    const before = downloaded(stage).length;
    t.match(await runScan(stage.config), { downloads: 0, operations: { applied: 0 } });
    t.equal(downloaded(stage).length, before);
  });

void t.test(
  'a video that lost its capture time and may be of two takes is for a person to judge',
  async (t) => {
    const stage = await emptyStage(t);
    const second = film(await scene(5), { takenAt: '2026-05-01T12:10:00.000Z' });
    await addFilm(stage, 'take-1', film(await scene(5)));
    await addFilm(stage, 'chat', film(await copyOf(5, 'messenger'), stripped));
    await runScan(stage.config);
    t.same(await stage.tags(), { chat: tag });
    await addFilm(stage, 'take-2', second);
    await runScan(stage.config, { allowRemovals: true });
    t.same(await stage.tags(), {});
    t.same(await reviewed(stage.config), ['chat.mp4 take-1.mp4', 'chat.mp4 take-2.mp4']);
    stage.standIn.deleteForever([stage.id('take-2')]);
    await runScan(stage.config);
    t.match(await runScan(stage.config), { groups: 1, extras: 1 });
  },
);

void t.test('takes of a camera whose clock was reset are for a person to judge', async (t) => {
  const stage = await emptyStage(t);
  const reset = { takenAt: '2000-01-01T00:00:00.000Z' };
  await addFilm(stage, 'take-1', film(await scene(5), reset));
  await addFilm(stage, 'another-take', film(await scene(5), { ...reset, durationMs: 12_900 }));
  t.match(await runScan(stage.config), { groups: 0, extras: 0 });
  t.same(await reviewed(stage.config), ['another-take.mp4 take-1.mp4']);
});

void t.test('videos that run ever longer make no chain: each is as long as the keeper', async (t) => {
  const stage = await emptyStage(t);
  const lengths = [
    ['film-10', 10_000, 900],
    ['film-11', 10_900, 600],
    ['film-12', 11_800, 300],
  ] as const;
  for (const [name, durationMs, width] of lengths)
    await addFilm(stage, name, { ...film(await scene(5), { durationMs }), width, height: (width * 2) / 3 });
  const config = stage.with({ keep: ['pixels'] });
  t.match(await runScan(config), { groups: 1, extras: 1 });
  t.same(await stage.tags(), { 'film-11': tag });
});

/** Black with something small on it, as videos begin. */
async function blackStill(seed: number): Promise<Buffer> {
  const title = await sharp(await scene(seed))
    .resize(200, 130)
    .toBuffer();
  const create = { width: 480, height: 320, channels: 3, background: 'black' } as const;
  return sharp({ create })
    .composite([{ input: title }])
    .jpeg()
    .toBuffer();
}

void t.test('videos that begin black are told apart by their bytes alone', async (t) => {
  const stage = await emptyStage(t);
  await addFilm(stage, 'fade-1', film(await blackStill(7)));
  await addFilm(stage, 'fade-2', film(await blackStill(7)));
  t.match(await runScan(stage.config), { failed: 0, groups: 0, extras: 0 });
  t.same(await reviewed(stage.config), []);
});

void t.test('live photos: the stills are compared, the moving parts are not', async (t) => {
  const stage = await emptyStage(t);
  for (const [name, picture] of [
    ['live', await scene(5)],
    ['live-copy', await copyOf(5, 'small')],
  ] as const) {
    await addFilm(stage, `${name}-part`, film(await scene(5), { visibility: 'hidden', durationMs: 2_900 }));
    await stage.add(name, picture, { fileName: `${name}.HEIC`, livePhotoVideoId: stage.id(`${name}-part`) });
  }
  await addFilm(stage, 'video', film(await scene(5), { durationMs: 2_900 }));
  t.match(await runScan(stage.config), { failed: 0, groups: 1, extras: 1 });
  t.same(await stage.tags(), { 'live-copy': tag });
  t.same(downloaded(stage), ['live', 'live-copy', 'video']);
});

void t.test('RAW and JPEG of one shot: neither is an extra, a copy of the JPEG is', async (t) => {
  const stage = await emptyStage(t);
  const shot = { takenAt: noon, make: 'Camera', model: 'Z' };
  await stage.add('raw', await scene(5), { fileName: 'DSC_1.NEF', ...shot });
  await stage.add('jpeg', await copyOf(5, 'messenger'), { fileName: 'DSC_1.JPG', ...shot });
  t.match(await runScan(stage.config), { groups: 0, extras: 0 });
  await stage.add('copy', await copyOf(5, 'small'), { fileName: 'for-grandma.jpg', ...shot });
  t.match(await runScan(stage.config), { groups: 1, extras: 1 });
  t.same(await stage.tags(), { copy: tag });
});

/** A folder beside the state. */
async function folderOf(stage: AgentStage, files: Record<string, Buffer>): Promise<string> {
  const folder = join(stage.stateDir, '..', 'nas');
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return folder;
}

/** What each group holds, by name. */
async function grouped(t: Test, config: Config, options: RunOptions = {}): Promise<string[]> {
  t.match(await runScan(config, options), { failed: 0, errors: [] });
  return withAgent(
    config,
    ({ state }) =>
      Promise.resolve(
        state.groups
          .groups()
          .map(({ members }) =>
            members
              .map(({ key }) => state.photos.get(key)?.name ?? '')
              .sort()
              .join(' '),
          )
          .sort(),
      ),
    { sources: 'local' },
  );
}

void t.test('a folder: videos by their bytes, and a live photo is a pair', async (t) => {
  const stage = await emptyStage(t);
  await stage.add('film', bytesOf('film'), { fileName: 'film.mp4', ...film(await scene(6)) });
  const path = await folderOf(stage, {
    'phone/IMG_1.jpg': await scene(5),
    'phone/IMG_1.MOV': bytesOf('live'),
    'phone/film.mp4': bytesOf('film'),
    'old/IMG_1.jpg': await copyOf(5, 'small'),
    'old/IMG_1.MOV': bytesOf('live'),
    'old/odd-size.mp4': bytesOf('a video of its own'),
    'old/same-size.mp4': bytesOf('filn'),
  });
  const config = stage.with({ folders: [{ name: 'nas', path }] });
  const expected = [
    'film.mp4 phone/film.mp4',
    'old/IMG_1.MOV phone/IMG_1.MOV',
    'old/IMG_1.jpg phone/IMG_1.jpg',
  ];
  t.same(await grouped(t, config), expected);
  const counts = await withAgent(config, ({ state }) => Promise.resolve(state.photos.counts()), {
    sources: 'local',
  });
  t.match(counts, { photos: 8, videos: 6, videosByBytesAlone: 5, failed: 0, waiting: 0 });
  t.match(await runScan(config), { downloads: 0 }, 'bytes are read once');
});

void t.test('a local video is read once another one of its size is there', async (t) => {
  const stage = await emptyStage(t);
  const path = await folderOf(stage, { 'film.mp4': bytesOf('film') });
  const config = stage.with({ folders: [{ name: 'nas', path }] });
  t.match(await runScan(config), { downloads: 0, groups: 0 }, 'nothing asks for its bytes');
  await stage.add('film', bytesOf('film'), { fileName: 'film.mp4', ...film(await scene(6)) });
  t.match(await runScan(config), { downloads: 2, groups: 1, extras: 1 });
});

void t.test('a running agent reads an older local video for one that comes', async (t) => {
  const stage = await emptyStage(t);
  const path = await folderOf(stage, { 'film.mp4': bytesOf('film'), 'live.mp4': bytesOf('live') });
  const service = await startService(t, stage.with({ folders: [{ name: 'nas', path }] }));
  const groups = async (): Promise<number> => (await service.status()).counts.groups;
  await until('both are known', async () => (await service.status()).counts.videos === 2);
  t.equal(await groups(), 0);
  await writeFile(join(path, 'film-again.mp4'), bytesOf('film'));
  await until('a group in the folder', async () => (await groups()) === 1);
  await stage.add('live', bytesOf('live'), { fileName: 'live.mp4', ...film(await scene(6)) });
  await until('a group with Immich', async () => (await groups()) === 2);
  t.match((await service.status()).counts, { photos: 4, videos: 4, videosByBytesAlone: 3, extras: 2 });
});
