import { createHash } from 'node:crypto';
import type {
  Fingerprint,
  Format,
  Marks,
  Media,
  Photo,
  PhotoId,
  PhotoKey,
  Presence,
  ReadFacts,
  Realm,
  Revision,
  SourceName,
} from '../model.js';
import type { FingerprintState, IndexedPhoto } from '../store-ports.js';

/** A row of `photos` as SQLite hands it over. */
export interface PhotoRow {
  id: number;
  key: string;
  source: string;
  realm: string;
  revision: string;
  media: Media;
  presence: Presence;
  writable: number;
  name: string;
  library: string | null;
  sha1: Uint8Array | null;
  thumb_hash: Uint8Array | null;
  width: number | null;
  height: number | null;
  byte_size: number | null;
  duration: number | null;
  frames: number | null;
  preference: number;
  format: Format;
  taken_at: number | null;
  camera: string | null;
  exposure: string | null;
  has_location: number;
  favorite: number;
  created_at: number;
  updated_at: number;
  file_id: string | null;
  hearted: number | null;
  duplicate_id: string | null;
  rating: number | null;
  description: string | null;
  latitude: number | null;
  longitude: number | null;
  looks: FingerprintState;
  failure: string | null;
  album_count: number;
  paper: number;
  shown: number;
  later_frames: Uint8Array | null;
}

export function photoOfRow(row: PhotoRow): IndexedPhoto {
  return {
    id: row.id as PhotoId,
    key: row.key as PhotoKey,
    source: row.source as SourceName,
    realm: row.realm as Realm,
    revision: row.revision as Revision,
    media: row.media,
    presence: row.presence,
    writable: row.writable === 1,
    name: row.name,
    library: row.library,
    sha1: row.sha1 === null ? null : Buffer.from(row.sha1).toString('hex'),
    thumbHash: row.thumb_hash,
    width: row.width,
    height: row.height,
    byteSize: row.byte_size,
    durationMs: row.duration,
    frames: row.frames,
    preference: row.preference,
    format: row.format,
    takenAt: row.taken_at,
    camera: row.camera,
    exposure: row.exposure,
    hasLocation: row.has_location === 1,
    favorite: row.favorite === 1,
    marks: marksOfRow(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    fileId: row.file_id,
    fingerprint: row.looks,
    failure: row.failure,
    albumCount: row.album_count,
    isPaper: row.paper === 1,
    shown: row.shown,
    laterFrames: row.later_frames,
  };
}

function marksOfRow({
  hearted,
  duplicate_id,
  rating,
  description,
  latitude,
  longitude,
}: PhotoRow): Marks | null {
  if (hearted === null) return null;
  const location = latitude === null || longitude === null ? null : { latitude, longitude };
  return { favorite: hearted === 1, duplicateId: duplicate_id, rating, description, location };
}

/** Values for the columns of `photos` that a listing gives, by column name. */
export function columnsOfPhoto(photo: Photo): Record<string, string | number | Uint8Array | null> {
  return {
    key: photo.key,
    source: photo.source,
    realm: photo.realm,
    revision: photo.revision,
    media: photo.media,
    presence: photo.presence,
    writable: Number(photo.writable),
    name: photo.name,
    library: photo.library,
    sha1: photo.sha1 === null ? null : Buffer.from(photo.sha1, 'hex'),
    thumb_hash: photo.thumbHash,
    width: photo.width,
    height: photo.height,
    byte_size: photo.byteSize,
    duration: photo.durationMs,
    frames: photo.frames,
    preference: photo.preference,
    format: photo.format,
    taken_at: photo.takenAt,
    camera: photo.camera,
    exposure: photo.exposure,
    has_location: Number(photo.hasLocation),
    favorite: Number(photo.favorite),
    ...columnsOfMarks(photo),
    created_at: photo.createdAt,
    updated_at: photo.updatedAt,
    file_id: photo.fileId,
    facts: factsDigest(photo),
  };
}

/** Values for the columns that reading the bytes fills; undefined where it did not tell. */
export function columnsOfFacts(
  facts: ReadFacts,
): Record<string, string | number | Uint8Array | null | undefined> {
  return {
    sha1: facts.sha1 ? Buffer.from(facts.sha1, 'hex') : undefined,
    thumb_hash: facts.thumbHash ?? undefined,
    width: facts.width,
    height: facts.height,
    byte_size: facts.byteSize,
    duration: facts.durationMs,
    frames: facts.frames,
    taken_at: facts.takenAt,
    camera: facts.camera,
    exposure: facts.exposure,
    file_id: facts.fileId,
    has_location: facts.hasLocation === undefined ? undefined : Number(facts.hasLocation),
  };
}

export function columnsOfLooks(
  fingerprint: Fingerprint,
): Record<string, string | number | Uint8Array | null> {
  return {
    algorithm: fingerprint.algorithm,
    phash: fingerprint.phash,
    detail: fingerprint.detail,
    quality: Math.round(fingerprint.quality),
    paper: Number(fingerprint.isPaper),
    shown: fingerprint.shown,
    later_frames: fingerprint.laterFrames,
  };
}

/** Columns that our own writes change: they are no reason to look at a photo again. */
export function columnsOfMarks({
  marks,
}: Photo): Record<(typeof markColumns)[number], string | number | null> {
  return {
    hearted: marks && Number(marks.favorite),
    duplicate_id: marks?.duplicateId ?? null,
    rating: marks?.rating ?? null,
    description: marks?.description ?? null,
    latitude: marks?.location?.latitude ?? null,
    longitude: marks?.location?.longitude ?? null,
  };
}

export const markColumns = [
  'hearted',
  'duplicate_id',
  'rating',
  'description',
  'latitude',
  'longitude',
] as const;

/** 8 bytes that change when anything changes that a group or a keeper may depend on: neither `updatedAt` nor the marks. */
function factsDigest(photo: Photo): Uint8Array {
  // What a listing knows of frames follows from the name and the duration.
  const { thumbHash, marks: _marks, frames: _frames, durationMs, preference, ...known } = photo;
  // Where there is none the digest is that of releases without it: no photo is looked at again for that.
  const facts = {
    ...known,
    ...(durationMs === null ? {} : { durationMs }),
    ...(preference === 0 ? {} : { preference }),
  };
  const text = JSON.stringify([{ ...facts, updatedAt: null }, thumbHash && [...thumbHash]]);
  return createHash('sha1').update(text).digest().subarray(0, 8);
}
