/* The contract, part 4: tags and their way through the sidecar files. See immich-server.test.ts. */
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { openContractServer } from '../support/immich/contract-server.js';

const server = await openContractServer(t);
const { mark } = server;

type Tag = { id: string; value: string; name: string; parentId?: string };

const upsert = async (...tags: string[]): Promise<Tag[]> =>
  (await server.call('PUT', '/tags', { tags })).body as Tag[];
const ownTags = async (): Promise<Tag[]> =>
  ((await server.call('GET', '/tags')).body as Tag[]).filter(({ value }) => value.startsWith(mark));

const TAGS = ['tag.create', 'tag.read', 'tag.delete'];
const TAGGING = [...TAGS, 'tag.asset', 'asset.read', 'asset.upload'];

await server.test(
  t,
  'upserts: parents made, order kept, repeats and empty names dropped, same ids the second time',
  TAGS,
  async (t) => {
    const first = await upsert(`${mark}/b/c`, `/${mark}//b/c/`, `${mark}/a`, mark);
    t.same(
      first.map(({ value }) => value),
      [`${mark}/b/c`, `${mark}/b/c`, `${mark}/a`, mark],
    );
    t.match(first[0], { name: 'c', parentId: String });
    t.notOk('parentId' in (first[3] ?? {}), 'a root has no parentId');
    t.same((await upsert(`${mark}/b/c`))[0]?.id, first[0]?.id);
    t.same(await upsert('', '/'), []);
    t.same(
      (await ownTags()).map(({ value }) => value),
      [mark, `${mark}/a`, `${mark}/b`, `${mark}/b/c`],
      'sorted by value',
    );
  },
);

await server.test(t, 'makes single tags with POST, once', TAGS, async (t) => {
  const made = await server.call('POST', '/tags', { name: `${mark}-single`, color: '#00ff00' });
  t.match(made, { status: 201, body: { value: `${mark}-single`, color: '#00ff00' } });
  const again = await server.call('POST', '/tags', { name: `${mark}-single` });
  t.match(again, { status: 400, body: { message: 'A tag with that name already exists' } });
  const { id } = made.body as Tag;
  t.match((await server.call('GET', `/tags/${id}`)).body, { id, name: `${mark}-single` });
  t.equal((await server.call('DELETE', `/tags/${id}`)).status, 204);
  t.match(await server.call('DELETE', `/tags/${id}`), {
    status: 400,
    body: { message: 'Not found or no tag.delete access' },
  });
});

await server.test(
  t,
  'tags in bulk: counts new pairs, leaves unknown ids out silently',
  TAGGING,
  async (t) => {
    const [one = '', two = ''] = await server.photos(2);
    const [first = '', second = ''] = await server.tags('bulk/1', 'bulk/2');
    const body = { tagIds: [first, second], assetIds: [one, one, two, randomUUID()] };
    t.match(await server.call('PUT', '/tags/assets', body), { status: 200, body: { count: 4 } });
    t.same(await server.tagsOf(one), [`${mark}/bulk/1`, `${mark}/bulk/2`]);
    t.same((await server.call('PUT', '/tags/assets', body)).body, { count: 0 });
    t.same((await server.call('PUT', '/tags/assets', { tagIds: [randomUUID()], assetIds: [one] })).body, {
      count: 0,
    });
    for (const id of [one, two]) await server.rest(id);
    t.same(
      await server.tagsOf(two),
      [`${mark}/bulk/1`, `${mark}/bulk/2`],
      'still there after the round trip',
    );
  },
);

await server.test(
  t,
  'moves updatedAt some time after a tag write, and not for a write that changes nothing',
  TAGGING,
  async (t) => {
    const [id = ''] = await server.photos(1);
    const [tag = ''] = await server.tags('moves');
    const before = await server.asset(id);
    await server.call('PUT', '/tags/assets', { tagIds: [tag], assetIds: [id] });
    const soon = await server.asset(id);
    if (soon.updatedAt !== before.updatedAt) t.comment('the round trip was done before one could look');
    const after = await server.until('updatedAt moves', async () => {
      const now = await server.asset(id);
      return now.updatedAt !== before.updatedAt && now;
    });
    t.match(after, { checksum: before.checksum, thumbhash: before.thumbhash }, 'picture facts stay');
    const { updatedAt } = await server.rest(id);
    await server.call('PUT', '/tags/assets', { tagIds: [tag], assetIds: [id] });
    await server.call('PUT', '/tags', { tags: [`${mark}/moves`] });
    t.ok(await server.staysAt(id, updatedAt));
  },
);

