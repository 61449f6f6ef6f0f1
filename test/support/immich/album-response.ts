import type { AlbumResponseDto } from '@immich/sdk';
import { asEnum, isTimelineOrArchive, toAssetResponse, toUserResponse } from './asset-response.js';
import type { Immich } from './immich.js';
import type { AlbumRecord, AssetRecord, UserRecord } from './records.js';
import { toDatabaseText, toIso } from './timestamps.js';

/** The members that count: not trashed, not hidden, not locked; newest first. */
function visibleMembers(immich: Immich, album: AlbumRecord): AssetRecord[] {
  const members = [...album.assetIds].flatMap((id) => immich.state.assets.get(id) ?? []);
  const visible = members.filter((asset) => asset.deletedAt === null && isTimelineOrArchive(asset));
  return visible.sort((one, other) => other.fileCreatedAt - one.fileCreatedAt);
}

/** listed: GET /albums; one: GET /albums/{id}; written: the answer to POST and PATCH. */
type AlbumView = 'listed' | 'one' | 'written';

type Dates = Pick<AlbumResponseDto, 'startDate' | 'endDate' | 'lastModifiedAssetTimestamp'>;

/** What was written shows the exact times as the database has them; what is read shows the days. */
function datesOf(members: readonly AssetRecord[], view: AlbumView): Dates {
  if (members.length === 0) return {};
  const times = members.map(({ localDateTime }) => localDateTime);
  const first = Math.min(...times);
  const last = Math.max(...times);
  if (view === 'written') return { startDate: toDatabaseText(first), endDate: toDatabaseText(last) };
  const midnight = (micros: number): string => `${toIso(micros).slice(0, 10)}T00:00:00.000Z`;
  const lastModifiedAssetTimestamp = toIso(Math.max(...members.map(({ updatedAt }) => updatedAt)));
  return { startDate: midnight(first), endDate: midnight(last), lastModifiedAssetTimestamp };
}

/** An album as this version shows it: before v3 with owner, ownerId and (GET /albums/{id}) its assets. */
export async function toAlbumResponse(
  immich: Immich,
  album: AlbumRecord,
  viewer: UserRecord,
  view: AlbumView,
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
        user: toUserResponse(user, toDatabaseText),
        role: asEnum<AlbumResponseDto['albumUsers'][number]['role']>(role),
      })),
    shared: users.length > 1,
    hasSharedLink: false,
    ...datesOf(members, view),
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
    owner: toUserResponse(owner.user, toDatabaseText),
    assets: view === 'one' ? assets : [],
  };
  return older;
}
