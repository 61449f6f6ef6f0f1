import { ApiError } from './api-error.js';
import type { AlbumRecord, AssetRecord, UserRecord } from './records.js';
import type { State } from './state.js';

/** Own and not locked: a key never has the elevated permission that opens locked assets. */
export const ownsAsset = (user: UserRecord, asset: AssetRecord): boolean =>
  asset.ownerId === user.id && asset.visibility !== 'locked';

const isPartners = (state: State, user: UserRecord, asset: AssetRecord): boolean =>
  asset.deletedAt === null &&
  (asset.visibility === 'timeline' || asset.visibility === 'hidden') &&
  state.partners.some(({ from, to }) => from === asset.ownerId && to === user.id);

const isInAlbum = (state: State, user: UserRecord, asset: AssetRecord): boolean =>
  asset.deletedAt === null &&
  [...state.albums.values()].some((album) => album.users.has(user.id) && album.assetIds.has(asset.id));

/** Immich's AssetShare: own, or shown by a partner. Albums and PUT /tags/{id}/assets ask for no more. */
export const mayShare = (state: State, user: UserRecord, asset: AssetRecord): boolean =>
  ownsAsset(user, asset) || isPartners(state, user, asset);

/** Immich's AssetRead, AssetView and AssetDownload: own, partner's, or in an album one belongs to. */
export const maySee = (state: State, user: UserRecord, asset: AssetRecord): boolean =>
  mayShare(state, user, asset) || isInAlbum(state, user, asset);

const denied = (permission: string): ApiError => new ApiError(400, `Not found or no ${permission} access`);

/** The assets of these ids, or 400 as soon as one of them is unknown or out of reach. */
export function requireAssets(
  state: State,
  ids: readonly string[],
  permission: string,
  allowed: (asset: AssetRecord) => boolean,
): AssetRecord[] {
  return [...new Set(ids)].map((id) => {
    const asset = state.assets.get(id);
    if (!asset || !allowed(asset)) throw denied(permission);
    return asset;
  });
}

/** One own asset that may be changed, or 400. */
export const requireOwn = (
  state: State,
  user: UserRecord,
  ids: readonly string[],
  permission: string,
): AssetRecord[] => requireAssets(state, ids, permission, (asset) => ownsAsset(user, asset));

/** The album, when the user belongs to it in one of the roles; 400 otherwise. */
export function requireAlbum(
  state: State,
  user: UserRecord,
  id: string,
  permission: string,
  roles: readonly string[],
): AlbumRecord {
  const album = state.albums.get(id);
  if (!album || !roles.includes(album.users.get(user.id) ?? '')) throw denied(permission);
  return album;
}

/** A record the user owns, or 400. */
export function requireOwned<T extends { ownerId?: string; userId?: string }>(
  records: ReadonlyMap<string, T>,
  user: UserRecord,
  id: string,
  permission: string,
): T {
  const record = records.get(id);
  if (!record || (record.ownerId ?? record.userId) !== user.id) throw denied(permission);
  return record;
}
