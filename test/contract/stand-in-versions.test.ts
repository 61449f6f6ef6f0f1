/* What the releases that the stand-in can be answer differently; from their OpenAPI files and sources, 3.2 from the types of its SDK. */
import t from 'tap';
import { setStage, type Stage } from '../support/immich/stage.js';
import { versionNames, type VersionName } from '../support/immich/version.js';

const at = (version: VersionName): number => versionNames.indexOf(version);
const some = '7d0f7e3c-51f4-4f52-9d6a-0f4c8a4c8b11';

/** Routes that came, with a call that a server that has them does not answer 404 to. */
const routes = [
  { from: '2.7.5', method: 'GET', path: '/api-keys/me' },
  { from: '2.7.5', method: 'GET', path: `/assets/${some}/metadata` },
  { from: '2.7.5', method: 'PUT', path: '/assets/metadata', body: { items: [] } },
  { from: '2.7.5', method: 'PUT', path: '/albums/assets', body: { albumIds: [], assetIds: [] } },
  { from: '3.1.0', method: 'PATCH', path: '/assets', body: { ids: [] } },
  { from: '3.1.0', method: 'PATCH', path: `/stacks/${some}`, body: {} },
  { from: '3.1.0', method: 'GET', path: '/workflows/triggers' },
  { from: '1.137.0', method: 'PUT', path: '/assets', body: { ids: [] } },
] as const;

/** The first asset that a search without any filter shows. */
async function listed({ ask }: Stage, body: object = {}): Promise<Record<string, unknown>[]> {
  const answer = (await ask('POST', '/search/metadata', body)).body as {
    assets: { items: Record<string, unknown>[] };
  };
  return answer.assets.items;
}

for (const version of versionNames) {
  const isV3 = at(version) >= at('3.1.0');

  void t.test(`routes of ${version}`, async (t) => {
    const { ask } = await setStage(t, { version });
    for (const { from, method, path, ...rest } of routes) {
      const { status, body } = await ask(method, path, 'body' in rest ? rest.body : undefined);
      const { message = '' } = (body ?? {}) as { message?: string | string[] };
      // Where a route is missing its last part is taken for an id.
      const isNoId = /\/(?:me|metadata)$/u.test(path) && status === 400 && !path.includes(some);
      const isThere = !String(message).startsWith('Cannot ') && !isNoId;
      t.equal(isThere, at(version) >= at(from), `${method} ${path} answers ${status}`);
    }
  });

  void t.test(`fields of an asset and of an album of ${version}`, async (t) => {
    const stage = await setStage(t, { version });
    const id = await stage.photo();
    const [asset = {}] = await listed(stage);
    const has = (name: string): boolean => name in asset;
    t.equal(has('createdAt') && has('width') && has('isEdited'), version !== '1.137.0');
    t.equal(has('deviceAssetId') || has('deviceId'), !isV3);
    t.match(asset, { visibility: 'timeline', isArchived: false });
    t.match(asset['duration'], isV3 ? null : '0:00:00.00000');
    const { body } = await stage.ask('POST', '/albums', { albumName: 'One', assetIds: [id] });
    const album = body as Record<string, unknown>;
    t.equal('ownerId' in album && 'assets' in album, !isV3);
    t.equal((album['albumUsers'] as unknown[]).length, isV3 ? 1 : 0, 'the owner is no user before v3');
    const gone = await stage.ask('DELETE', `/albums/${String(album['id'])}`);
    t.equal(gone.status, version === '1.137.0' ? 200 : 204);
    const page = (await stage.ask('POST', '/search/metadata', {})).body as { assets: object };
    t.equal('nextCursor' in page.assets, version === '3.2.0');
    t.type((page.assets as { total: unknown }).total, 'number');
  });

  void t.test(`what ${version} lists without being asked for more`, async (t) => {
    const stage = await setStage(t, { version });
    const { standIn, anna, ask, photo } = stage;
    const ben = standIn.addUser('Ben');
    const [own, archived, bens] = [await photo(), await photo(), await photo({ owner: ben })];
    standIn.setVisibility(archived, 'archive');
    t.equal((await listed(stage)).length, isV3 ? 2 : 1);
    t.equal((await listed(stage, { visibility: 'archive' })).length, 1);
    const { body: count } = await ask('POST', '/search/statistics', {});
    t.same(count, { total: isV3 ? 2 : 1 });
    const id = standIn.addAlbum(ben, 'Shared', [own, bens], [anna]);
    t.equal(((await ask('GET', '/albums')).body as unknown[]).length, isV3 ? 1 : 0);
    if (!isV3) t.equal(((await ask('GET', '/albums?shared=true')).body as unknown[]).length, 1);
    t.equal((await listed(stage, { albumIds: [id] })).length, isV3 ? 2 : 1, "other people's photos in it");
  });
}
