/* The contract, part 5: albums, stacks, the Duplicates page, webhooks. See immich-server.test.ts. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { openContractServer } from '../support/immich/contract-server.js';

const server = await openContractServer(t);

/** What comes nested out of the database: microseconds (zeros cut) and +00:00 instead of Z. */
const DATABASE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00$/;

const ALBUMS = [
  'album.create',
  'album.read',
  'album.update',
  'album.delete',
  'albumAsset.create',
  'albumAsset.delete',
  'asset.read',
  'asset.upload',
];

await server.test(t, 'leads an album through its life without touching the assets', ALBUMS, async (t) => {
  const [one = '', two = ''] = await server.photos(2);
  const { updatedAt } = await server.asset(one);
  const albumName = `${server.mark} life`;
  const made = await server.call('POST', '/albums', {
    albumName,
    description: 'd',
    assetIds: [one, randomUUID()],
  });
  t.match(made, {
    status: 201,
    body: { albumName, description: 'd', albumThumbnailAssetId: one, assetCount: 1, shared: false },
  });
  t.match(made.body, {
    hasSharedLink: false,
    isActivityEnabled: true,
    order: 'desc',
    albumUsers: [{ role: 'owner', user: { id: String } }],
  });
  const { id } = made.body as { id: string };
  const missing = randomUUID();
  const added = await server.call('PUT', `/albums/${id}/assets`, { ids: [one, two, missing] });
  t.same(added.body, [
    { id: one, success: false, error: 'duplicate' },
    { id: two, success: true },
    { id: missing, success: false, error: 'no_permission' },
  ]);
  const listed = await server.call('POST', '/search/metadata', { albumIds: [id] });
  t.match(listed.body, { assets: { count: 2 } });
  t.match((await server.call('GET', `/albums?name=${encodeURIComponent(albumName)}`)).body, [
    { id, assetCount: 2 },
  ]);
  t.match((await server.call('GET', `/albums?assetId=${two}`)).body, [{ id }]);
  const removed = await server.call('DELETE', `/albums/${id}/assets`, { ids: [two, two] });
  t.same(removed.body, [
    { id: two, success: true },
    { id: two, success: false, error: 'not_found' },
  ]);
  t.match(await server.call('PATCH', `/albums/${id}`, { albumName: `${albumName} 2`, description: '' }), {
    status: 200,
    body: { albumName: `${albumName} 2`, description: '' },
  });
  t.match((await server.call('GET', `/albums/${id}`)).body, { assetCount: 1, albumThumbnailAssetId: one });
  t.equal((await server.call('DELETE', `/albums/${id}`)).status, 204);
  t.match(await server.call('GET', `/albums/${id}`), {
    status: 400,
    body: { message: 'Not found or no album.read access' },
  });
  t.match(await server.call('PUT', `/albums/${id}/assets`, { ids: [one] }), {
    status: 400,
    body: { message: 'Album not found' },
  });
  t.ok(await server.staysAt(one, updatedAt));
});

await server.test(t, 'puts assets into several albums at once', ALBUMS, async (t) => {
  const [id = ''] = await server.photos(1);
  const albumIds = [await server.album('first'), await server.album('second')];
  t.same((await server.call('PUT', '/albums/assets', { albumIds, assetIds: [id] })).body, { success: true });
  t.same((await server.call('PUT', '/albums/assets', { albumIds, assetIds: [id] })).body, {
    success: false,
    error: 'duplicate',
  });
  t.same((await server.call('PUT', '/albums/assets', { albumIds, assetIds: [randomUUID()] })).body, {
    success: false,
    error: 'no_permission',
  });
  t.equal(((await server.call('GET', `/albums?assetId=${id}`)).body as unknown[]).length, 2);
});

const STACKS = [
  'stack.create',
  'stack.read',
  'stack.update',
  'stack.delete',
  'asset.read',
  'asset.upload',
  'asset.update',
];

