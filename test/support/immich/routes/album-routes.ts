import { mayShare, requireAlbum } from '../access.js';
import { toAlbumResponse } from '../album-response.js';
import { ApiError } from '../api-error.js';
import { addMembers, booleanParam, idsOf, removeMembers, succeeded } from '../bulk-ids.js';
import { anyBoolean, anyString, checked, listOf, oneOf, optional, orNull, uuid } from '../checks.js';
import type { AlbumRecord } from '../records.js';
import type { Call, Route } from '../route.js';

const ALL = ['owner', 'editor', 'viewer'];
const WRITERS = ['owner', 'editor'];

const own = ({ immich, user, params }: Call, permission: string, roles: string[]): AlbumRecord =>
  requireAlbum(immich.state, user, params['id'] ?? '', permission, roles);

/** What the query wants of an album, by the role in it. Before v3 only the own ones are listed, or with `shared` the shared ones. */
function isAskedFor({ immich, query }: Call): (album: AlbumRecord, role: string) => boolean {
  if (!immich.version.since('3.0')) {
    const shared = booleanParam(query['shared'], 'shared');
    if (shared === undefined) return (_, role) => role === 'owner';
    return (album, role) => album.users.size > 1 === shared && (shared || role === 'owner');
  }
  const isOwned = booleanParam(query['isOwned'], 'isOwned');
  const isShared = booleanParam(query['isShared'], 'isShared');
  return (album, role) =>
    (isOwned === undefined || (role === 'owner') === isOwned) &&
    (isShared === undefined || album.users.size > 1 === isShared) &&
    (!query['name'] || album.name === query['name']);
}

async function listAlbums(call: Call): Promise<unknown> {
  const { immich, user, query } = call;
  const { assetId } = checked<{ assetId?: string }>(query, { assetId: optional(uuid) });
  const isWanted = isAskedFor(call);
  const albums = [...immich.state.albums.values()].filter((album) => {
    const role = album.users.get(user.id);
    if (role === undefined) return false;
    if (assetId !== undefined) return album.assetIds.has(assetId);
    return isWanted(album, role);
  });
  albums.sort((one, other) => other.createdAt - one.createdAt);
  return Promise.all(albums.map((album) => toAlbumResponse(immich, album, user, 'listed')));
}

type AlbumBody = {
  albumName?: string;
  description?: string;
  assetIds?: string[];
  albumUsers?: { userId: string; role: 'editor' | 'viewer' }[];
};

function createAlbum({ immich, user, body }: Call): unknown {
  const dto = checked<AlbumBody>(body, {
    albumName: anyString,
    description: optional(anyString),
    assetIds: optional(listOf(uuid)),
  });
  const { state } = immich;
  const assetIds = (dto.assetIds ?? []).filter((id) => {
    const asset = state.assets.get(id);
    return asset !== undefined && mayShare(state, user, asset);
  });
  const now = state.now();
  const album: AlbumRecord = {
    id: state.newId('album'),
    name: dto.albumName ?? '',
    description: dto.description ?? '',
    thumbnailAssetId: assetIds[0] ?? null,
    isActivityEnabled: true,
    order: 'desc',
    createdAt: now,
    updatedAt: now,
    users: new Map([[user.id, 'owner']]),
    assetIds: new Set(assetIds),
  };
  for (const { userId, role } of dto.albumUsers ?? []) {
    if (!state.users.has(userId)) throw new ApiError(400, 'Invalid user');
    if (userId !== user.id) album.users.set(userId, role);
  }
  state.albums.set(album.id, album);
  return toAlbumResponse(immich, album, user, 'written');
}

type AlbumChange = {
  albumName?: string;
  description?: string;
  albumThumbnailAssetId?: string;
  isActivityEnabled?: boolean;
  order?: 'asc' | 'desc';
};

