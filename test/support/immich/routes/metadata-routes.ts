import { maySee, requireAssets, requireOwn } from '../access.js';
import { ApiError } from '../api-error.js';
import { anyObject, anyString, checked, listOf, oneOf, shape, uuid } from '../checks.js';
import type { Check } from '../checks.js';
import type { AssetRecord } from '../records.js';
import type { Call, Route } from '../route.js';
import { toIso } from '../timestamps.js';

type Item = { key: string; value: object };
type BulkItem = Item & { assetId: string };

/** Before 2.5 there was one key only. */
const keyCheck = ({ immich }: Call): Check => (immich.version.since('2.5') ? anyString : oneOf('mobile-app'));

function refuseRepeats(names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new ApiError(400, `Duplicate items are not allowed: "${repeated}"`);
}

function found(call: Call): AssetRecord {
  const { immich, user, params } = call;
  const [asset] = requireAssets(immich.state, [params['id'] ?? ''], 'asset.read', (one) =>
    maySee(immich.state, user, one),
  );
  if (!asset) throw new ApiError(400, 'Asset not found');
  return asset;
}

const own = ({ immich, user }: Call, ids: readonly string[]): AssetRecord[] =>
  requireOwn(immich.state, user, ids, 'asset.update');

function write(
  { immich }: Call,
  asset: AssetRecord,
  { key, value }: Item,
): { key: string; value: object; updatedAt: string } {
  const updatedAt = immich.state.now();
  asset.metadata.set(key, { value, updatedAt });
  return { key, value, updatedAt: toIso(updatedAt) };
}

const entries = (asset: AssetRecord): unknown[] =>
  [...asset.metadata].map(([key, { value, updatedAt }]) => ({ key, value, updatedAt: toIso(updatedAt) }));

function putOne(call: Call): unknown {
  const item = shape({ key: keyCheck(call), value: anyObject });
  const { items } = checked<{ items: Item[] }>(call.body, { items: listOf(item) });
  const [asset] = own(call, [call.params['id'] ?? '']);
  refuseRepeats(items.map(({ key }) => key));
  return asset ? items.map((entry) => write(call, asset, entry)) : [];
}

function getOne(call: Call): unknown {
  const { id = '', key = '' } = call.params;
  const entry = found(call).metadata.get(key);
  if (!entry) throw new ApiError(400, `Metadata with key "${key}" not found for asset with id "${id}"`);
  return { key, value: entry.value, updatedAt: toIso(entry.updatedAt) };
}

function deleteOne(call: Call): void {
  const { id = '', key = '' } = call.params;
  for (const asset of own(call, [id])) asset.metadata.delete(key);
}

function putMany(call: Call): unknown {
  const item = shape({ assetId: uuid, key: keyCheck(call), value: anyObject });
  const { items } = checked<{ items: BulkItem[] }>(call.body, { items: listOf(item) });
  own(
    call,
    items.map(({ assetId }) => assetId),
  );
  refuseRepeats(items.map(({ assetId, key }) => `(${assetId}, ${key})`));
  return items.flatMap((entry) => {
    const asset = call.immich.state.assets.get(entry.assetId);
    return asset ? [{ assetId: entry.assetId, ...write(call, asset, entry) }] : [];
  });
}

function deleteMany(call: Call): void {
  const item = shape({ assetId: uuid, key: keyCheck(call) });
  const { items } = checked<{ items: { assetId: string; key: string }[] }>(call.body, {
    items: listOf(item),
  });
  own(
    call,
    items.map(({ assetId }) => assetId),
  );
  for (const { assetId, key } of items) call.immich.state.assets.get(assetId)?.metadata.delete(key);
}

/** Key-value metadata: IMMICH.md §7; never touches updatedAt. */
export const metadataRoutes: Route[] = [
  {
    method: 'GET',
    path: '/assets/:id/metadata',
    permission: 'asset.read',
    from: '1.140',
    answer: (call) => entries(found(call)),
  },
  { method: 'PUT', path: '/assets/:id/metadata', permission: 'asset.update', from: '1.140', answer: putOne },
  {
    method: 'GET',
    path: '/assets/:id/metadata/:key',
    permission: 'asset.read',
    from: '1.140',
    answer: getOne,
  },
  {
    method: 'DELETE',
    path: '/assets/:id/metadata/:key',
    permission: 'asset.update',
    from: '1.140',
    status: 204,
    answer: deleteOne,
  },
  { method: 'PUT', path: '/assets/metadata', permission: 'asset.update', from: '2.5', answer: putMany },
  {
    method: 'DELETE',
    path: '/assets/metadata',
    permission: 'asset.update',
    from: '2.5',
    status: 204,
    answer: deleteMany,
  },
];
