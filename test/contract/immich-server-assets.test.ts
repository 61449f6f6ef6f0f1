/* The contract, part 3: thumbnails, trash, changes of an asset. See immich-server.test.ts. */
import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import sharp from 'sharp';
import t from 'tap';
import { openContractServer } from '../support/immich/contract-server.js';

const server = await openContractServer(t);

await server.test(
  t,
  'has no thumbnail at first (404, thumbhash null), then one',
  ['asset.upload', 'asset.read', 'asset.view'],
  async (t) => {
    const { body } = await server.send(await server.picture(), `${server.mark}-thumb.jpg`);
    const { id } = body as { id: string };
    const before = await server.asset(id);
    const early = await server.call('GET', `/assets/${id}/thumbnail`);
    if (early.status === 200) t.comment('too fast: the thumbnail was there already');
    else t.match(early, { status: 404, body: { message: 'Asset media not found' } });
    const made = await server.until('thumbnail', async () => {
      const answer = await server.call('GET', `/assets/${id}/thumbnail`);
      return answer.status === 200 && answer;
    });
    const after = await server.rest(id);
    t.type(after.thumbhash, 'string');
    if (before.thumbhash === null)
      t.not(after.updatedAt, before.updatedAt, 'the first thumbnail moves updatedAt');
    t.equal(made.headers.get('content-type'), 'image/webp');
    t.match(made.headers.get('cache-control'), /private, max-age=86400/);
    t.match(await sharp(made.bytes).metadata(), {
      format: 'webp',
      width: 375,
      height: 250,
      hasProfile: true,
    });
    const preview = await server.call('GET', `/assets/${id}/thumbnail?size=preview`);
    t.equal(preview.headers.get('content-type'), 'image/jpeg');
    t.match(
      await sharp(preview.bytes).metadata(),
      { format: 'jpeg', width: 480, height: 320 },
      'never enlarged',
    );
    const fullsize = await server.call('GET', `/assets/${id}/thumbnail?size=fullsize`);
    t.equal(fullsize.status, 302);
    t.match(fullsize.headers.get('location'), /original/);
    t.match(await server.call('GET', `/assets/${id}/thumbnail?size=bogus`), {
      status: 400,
      body: { message: 'Validation failed' },
    });
    t.equal((await server.asset(id)).updatedAt, after.updatedAt, 'looking does not move updatedAt');
    t.equal(await askAgain(id, made.headers.get('etag') ?? ''), 304);
  },
);