await server.test(
  t,
  'stacks: first id leads, updatedAt moves once, a second stack swallows the first',
  STACKS,
  async (t) => {
    const [one = '', two = '', three = ''] = await server.photos(3);
    const before = await server.asset(two);
    const made = await server.call('POST', '/stacks', { assetIds: [two, one] });
    t.match(made, { status: 201, body: { primaryAssetId: two, assets: [{ id: two }, { id: one }] } });
    const { id } = made.body as { id: string };
    const stacked = await server.asset(two);
    t.match(stacked.stack, { id, primaryAssetId: two, assetCount: 2 });
    t.not(stacked.updatedAt, before.updatedAt);
    t.ok(await server.staysAt(two, stacked.updatedAt));
    const merged = await server.call('POST', '/stacks', { assetIds: [three, two] });
    t.match(merged, { status: 201, body: { primaryAssetId: three } });
    t.equal((merged.body as { assets: unknown[] }).assets.length, 3);
    t.equal((await server.call('GET', `/stacks/${id}`)).status, 400, 'the old stack is gone');
    const { id: mergedId } = merged.body as { id: string };
    const lone = await server.call('PUT', `/stacks/${mergedId}`, { primaryAssetId: randomUUID() });
    t.match(lone, { status: 400, body: { message: 'Primary asset must be in the stack' } });
    t.match(await server.call('PUT', `/stacks/${mergedId}`, { primaryAssetId: one }), {
      status: 200,
      body: { primaryAssetId: one },
    });
    await server.call('PUT', '/assets', { ids: [three], visibility: 'archive' });
    t.match(
      await server.asset(one),
      { stack: { id: mergedId, assetCount: 2 } },
      'archived ones do not count',
    );
    await server.call('PUT', '/assets', { ids: [two], visibility: 'archive' });
    for (const id of [one, two]) t.match(await server.asset(id), { stack: null }, 'it is not told of');
    const led = await server.call('GET', `/stacks?primaryAssetId=${one}`);
    t.match(led, { status: 200, body: [{ id: mergedId, assets: { length: 3 } }] });
    await server.call('PUT', '/assets', { ids: [two, three], visibility: 'timeline' });
    t.equal((await server.call('DELETE', `/stacks/${mergedId}/assets/${three}`)).status, 204);
    t.match(await server.asset(three), { stack: null });
    t.match(await server.call('DELETE', `/stacks/${mergedId}/assets/${one}`), {
      status: 400,
      body: { message: "Cannot remove stack's primary asset" },
    });
    t.match((await server.call('GET', `/stacks?primaryAssetId=${one}`)).body, [{ id: mergedId }]);
    t.equal((await server.call('DELETE', `/stacks/${mergedId}`)).status, 204);
    t.match(await server.asset(one), { stack: null });
    t.equal((await server.call('POST', '/stacks', { assetIds: [one] })).status, 400, 'one is no stack');
    const foreign = await server.call('POST', '/stacks', { assetIds: [one, randomUUID()] });
    t.match(foreign, { status: 400, body: { message: 'Not found or no asset.update access' } });
  },
);

await server.test(
  t,
  'stacks: what is in the trash sleeps in its stack, and is left out of what swallows it',
  [...STACKS, 'asset.delete'],
  async (t) => {
    const [one = '', two = '', three = '', four = ''] = await server.photos(4);
    type Stack = { id: string; primaryAssetId: string; assets: { id: string }[] };
    const idsOf = (stack: unknown): string[] => (stack as Stack).assets.map(({ id }) => id).sort();
    const make = async (assetIds: string[]): Promise<Stack> =>
      (await server.call('POST', '/stacks', { assetIds })).body as Stack;
    const trash = async (id: string): Promise<void> => {
      await server.call('DELETE', '/assets', { ids: [id] });
      await server.until('the trash', async () => (await server.asset(id)).isTrashed);
    };
    const { id } = await make([one, two, three]);
    await trash(one);
    const listed = ((await server.call('GET', '/stacks')).body as Stack[]).find((stack) => stack.id === id);
    t.equal(listed?.primaryAssetId, one, 'it still leads');
    t.same(idsOf(listed), [two, three].sort(), 'but is not shown');
    t.match(await server.call('PUT', `/stacks/${id}`, { primaryAssetId: two }), { status: 200 });
    t.match(await server.call('PUT', `/stacks/${id}`, { primaryAssetId: one }), {
      status: 400,
      body: { message: 'Primary asset must be in the stack' },
    });
    const grown = await make([two, four]);
    t.same(idsOf(grown), [two, three, four].sort(), 'the one in the trash stays behind');
    const other = await make([one, three].slice(1).concat(four));
    t.same(idsOf(other), [three, four].sort());
    t.same(
      idsOf((await server.call('GET', `/stacks/${grown.id}`)).body),
      [two],
      'who does not lead just leaves',
    );
    t.equal((await server.call('DELETE', '/stacks', { ids: [grown.id, randomUUID()] })).status, 400);
    t.equal((await server.call('DELETE', '/stacks', { ids: [grown.id, other.id] })).status, 204);
    t.match(await server.asset(three), { stack: null });
  },
);

