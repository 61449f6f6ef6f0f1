/* How many requests labels cost: in bulk wherever Immich has a bulk route, and at most 200 photos in each. */
import t, { type Test } from 'tap';
import type { ValueKind } from '../../src/label-ports.js';
import type { Group } from '../../src/model.js';
import { albumsOnly, tagOnly, valuesOnly } from '../support/agent-stage.js';
import type { VersionName } from '../support/immich/version.js';
import { syncStage, type SyncStage } from '../support/sync-stage.js';

const photos = 1_000;
const perRequest = 200;

async function stageWith(t: Test, version: VersionName = '3.1.0'): Promise<SyncStage> {
  const stage = await syncStage(t, { version });
  await stage.addMany('p', photos);
  await stage.observe();
  stage.standIn.requests.reset();
  return stage;
}

const names = Array.from({ length: photos }, (_, n) => `p${n}`);
/** All photos in one group; the first is the keeper. */
const asOne = (stage: SyncStage): Group[] => stage.groups(names);
/** Each two in a group. */
const inPairs = (stage: SyncStage): Group[] =>
  stage.groups(...Array.from({ length: photos / 2 }, (_, n) => [`p${2 * n}`, `p${2 * n + 1}`]));

/** Requests that write, by route, since the last look; none of them with more photos than it may. */
function writes(t: Test, { standIn }: SyncStage): Record<string, number> {
  const sent = standIn.requests
    .all()
    .filter(({ method, route }) => method !== 'GET' && !route.startsWith('/search/'));
  const counts: Record<string, number> = {};
  let most = 0;
  for (const { method, route, body } of sent) {
    counts[`${method} ${route}`] = (counts[`${method} ${route}`] ?? 0) + 1;
    const { ids = [], assetIds = [], items = [] } = (body ?? {}) as Record<string, readonly unknown[]>;
    const isStack = `${method} ${route}` === 'POST /stacks';
    // A stack is made in one request, whatever its size.
    if (!isStack) most = Math.max(most, ids.length, assetIds.length, items.length);
  }
  t.ok(most <= perRequest, `${most} photos in one request`);
  standIn.requests.reset();
  return counts;
}

void t.test('a tag on 1000 photos: five writes, and few readings until it has settled', async (t) => {
  const stage = await stageWith(t);
  const all = { tag: { name: 'possible-duplicate', scope: 'all' as const }, albums: null };
  t.match(await stage.sync(asOne(stage), { settings: all }), { applied: photos, failed: 0 });
  t.equal(Object.keys(await stage.tags()).length, photos);
  const { requests } = stage.standIn;
  t.equal(requests.count('GET /assets/:id'), 0, 'carriers are asked for in pages');
  t.ok(requests.count('POST /search/metadata') <= 8, `${requests.count('POST /search/metadata')} pages`);
  t.same(writes(t, stage), { 'PUT /tags': 1, 'PUT /tags/assets': 5 });
  await stage.undo();
  t.same(writes(t, stage), { 'DELETE /tags/:id/assets': 5, 'DELETE /tags/:id': 1 });
});

void t.test('an album of 1000 photos', async (t) => {
  const stage = await stageWith(t);
  t.match(await stage.sync(asOne(stage), { settings: albumsOnly }), { applied: photos, failed: 0 });
  t.equal(Object.values(stage.albums())[0]?.length, photos);
  t.same(writes(t, stage), { 'POST /albums': 1, 'PUT /albums/:id/assets': 5 });
  await stage.undo();
  t.same(writes(t, stage), { 'DELETE /albums/:id': 1 });
});

/** What each kind costs: of one group of 1000 photos, of 500 of two, and each taken back. */
const costs: readonly {
  readonly kind: ValueKind;
  readonly one: readonly [object, object];
  readonly pairs: readonly [object, object];
}[] = [
  {
    kind: 'favorite',
    one: [{ 'PATCH /assets': 1 }, { 'PATCH /assets': 1 }],
    pairs: [{ 'PATCH /assets': 3 }, { 'PATCH /assets': 3 }],
  },
  {
    // A request sets one value: each group has its own.
    kind: 'duplicate',
    one: [{ 'PATCH /assets': 5 }, { 'PATCH /assets': 5 }],
    pairs: [{ 'PATCH /assets': 500 }, { 'PATCH /assets': 5 }],
  },
  {
    kind: 'scores',
    one: [{ 'PUT /assets/metadata': 5 }, { 'DELETE /assets/metadata': 5 }],
    pairs: [{ 'PUT /assets/metadata': 5 }, { 'DELETE /assets/metadata': 5 }],
  },
  {
    kind: 'stack',
    one: [{ 'POST /stacks': 1 }, { 'DELETE /stacks': 1 }],
    pairs: [{ 'POST /stacks': 500 }, { 'DELETE /stacks': 3 }],
  },
];

for (const { kind, ...cost } of costs)
  for (const [shape, groupsOf] of [
    ['one', asOne],
    ['pairs', inPairs],
  ] as const)
    void t.test(`${kind} on 1000 photos, ${shape === 'one' ? 'one group' : '500 groups'}`, async (t) => {
      const stage = await stageWith(t);
      const settings = valuesOnly(kind);
      const [written, takenBack] = cost[shape];
      t.match(await stage.sync(groupsOf(stage), { settings }), { failed: 0, unable: [], errors: [] });
      t.same(writes(t, stage), written);
      await stage.observe();
      t.match(await stage.sync(groupsOf(stage), { settings }), { applied: 0 });
      t.same(writes(t, stage), {}, 'a second run writes nothing');
      t.match(await stage.undo(), { failed: 0 });
      t.same(writes(t, stage), takenBack);
    });

void t.test('the oldest release costs no more', async (t) => {
  const stage = await stageWith(t, '1.137.0');
  await stage.sync(inPairs(stage), { settings: { ...tagOnly, ...valuesOnly('favorite'), tag: tagOnly.tag } });
  t.same(writes(t, stage), { 'PUT /assets': 3, 'PUT /tags': 1, 'PUT /tags/assets': 3 });
});
