/* What can be sent to Immich: reading, labels, and of a photo itself nothing but the fields that carry labels. */
import t from 'tap';
import type { ImmichRequest } from '../../../src/sources/immich/client.js';
import {
  carryOnly,
  libraryStage,
  runScan,
  runUndo,
  tagsAndAlbums,
  valuesOnly,
} from '../../support/agent-stage.js';

/** The compiler checks this list: each must stay an error. */
const impossible: ImmichRequest[] = [
  // @ts-expect-error no request deletes photos
  { method: 'DELETE', route: '/assets', body: { ids: [], force: true } },
  // @ts-expect-error nor empties the trash
  { method: 'POST', route: '/trash/empty' },
  // @ts-expect-error no other field of a photo, with the newer verb either
  { method: 'PATCH', route: '/assets', body: { ids: [], visibility: 'locked' } },
  // @ts-expect-error no other field of a photo
  { method: 'PUT', route: '/assets', body: { ids: [], visibility: 'locked' } },
  // @ts-expect-error not beside one that may be written either
  { method: 'PUT', route: '/assets', body: { ids: [], isFavorite: true, rating: 1 } },
  // @ts-expect-error nor several at once
  { method: 'PUT', route: '/assets', body: { ids: [], rating: 1, description: '' } },
  // @ts-expect-error nor the time it was taken at
  { method: 'PUT', route: '/assets', body: { ids: [], dateTimeOriginal: '2026-01-01T00:00:00Z' } },
  // @ts-expect-error no photo by itself
  { method: 'PUT', route: '/assets/{id}', body: { isFavorite: true } },
  // @ts-expect-error no key of others in the metadata
  { method: 'DELETE', route: '/assets/metadata', body: { items: [{ assetId: '', key: 'mobile-app' }] } },
  // @ts-expect-error resolving duplicates puts photos into the trash
  { method: 'POST', route: '/duplicates/resolve', body: { groups: [] } },
];

void t.test('the compiler refuses every other request', (t) => {
  t.equal(impossible.length, 10);
  t.end();
});

void t.test('of a photo that something is carried over to, that and nothing else is sent', async (t) => {
  const stage = await libraryStage(t);
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  const mine = { rating: 2, description: 'mine', latitude: 1, longitude: 2 };
  const body = JSON.stringify({ ids: [stage.id('beach-small')], ...mine });
  await fetch(`${stage.standIn.url}/api/assets`, { method: 'PUT', headers, body });
  await stage.standIn.settled();
  stage.standIn.requests.reset();
  await runScan(stage.config, { settings: carryOnly('rating', 'description', 'location') });
  await runUndo(stage.config, 'all');
  const ids = [stage.id('beach')];
  t.same(
    stage.standIn.requests.all('PATCH /assets').map((request) => request.body),
    [
      { ids, rating: 2 },
      { ids, description: 'mine' },
      { ids, latitude: 1, longitude: 2 },
      { ids, rating: null },
      { ids, description: '' },
      { ids, latitude: 0, longitude: 0 },
    ],
  );
});

void t.test('what really was sent, with every kind of label, there and back', async (t) => {
  const stage = await libraryStage(t);
  const { values } = valuesOnly('favorite', 'duplicate', 'scores');
  const settings = { ...tagsAndAlbums, ...(values === undefined ? {} : { values }) };
  await runScan(stage.config, { settings });
  stage.standIn.setFavorite(stage.id('beach-small'), true);
  await stage.standIn.settled();
  await runScan(stage.config, { settings });
  await runUndo(stage.config, 'all');
  await runScan(stage.config, { settings: valuesOnly('stack') });
  await runUndo(stage.config, 'all');
  const labels = /^\/(?:tags|albums|stacks|search)(?:\/|$)/u;
  const onPhotos = stage.standIn.requests
    .all()
    .filter(({ method, route }) => method !== 'GET' && !labels.test(route));
  t.same(
    new Set(onPhotos.map(({ method, route }) => `${method} ${route}`)),
    new Set(['PATCH /assets', 'PUT /assets/metadata', 'DELETE /assets/metadata']),
  );
  for (const { route, body } of onPhotos) {
    const fields = Object.keys(body as object)
      .sort()
      .join();
    t.ok(
      route === '/assets' ? ['ids,isFavorite', 'duplicateId,ids'].includes(fields) : fields === 'items',
      fields,
    );
    if (route === '/assets') continue;
    const { items } = body as { items: { key: string }[] };
    t.same(new Set(items.map(({ key }) => key)), new Set(['photo-organizer']));
  }
  const { assets } = stage.standIn.snapshot();
  t.equal(Object.values(assets).filter(({ isTrashed }) => isTrashed).length, 0);
});
