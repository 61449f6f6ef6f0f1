import type { Immich } from './immich.js';
import type { AssetRecord, WritableNote, WritableNotes } from './records.js';
import { upsertTags } from './tag-tree.js';
import { fireWorkflows } from './webhooks.js';

/**
 * Immich keeps tags, description and rating in a sidecar file. A change goes through four moments, each a job of its
 * own: the database is changed and the column locked; SidecarWrite reads the locked columns; the file is written and
 * the columns unlocked; metadata extraction reads the file and *replaces* what is not locked. A second change between
 * these moments can be lost or come back, as on a real server (metadata.service.ts, tag.service.ts of 3.1.0).
 */

function put(into: Partial<WritableNotes>, from: Partial<WritableNotes>, note: WritableNote): void {
  if (from[note] !== undefined) Object.assign(into, { [note]: from[note] });
}

const isReadOnly = (immich: Immich, asset: AssetRecord): boolean =>
  asset.libraryId !== null && immich.state.libraries.get(asset.libraryId)?.readOnly === true;

/** The tags of the asset were changed in the database: notes them in the locked column and queues the round trip. */
export function tagsChanged(immich: Immich, asset: AssetRecord): void {
  asset.exif.tags = [...asset.tagIds].flatMap((id) => immich.state.tags.get(id)?.value ?? []);
  asset.locked.add('tags');
  queueSidecarWrite(immich, asset.id);
}

/** Queues SidecarWrite and the re-extraction that always follows it, even when there is nothing to write. */
export function queueSidecarWrite(immich: Immich, assetId: string): void {
  const { background, timing } = immich;
  background.after(timing.sidecarDelayMs * (0.01 + 0.06 * immich.random()), () => {
    const asset = immich.state.assets.get(assetId);
    if (!asset) return;
    const notes: Partial<WritableNotes> = {};
    for (const note of asset.locked) put(notes, asset.exif, note);
    const locked = [...asset.locked];
    const writeMs = locked.length === 0 ? 0 : timing.sidecarDelayMs * (0.25 + 0.3 * immich.random());
    background.after(writeMs, () => {
      finishWrite(immich, asset, locked, notes);
      queueExtraction(immich, assetId, 'sidecar-write');
    });
  });
}

function finishWrite(
  immich: Immich,
  asset: AssetRecord,
  locked: WritableNote[],
  notes: Partial<WritableNotes>,
): void {
  if (locked.length === 0) return;
  if (isReadOnly(immich, asset)) immich.log.push(`WARN Error writing exif data (${asset.originalPath}.xmp)`);
  else asset.sidecar = { ...asset.sidecar, ...notes };
  for (const note of locked) asset.locked.delete(note);
}

/** Queues AssetExtractMetadata: file and sidecar are read first, the database is changed somewhat later. */
export function queueExtraction(immich: Immich, assetId: string, source?: 'sidecar-write' | 'upload'): void {
  const { background, timing } = immich;
  background.after(timing.sidecarDelayMs * 0.02, () => {
    const asset = immich.state.assets.get(assetId);
    if (!asset) return;
    const found = { ...asset.embedded, ...asset.sidecar };
    background.after(timing.sidecarDelayMs * (0.25 + 0.2 * immich.random()), () => {
      if (!immich.state.assets.has(assetId)) return;
      applyExtraction(immich, asset, found);
      if (source !== 'sidecar-write') fireWorkflows(immich, 'AssetMetadataExtraction', asset);
    });
  });
}

/** Writes what was read into the database; locked columns stay, the tags are replaced under the owner's name. */
export function applyExtraction(
  immich: Immich,
  asset: AssetRecord,
  found: Partial<AssetRecord['exif']>,
): void {
  const nothing: WritableNotes = {
    tags: null,
    description: '',
    rating: null,
    dateTimeOriginal: asset.exif.dateTimeOriginal,
    latitude: null,
    longitude: null,
  };
  const written: Partial<WritableNotes> = { ...nothing, ...found };
  for (const note of Object.keys(nothing) as WritableNote[])
    if (!asset.locked.has(note)) put(asset.exif, written, note);
  if (asset.exif.rating === 0) asset.exif.rating = null;
  // hasGeo: 0, 0 in the file is no place.
  if (asset.exif.latitude === 0 && asset.exif.longitude === 0 && !asset.locked.has('latitude'))
    Object.assign(asset.exif, { latitude: null, longitude: null });
  const tags = upsertTags(immich.state, asset.ownerId, asset.exif.tags ?? []);
  asset.tagIds = new Set(tags.map((tag) => tag.id));
  const taken = asset.exif.dateTimeOriginal === null ? NaN : Date.parse(asset.exif.dateTimeOriginal) * 1000;
  if (!Number.isNaN(taken) && Math.abs(taken - asset.fileCreatedAt) >= 1000) {
    asset.fileCreatedAt = taken;
    immich.state.forgetOrder();
  }
  immich.state.touch(asset);
}
