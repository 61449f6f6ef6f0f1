import { ownsAsset, requireOwned } from '../access.js';
import { ApiError } from '../api-error.js';
import { toTagResponse } from '../asset-response.js';
import { addMembers, idsOf, removeMembers, succeeded } from '../bulk-ids.js';
import { anyString, checked, hexColour, listOf, optional, orNull, uuid } from '../checks.js';
import type { TagRecord } from '../records.js';
import { withPatchTwin } from '../route.js';
import type { Call, Route } from '../route.js';
import { tagsChanged } from '../sidecar.js';
import { upsertTags } from '../tag-tree.js';

const MAX_PAIRS = 32_767;

const own = ({ immich, user, params }: Call, permission: string): TagRecord =>
  requireOwned(immich.state.tags, user, params['id'] ?? '', permission);

function listTags({ immich, user }: Call): unknown {
  const tags = [...immich.state.tags.values()].filter((tag) => tag.userId === user.id);
  return tags.sort((one, other) => (one.value < other.value ? -1 : 1)).map((tag) => toTagResponse(tag));
}

function upsert({ immich, user, body }: Call): unknown {
  const { tags } = checked<{ tags: string[] }>(body, { tags: listOf(anyString) });
  const results = upsertTags(immich.state, user.id, tags);
  return results.map((tag) => toTagResponse(tag));
}

function create({ immich, user, body }: Call): unknown {
  const dto = checked<{ name: string; parentId?: string | null; color?: string | null }>(body, {
    name: anyString,
    parentId: optional(orNull(uuid)),
    color: optional(orNull(hexColour)),
  });
  const parent = dto.parentId ? requireOwned(immich.state.tags, user, dto.parentId, 'tag.read') : undefined;
  const value = parent ? `${parent.value}/${dto.name}` : dto.name;
  if (immich.state.tagByValue(user.id, value)) throw new ApiError(400, 'A tag with that name already exists');
  return toTagResponse(immich.state.addTag(user.id, value, parent?.id ?? null, dto.color ?? null));
}

function update(call: Call): unknown {
  const dto = checked<{ color?: string | null; name?: string }>(call.body, {
    color: optional(orNull(hexColour)),
    name: optional(anyString),
  });
  const tag = own(call, 'tag.update');
  if (dto.color === undefined)
    throw new ApiError(
      500,
      call.immich.version.since('3.0') ? 'Failed to update tag v3' : 'Failed to update tag',
    );
  tag.color = dto.color;
  tag.updatedAt = call.immich.state.now();
  return toTagResponse(tag);
}

/** Only own assets and tags count; whatever else is in the lists is left out without a word. */
function bulkTag({ immich, user, body }: Call): unknown {
  const dto = checked<{ tagIds: string[]; assetIds: string[] }>(body, {
    tagIds: listOf(uuid),
    assetIds: listOf(uuid),
  });
  const { state } = immich;
  const tagIds = [...new Set(dto.tagIds)].filter((id) => state.tags.get(id)?.userId === user.id);
  const assets = [...new Set(dto.assetIds)].flatMap((id) => {
    const asset = state.assets.get(id);
    return asset && ownsAsset(user, asset) ? [asset] : [];
  });
  if (tagIds.length * assets.length > MAX_PAIRS) throw new ApiError(500, 'Failed to bulk tag assets');
  let count = 0;
  for (const asset of assets) {
    const before = asset.tagIds.size;
    for (const id of tagIds) asset.tagIds.add(id);
    if (asset.tagIds.size === before) continue;
    count += asset.tagIds.size - before;
    tagsChanged(immich, asset);
  }
  return { count };
}

function changeAssets(call: Call, change: 'add' | 'delete'): unknown {
  const ids = idsOf(call.body);
  const tag = own(call, 'tag.asset');
  const { assets } = call.immich.state;
  const isTagged = (id: string): boolean => assets.get(id)?.tagIds.has(tag.id) === true;
  const results =
    change === 'add' ? addMembers(call, ids, isTagged) : removeMembers(call, ids, isTagged, true);
  for (const id of succeeded(results)) assets.get(id)?.tagIds[change](tag.id);
  for (const id of succeeded(results)) {
    const asset = assets.get(id);
    if (asset) tagsChanged(call.immich, asset);
  }
  return results;
}

/** Tags: IMMICH.md §5, the sidecar round trip included. */
export const tagRoutes: Route[] = [
  { method: 'GET', path: '/tags', permission: 'tag.read', answer: listTags },
  { method: 'PUT', path: '/tags', permission: 'tag.create', answer: upsert },
  { method: 'POST', path: '/tags', permission: 'tag.create', status: 201, answer: create },
  { method: 'PUT', path: '/tags/assets', permission: 'tag.asset', answer: bulkTag },
  {
    method: 'GET',
    path: '/tags/:id',
    permission: 'tag.read',
    answer: (call) => toTagResponse(own(call, 'tag.read')),
  },
  ...withPatchTwin({ method: 'PUT', path: '/tags/:id', permission: 'tag.update', answer: update }),
  {
    method: 'DELETE',
    path: '/tags/:id',
    permission: 'tag.delete',
    status: 204,
    answer: (call) => call.immich.state.removeTag(own(call, 'tag.delete').id),
  },
  {
    method: 'PUT',
    path: '/tags/:id/assets',
    permission: 'tag.asset',
    answer: (call) => changeAssets(call, 'add'),
  },
  {
    method: 'DELETE',
    path: '/tags/:id/assets',
    permission: 'tag.asset',
    answer: (call) => changeAssets(call, 'delete'),
  },
];
