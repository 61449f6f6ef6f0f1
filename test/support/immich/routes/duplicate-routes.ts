import type { AssetResponseDto } from '@immich/sdk';
import { ApiError } from '../api-error.js';
import { isTimelineOrArchive, toAssetResponse } from '../asset-response.js';
import { idsOf } from '../bulk-ids.js';
import { checked, listOf, shape, uuid } from '../checks.js';
import { mergeInto } from '../merge-duplicates.js';
import type { AssetRecord } from '../records.js';
import type { Call, Route } from '../route.js';
import { trash } from '../trash.js';

type Groups = Map<string, AssetRecord[]>;

/** The caller's assets with a duplicateId that pass the test, by group. */
function groupsOf({ immich, user }: Call, test: (asset: AssetRecord) => boolean): Groups {
  const groups: Groups = new Map();
  for (const asset of immich.state.assets.values()) {
    if (asset.ownerId !== user.id || asset.duplicateId === null || !test(asset)) continue;
    groups.set(asset.duplicateId, [...(groups.get(asset.duplicateId) ?? []), asset]);
  }
  return groups;
}

function clear({ immich }: Call, assets: Iterable<AssetRecord>): void {
  for (const asset of assets) {
    asset.duplicateId = null;
    immich.state.touch(asset);
  }
}

/** Immich's proposal: the largest file, then the fullest EXIF. */
function suggested(assets: AssetResponseDto[]): string[] {
  const size = (asset: AssetResponseDto): number => asset.exifInfo?.fileSizeInByte ?? 0;
  const facts = (asset: AssetResponseDto): number =>
    Object.values(asset.exifInfo ?? {}).filter(Boolean).length;
  const best = assets.toSorted((one, other) => size(one) - size(other) || facts(one) - facts(other)).at(-1);
  return best ? [best.id] : [];
}

const isFree = (asset: AssetRecord): boolean => asset.deletedAt === null && asset.stackId === null;

/** Looking dissolves groups with one member left that is neither trashed nor stacked, and hides stacked ones. */
async function listDuplicates(call: Call): Promise<unknown> {
  const { immich, user } = call;
  for (const [duplicateId, free] of groupsOf(call, isFree)) {
    if (free.length === 1)
      clear(
        call,
        [...immich.state.assets.values()].filter((asset) => asset.duplicateId === duplicateId),
      );
  }
  const groups = [...groupsOf(call, (asset) => isFree(asset) && isTimelineOrArchive(asset))].filter(
    ([, members]) => members.length > 1,
  );
  return Promise.all(
    groups.map(async ([duplicateId, members]) => {
      members.sort((one, other) => one.localDateTime - other.localDateTime);
      const assets = await Promise.all(
        members.map((asset) =>
          toAssetResponse(immich, asset, user, { exif: true, tags: true, nested: true }),
        ),
      );
      return {
        duplicateId,
        assets,
        ...(immich.version.since('2.7') ? { suggestedKeepAssetIds: suggested(assets) } : {}),
      };
    }),
  );
}

function requireGroups(call: Call, ids: readonly string[]): Groups {
  const groups = groupsOf(call, (asset) => asset.deletedAt === null);
  if (ids.some((id) => !groups.has(id))) throw new ApiError(400, 'Not found or no duplicate.delete access');
  return groups;
}

function dismiss(call: Call, ids: readonly string[]): void {
  requireGroups(call, ids);
  const all = groupsOf(call, () => true);
  for (const id of ids) clear(call, all.get(id) ?? []);
}

type Resolution = { duplicateId: string; keepAssetIds: string[]; trashAssetIds: string[] };

function resolveGroup(call: Call, members: AssetRecord[], wanted: Resolution): object {
  const id = wanted.duplicateId;
  const refused = (errorMessage: string): object => ({
    id,
    success: false,
    error: 'validation',
    errorMessage,
  });
  const keep = members.filter((asset) => wanted.keepAssetIds.includes(asset.id));
  const drop = members.filter((asset) => wanted.trashAssetIds.includes(asset.id));
  if (keep.some((asset) => drop.includes(asset)))
    return refused('An asset cannot be in both keepAssetIds and trashAssetIds');
  if (keep.length + drop.length < members.length)
    return refused('Every asset must be in either keepAssetIds or trashAssetIds');
  const [only] = keep;
  if (only && keep.length === 1 && drop.length > 0) mergeInto(call.immich, only, members);
  clear(call, keep);
  for (const asset of drop) {
    asset.duplicateId = null;
    trash(call.immich, asset);
  }
  return { id, success: true };
}

function resolve(call: Call): unknown {
  const { groups } = checked<{ groups: Resolution[] }>(call.body, {
    groups: listOf(shape({ duplicateId: uuid, keepAssetIds: listOf(uuid), trashAssetIds: listOf(uuid) }), 1),
  });
  requireGroups(
    call,
    groups.map(({ duplicateId }) => duplicateId),
  );
  return groups.map((group) => {
    const members = groupsOf(call, isFree).get(group.duplicateId);
    return members
      ? resolveGroup(call, members, group)
      : { id: group.duplicateId, success: false, error: 'not_found' };
  });
}

/** The Duplicates page: IMMICH.md §8. */
export const duplicateRoutes: Route[] = [
  { method: 'GET', path: '/duplicates', permission: 'duplicate.read', answer: listDuplicates },
  {
    method: 'DELETE',
    path: '/duplicates',
    permission: 'duplicate.delete',
    status: 204,
    answer: (call) => dismiss(call, idsOf(call.body)),
  },
  {
    method: 'POST',
    path: '/duplicates/resolve',
    permission: 'duplicate.delete',
    from: '2.7',
    answer: resolve,
  },
  {
    method: 'DELETE',
    path: '/duplicates/:id',
    permission: 'duplicate.delete',
    status: 204,
    answer: (call) => dismiss(call, [call.params['id'] ?? '']),
  },
];
