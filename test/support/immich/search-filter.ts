import { requireAlbum } from './access.js';
import {
  anyBoolean,
  anyString,
  checked,
  dateTime,
  listOf,
  oneOf,
  optional,
  orNull,
  uuid,
  wholeNumber,
} from './checks.js';
import { ApiError } from './api-error.js';
import type { AssetRecord, UserRecord } from './records.js';
import type { State } from './state.js';
import type { Version } from './version.js';
import { fromIso } from './timestamps.js';

const TIMES = ['created', 'updated', 'trashed', 'taken'] as const;

type TimeLimits = Partial<Record<`${(typeof TIMES)[number]}${'After' | 'Before'}`, string>>;

/** What POST /search/metadata and /search/statistics take; everything else in a body is ignored silently. */
export type SearchBody = TimeLimits & {
  page?: number;
  size?: number;
  order?: 'asc' | 'desc';
  withExif?: boolean;
  withDeleted?: boolean;
  withStacked?: boolean;
  visibility?: string;
  type?: string;
  isFavorite?: boolean;
  isOffline?: boolean;
  isMotion?: boolean;
  isNotInAlbum?: boolean;
  id?: string;
  checksum?: string;
  originalFileName?: string;
  originalPath?: string;
  make?: string | null;
  model?: string | null;
  rating?: number | null;
  description?: string;
  albumIds?: string[];
  tagIds?: string[] | null;
  personIds?: string[];
  libraryId?: string | null;
};

const CHECKS = {
  ...Object.fromEntries(
    TIMES.flatMap((time) => [`${time}After`, `${time}Before`]).map((name) => [name, optional(dateTime)]),
  ),
  id: optional(uuid),
  type: optional(oneOf('IMAGE', 'VIDEO', 'AUDIO', 'OTHER')),
  isFavorite: optional(anyBoolean),
  isOffline: optional(anyBoolean),
  isMotion: optional(anyBoolean),
  isNotInAlbum: optional(anyBoolean),
  withExif: optional(anyBoolean),
  withDeleted: optional(anyBoolean),
  withStacked: optional(anyBoolean),
  visibility: optional(oneOf('archive', 'timeline', 'hidden', 'locked')),
  checksum: optional(anyString),
  originalFileName: optional(anyString),
  originalPath: optional(anyString),
  description: optional(anyString),
  rating: optional(orNull(wholeNumber(1, 5))),
  make: optional(orNull(anyString)),
  model: optional(orNull(anyString)),
  libraryId: optional(orNull(uuid)),
  albumIds: optional(listOf(uuid)),
  tagIds: optional(orNull(listOf(uuid))),
  personIds: optional(listOf(uuid)),
  order: optional(oneOf('asc', 'desc')),
  page: optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  size: optional(wholeNumber(1, 1000)),
};

/** The body of a search, checked. */
export const toSearchBody = (body: unknown): SearchBody => checked<SearchBody>(body, CHECKS);

const NOT_COUNTED_BY = [
  ...([
    'id',
    'checksum',
    'originalFileName',
    'originalPath',
    'withDeleted',
    'withExif',
    'withStacked',
  ] as const),
  ...(['order', 'page', 'size'] as const),
];

