import { createHash } from 'node:crypto';
import type { Immich } from './immich.js';
import { makeThumbnail } from './media.js';
import { mimeTypeOf } from './mime-types.js';
import { readFileFacts } from './read-exif.js';
import type { FileFacts } from './read-exif.js';
import type { AssetRecord, ExifRecord, Micros } from './records.js';
import { applyExtraction } from './sidecar.js';
import { fireWorkflows } from './webhooks.js';

/** A new file as it arrives; dates are what the uploader or the file system says. */
export type Arrival = {
  ownerId: string;
  bytes: Buffer;
  fileName: string;
  fileCreatedAt: Micros;
  fileModifiedAt: Micros;
  libraryId?: string | undefined;
  poster?: Buffer | undefined;
  type?: AssetRecord['type'] | undefined;
  isFavorite?: boolean | undefined;
  visibility?: AssetRecord['visibility'] | undefined;
  livePhotoVideoId?: string | undefined;
  durationMs?: number | undefined;
};

const NO_EXIF: ExifRecord = {
  make: null,
  model: null,
  exifImageWidth: null,
  exifImageHeight: null,
  fileSizeInByte: null,
  orientation: null,
  dateTimeOriginal: null,
  modifyDate: null,
  timeZone: null,
  lensModel: null,
  fNumber: null,
  focalLength: null,
  iso: null,
  exposureTime: null,
  latitude: null,
  longitude: null,
  city: null,
  state: null,
  country: null,
  description: '',
  projectionType: null,
  rating: null,
  tags: null,
};

/** SHA-1 in base64, as Immich notes it. */
export const sha1Base64 = (content: Buffer | string): string =>
  createHash('sha1').update(content).digest('base64');

function placeFor(immich: Immich, id: string, arrival: Arrival): { originalPath: string; checksum: string } {
  const library = arrival.libraryId === undefined ? undefined : immich.state.libraries.get(arrival.libraryId);
  if (library) {
    const originalPath = `${library.folder}/${arrival.fileName}`;
    return { originalPath, checksum: sha1Base64(`path:${originalPath}`) };
  }
  const ending = arrival.fileName.includes('.')
    ? arrival.fileName.slice(arrival.fileName.lastIndexOf('.'))
    : '';
  const originalPath = `/data/upload/${arrival.ownerId}/${id.slice(0, 2)}/${id.slice(2, 4)}/${id}${ending}`;
  return { originalPath, checksum: sha1Base64(arrival.bytes) };
}

/** Writes the row; nothing has been read out of the file yet. */
export function createAsset(immich: Immich, arrival: Arrival): AssetRecord {
  const { state } = immich;
  const id = state.newId('asset');
  const now = state.now();
  const isVideo = mimeTypeOf(arrival.fileName)?.startsWith('video/') === true;
  const asset: AssetRecord = {
    id,
    ownerId: arrival.ownerId,
    libraryId: arrival.libraryId ?? null,
    type: arrival.type ?? (isVideo ? 'VIDEO' : 'IMAGE'),
    bytes: arrival.bytes,
    poster: arrival.poster ?? null,
    originalFileName: arrival.fileName,
    ...placeFor(immich, id, arrival),
    createdAt: now,
    updatedAt: now,
    fileCreatedAt: arrival.fileCreatedAt,
    fileModifiedAt: arrival.fileModifiedAt,
    localDateTime: arrival.fileCreatedAt,
    isFavorite: arrival.isFavorite ?? false,
    visibility: arrival.visibility ?? 'timeline',
    deletedAt: null,
    isOffline: false,
    stackId: null,
    duplicateId: null,
    livePhotoVideoId: arrival.livePhotoVideoId ?? null,
    durationMs: arrival.durationMs ?? null,
    width: null,
    height: null,
    exif: { ...NO_EXIF, fileSizeInByte: arrival.bytes.length },
    embedded: {},
    locked: new Set(),
    sidecar: null,
    tagIds: new Set(),
    metadata: new Map(),
    thumbnail: 'pending',
    thumbhash: undefined,
  };
  state.assets.set(id, asset);
  state.forgetOrder();
  return asset;
}

/** First extraction: size, dates and camera go from the file into the row; without EXIF the earlier file date counts. */
export function takeInFacts(immich: Immich, asset: AssetRecord, facts: FileFacts): void {
  asset.width = facts.width;
  asset.height = facts.height;
  asset.embedded = { ...facts.exif };
  Object.assign(asset.exif, facts.exif, { modifyDate: new Date(asset.fileModifiedAt / 1000).toISOString() });
  const earliest = Math.min(asset.fileCreatedAt, asset.fileModifiedAt);
  asset.exif.dateTimeOriginal ??= new Date(earliest / 1000).toISOString();
  asset.localDateTime = facts.localMs === null ? earliest : facts.localMs * 1000;
  applyExtraction(immich, asset, { ...asset.embedded, ...asset.sidecar });
}

/** What follows an upload: AssetCreate hook, then metadata with its hook, then the thumbnail. */
export function processUpload(immich: Immich, asset: AssetRecord): void {
  const { background, timing } = immich;
  const isAlive = (): boolean => immich.state.assets.has(asset.id);
  background.after(Math.min(40, timing.thumbnailDelayMs * 0.25), () =>
    fireWorkflows(immich, 'AssetCreate', asset),
  );
  background.after(timing.thumbnailDelayMs * 0.5, async () => {
    const facts = await readFileFacts(asset.poster ?? asset.bytes);
    if (!isAlive()) return;
    takeInFacts(immich, asset, facts);
    fireWorkflows(immich, 'AssetMetadataExtraction', asset);
  });
  background.after(timing.thumbnailDelayMs, () => (isAlive() ? makeThumbnail(immich, asset) : undefined));
}