await server.test(t, 'reports per asset on the route of one tag', TAGGING, async (t) => {
  const [one = '', two = ''] = await server.photos(2);
  const [tag = ''] = await server.tags('single');
  const missing = randomUUID();
  const added = await server.call('PUT', `/tags/${tag}/assets`, { ids: [one, one, two, missing] });
  t.same(added.body, [
    { id: one, success: true },
    { id: one, success: false, error: 'duplicate' },
    { id: two, success: true },
    { id: missing, success: false, error: 'no_permission' },
  ]);
  for (const id of [one, two]) await server.rest(id);
  const removed = await server.call('DELETE', `/tags/${tag}/assets`, { ids: [one, missing] });
  t.same(removed.body, [
    { id: one, success: true },
    { id: missing, success: false, error: 'not_found' },
  ]);
  await server.rest(one);
  t.same(await server.tagsOf(one), [], 'untagged for good');
  t.same(await server.tagsOf(two), [`${mark}/single`]);
  const foreign = await server.call('PUT', `/tags/${randomUUID()}/assets`, { ids: [one] });
  t.match(foreign, { status: 400, body: { message: 'Not found or no tag.asset access' } });
});

await server.test(
  t,
  'finds assets by tag, children included, several tags = all of them',
  TAGGING,
  async (t) => {
    const [one = '', two = ''] = await server.photos(2);
    const [child = '', other = ''] = await server.tags('family/child', 'other');
    const [family = ''] = await server.tags('family');
    await server.call('PUT', '/tags/assets', { tagIds: [child], assetIds: [one, two] });
    await server.rest(two);
    await server.call('PUT', '/tags/assets', { tagIds: [other], assetIds: [two] });
    const found = async (tagIds: string[] | null): Promise<string[]> => {
      const { body } = await server.call('POST', '/search/metadata', { tagIds, originalFileName: mark });
      return (body as { assets: { items: { id: string }[] } }).assets.items.map(({ id }) => id);
    };
    t.same((await found([child])).sort(), [one, two].sort());
    t.same((await found([family])).sort(), [one, two].sort());
    t.same(await found([family, other]), [two]);
    t.notOk((await found(null)).includes(one), 'null = untagged');
  },
);

await server.test(
  t,
  'deletes a tag, but leaves it in the files: it comes back with a new id',
  [...TAGGING, 'asset.update'],
  async (t) => {
    const [id = ''] = await server.photos(1);
    const [tag = ''] = await server.tags('undead');
    await server.call('PUT', '/tags/assets', { tagIds: [tag], assetIds: [id] });
    const { updatedAt } = await server.rest(id);
    t.same(await server.tagsOf(id), [`${mark}/undead`]);
    t.equal((await server.call('DELETE', `/tags/${tag}`)).status, 204);
    t.same(await server.tagsOf(id), []);
    t.ok(await server.staysAt(id, updatedAt), 'deleting the tag does not move updatedAt');
    await server.call('PUT', '/assets', { ids: [id], isFavorite: true });
    const back = await server.until('the tag is back', async () =>
      (await server.asset(id)).tags?.find(({ value }) => value === `${mark}/undead`),
    );
    t.not(back.id, tag);
  },
);

await server.test(t, 'takes the children along when a parent tag is deleted', TAGS, async (t) => {
  const [parent = ''] = await server.tags('branch');
  await server.tags('branch/leaf');
  await server.call('DELETE', `/tags/${parent}`);
  t.notOk((await ownTags()).some(({ value }) => value.startsWith(`${mark}/branch`)));
});

await server.test(t, 'tags trashed assets, too', [...TAGGING, 'asset.delete'], async (t) => {
  const [id = ''] = await server.photos(1);
  const [tag = ''] = await server.tags('trashed');
  await server.call('DELETE', '/assets', { ids: [id] });
  t.same((await server.call('PUT', '/tags/assets', { tagIds: [tag], assetIds: [id] })).body, { count: 1 });
});
