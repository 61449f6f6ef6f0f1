import type { PhotoId, PhotoKey, SourceName } from '../model.js';
import { byPages, pluck, type Db } from './sqlite.js';

/* Which pictures of `index.db` are wanted, see `PhotoStore`. */

export interface WantedPhoto {
  readonly id: PhotoId;
  readonly key: PhotoKey;
}

export interface KnownThumbHash {
  readonly id: PhotoId;
  readonly thumbHash: Uint8Array;
  readonly isWanted: boolean;
}

export function wantedPhotos(db: Db, source: SourceName, after: PhotoId, limit: number): WantedPhoto[] {
  const sql = `SELECT id, key FROM photos WHERE source = ? AND looks = 'wanted' AND id > ? ORDER BY id LIMIT ?`;
  return db.prepare(sql).all(source, after, limit) as WantedPhoto[];
}

export function countWanted(db: Db, source: SourceName, after: PhotoId): number {
  const sql = `SELECT count(*) FROM photos WHERE source = ? AND looks = 'wanted' AND id > ?`;
  return Number(pluck(db, sql, source, after));
}

export function* thumbHashes(db: Db): Iterable<KnownThumbHash> {
  const sql = `SELECT id, thumb_hash AS thumbHash, looks = 'wanted' AS isWanted FROM photos
    WHERE thumb_hash IS NOT NULL AND media = 'image' AND looks IN ('wanted', 'done') AND id > ? ORDER BY id LIMIT ?`;
  for (const row of byPages<{ id: PhotoId; thumbHash: Uint8Array; isWanted: number }>(db, sql))
    yield { ...row, isWanted: row.isWanted === 1 };
}

export function wantAgain(db: Db, source: SourceName, reason: string): void {
  const sql = `UPDATE photos SET looks = 'wanted' WHERE looks = 'failed' AND source = ? AND failure = ?`;
  db.prepare(sql).run(source, reason);
}

export function outdate(db: Db, algorithm: string): number {
  // The index of looks answers this at once; the update reads every photo.
  const sql = `SELECT EXISTS (SELECT 1 FROM photos WHERE algorithm < ?1 AND phash IS NOT NULL)
    OR EXISTS (SELECT 1 FROM photos WHERE algorithm > ?1 AND phash IS NOT NULL)`;
  if (pluck(db, sql, algorithm) === 0) return 0;
  const update = `UPDATE photos SET looks = 'wanted' WHERE algorithm <> ? AND looks = 'done'`;
  return db.prepare(update).run(algorithm).changes;
}
