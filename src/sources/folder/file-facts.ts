import type { BigIntStats } from 'node:fs';
import sharp from 'sharp';
import {
  localRealm,
  type Photo,
  type PhotoKey,
  type ReadFacts,
  type Revision,
  type SourceName,
} from '../../model.js';
import { cameraName, exposureName, formatOf } from '../shot-facts.js';
import { readExifTags } from './exif-tags.js';
import { frameFactsOf } from './frame-facts.js';
import type { FoundFile } from './folder-root.js';
import { mediaOf } from './folder-rules.js';
import { textOf } from './path-bytes.js';

/** What a file's name and its stat say of it, as a photo; what only its bytes tell is null. */
export function photoOfFile(file: FoundFile, source: SourceName, key: PhotoKey, preference: number): Photo {
  const name = textOf(file.path);
  const { stats } = file;
  const modifiedAt = Number(stats.mtimeMs);
  return {
    key,
    source,
    realm: localRealm,
    revision: revisionOf(stats),
    media: mediaOf(name) ?? 'image',
    presence: 'present',
    writable: false,
    name,
    library: null,
    sha1: null,
    thumbHash: null,
    width: null,
    height: null,
    byteSize: Number(stats.size),
    durationMs: null,
    frames: null,
    preference,
    format: formatOf(name),
    takenAt: null,
    camera: null,
    exposure: null,
    hasLocation: false,
    favorite: false,
    marks: null,
    createdAt: modifiedAt,
    updatedAt: Math.max(modifiedAt, Number(stats.ctimeMs)),
    fileId: `${stats.dev}:${stats.ino}`,
  };
}

/** Size and modification time (whole milliseconds) of a file: equal means the same content. */
export function revisionOf(stats: BigIntStats): Revision {
  return `${stats.size}|${stats.mtimeMs}|` as Revision;
}

/**
 * What the bytes say: pixels after orientation, and what the camera noted. Facts that cannot be read are left out;
 * never throws, for whether the picture can be decoded is not decided here. Only headers are read.
 */
export async function factsOfBytes(bytes: Buffer, name: string): Promise<ReadFacts> {
  const header = await sharp(bytes, { limitInputPixels: false, failOn: 'none' })
    .metadata()
    .catch(() => null);
  // Of a RAW the first picture inside is read, mostly a small preview: its size and their number say nothing.
  const isRaw = formatOf(name) === 'raw';
  const { width, height } = isRaw ? {} : (header?.autoOrient ?? {});
  const tags = readExifTags(header?.exif ?? bytes);
  return {
    byteSize: bytes.length,
    ...(isRaw || header === null ? { frames: isRaw ? 1 : null } : frameFactsOf(bytes, header)),
    ...(width !== undefined && height !== undefined ? { width, height } : {}),
    ...(tags === null
      ? {}
      : {
          takenAt: tags.takenAt,
          camera: cameraName(tags.make, tags.model),
          exposure: exposureName(tags.exposureTime, tags.iso),
          hasLocation: tags.hasLocation,
        }),
  };
}