function updateAlbum(call: Call): unknown {
  const dto = checked<AlbumChange>(call.body, {
    albumName: optional(anyString),
    description: optional(orNull(anyString)),
    albumThumbnailAssetId: optional(uuid),
    isActivityEnabled: optional(anyBoolean),
    order: optional(oneOf('asc', 'desc')),
  });
  const album = own(call, 'album.update', WRITERS);
  const cover = dto.albumThumbnailAssetId;
  if (cover !== undefined && !album.assetIds.has(cover)) throw new ApiError(400, 'Invalid album thumbnail');
  album.name = dto.albumName ?? album.name;
  album.description = dto.description ?? album.description;
  album.thumbnailAssetId = cover ?? album.thumbnailAssetId;
  album.isActivityEnabled = dto.isActivityEnabled ?? album.isActivityEnabled;
  album.order = dto.order ?? album.order;
  album.updatedAt = call.immich.state.now();
  return toAlbumResponse(call.immich, album, call.user, 'written');
}

function put(call: Call, album: AlbumRecord, ids: readonly string[]): void {
  const [first] = ids;
  if (first === undefined) return;
  for (const id of ids) album.assetIds.add(id);
  album.thumbnailAssetId ??= first;
  album.updatedAt = call.immich.state.now();
}

function addToAlbum(call: Call): unknown {
  const ids = idsOf(call.body);
  if (!call.immich.state.albums.has(call.params['id'] ?? '')) throw new ApiError(400, 'Album not found');
  const album = own(call, 'albumAsset.create', WRITERS);
  const results = addMembers(call, ids, (id) => album.assetIds.has(id));
  put(call, album, succeeded(results));
  return results;
}

function addToAlbums(call: Call): unknown {
  const dto = checked<{ albumIds: string[]; assetIds: string[] }>(call.body, {
    albumIds: listOf(uuid),
    assetIds: listOf(uuid),
  });
  const { state } = call.immich;
  const albums = [...new Set(dto.albumIds)].flatMap((id) => {
    const album = state.albums.get(id);
    return album && WRITERS.includes(album.users.get(call.user.id) ?? '') ? [album] : [];
  });
  const assetIds = [...new Set(dto.assetIds)].filter((id) => {
    const asset = state.assets.get(id);
    return asset !== undefined && mayShare(state, call.user, asset);
  });
  if (albums.length === 0 || assetIds.length === 0) return { success: false, error: 'no_permission' };
  let success = false;
  for (const album of albums) {
    const missing = assetIds.filter((id) => !album.assetIds.has(id));
    put(call, album, missing);
    success ||= missing.length > 0;
  }
  return success ? { success } : { success, error: 'duplicate' };
}

function removeFromAlbum(call: Call): unknown {
  const ids = idsOf(call.body);
  const album = own(call, 'albumAsset.delete', WRITERS);
  const isOwner = album.users.get(call.user.id) === 'owner';
  const results = removeMembers(call, ids, (id) => album.assetIds.has(id), isOwner);
  const removed = succeeded(results);
  for (const id of removed) album.assetIds.delete(id);
  if (album.thumbnailAssetId !== null && removed.includes(album.thumbnailAssetId)) {
    album.thumbnailAssetId = [...album.assetIds][0] ?? null;
  }
  return results;
}

/** An empty 200 in v1. */
function deleteAlbum(call: Call): void {
  call.immich.state.albums.delete(own(call, 'album.delete', ['owner']).id);
  if (!call.immich.version.since('2.0')) void call.reply.code(200);
}

/** Albums: IMMICH.md §6; none of this touches an asset's updatedAt. */
export const albumRoutes: Route[] = [
  { method: 'GET', path: '/albums', permission: 'album.read', answer: listAlbums },
  { method: 'POST', path: '/albums', permission: 'album.create', status: 201, answer: createAlbum },
  {
    method: 'PUT',
    path: '/albums/assets',
    permission: 'albumAsset.create',
    from: '1.140',
    answer: addToAlbums,
  },
  {
    method: 'GET',
    path: '/albums/:id',
    permission: 'album.read',
    answer: (call) => toAlbumResponse(call.immich, own(call, 'album.read', ALL), call.user, 'one'),
  },
  { method: 'PATCH', path: '/albums/:id', permission: 'album.update', answer: updateAlbum },
  {
    method: 'DELETE',
    path: '/albums/:id',
    permission: 'album.delete',
    status: 204,
    answer: deleteAlbum,
  },
  { method: 'PUT', path: '/albums/:id/assets', permission: 'albumAsset.create', answer: addToAlbum },
  { method: 'DELETE', path: '/albums/:id/assets', permission: 'albumAsset.delete', answer: removeFromAlbum },
];
