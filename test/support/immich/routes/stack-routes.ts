import type { StackResponseDto } from '@immich/sdk';
import { requireOwn, requireOwned } from '../access.js';
import { ApiError } from '../api-error.js';
import { isTimelineOrArchive, toAssetResponse } from '../asset-response.js';
import { idsOf } from '../bulk-ids.js';
import { checked, listOf, optional, uuid } from '../checks.js';
import type { AssetRecord, StackRecord } from '../records.js';
import { withPatchTwin } from '../route.js';
import type { Call, Route } from '../route.js';
import type { State } from '../state.js';

const membersOf = (state: State, stackId: string): AssetRecord[] =>
  [...state.assets.values()].filter((asset) => asset.stackId === stackId);

/** The primary first; trashed, hidden and locked members are not shown. */
async function toStackResponse({ immich, user }: Call, stack: StackRecord): Promise<StackResponseDto> {
  const shown = membersOf(immich.state, stack.id).filter(
    (asset) => asset.deletedAt === null && isTimelineOrArchive(asset),
  );
  shown.sort(
    (one, other) => Number(other.id === stack.primaryAssetId) - Number(one.id === stack.primaryAssetId),
  );
  const assets = await Promise.all(
    shown.map((asset) => toAssetResponse(immich, asset, user, { exif: true, nested: true })),
  );
  return { id: stack.id, primaryAssetId: stack.primaryAssetId, assets };
}

const own = ({ immich, user, params }: Call, permission: string): StackRecord =>
  requireOwned(immich.state.stacks, user, params['id'] ?? '', permission);

function listStacks(call: Call): unknown {
  const { primaryAssetId } = checked<{ primaryAssetId?: string }>(call.query, {
    primaryAssetId: optional(uuid),
  });
  const stacks = [...call.immich.state.stacks.values()].filter(
    (stack) =>
      stack.ownerId === call.user.id &&
      (primaryAssetId === undefined || stack.primaryAssetId === primaryAssetId),
  );
  return Promise.all(stacks.map((stack) => toStackResponse(call, stack)));
}

/** Stacks whose primary is among the ids are swallowed with all their members. */
function createStack(call: Call): unknown {
  const { assetIds } = checked<{ assetIds: string[] }>(call.body, { assetIds: listOf(uuid, 2) });
  const { state } = call.immich;
  const assets = requireOwn(state, call.user, assetIds, 'asset.update');
  const members = new Set(assets);
  for (const stack of [...state.stacks.values()]) {
    if (stack.ownerId !== call.user.id || !assetIds.includes(stack.primaryAssetId)) continue;
    for (const member of membersOf(state, stack.id)) if (member.deletedAt === null) members.add(member);
    state.removeStack(stack.id);
  }
  const stack = { id: state.newId('stack'), ownerId: call.user.id, primaryAssetId: assetIds[0] ?? '' };
  state.stacks.set(stack.id, stack);
  for (const asset of members) {
    asset.stackId = stack.id;
    state.touch(asset);
  }
  return toStackResponse(call, stack);
}

function updateStack(call: Call): unknown {
  const { primaryAssetId } = checked<{ primaryAssetId?: string }>(call.body, {
    primaryAssetId: optional(uuid),
  });
  const stack = own(call, 'stack.update');
  if (primaryAssetId !== undefined) {
    const asset = call.immich.state.assets.get(primaryAssetId);
    // One in the trash does not count.
    if (asset?.stackId !== stack.id || asset.deletedAt !== null)
      throw new ApiError(400, 'Primary asset must be in the stack');
  }
  stack.primaryAssetId = primaryAssetId ?? stack.primaryAssetId;
  return toStackResponse(call, stack);
}

function removeMember(call: Call): void {
  const { state } = call.immich;
  const stack = own(call, 'stack.update');
  const asset = state.assets.get(call.params['assetId'] ?? '');
  if (asset?.stackId !== stack.id) throw new ApiError(400, 'Asset not in stack');
  if (stack.primaryAssetId === asset.id) throw new ApiError(400, "Cannot remove stack's primary asset");
  asset.stackId = null;
  state.touch(asset);
}

function deleteStacks({ immich, user, body }: Call): void {
  const stacks = idsOf(body).map((id) => requireOwned(immich.state.stacks, user, id, 'stack.delete'));
  for (const { id } of stacks) immich.state.removeStack(id);
}

/** Stacks: IMMICH.md §8. */
export const stackRoutes: Route[] = [
  { method: 'GET', path: '/stacks', permission: 'stack.read', answer: listStacks },
  { method: 'POST', path: '/stacks', permission: 'stack.create', status: 201, answer: createStack },
  { method: 'DELETE', path: '/stacks', permission: 'stack.delete', status: 204, answer: deleteStacks },
  {
    method: 'GET',
    path: '/stacks/:id',
    permission: 'stack.read',
    answer: (call) => toStackResponse(call, own(call, 'stack.read')),
  },
  ...withPatchTwin({ method: 'PUT', path: '/stacks/:id', permission: 'stack.update', answer: updateStack }),
  {
    method: 'DELETE',
    path: '/stacks/:id',
    permission: 'stack.delete',
    status: 204,
    answer: (call) => call.immich.state.removeStack(own(call, 'stack.delete').id),
  },
  {
    method: 'DELETE',
    path: '/stacks/:id/assets/:assetId',
    permission: 'stack.update',
    status: 204,
    answer: removeMember,
  },
];