/** Node's fetch would add `cache-control: no-cache`; the plain client does not. */
function askAgain(id: string, etag: string): Promise<number | undefined> {
  const headers = { 'x-api-key': server.key, 'if-none-match': etag };
  return new Promise((resolve, reject) => {
    get(`${server.url}/api/assets/${id}/thumbnail`, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on('error', reject);
  });
}

await server.test(
  t,
  'never has a thumbnail of a file it cannot read',
  ['asset.upload', 'asset.read', 'asset.view'],
  async (t) => {
    const sent = await server.send(Buffer.from(`no picture ${randomUUID()}`), `${server.mark}-garbage.jpg`);
    t.equal(sent.status, 201, 'garbage with a picture name is taken');
    const { id } = sent.body as { id: string };
    await server.photos(1);
    t.equal((await server.asset(id)).thumbhash, null);
    t.match(await server.call('GET', `/assets/${id}/thumbnail`), {
      status: 404,
      body: { message: 'Asset media not found' },
    });
    t.match(await server.call('GET', `/assets/${randomUUID()}/thumbnail`), {
      status: 400,
      body: { message: 'Not found or no asset.view access' },
    });
  },
);

const TRASH = [
  'tag.create',
  'tag.asset',
  'asset.upload',
  'asset.read',
  'asset.delete',
  'asset.view',
  'asset.statistics',
];

await server.test(
  t,
  'moves to the trash and back: hidden from the default list, updatedAt moved',
  TRASH,
  async (t) => {
    const [id = ''] = await server.photos(1);
    const [tag = ''] = await server.tags('trash');
    await server.call('PUT', '/tags/assets', { tagIds: [tag], assetIds: [id] });
    await server.rest(id);
    const listed = async (more: object): Promise<object[]> => {
      const { body } = await server.call('POST', '/search/metadata', { id, ...more });
      return (body as { assets: { items: object[] } }).assets.items;
    };
    const { updatedAt } = await server.asset(id);
    t.equal((await server.call('DELETE', '/assets', { ids: [id] })).status, 204);
    const trashed = await server.asset(id);
    t.equal(trashed.isTrashed, true);
    t.not(trashed.updatedAt, updatedAt);
    t.same(await listed({}), []);
    t.match(await listed({ withDeleted: true, updatedAfter: trashed.updatedAt }), [{ id, isTrashed: true }]);
    t.match(
      await listed({ trashedAfter: '2020-01-01T00:00:00Z' }),
      [{ id }],
      'trashedAfter implies withDeleted',
    );
    t.equal((await server.call('GET', `/assets/${id}/thumbnail`)).status, 200);
    const count = async (body: object): Promise<unknown> =>
      (await server.call('POST', '/search/statistics', { tagIds: [tag], ...body })).body;
    t.same(await count({ withDeleted: true }), { total: 0 }, 'counting knows no withDeleted');
    t.same(await count({ trashedAfter: '2020-01-01T00:00:00Z' }), { total: 1 });
    t.match(await server.call('POST', '/trash/restore/assets', { ids: [id] }), {
      status: 200,
      body: { count: 1 },
    });
    const restored = await server.asset(id);
    t.equal(restored.isTrashed, false);
    t.not(restored.updatedAt, trashed.updatedAt);
  },
);

await server.test(
  t,
  'deletes for good without a trace',
  ['asset.upload', 'asset.read', 'asset.delete'],
  async (t) => {
    const [id = '', kept = ''] = await server.photos(2);
    t.equal(
      (await server.call('DELETE', '/assets', { ids: [kept, randomUUID()], force: true })).status,
      400,
      'all or nothing',
    );
    t.equal((await server.asset(kept)).isTrashed, false);
    t.equal((await server.call('DELETE', '/assets', { ids: [id], force: true })).status, 204);
    await server.until(
      'the asset is gone',
      async () => (await server.call('GET', `/assets/${id}`)).status === 400,
    );
    const { body } = await server.call('POST', '/search/metadata', { id, withDeleted: true });
    t.match(body, { assets: { items: [] } });
  },
);

const CHANGE = ['asset.upload', 'asset.read', 'asset.update'];

await server.test(t, 'moves updatedAt twice on a bulk change, once on a single one', CHANGE, async (t) => {
  const [id = ''] = await server.photos(1);
  const before = await server.asset(id);
  const bulk = await server.call('PUT', '/assets', { ids: [id], isFavorite: false });
  t.equal(bulk.status, 204, 'even to the same value');
  const first = (await server.asset(id)).updatedAt;
  t.not(first, before.updatedAt);
  const second = await server.rest(id);
  t.not(second.updatedAt, first, 'the sidecar round trip follows');
  const single = await server.call('PUT', `/assets/${id}`, { isFavorite: true });
  t.match(single, { status: 200, body: { id, isFavorite: true } });
  const { updatedAt } = await server.asset(id);
  t.not(updatedAt, second.updatedAt);
  t.ok(await server.staysAt(id, updatedAt), 'no sidecar round trip');
});

await server.test(t, 'changes a batch wholly or not at all', CHANGE, async (t) => {
  const [id = ''] = await server.photos(1);
  const answer = await server.call('PUT', '/assets', { ids: [id, randomUUID()], isFavorite: true });
  t.match(answer, { status: 400, body: { message: 'Not found or no asset.update access' } });
  t.match(await server.asset(id), { isFavorite: false }, 'all or nothing');
  t.equal((await server.call('PUT', '/assets', { ids: [] })).status, 204);
  t.equal(
    (await server.call('PUT', '/assets', { ids: [id], duplicateId: 'nope' })).status,
    500,
    'a duplicateId that is no UUID',
  );
});

await server.test(t, 'keeps description and rating through the sidecar', CHANGE, async (t) => {
  const [id = ''] = await server.photos(1);
  await server.call('PUT', '/assets', { ids: [id], description: 'a hill', rating: 3 });
  t.match(await server.rest(id), { exifInfo: { description: 'a hill', rating: 3 } });
});

await server.test(t, 'keeps key-value metadata without moving updatedAt', CHANGE, async (t) => {
  const [id = ''] = await server.photos(1);
  const { updatedAt } = await server.asset(id);
  const item = { key: 'contract.note', value: { group: 'g1', list: [1, 2] } };
  t.match(await server.call('PUT', `/assets/${id}/metadata`, { items: [item] }), {
    status: 200,
    body: [{ ...item, updatedAt: String }],
  });
  t.match((await server.call('GET', `/assets/${id}/metadata`)).body, [item]);
  t.match((await server.call('GET', `/assets/${id}/metadata/contract.note`)).body, item);
  t.match(await server.call('PUT', `/assets/${id}/metadata`, { items: [{ key: 'x', value: 'text' }] }), {
    status: 400,
  });
  t.match(await server.call('PUT', `/assets/${id}/metadata`, { items: [item, item] }), {
    status: 400,
    body: { message: /^Duplicate items/ },
  });
  const many = await server.call('PUT', '/assets/metadata', {
    items: [{ assetId: id, key: 'other', value: {} }],
  });
  t.match(many, { status: 200, body: [{ assetId: id, key: 'other', value: {} }] });
  const foreign = await server.call('PUT', '/assets/metadata', {
    items: [{ assetId: randomUUID(), key: 'other', value: {} }],
  });
  t.match(foreign, { status: 400, body: { message: 'Not found or no asset.update access' } });
  t.equal(
    (await server.call('DELETE', '/assets/metadata', { items: [{ assetId: id, key: 'other' }] })).status,
    204,
  );
  t.equal((await server.call('DELETE', `/assets/${id}/metadata/contract.note`)).status, 204);
  t.equal(
    (await server.call('DELETE', `/assets/${id}/metadata/contract.note`)).status,
    204,
    'also when absent',
  );
  const gone = await server.call('GET', `/assets/${id}/metadata/contract.note`);
  t.match(gone, { status: 400, body: { message: /^Metadata with key "contract.note" not found/ } });
  t.ok(await server.staysAt(id, updatedAt));
});
