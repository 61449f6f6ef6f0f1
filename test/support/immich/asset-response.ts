import type {
  AssetResponseDto,
  AssetStackResponseDto,
  ExifResponseDto,
  TagResponseDto,
  UserResponseDto,
} from '@immich/sdk';
import type { Immich } from './immich.js';
import { thumbhash } from './media.js';
import { mimeTypeOf } from './mime-types.js';
import type { AssetRecord, ExifRecord, TagRecord, UserRecord } from './records.js';
import { fromIso, toDatabaseText, toIso } from './timestamps.js';

/** Enum members and their values are the same words; the SDK's types know only the former. */
export const asEnum = <T extends string>(value: `${T}`): T => value as T;

/** How a moment is written: `toIso`, or `toDatabaseText` inside nested parts. */
type Stamp = (micros: number) => string;

/** A user as others see them. */
export function toUserResponse(user: UserRecord, stamp: Stamp = toIso): UserResponseDto {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    profileImagePath: '',
    avatarColor: asEnum<UserResponseDto['avatarColor']>('primary'),
    profileChangedAt: stamp(user.createdAt),
  };
}

/** A tag as every route shows it; absent parent and colour are left out. */
export function toTagResponse(tag: TagRecord, stamp: Stamp = toIso): TagResponseDto {
  return {
    id: tag.id,
    ...(tag.parentId === null ? {} : { parentId: tag.parentId }),
    name: tag.value.split('/').at(-1) ?? '',
    value: tag.value,
    createdAt: stamp(tag.createdAt),
    updatedAt: stamp(tag.updatedAt),
    ...(tag.color === null ? {} : { color: tag.color }),
  };
}

function toExifResponse(record: ExifRecord): ExifResponseDto {
  const exif: Partial<ExifRecord> = { ...record };
  delete exif.tags;
  const restamp = (iso: string | null | undefined): string | null =>
    iso ? toDatabaseText(fromIso(iso)) : null;
  return { ...exif, dateTimeOriginal: restamp(exif.dateTimeOriginal), modifyDate: restamp(exif.modifyDate) };
}

/** What is in an answer besides the plain asset. */
export type AssetParts = {
  exif?: boolean;
  tags?: boolean;
  stack?: boolean;
  owner?: boolean;
  /** The asset is part of a stack or a duplicate group: its dates come as the database writes them. */
  nested?: boolean;
};

/** An asset as the routes of this version show it to this viewer. */
export async function toAssetResponse(
  immich: Immich,
  asset: AssetRecord,
  viewer: UserRecord,
  parts: AssetParts = {},
): Promise<AssetResponseDto> {
  const { state, version } = immich;
  const stamp = parts.nested ? toDatabaseText : toIso;
  const owner = parts.owner ? state.users.get(asset.ownerId) : undefined;
  const response: AssetResponseDto = {
    id: asset.id,
    ...(version.since('1.140') ? { createdAt: stamp(asset.createdAt) } : ({} as { createdAt: string })),
    ownerId: asset.ownerId,
    ...(owner ? { owner: toUserResponse(owner, toDatabaseText) } : {}),
    libraryId: asset.libraryId,
    type: asEnum<AssetResponseDto['type']>(asset.type),
    originalPath: asset.originalPath,
    originalFileName: asset.originalFileName,
    originalMimeType: mimeTypeOf(asset.originalFileName) ?? 'application/octet-stream',
    thumbhash: await thumbhash(asset),
    fileCreatedAt: stamp(asset.fileCreatedAt),
    fileModifiedAt: stamp(asset.fileModifiedAt),
    localDateTime: stamp(asset.localDateTime),
    updatedAt: stamp(asset.updatedAt),
    isFavorite: viewer.id === asset.ownerId && asset.isFavorite,
    isArchived: asset.visibility === 'archive',
    isTrashed: asset.deletedAt !== null,
    visibility: asEnum<AssetResponseDto['visibility']>(asset.visibility),
    duration: asset.durationMs,
    ...(parts.exif ? { exifInfo: toExifResponse(asset.exif) } : {}),
    livePhotoVideoId: asset.livePhotoVideoId,
    ...(parts.tags ? { tags: tagsOf(immich, asset) } : {}),
    people: [],
    checksum: asset.checksum,
    ...(parts.stack ? { stack: stackOf(immich, asset) } : {}),
    isOffline: asset.isOffline,
    hasMetadata: true,
    duplicateId: asset.duplicateId,
    resized: true,
    ...(version.since('2.5') ? sizeOf(asset) : ({} as ReturnType<typeof sizeOf>)),
  };
  return version.since('3.0') ? response : asOlderVersions(asset, response);
}

const sizeOf = (asset: AssetRecord): { width: number | null; height: number | null; isEdited: boolean } => ({
  width: asset.width,
  height: asset.height,
  isEdited: false,
});

const tagsOf = (immich: Immich, asset: AssetRecord): TagResponseDto[] =>
  [...asset.tagIds].flatMap((id) => {
    const tag = immich.state.tags.get(id);
    return tag ? [toTagResponse(tag, toDatabaseText)] : [];
  });

/** Of the others but the one that leads, only those count that the timeline shows: without any, the stack is not told of. */
function stackOf(immich: Immich, asset: AssetRecord): AssetStackResponseDto | null {
  const stack = asset.stackId === null ? undefined : immich.state.stacks.get(asset.stackId);
  if (!stack) return null;
  const others = [...immich.state.assets.values()].filter(
    (other) =>
      other.stackId === stack.id &&
      other.id !== stack.primaryAssetId &&
      other.deletedAt === null &&
      other.visibility === 'timeline',
  );
  if (others.length === 0) return null;
  return { id: stack.id, primaryAssetId: stack.primaryAssetId, assetCount: others.length + 1 };
}

/** Immich's withDefaultVisibility. */
export const isTimelineOrArchive = (asset: AssetRecord): boolean =>
  asset.visibility === 'timeline' || asset.visibility === 'archive';

/** Before v3: duration as text, and the ids of the uploading device. */
function asOlderVersions(asset: AssetRecord, response: AssetResponseDto): AssetResponseDto {
  const seconds = (asset.durationMs ?? 0) / 1000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const duration = `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${(seconds % 60).toFixed(5).padStart(8, '0')}`;
  const older = {
    ...response,
    duration,
    deviceAssetId: `${asset.originalFileName}-${asset.bytes.length}`,
    deviceId: 'stand-in',
  };
  return older as unknown as AssetResponseDto;
}
