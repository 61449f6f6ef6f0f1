import type { Immich } from './immich.js';
import type { AssetRecord } from './records.js';
import { queueSidecarWrite } from './sidecar.js';

/** What "resolve" does before it trashes the others: albums, tags, heart, rating and description go into the keeper. */
export function mergeInto(immich: Immich, keeper: AssetRecord, members: readonly AssetRecord[]): void {
  const { state } = immich;
  for (const album of state.albums.values()) {
    if (members.some(({ id }) => album.assetIds.has(id))) album.assetIds.add(keeper.id);
  }
  keeper.isFavorite = members.some(({ isFavorite }) => isFavorite);
  if (members.some(({ visibility }) => visibility === 'archive')) keeper.visibility = 'archive';
  const rating = Math.max(0, ...members.map(({ exif }) => exif.rating ?? 0));
  const lines = new Set(
    members.flatMap(({ exif }) => (exif.description ?? '').split(/\r?\n/)).map((line) => line.trim()),
  );
  lines.delete('');
  const tagIds = new Set(members.flatMap((member) => [...member.tagIds]));
  if (tagIds.size > 0) {
    keeper.tagIds = tagIds;
    keeper.exif.tags = [...tagIds].flatMap((id) => state.tags.get(id)?.value ?? []);
    keeper.locked.add('tags');
  }
  if (rating > 0) {
    keeper.exif.rating = rating;
    keeper.locked.add('rating');
  }
  if (lines.size > 0) {
    keeper.exif.description = [...lines].join('\n');
    keeper.locked.add('description');
  }
  if (tagIds.size > 0 || rating > 0 || lines.size > 0) queueSidecarWrite(immich, keeper.id);
}
