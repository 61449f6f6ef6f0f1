/* The contract, part 2: listing, filters, counts. See immich-server.test.ts. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import t from 'tap';
import type { ContractAsset } from '../support/immich/contract-server.js';
import { openContractServer } from '../support/immich/contract-server.js';
import { withExif } from '../support/pictures.js';

const server = await openContractServer(t);

type Page = { total: number; count: number; nextPage: string | null; items: ContractAsset[] };

const search = async (body: object): Promise<Page> => {
  const { body: answer } = await server.call('POST', '/search/metadata', {
    originalFileName: server.mark,
    ...body,
  });
  return (answer as { assets: Page }).assets;
};

const found = async (body: object): Promise<string[]> => (await search(body)).items.map(({ id }) => id);

const LISTING = ['asset.read', 'asset.upload'];
const ids = server.may('asset.upload') ? await server.photos(5) : [];

await server.test(
  t,
  'pages by OFFSET: newest first, nextPage a string or null, total = count = items of the page',
  LISTING,
  async (t) => {
    const first = await search({ size: 2 });
    t.match(first, { total: 2, count: 2, nextPage: '2' });
    const second = await search({ size: 2, page: 2 });
    t.match(second, { total: 2, count: 2, nextPage: '3' });
    const third = await search({ size: 2, page: 3 });
    t.match(third, { total: 1, count: 1, nextPage: null });
    const listed = [first, second, third].flatMap(({ items }) => items.map(({ id }) => id));
    t.same(listed, ids.toReversed(), 'by fileCreatedAt, descending');
    t.same(await found({ order: 'asc' }), ids);
    t.match(await search({ size: 2, page: 9 }), { total: 0, count: 0, nextPage: null, items: [] });
    t.match(
      await search({ size: 5 }),
      { count: 5, nextPage: null },
      'no next page when the last one is just full',
    );
  },
);

await server.test(t, 'takes sizes 1 to 1000 and pages from 1', ['asset.read'], async (t) => {
  const tooBig = await server.call('POST', '/search/metadata', { size: 1001 });
  t.match(tooBig, {
    status: 400,
    body: { message: 'Validation failed', errors: [{ code: 'too_big', maximum: 1000, path: ['size'] }] },
  });
  const tooSmall = await server.call('POST', '/search/metadata', { page: 0 });
  t.match(tooSmall, {
    status: 400,
    body: { message: 'Validation failed', errors: [{ code: 'too_small', path: ['page'] }] },
  });
  t.equal((await server.call('POST', '/search/metadata', { size: 1000 })).status, 200);
});

await server.test(t, 'compares updatedAt with microseconds but shows milliseconds', LISTING, async (t) => {
  const [id = ''] = ids;
  const { updatedAt } = await server.asset(id);
  const at = Date.parse(updatedAt);
  const iso = (ms: number): string => new Date(ms).toISOString();
  t.ok((await found({ updatedAfter: updatedAt })).includes(id), 'updatedAfter includes the very moment');
  t.notOk((await found({ updatedAfter: iso(at + 1) })).includes(id));
  t.notOk(
    (await found({ updatedBefore: updatedAt })).includes(id),
    'updatedBefore does not: the row is some microseconds later',
  );
  t.ok((await found({ updatedBefore: iso(at + 1) })).includes(id));
  t.ok(
    (await found({ updatedAfter: updatedAt.replace('Z', '999Z') })).includes(id),
    'what is finer than a millisecond is cut off',
  );
});

await server.test(t, 'wants a zone in its times', ['asset.read'], async (t) => {
  for (const updatedAfter of ['2026-11-22', '2026-11-22T12:00:00', 'yesterday']) {
    t.equal((await server.call('POST', '/search/metadata', { updatedAfter })).status, 400, updatedAfter);
  }
  for (const updatedAfter of ['2026-11-22T12:00:00+02:00', '2026-11-22T12:00Z']) {
    t.equal((await server.call('POST', '/search/metadata', { updatedAfter })).status, 200, updatedAfter);
  }
});

await server.test(t, 'ignores what it does not know and refuses wrong values', ['asset.read'], async (t) => {
  t.equal(
    (await server.call('POST', '/search/metadata', { withPartners: true, updatedSince: 'x' })).status,
    200,
  );
  t.equal((await server.call('POST', '/search/metadata', { type: 'PHOTO' })).status, 400);
  const locked = await server.call('POST', '/search/metadata', { visibility: 'locked' });
  t.match(locked, { status: 401, body: { message: 'Elevated permission is required' } });
});

await server.test(t, 'shows the asset with or without EXIF, never with tags or stack', LISTING, async (t) => {
  const [plain] = (await search({ size: 1 })).items;
  t.match(plain, {
    type: 'IMAGE',
    originalMimeType: 'image/jpeg',
    visibility: 'timeline',
    isTrashed: false,
    isOffline: false,
  });
  t.match(plain, {
    libraryId: null,
    duplicateId: null,
    livePhotoVideoId: null,
    duration: null,
    width: 480,
    height: 320,
    isEdited: false,
  });
  t.match(plain, {
    originalFileName: new RegExp(server.mark),
    thumbhash: String,
    checksum: /^[\w+/]{27}=$/,
    ownerId: String,
  });
  for (const name of ['exifInfo', 'tags', 'stack', 'owner']) t.notOk(name in (plain ?? {}), `no ${name}`);
  const [withExif] = (await search({ size: 1, withExif: true })).items;
  t.match(withExif, {
    exifInfo: {
      exifImageWidth: 480,
      exifImageHeight: 320,
      fileSizeInByte: Number,
      make: null,
      description: '',
    },
  });
  const one = await server.asset(ids[0] ?? '');
  t.match(one, {
    tags: [],
    stack: null,
    owner: { id: one.ownerId },
    exifInfo: { exifImageWidth: 480 },
    people: [],
  });
});

await server.test(t, 'finds by id, checksum in base64 and hex, and time taken', LISTING, async (t) => {
  const [id = '', next = ''] = ids;
  const { checksum, fileCreatedAt } = await server.asset(id);
  t.same(await found({ id }), [id]);
  t.same(await found({ checksum }), [id]);
  t.same(await found({ checksum: Buffer.from(checksum, 'base64').toString('hex') }), [id]);
  t.same(await found({ takenBefore: fileCreatedAt }), [id]);
  t.same((await found({ takenAfter: fileCreatedAt, order: 'asc' })).slice(0, 2), [id, next]);
  t.same(await found({ type: 'VIDEO' }), []);
  t.same(await found({ isFavorite: true }), []);
});

await server.test(t, 'counts with the same filters', [...LISTING, 'asset.statistics'], async (t) => {
  const { body } = await server.call('POST', '/search/statistics', { originalFileName: server.mark });
  t.same(body, { total: 5 });
  t.match((await server.call('GET', '/assets/statistics')).body, {
    images: Number,
    videos: Number,
    total: Number,
  });
  t.match((await server.call('GET', '/assets/statistics?isTrashed=true')).body, { total: Number });
});

await server.test(
  t,
  'lists archived and hidden assets unless asked otherwise',
  [...LISTING, 'asset.update'],
  async (t) => {
    const [archived = '', hidden = ''] = ids;
    await server.call('PUT', '/assets', { ids: [archived], visibility: 'archive' });
    await server.call('PUT', '/assets', { ids: [hidden], visibility: 'hidden' });
    t.equal((await found({})).length, 5);
    t.same(await found({ visibility: 'archive' }), [archived]);
    t.same(await found({ visibility: 'hidden' }), [hidden]);
    t.equal((await found({ visibility: 'timeline' })).length, 3);
    await server.call('PUT', '/assets', { ids: [archived, hidden], visibility: 'timeline' });
  },
);

await server.test(
  t,
  'hashes the content of uploads, gives the bytes back and knows them again',
  [...LISTING, 'asset.download'],
  async (t) => {
    const bytes = await server.picture();
    const sha1 = createHash('sha1').update(bytes).digest();
    const sent = await server.send(bytes, `${server.mark}-twin.png.jpg`);
    t.match(sent, { status: 201, body: { status: 'created' } });
    const { id } = sent.body as { id: string };
    t.equal((await server.asset(id)).checksum, sha1.toString('base64'));
    const original = await server.call('GET', `/assets/${id}/original`);
    t.ok(original.bytes.equals(bytes));
    t.equal(original.headers.get('content-type'), 'image/jpeg');
    t.match(await server.send(bytes, 'other-name.jpg'), { status: 200, body: { id, status: 'duplicate' } });
    const early = await server.send(bytes, 'x.jpg', {}, { 'x-immich-checksum': sha1.toString('hex') });
    t.match(early, { status: 200, body: { id, status: 'duplicate' } });
    const check = await server.call('POST', '/assets/bulk-upload-check', {
      assets: [
        { id: 'known', checksum: sha1.toString('hex') },
        { id: 'new', checksum: createHash('sha1').update(server.mark).digest('base64') },
      ],
    });
    t.same(check.body, {
      results: [
        { id: 'known', action: 'reject', reason: 'duplicate', assetId: id, isTrashed: false },
        { id: 'new', action: 'accept' },
      ],
    });
  },
);

await server.test(t, 'refuses uploads of unknown kind or without dates', ['asset.upload'], async (t) => {
  const text = await server.send(Buffer.from('text'), 'a.txt');
  t.match(text, { status: 400, body: { message: 'Unsupported file type a.txt' } });
  const form = new FormData();
  form.append('assetData', new Blob([new Uint8Array(await server.picture())]), 'a.jpg');
  t.match(await server.call('POST', '/assets', form), {
    status: 400,
    body: { message: 'Validation failed' },
  });
});

await server.test(t, 'zips long answers on request', LISTING, async (t) => {
  const answer = await server.call(
    'POST',
    '/search/metadata',
    { originalFileName: server.mark },
    { 'accept-encoding': 'gzip' },
  );
  t.equal(answer.headers.get('content-encoding'), 'gzip');
});

await server.test(t, "reads the camera's notes", LISTING, async (t) => {
  const bytes = await withExif(await server.picture(), {
    takenAt: '2024-05-06T07:08:09+02:00',
    subSec: '123',
    make: 'Ofenfrisch',
    model: 'Z 9',
    gps: { latitude: 47.5, longitude: -8.25 },
  });
  const { body } = await server.send(bytes, `${server.mark}-notes.jpg`);
  const { id } = body as { id: string };
  const asset = await server.rest(id);
  t.match(asset, { fileCreatedAt: '2024-05-06T05:08:09.123Z', localDateTime: '2024-05-06T07:08:09.123Z' });
  t.match(asset, {
    exifInfo: {
      make: 'Ofenfrisch',
      model: 'Z 9',
      dateTimeOriginal: '2024-05-06T05:08:09.123+00:00',
      timeZone: 'UTC+2',
      latitude: 47.5,
      longitude: -8.25,
      orientation: '1',
    },
  });
});

await server.test(t, 'turns pictures that lie on their side', [...LISTING, 'asset.view'], async (t) => {
  const bytes = await withExif(await server.picture(), { takenAt: '2024-05-06T07:08:09', orientation: 6 });
  const { body } = await server.send(bytes, `${server.mark}-turned.jpg`);
  const { id } = body as { id: string };
  t.match(await server.rest(id), {
    width: 320,
    height: 480,
    exifInfo: { orientation: '6', exifImageWidth: 480, exifImageHeight: 320 },
  });
  const { bytes: thumbnail } = await server.call('GET', `/assets/${id}/thumbnail`);
  t.match(await sharp(thumbnail).metadata(), { width: 250, height: 375 });
});

await server.test(t, 'dates a photo without notes by the earlier of its file dates', LISTING, async (t) => {
  const dates = { fileCreatedAt: '2024-03-02T10:00:00.000Z', fileModifiedAt: '2024-03-01T09:00:00.000Z' };
  const { body } = await server.send(await server.picture(), `${server.mark}-dates.jpg`, dates);
  const asset = await server.rest((body as { id: string }).id);
  t.match(asset, { fileCreatedAt: '2024-03-01T09:00:00.000Z', localDateTime: '2024-03-01T09:00:00.000Z' });
});
