import {
  immichKey,
  type Marks,
  type Photo,
  type PhotoKey,
  type Presence,
  type Realm,
  type Revision,
  type SourceName,
} from '../../model.js';
import type { Preference } from '../preferred-places.js';
import { cameraName, exposureName, formatOf } from '../shot-facts.js';
import type { ListedAsset } from './listed-asset.js';

/** Who is looking. */
export interface Viewer {
  readonly source: SourceName;
  /** Name of the server in photo keys. */
  readonly server: string;
  readonly userId: string;
  /** True where we made the photo a favourite: that one is no person's. */
  readonly isOurFavorite: (key: PhotoKey) => boolean;
  readonly preferenceOf: Preference;
}

/** What a listing says of one asset, as a photo. */
export function photoOfAsset(asset: ListedAsset, viewer: Viewer): Photo {
  const { exif } = asset;
  const camera = cameraName(exif.make, exif.model);
  const external = asset.libraryId !== null;
  const thumbHash = asset.thumbhash === null ? null : new Uint8Array(Buffer.from(asset.thumbhash, 'base64'));
  const name = asset.originalFileName ?? asset.id;
  const key = immichKey(viewer.server, asset.id);
  return {
    key,
    source: viewer.source,
    realm: `immich:${viewer.server}:${asset.ownerId}` as Realm,
    revision: revisionOf(asset, external),
    media: asset.type === 'IMAGE' ? 'image' : 'video',
    presence: presenceOf(asset),
    writable: asset.ownerId === viewer.userId,
    name,
    library: asset.libraryId,
    // An external asset's checksum is that of its path (Immich 1.113 to 3.1).
    sha1: external ? null : sha1Of(asset.checksum),
    thumbHash,
    ...sizeOf(asset),
    byteSize: exif.fileSizeInByte,
    durationMs: durationOf(asset, name),
    frames: framesOf(asset, name),
    preference: viewer.preferenceOf(viewer.source, asset.originalPath),
    format: formatOf(name),
    // Without EXIF the server puts the file's date in its place: only a camera's time is a capture time.
    takenAt: camera === null || exif.dateTimeOriginal === null ? null : asset.localDateTime,
    camera,
    exposure: exposureName(exif.exposureTime, exif.iso),
    hasLocation: exif.latitude !== null && exif.longitude !== null,
    favorite: asset.isFavorite && !viewer.isOurFavorite(key),
    marks: marksOfAsset(asset),
    createdAt: asset.createdAt ?? asset.fileCreatedAt ?? 0,
    updatedAt: asset.updatedAt ?? 0,
    fileId: null,
  };
}

export function marksOfAsset({ isFavorite, duplicateId, exif }: ListedAsset): Marks {
  const { rating, latitude, longitude } = exif;
  // As Immich itself keeps it after reading it from the file.
  const description = exif.description?.replace(/\r\n/gu, '\n').trim() ?? '';
  return {
    ...{ favorite: isFavorite, duplicateId, rating },
    description: description === '' ? null : description,
    location: latitude === null || longitude === null ? null : { latitude, longitude },
  };
}

function revisionOf(asset: ListedAsset, external: boolean): Revision {
  const content = external ? [asset.exif.fileSizeInByte ?? '', asset.fileModifiedAt ?? ''] : [asset.checksum];
  return [...content, asset.thumbhash ?? '', asset.isEdited ? 'edited' : ''].join('|') as Revision;
}

/** 40 hex digits; null for what is no SHA-1. */
function sha1Of(checksum: string): string | null {
  const digest = Buffer.from(checksum, 'base64');
  return digest.length === 20 ? digest.toString('hex') : null;
}

function presenceOf(asset: ListedAsset): Presence {
  if (asset.isTrashed || asset.isOffline) return 'trashed';
  return asset.visibility === 'hidden' ? 'hidden' : 'present';
}

/** Images that Immich gives a duration when they move; of others (RAW) it may be the length of an exposure. */
const mayMove = /\.(gif|webp|avif|png|jxl|heic|heif|hif)$/iu;
/** Images of which a missing duration says nothing: of pages there is none, and that of a GIF came late. */
const isUntold = /\.(gif|tiff?)$/iu;

/** Of videos only what is told apart from the moving part of a live photo, which releases before 1.133 do not. */
function durationOf({ type, visibility, duration }: ListedAsset, name: string): number | null {
  if (type === 'IMAGE') return mayMove.test(name) ? duration : null;
  return visibility === null ? null : duration;
}

/** Immich does not say how many. */
function framesOf(asset: ListedAsset, name: string): number | null {
  const mayBeSeveral = isUntold.test(name) || durationOf(asset, name) !== null;
  return asset.type !== 'IMAGE' || mayBeSeveral ? null : 1;
}

/** Listed since 2.5; before that from EXIF, where orientations 5 to 8 stand on their side. */
function sizeOf(asset: ListedAsset): { width: number | null; height: number | null } {
  if (asset.width !== null && asset.height !== null) return { width: asset.width, height: asset.height };
  const { exifImageWidth: width, exifImageHeight: height, orientation } = asset.exif;
  return (orientation ?? 1) >= 5 ? { width: height, height: width } : { width, height };
}
