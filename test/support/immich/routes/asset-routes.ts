import { maySee, requireAssets, requireOwn } from '../access.js';
import { ApiError } from '../api-error.js';
import { toAssetResponse } from '../asset-response.js';
import { idsOf } from '../bulk-ids.js';
import {
  anyBoolean,
  anyString,
  checked,
  degrees,
  listOf,
  oneOf,
  optional,
  orNull,
  uuid,
  stars,
} from '../checks.js';
import type { Check } from '../checks.js';
import type { Immich } from '../immich.js';
import type { AssetRecord, WritableNote } from '../records.js';
import { withPatchTwin } from '../route.js';
import type { Call, Route } from '../route.js';
import { queueExtraction, queueSidecarWrite } from '../sidecar.js';
import { deleteSoon, restore, trash } from '../trash.js';

type AssetChange = {
  isFavorite?: boolean;
  visibility?: AssetRecord['visibility'];
  duplicateId?: string | null;
  description?: string;
  rating?: number | null;
  dateTimeOriginal?: string;
  latitude?: number;
  longitude?: number;
};

const changeChecks = (immich: Immich): Record<string, Check> => ({
  isFavorite: optional(anyBoolean),
  visibility: optional(oneOf('archive', 'timeline', 'hidden', 'locked')),
  description: optional(anyString),
  rating: optional(orNull(stars(immich.version.since('3.0')))),
  latitude: optional(degrees(90)),
  longitude: optional(degrees(180)),
});

const NOTES = [
  'description',
  'rating',
  'dateTimeOriginal',
  'latitude',
  'longitude',
] as const satisfies WritableNote[];

/** Description and the like go to the locked columns; true when there was one. */
function changeNotes(asset: AssetRecord, dto: AssetChange): boolean {
  let changed = false;
  for (const note of NOTES) {
    if (dto[note] === undefined) continue;
    Object.assign(asset.exif, { [note]: dto[note] });
    asset.locked.add(note);
    changed = true;
  }
  return changed;
}

/** Columns of the asset's own row, which move updatedAt at once, even to the same value; true when there was one. */
function changeRow(immich: Immich, asset: AssetRecord, dto: AssetChange): boolean {
  const { isFavorite, visibility, duplicateId } = dto;
  if (isFavorite === undefined && visibility === undefined && duplicateId === undefined) return false;
  if (isFavorite !== undefined) asset.isFavorite = isFavorite;
  if (visibility !== undefined) asset.visibility = visibility;
  if (duplicateId !== undefined) asset.duplicateId = duplicateId;
  if (visibility === 'locked')
    for (const album of immich.state.albums.values()) album.assetIds.delete(asset.id);
  immich.state.touch(asset);
  return true;
}

/** All or nothing; followed by the sidecar round trip (in v1 only after notes), so that updatedAt moves a second time. */
function updateAssets({ immich, user, body }: Call): void {
  const dto = checked<AssetChange & { ids: string[] }>(body, {
    ids: listOf(uuid),
    ...changeChecks(immich),
    duplicateId: optional(orNull(anyString)),
  });
  const assets = requireOwn(immich.state, user, dto.ids, 'asset.update');
  if (
    typeof dto.duplicateId === 'string' &&
    !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(dto.duplicateId)
  ) {
    throw new ApiError(500, 'Internal server error');
  }
  for (const asset of assets) {
    const hasNotes = changeNotes(asset, dto);
    changeRow(immich, asset, dto);
    if (hasNotes || immich.version.since('2.0')) queueSidecarWrite(immich, asset.id);
  }
}

function updateAsset({ immich, user, params, body }: Call): unknown {
  const dto = checked<AssetChange>(body, changeChecks(immich));
  const [asset] = requireOwn(immich.state, user, [params['id'] ?? ''], 'asset.update');
  if (!asset) throw new ApiError(400, 'Asset not found');
  if (changeNotes(asset, dto)) queueSidecarWrite(immich, asset.id);
  const { isFavorite, visibility } = dto;
  changeRow(immich, asset, {
    ...(isFavorite === undefined ? {} : { isFavorite }),
    ...(visibility === undefined ? {} : { visibility }),
  });
  return toAssetResponse(immich, asset, user, { exif: true });
}

function getAsset({ immich, user, params }: Call): unknown {
  const [asset] = requireAssets(immich.state, [params['id'] ?? ''], 'asset.read', (found) =>
    maySee(immich.state, user, found),
  );
  if (!asset) throw new ApiError(400, 'Asset not found');
  return toAssetResponse(immich, asset, user, { exif: true, tags: true, stack: true, owner: true });
}

function deleteAssets({ immich, user, body }: Call): void {
  const { ids, force } = checked<{ ids: string[]; force?: boolean }>(body, {
    ids: listOf(uuid),
    force: optional(anyBoolean),
  });
  const assets = requireOwn(immich.state, user, ids, 'asset.delete');
  for (const asset of assets) trash(immich, asset);
  if (force === true) deleteSoon(immich, assets);
}

function runJobs({ immich, user, body }: Call): void {
  const dto = checked<{ assetIds: string[]; name: string }>(body, {
    assetIds: listOf(uuid),
    name: oneOf('refresh-faces', 'refresh-metadata', 'regenerate-thumbnail', 'transcode-video'),
  });
  const assets = requireOwn(immich.state, user, dto.assetIds, 'asset.update');
  if (dto.name === 'refresh-metadata') for (const asset of assets) queueExtraction(immich, asset.id);
}

function restoreSome({ immich, user, body }: Call): unknown {
  const ids = idsOf(body);
  for (const asset of requireOwn(immich.state, user, ids, 'asset.delete')) restore(immich, asset);
  return { count: ids.length };
}

const trashed = ({ immich, user }: Call): AssetRecord[] =>
  [...immich.state.assets.values()].filter((asset) => asset.ownerId === user.id && asset.deletedAt !== null);

function restoreAll(call: Call): unknown {
  const assets = trashed(call);
  for (const asset of assets) restore(call.immich, asset);
  return { count: assets.length };
}

function emptyTrash(call: Call): unknown {
  const assets = trashed(call);
  deleteSoon(call.immich, assets);
  return { count: assets.length };
}

/** Reading, changing, trashing and deleting assets: IMMICH.md §2, §3, §7. */
export const assetRoutes: Route[] = [
  { method: 'GET', path: '/assets/:id', permission: 'asset.read', answer: getAsset },
  ...withPatchTwin({
    method: 'PUT',
    path: '/assets',
    permission: 'asset.update',
    status: 204,
    answer: updateAssets,
  }),
  ...withPatchTwin({ method: 'PUT', path: '/assets/:id', permission: 'asset.update', answer: updateAsset }),
  { method: 'DELETE', path: '/assets', permission: 'asset.delete', status: 204, answer: deleteAssets },
  { method: 'POST', path: '/assets/jobs', permission: 'job.create', status: 204, answer: runJobs },
  { method: 'POST', path: '/trash/restore/assets', permission: 'asset.delete', answer: restoreSome },
  { method: 'POST', path: '/trash/restore', permission: 'asset.delete', answer: restoreAll },
  { method: 'POST', path: '/trash/empty', permission: 'asset.delete', answer: emptyTrash },
];