/** The body of a count, checked: several filters of the search are unknown there, and so ignored silently. */
export function toStatisticsBody(body: unknown): SearchBody {
  const known = { ...checked<Record<string, unknown>>(body, {}) };
  const rest = Object.entries(known).filter(([name]) => !NOT_COUNTED_BY.some((ignored) => ignored === name));
  return toSearchBody(Object.fromEntries(rest));
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const timeOf = (asset: AssetRecord, time: (typeof TIMES)[number]): number | null =>
  ({
    created: asset.createdAt,
    updated: asset.updatedAt,
    trashed: asset.deletedAt,
    taken: asset.fileCreatedAt,
  })[time];

/** Inclusive at both ends, but compared with the database's microseconds. */
function withinTimes(asset: AssetRecord, body: TimeLimits): boolean {
  return TIMES.every((time) => {
    const after = body[`${time}After`];
    const before = body[`${time}Before`];
    if (after === undefined && before === undefined) return true;
    const at = timeOf(asset, time);
    if (at === null) return false;
    return (after === undefined || at >= fromIso(after)) && (before === undefined || at <= fromIso(before));
  });
}

/** What a search goes through. */
type Searched = { state: State; version: Version };

/**
 * Own assets, and those of partners shown in the timeline. Since v3 a search in albums asks for the albums alone, and shows
 * whatever is in them; before, an album out of reach was no error, and other people's photos were not shown.
 */
function inScope(
  { state, version }: Searched,
  user: UserRecord,
  body: SearchBody,
): (asset: AssetRecord) => boolean {
  const albumIds = body.albumIds ?? [];
  if (albumIds.length > 0 && version.since('3.0')) {
    const albums = albumIds.map((id) =>
      requireAlbum(state, user, id, 'album.read', ['owner', 'editor', 'viewer']),
    );
    return (asset) => albums.every((album) => album.assetIds.has(asset.id));
  }
  const owners = new Set([user.id]);
  for (const { from, to, inTimeline } of state.partners) if (to === user.id && inTimeline) owners.add(from);
  return (asset) =>
    owners.has(asset.ownerId) &&
    albumIds.every((id) => state.albums.get(id)?.assetIds.has(asset.id) === true);
}

function tagTest(state: State, tagIds: string[] | null | undefined): (asset: AssetRecord) => boolean {
  if (tagIds === null) return (asset) => asset.tagIds.size === 0;
  const wanted = (tagIds ?? []).map((id) => state.withDescendants(id));
  return (asset) => wanted.every((family) => [...asset.tagIds].some((id) => family.has(id)));
}

/** The condition a search stands for; 401 for locked assets, 400 for albums out of reach. */
export function searchFilter(
  searched: Searched,
  user: UserRecord,
  body: SearchBody,
): (asset: AssetRecord) => boolean {
  if (body.visibility === 'locked') throw new ApiError(401, 'Elevated permission is required');
  const { state, version } = searched;
  const isInScope = inScope(searched, user, body);
  // Before v3 a search that names no visibility goes through the timeline alone.
  const visibility = body.visibility ?? (version.since('3.0') ? undefined : 'timeline');
  const hasTags = tagTest(state, body.tagIds);
  const withDeleted =
    body.withDeleted === true ||
    body.trashedAfter !== undefined ||
    body.trashedBefore !== undefined ||
    body.isOffline === true;
  const checksum = body.checksum === undefined ? undefined : toBase64(body.checksum);
  const same = <T>(wanted: T | undefined, value: T): boolean => wanted === undefined || wanted === value;
  const contains = (wanted: string | undefined, value: string): boolean =>
    !wanted || plain(value).includes(plain(wanted));
  return (asset) =>
    isInScope(asset) &&
    asset.visibility !== 'locked' &&
    (withDeleted || asset.deletedAt === null) &&
    same(visibility, asset.visibility) &&
    same(body.type, asset.type) &&
    same(body.isFavorite, asset.isFavorite) &&
    same(body.isOffline, asset.isOffline) &&
    same(body.isMotion, asset.livePhotoVideoId !== null) &&
    same(body.id, asset.id) &&
    same(body.libraryId ?? undefined, asset.libraryId ?? '') &&
    same(checksum, asset.checksum) &&
    same(body.make, asset.exif.make ?? null) &&
    same(body.model, asset.exif.model ?? null) &&
    same(body.rating, asset.exif.rating) &&
    contains(body.originalFileName?.trim(), asset.originalFileName) &&
    contains(body.originalPath, asset.originalPath) &&
    contains(body.description?.trim(), asset.exif.description ?? '') &&
    !(body.withStacked === false && asset.stackId !== null) &&
    !(
      body.isNotInAlbum === true && [...state.albums.values()].some((album) => album.assetIds.has(asset.id))
    ) &&
    !(body.personIds && body.personIds.length > 0) &&
    withinTimes(asset, body) &&
    hasTags(asset);
}

/** A checksum in base64, whether it came as base64 (28 characters) or hex. */
export const toBase64 = (checksum: string): string =>
  checksum.length === 28 ? checksum : Buffer.from(checksum, 'hex').toString('base64');
