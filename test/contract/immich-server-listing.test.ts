/* The contract, part 2: listing, filters, counts. See immich-server.test.ts. */
import t from 'tap';
import type { ContractAsset } from '../support/immich/contract-server.js';
import { openContractServer } from '../support/immich/contract-server.js';

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

const COUNTING = [...LISTING, 'asset.statistics', 'tag.create', 'tag.asset'];

await server.test(t, 'counts by tag, kind and time, but not by name or id', COUNTING, async (t) => {
  const [tag = ''] = await server.tags('counted');
  await server.call('PUT', '/tags/assets', { tagIds: [tag], assetIds: ids });
  for (const id of ids) await server.rest(id);
  const count = async (body: object): Promise<unknown> =>
    (await server.call('POST', '/search/statistics', { tagIds: [tag], ...body })).body;
  t.same(await count({}), { total: 5 });
  t.same(await count({ type: 'VIDEO' }), { total: 0 });
  t.same(await count({ takenBefore: (await server.asset(ids[0] ?? '')).fileCreatedAt }), { total: 1 });
  t.same(
    await count({ originalFileName: 'nothing', id: ids[0], checksum: 'nothing' }),
    { total: 5 },
    'ignored',
  );
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

await server.test(t, 'zips long answers on request', LISTING, async (t) => {
  const answer = await server.call(
    'POST',
    '/search/metadata',
    { originalFileName: server.mark },
    { 'accept-encoding': 'gzip' },
  );
  t.equal(answer.headers.get('content-encoding'), 'gzip');
});
