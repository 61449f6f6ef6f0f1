import { isObject } from './answers.js';

/**
 * What we take of an asset, of any release since 1.113. Fields come and go with releases, and rows go bad: what is missing or
 * of another type than it should be is null (false), and the rest of the asset counts all the same.
 */
export interface ListedAsset {
  readonly id: string;
  readonly ownerId: string;
  /** SHA-1 in base64, of the bytes or (external libraries) of the path. */
  readonly checksum: string;
  readonly type: string | null;
  readonly visibility: string | null;
  readonly originalFileName: string | null;
  readonly originalPath: string | null;
  /** Milliseconds; null where it is not known, or nothing. */
  readonly duration: number | null;
  readonly libraryId: string | null;
  readonly thumbhash: string | null;
  readonly isFavorite: boolean;
  readonly duplicateId: string | null;
  readonly isTrashed: boolean;
  readonly isOffline: boolean;
  readonly isEdited: boolean;
  readonly width: number | null;
  readonly height: number | null;
  /** As it was sent: it only has to stay the same. */
  readonly fileModifiedAt: string | null;
  /** Milliseconds since 1970, like the following. */
  readonly fileCreatedAt: number | null;
  readonly localDateTime: number | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly exif: ListedExif;
  /** Null where it is in none, and in listings. */
  readonly stack: { readonly id: string; readonly leadId: string; readonly count: number } | null;
  /** Values of its tags; null where they are not told (listings). */
  readonly tags: readonly string[] | null;
}

export interface ListedExif {
  readonly make: string | null;
  readonly model: string | null;
  readonly exposureTime: string | number | null;
  readonly iso: number | null;
  readonly fileSizeInByte: number | null;
  readonly exifImageWidth: number | null;
  readonly exifImageHeight: number | null;
  readonly orientation: number | null;
  readonly dateTimeOriginal: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly rating: number | null;
  readonly description: string | null;
}

/** What can be told of an asset that cannot be used. */
export interface UnreadableAsset {
  readonly name: string;
  readonly reason: string;
}

/** Ids go into keys and addresses. */
const idPattern = /^[\w-]{1,100}$/u;

/** Id, owner and time of an asset, which are enough for labels; null when it has no usable ones. */
export function readIdentity(item: unknown): Pick<ListedAsset, 'id' | 'ownerId' | 'updatedAt'> | null {
  if (!isObject(item)) return null;
  const { id, ownerId, updatedAt } = item;
  if (typeof id !== 'string' || !idPattern.test(id)) return null;
  if (typeof ownerId !== 'string' || !idPattern.test(ownerId)) return null;
  return { id, ownerId, updatedAt: time(updatedAt) };
}

/** Takes of an asset what can be used. One without id, owner or checksum is none that we could keep apart from others. */
export function readAsset(item: unknown): ListedAsset | UnreadableAsset {
  if (!isObject(item)) return { name: 'an asset', reason: 'Immich lists it as nothing' };
  const identity = readIdentity(item);
  const name = text(item['originalFileName']);
  const label = [name, text(item['id'])].filter((part) => part !== null).join(', ') || 'an asset';
  if (identity === null) return { name: label, reason: 'Immich lists it without a usable id or owner' };
  const checksum = text(item['checksum']);
  if (checksum === null) return { name: label, reason: 'Immich lists it without a usable checksum' };
  return {
    ...identity,
    checksum,
    type: text(item['type']),
    visibility: text(item['visibility']),
    originalFileName: name,
    originalPath: text(item['originalPath']),
    duration: duration(item['duration']),
    libraryId: text(item['libraryId']),
    thumbhash: text(item['thumbhash']),
    isFavorite: item['isFavorite'] === true,
    duplicateId: text(item['duplicateId']),
    isTrashed: item['isTrashed'] === true,
    isOffline: item['isOffline'] === true,
    isEdited: item['isEdited'] === true,
    width: whole(item['width']),
    height: whole(item['height']),
    fileModifiedAt: text(item['fileModifiedAt']),
    fileCreatedAt: time(item['fileCreatedAt']),
    localDateTime: time(item['localDateTime']),
    createdAt: time(item['createdAt']),
    exif: readExif(item['exifInfo']),
    stack: readStack(item['stack']),
    tags: readTags(item['tags']),
  };
}

export function isUnreadable(asset: ListedAsset | UnreadableAsset): asset is UnreadableAsset {
  return 'reason' in asset;
}

function readExif(info: unknown): ListedExif {
  const exif = isObject(info) ? info : {};
  const exposureTime = exif['exposureTime'];
  return {
    make: text(exif['make']),
    model: text(exif['model']),
    exposureTime: text(exposureTime) ?? finite(exposureTime),
    iso: whole(exif['iso']),
    fileSizeInByte: whole(exif['fileSizeInByte']),
    exifImageWidth: whole(exif['exifImageWidth']),
    exifImageHeight: whole(exif['exifImageHeight']),
    orientation: whole(Number(exif['orientation'] ?? NaN)),
    dateTimeOriginal: text(exif['dateTimeOriginal']),
    latitude: finite(exif['latitude']),
    longitude: finite(exif['longitude']),
    rating: starsOf(exif['rating']),
    description: text(exif['description']),
  };
}

function readStack(stack: unknown): ListedAsset['stack'] {
  if (!isObject(stack)) return null;
  const { id, primaryAssetId, assetCount } = stack;
  if (typeof id !== 'string' || typeof primaryAssetId !== 'string') return null;
  return { id, leadId: primaryAssetId, count: whole(assetCount) ?? 0 };
}

function readTags(tags: unknown): readonly string[] | null {
  if (!Array.isArray(tags)) return null;
  const values = tags.map((tag: unknown) => (isObject(tag) ? tag['value'] : null));
  // A tag that cannot be read may be any tag.
  return values.every((value) => typeof value === 'string') ? values : null;
}

/** Text that says something. */
function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A whole number that every part of us, the database too, can hold exactly. */
function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A number of milliseconds (since 3.0), or text: `0:00:12.34500`, where no time at all stands for an unknown one too. */
function duration(value: unknown): number | null {
  const [, hours, minutes, seconds] =
    /^(\d{1,6}):(\d\d):(\d\d(?:\.\d+)?)$/u.exec(typeof value === 'string' ? value : '') ?? [];
  const read =
    seconds === undefined
      ? finite(value)
      : (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return whole(Math.round(read ?? 0)) || null;
}

/** 0 is how Immich before 3.0 has "not rated" too. */
function starsOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && value !== 0 ? (value as number) : null;
}

function time(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : at;
}
