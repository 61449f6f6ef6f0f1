/* The stand-in as an older version, and failing on request. */
import t from 'tap';
import { setStage } from '../support/immich/stage.js';

await t.test(
  'speaks 2.7.5: owner and assets in albums, long error bodies, no PATCH twins, no workflows',
  async (t) => {
    const { ask, photo, anna } = await setStage(t, { version: '2.7.5' });
    const id = await photo();
    const { body } = await ask('POST', '/albums', { albumName: 'x', assetIds: [id] });
    t.match(body, { ownerId: anna.id, owner: { id: anna.id }, assets: [], albumUsers: [] });
    t.match((await ask('GET', `/albums/${(body as { id: string }).id}`)).body, { assets: [{ id }] });
    t.match((await ask('GET', `/assets/${id}`)).body, {
      duration: '0:00:00.00000',
      deviceId: String,
      width: 120,
    });
    const malformed = await ask('GET', '/assets/nope');
    t.match(malformed.body, {
      message: ['id must be a UUID'],
      error: 'Bad Request',
      statusCode: 400,
      correlationId: String,
    });
    t.match((await ask('PATCH', '/assets', { ids: [] })).body, {
      message: 'Cannot PATCH /api/assets',
      error: 'Not Found',
    });
    t.equal((await ask('GET', '/workflows')).status, 404);
    t.match((await ask('GET', '/api-keys/me')).body, { permissions: ['all'] });
  },
);

await t.test(
  'speaks 1.137.0: no api-keys/me, no key-value metadata, no createdAt and size of assets',
  async (t) => {
    const { standIn, anna, ask, photo } = await setStage(t, { version: '1.137.0' });
    const id = await photo();
    const { body } = await ask('GET', `/assets/${id}`);
    for (const name of ['createdAt', 'width', 'height', 'isEdited']) t.notOk(name in (body as object), name);
    t.equal((await ask('GET', `/assets/${id}/metadata`)).status, 404);
    t.equal((await ask('PUT', '/albums/assets', { albumIds: [], assetIds: [] })).status, 404);
    const scoped = standIn.addKey(anna, ['asset.read']);
    const self = await ask('GET', '/api-keys/me', undefined, scoped);
    t.match(self, {
      status: 403,
      body: { message: 'Missing required permission: apiKey.read', error: 'Forbidden' },
    });
    t.match((await ask('GET', '/api-keys/me')).body, { message: ['id must be a UUID'] });
  },
);

await t.test('fails on request, then works again on the same port', async (t) => {
  const { standIn, ask, photo, tag } = await setStage(t);
  const id = await photo();
  const tagId = await tag('x');
  const write = { tagIds: [tagId], assetIds: [id] };
  standIn.faults.add(({ route }) =>
    route === '/tags/assets' ? { status: 503, headers: { 'retry-after': '1' } } : undefined,
  );
  t.equal((await ask('PUT', '/tags/assets', write)).status, 503);
  t.same(standIn.snapshot().assets[id]?.tags, [], 'nothing was done');
  for (const fault of ['reset', 'truncate', 'reset-after'] as const) {
    standIn.faults.clear();
    standIn.faults.add(({ route }) => (route === '/tags/assets' ? fault : undefined));
    await t.rejects(ask('PUT', '/tags/assets', write), fault);
    t.equal(standIn.snapshot().assets[id]?.tags.length, fault === 'reset' ? 0 : 1, fault);
  }
  standIn.faults.clear();
  standIn.faults.add(() => 'stall');
  await t.rejects(fetch(`${standIn.url}/api/server/ping`, { signal: AbortSignal.timeout(100) }));
  standIn.faults.clear();
  const { url } = standIn;
  await standIn.pause();
  await t.rejects(ask('GET', '/server/ping'));
  await standIn.resume();
  t.equal(standIn.url, url);
  t.equal((await ask('GET', '/server/ping')).status, 200);
  t.equal(standIn.requests.count('PUT /tags/assets'), 4);
  standIn.requests.reset();
  t.same(standIn.requests.tally(), {});
});