type Group = { duplicateId: string; assets: { id: string }[]; suggestedKeepAssetIds: string[] };

await server.test(
  t,
  'fills its Duplicates page from duplicateId; stacking empties it',
  [...STACKS, 'duplicate.read', 'duplicate.delete'],
  async (t) => {
    const [one = '', two = ''] = await server.photos(2);
    const duplicateId = randomUUID();
    const group = async (): Promise<Group | undefined> =>
      ((await server.call('GET', '/duplicates')).body as Group[]).find(
        (found) => found.duplicateId === duplicateId,
      );
    await server.call('PUT', '/assets', { ids: [one, two], duplicateId });
    const found = await group();
    t.same(
      found?.assets.map(({ id }) => id),
      [one, two],
      'oldest first',
    );
    t.equal(found?.suggestedKeepAssetIds.length, 1);
    t.match(found?.assets[0], { updatedAt: DATABASE_TIME, fileCreatedAt: DATABASE_TIME });
    for (const id of [one, two]) await server.rest(id);
    const { body } = await server.call('POST', '/stacks', { assetIds: [one, two] });
    t.equal(await group(), undefined, 'stacked assets are left out');
    t.match(await server.asset(one), { duplicateId }, 'but keep the id while none is alone');
    await server.call('DELETE', `/stacks/${(body as { id: string }).id}`);
    t.ok(await group());
    t.match(
      await server.call('POST', '/duplicates/resolve', {
        groups: [{ duplicateId, keepAssetIds: [one], trashAssetIds: [] }],
      }),
      {
        status: 200,
        body: [{ id: duplicateId, success: false, error: 'validation' }],
      },
    );
    await server.call('PUT', '/assets', { ids: [two], duplicateId: null });
    t.equal(await group(), undefined, 'a group of one is dissolved by looking');
    t.match(await server.asset(one), { duplicateId: null });
    await server.call('PUT', '/assets', { ids: [one, two], duplicateId });
    t.equal((await server.call('DELETE', `/duplicates/${duplicateId}`)).status, 204);
    t.match(await server.asset(one), { duplicateId: null });
    t.equal((await server.call('DELETE', `/duplicates/${duplicateId}`)).status, 400);
  },
);

await server.test(
  t,
  'calls a webhook for a new asset, before its thumbnail is made',
  ['workflow.create', 'workflow.delete', 'asset.upload'],
  async (t) => {
    const calls: { trigger: string; id: string; header: string | undefined; agent: string | undefined }[] =
      [];
    const receiver = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        const { trigger, data } = JSON.parse(text) as { trigger: string; data: { asset: { id: string } } };
        calls.push({
          trigger,
          id: data.asset.id,
          header: request.headers['x-token'] as string | undefined,
          agent: request.headers['user-agent'],
        });
        response.end('{}');
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const made = await server.call('POST', '/workflows', {
      trigger: 'AssetCreate',
      name: server.mark,
      enabled: true,
      steps: [
        {
          method: 'immich-plugin-core#webhook',
          config: { url, headerName: 'x-token', headerValue: 's3cret', method: 'POST' },
        },
      ],
    });
    t.match(made, { status: 201, body: { id: String, trigger: 'AssetCreate', enabled: true, steps: [] } });
    t.teardown(async () => {
      await server.call('DELETE', `/workflows/${(made.body as { id: string }).id}`);
      receiver.closeAllConnections();
      receiver.close();
    });
    const sent = await server.send(await server.picture(), `${server.mark}-hook.jpg`);
    const { id } = sent.body as { id: string };
    await server.until('the webhook', () => Promise.resolve(calls.some((call) => call.id === id)));
    t.match(
      calls.find((call) => call.id === id),
      { trigger: 'AssetCreate', header: 's3cret', agent: /^immich-server\// },
    );
  },
);
