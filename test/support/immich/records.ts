import type { AlbumUserRole, AssetTypeEnum, AssetVisibility, ExifResponseDto } from '@immich/sdk';

/** Microseconds since 1970: what Immich's database keeps; answers and filters are cut to milliseconds. */
export type Micros = number;

export type UserRecord = {
  id: string;
  name: string;
  email: string;
  isAdmin: boolean;
  createdAt: Micros;
  /** Section -> setting -> value, as in GET /users/me/preferences. */
  preferences: Record<string, Record<string, unknown>>;
};

export type KeyRecord = {
  id: string;
  secret: string;
  userId: string;
  name: string;
  permissions: string[];
  createdAt: Micros;
};

export type LibraryRecord = { id: string; ownerId: string; readOnly: boolean; folder: string };

/** `from` shows its assets to `to`. */
export type PartnerRecord = { from: string; to: string; inTimeline: boolean };

/** What a sidecar may hold and a person may change; Immich locks these columns until the sidecar is written. */
export type WritableNotes = {
  tags: string[] | null;
  description: string | null;
  rating: number | null;
  dateTimeOriginal: string | null;
  latitude: number | null;
  longitude: number | null;
};

/** One name of WritableNotes. */
export type WritableNote = keyof WritableNotes;

/** The row of table asset_exif, as far as it is modelled. */
export type ExifRecord = Omit<ExifResponseDto, keyof WritableNotes> & WritableNotes;

export type AssetRecord = {
  id: string;
  ownerId: string;
  libraryId: string | null;
  type: `${AssetTypeEnum}`;
  bytes: Buffer;
  /** The frame a video's thumbnail is made of. */
  poster: Buffer | null;
  originalFileName: string;
  originalPath: string;
  /** Base64 of 20 bytes: SHA-1 of the content, or of 'path:<originalPath>' in external libraries. */
  checksum: string;
  createdAt: Micros;
  updatedAt: Micros;
  fileCreatedAt: Micros;
  fileModifiedAt: Micros;
  localDateTime: Micros;
  isFavorite: boolean;
  visibility: `${AssetVisibility}`;
  deletedAt: Micros | null;
  isOffline: boolean;
  stackId: string | null;
  duplicateId: string | null;
  livePhotoVideoId: string | null;
  durationMs: number | null;
  width: number | null;
  height: number | null;
  exif: ExifRecord;
  /** What the file itself says: the ground that a sidecar is laid over. */
  embedded: Partial<ExifRecord>;
  locked: Set<WritableNote>;
  sidecar: Partial<WritableNotes> | null;
  tagIds: Set<string>;
  metadata: Map<string, { value: object; updatedAt: Micros }>;
  /** pending: not made yet; ready: made (on first sight); never: cannot be decoded. */
  thumbnail: 'pending' | 'ready' | 'never';
  /** Base64; undefined until somebody looks. */
  thumbhash: string | undefined;
};

export type TagRecord = {
  id: string;
  userId: string;
  value: string;
  parentId: string | null;
  color: string | null;
  createdAt: Micros;
  updatedAt: Micros;
};

export type AlbumRecord = {
  id: string;
  name: string;
  description: string;
  thumbnailAssetId: string | null;
  isActivityEnabled: boolean;
  order: 'asc' | 'desc';
  createdAt: Micros;
  updatedAt: Micros;
  /** User id -> role; the owner comes first. */
  users: Map<string, `${AlbumUserRole}`>;
  assetIds: Set<string>;
};

export type StackRecord = { id: string; ownerId: string; primaryAssetId: string };

export type WorkflowRecord = {
  id: string;
  ownerId: string;
  trigger: string;
  name: string | null;
  description: string | null;
  enabled: boolean;
  createdAt: Micros;
  updatedAt: Micros;
  steps: { method: string; config: Record<string, unknown> | null; enabled: boolean }[];
};
