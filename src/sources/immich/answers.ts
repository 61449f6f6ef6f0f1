import type {
  AlbumResponseDto,
  BulkIdResponseDto,
  SearchStatisticsResponseDto,
  ServerFeaturesDto,
  ServerVersionResponseDto,
  StackResponseDto,
  TagBulkAssetsResponseDto,
  TagResponseDto,
  UserAdminResponseDto,
} from '@immich/sdk';

/**
 * The shapes of Immich's answers (1.113 to 3.x), as far as we use them: whatever stands between us and Immich may answer in
 * its place, in JSON too.
 */
export type Shape<T> = (body: unknown) => body is T;

/** Albums as v1 to v3 list them: v3 has the owner among the users, before it stood beside them. */
export type ListedAlbum = Pick<
  AlbumResponseDto,
  'id' | 'albumName' | 'updatedAt' | 'assetCount' | 'shared'
> & {
  readonly description?: string | null;
  readonly ownerId?: string;
  readonly albumUsers: readonly { readonly role: string; readonly user: { readonly id: string } }[];
};

type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isName = (value: unknown): value is string => isText(value) && value !== '';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function isListOf<T>(isOne: Shape<T>): Shape<T[]> {
  return (body): body is T[] => Array.isArray(body) && body.every(isOne);
}

/** Nothing at all, as deletions answer. */
export const isNothing: Shape<null> = (body) => body === null;

export const isPong: Shape<{ res: string }> = (body): body is { res: string } =>
  isObject(body) && body['res'] === 'pong';

export type Version = Pick<ServerVersionResponseDto, 'major' | 'minor' | 'patch'>;
export const isVersion: Shape<Version> = (body): body is Version =>
  isObject(body) && [body['major'], body['minor'], body['patch']].every(isCount);

export type ApiKeySelf = { readonly permissions: readonly string[] };
export const isApiKey: Shape<ApiKeySelf> = (body): body is ApiKeySelf =>
  isObject(body) && Array.isArray(body['permissions']) && body['permissions'].every(isText);

export type UserSelf = Pick<UserAdminResponseDto, 'id' | 'name'>;
export const isUser: Shape<UserSelf> = (body): body is UserSelf =>
  isObject(body) && isName(body['id']) && isText(body['name']);

export type Preferences = { readonly tags: { readonly enabled: boolean } };
export const isPreferences: Shape<Preferences> = (body): body is Preferences =>
  isObject(body) && isObject(body['tags']) && typeof body['tags']['enabled'] === 'boolean';

export type ServerFeatures = Pick<ServerFeaturesDto, 'duplicateDetection'>;
export const isServerFeatures: Shape<ServerFeatures> = (body): body is ServerFeatures =>
  isObject(body) && typeof body['duplicateDetection'] === 'boolean';

export const isStatistics: Shape<SearchStatisticsResponseDto> = (body): body is SearchStatisticsResponseDto =>
  isObject(body) && isCount(body['total']);

/** A page of a search. What its items hold is looked at one by one: a bad one must not hide the others. */
export type SearchPage = {
  readonly assets: { readonly items: readonly unknown[]; readonly nextPage: string | null };
};
export const isSearchPage: Shape<SearchPage> = (body): body is SearchPage => {
  if (!isObject(body) || !isObject(body['assets'])) return false;
  const { items, nextPage } = body['assets'];
  return Array.isArray(items) && (nextPage === null || isText(nextPage));
};

export type ListedTag = Pick<TagResponseDto, 'id' | 'value'>;
const isTag: Shape<ListedTag> = (body): body is ListedTag =>
  isObject(body) && isName(body['id']) && isText(body['value']);
export const isTags = isListOf(isTag);

export const isTagCount: Shape<TagBulkAssetsResponseDto> = (body): body is TagBulkAssetsResponseDto =>
  isObject(body) && isCount(body['count']);

const isBulkResult: Shape<BulkIdResponseDto> = (body): body is BulkIdResponseDto =>
  isObject(body) && isText(body['id']) && typeof body['success'] === 'boolean';
export const isBulkResults = isListOf(isBulkResult);

export type ListedStack = Pick<StackResponseDto, 'id' | 'primaryAssetId'> & {
  readonly assets: readonly { readonly id: string }[];
};
export const isStack: Shape<ListedStack> = (body): body is ListedStack =>
  isObject(body) &&
  [body['id'], body['primaryAssetId']].every(isName) &&
  Array.isArray(body['assets']) &&
  body['assets'].every((asset) => isObject(asset) && isName(asset['id']));
export const isStacks = isListOf(isStack);

export type ListedMetadata = { readonly key: string; readonly value: object };
const isMetadatum: Shape<ListedMetadata> = (body): body is ListedMetadata =>
  isObject(body) && isText(body['key']) && isObject(body['value']);
export const isMetadata = isListOf(isMetadatum);

const isAlbumUser = (body: unknown): boolean =>
  isObject(body) && isText(body['role']) && isObject(body['user']) && isName(body['user']['id']);

export const isAlbum: Shape<ListedAlbum> = (body): body is ListedAlbum =>
  isObject(body) &&
  isName(body['id']) &&
  [body['albumName'], body['description'] ?? '', body['updatedAt']].every(isText) &&
  isCount(body['assetCount']) &&
  typeof body['shared'] === 'boolean' &&
  Array.isArray(body['albumUsers']) &&
  body['albumUsers'].every(isAlbumUser);
export const isAlbums = isListOf(isAlbum);
