import type { AssetResponseDto } from '@immich/sdk';
import {
  immichKey,
  type Photo,
  type Presence,
  type Realm,
  type Revision,
  type SourceName,
} from '../../model.js';
import { cameraName, exposureName, formatOf } from '../shot-facts.js';

/** An asset as any release since 1.113 lists it: fields that came later or went may be missing. */
export type ListedAsset = Partial<Omit<AssetResponseDto, 'type' | 'visibility'>> &
  Pick<AssetResponseDto, 'id' | 'ownerId' | 'updatedAt' | 'fileCreatedAt' | 'originalFileName'> & {
    readonly type: string;
    readonly visibility?: string;
  };

/** Who is looking. */
export interface Viewer {
  readonly source: SourceName;
  /** Name of the server in photo keys. */
  readonly server: string;
  readonly userId: string;
}

/** What a listing says of one asset, as a photo. */
export function photoOfAsset(asset: ListedAsset, viewer: Viewer): Photo {
  const exif = asset.exifInfo;
  const camera = cameraName(exif?.make, exif?.model);
  const external = asset.libraryId != null;
  const thumbHash = asset.thumbhash ? new Uint8Array(Buffer.from(asset.thumbhash, 'base64')) : null;
  return {
    key: immichKey(viewer.server, asset.id),
    source: viewer.source,
    realm: `immich:${viewer.server}:${asset.ownerId}` as Realm,
    revision: revisionOf(asset, external),
    media: asset.type === 'IMAGE' ? 'image' : 'video',
    presence: presenceOf(asset),
    writable: asset.ownerId === viewer.userId,
    name: asset.originalFileName,
    library: asset.libraryId ?? null,
    // An external asset's checksum is that of its path (Immich 1.113 to 3.1).
    sha1:
      external || asset.checksum === undefined ? null : Buffer.from(asset.checksum, 'base64').toString('hex'),
    thumbHash,
    ...sizeOf(asset),
    byteSize: exif?.fileSizeInByte ?? null,
    format: formatOf(asset.originalFileName),
    // Without EXIF the server puts the file's date in its place: only a camera's time is a capture time.
    takenAt: camera === null || exif?.dateTimeOriginal == null ? null : timeOf(asset.localDateTime),
    camera,
    exposure: exposureName(exif?.exposureTime, exif?.iso),
    hasLocation: exif?.latitude != null && exif.longitude != null,
    favorite: asset.isFavorite ?? false,
    createdAt: timeOf(asset.createdAt) ?? timeOf(asset.fileCreatedAt) ?? 0,
    updatedAt: timeOf(asset.updatedAt) ?? 0,
    fileId: null,
  };
}

function revisionOf(asset: ListedAsset, external: boolean): Revision {
  const content = external
    ? [asset.exifInfo?.fileSizeInByte ?? '', asset.fileModifiedAt ?? '']
    : [asset.checksum ?? ''];
  return [...content, asset.thumbhash ?? '', asset.isEdited === true ? 'edited' : ''].join('|') as Revision;
}

function presenceOf(asset: ListedAsset): Presence {
  if (asset.isTrashed === true || asset.isOffline === true) return 'trashed';
  return (asset.visibility ?? 'timeline') === 'hidden' ? 'hidden' : 'present';
}

/** Listed since 2.5; before that from EXIF, where orientations 5 to 8 stand on their side. */
function sizeOf(asset: ListedAsset): { width: number | null; height: number | null } {
  if (asset.width != null && asset.height != null) return { width: asset.width, height: asset.height };
  const width = asset.exifInfo?.exifImageWidth ?? null;
  const height = asset.exifInfo?.exifImageHeight ?? null;
  const turned = Number(asset.exifInfo?.orientation ?? 1) >= 5;
  return turned ? { width: height, height: width } : { width, height };
}

function timeOf(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : time;
}
