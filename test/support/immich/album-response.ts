import type { AlbumResponseDto } from '@immich/sdk';
import { asEnum, isTimelineOrArchive, toAssetResponse, toUserResponse } from './asset-response.js';
import type { Immich } from './immich.js';
import type { AlbumRecord, AssetRecord, UserRecord } from './records.js';
import { toIso } from './timestamps.js';

/** The members that count: not trashed, not hidden, not locked; newest first. */
function visibleMembers(immich: Immich, album: AlbumRecord): AssetRecord[] {
  const members = [...album.assetIds].flatMap((id) => immich.state.assets.get(id) ?? []);
  const visible = members.filter((asset) => asset.deletedAt === null && isTimelineOrArchive(asset));
  return visible.sort((one, other) => other.fileCreatedAt - one.fileCreatedAt);
}

function datesOf(
  members: readonly AssetRecord[],
): Pick<AlbumResponseDto, 'startDate' | 'endDate' | 'lastModifiedAssetTimestamp'> {
  if (members.length === 0) return {};
  const times = members.map(({ localDateTime }) => localDateTime);
  return {
    startDate: toIso(Math.min(...times)),
    endDate: toIso(Math.max(...times)),
    lastModifiedAssetTimestamp: toIso(Math.max(...members.map(({ updatedAt }) => updatedAt))),
  };
}

/** An album as this version shows it: before v3 with owner, ownerId and (GET /albums/{id}) its assets. */
export async function toAlbumResponse(
  immich: Immich,
  album: AlbumRecord,
  viewer: UserRecord,
  withAssets = false,
): Promise<AlbumResponseDto> {
  const members = visibleMembers(immich, album);
  const users = [...album.users].flatMap(([id, role]) => {
    const user = immich.state.users.get(id);
    return user ? [{ user, role }] : [];
  });
  const isV3 = immich.version.since('3.0');
  const response: AlbumResponseDto = {
    id: album.id,
    albumName: album.name,
    description: album.description,
    albumThumbnailAssetId: album.thumbnailAssetId,
    createdAt: toIso(album.createdAt),
    updatedAt: toIso(album.updatedAt),
    albumUsers: users
      .filter(({ role }) => isV3 || role !== 'owner')
      .map(({ user, role }) => ({
        user: toUserResponse(user),
        role: asEnum<AlbumResponseDto['albumUsers'][number]['role']>(role),
      })),
    shared: users.length > 1,
    hasSharedLink: false,
    ...datesOf(members),
    assetCount: members.length,
    isActivityEnabled: album.isActivityEnabled,
    order: asEnum<NonNullable<AlbumResponseDto['order']>>(album.order),
  };
  if (isV3) return response;
  const [owner = { user: viewer }] = users;
  const assets = await Promise.all(
    members.map((asset) => toAssetResponse(immich, asset, viewer, { exif: true })),
  );
  const older = {
    ...response,
    ownerId: owner.user.id,
    owner: toUserResponse(owner.user),
    assets: withAssets ? assets : [],
  };
  return older;
}
