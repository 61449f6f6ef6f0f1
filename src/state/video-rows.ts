import type { Photo, PhotoId, PhotoKey } from '../model.js';
import type { Db } from './sqlite.js';

/* What `index.db` knows of videos; see the index `photos_videos`. */

/** How many videos are present, and how many of them are compared by their bytes alone. */
export function countVideos(db: Db): { readonly videos: number; readonly byBytesAlone: number } {
  // Left to itself SQLite reads every photo that is present.
  const sql = `SELECT count(*) AS videos, count(*) - count(duration) AS byBytesAlone
    FROM photos INDEXED BY photos_videos WHERE media = 'video' AND presence = 'present'`;
  return db.prepare(sql).get() as { videos: number; byBytesAlone: number };
}

/** Videos whose stills may be compared. */
export function comparedVideos(db: Db): ReadonlySet<PhotoId> {
  const sql = `SELECT id FROM photos WHERE media = 'video' AND duration IS NOT NULL`;
  return new Set((db.prepare(sql).all() as { id: PhotoId }[]).map(({ id }) => id));
}

/** Which videos are looked at: those with a duration for their still, local ones for their bytes where a twin in size asks for it. */
export class VideoWishes {
  readonly #twin;
  readonly #want;

  constructor(db: Db) {
    const twins = `media = 'video' AND byte_size = ? AND key <> ? AND presence <> 'hidden'`;
    this.#twin = db.prepare(`SELECT 1 FROM photos WHERE ${twins} LIMIT 1`);
    this.#want = db.prepare(
      `UPDATE photos SET looks = 'wanted' WHERE ${twins} AND realm = 'local' AND looks = 'none' RETURNING key`,
    );
  }

  isWanted({ key, realm, byteSize, durationMs }: Photo): boolean {
    return realm === 'local' ? this.#twin.get(byteSize, key) !== undefined : durationMs !== null;
  }

  /** A video has come: local ones of its size, whose bytes nobody has read, are wanted now. Returns them. */
  wantTwins({ key, presence, byteSize }: Photo): PhotoKey[] {
    if (presence === 'hidden' || byteSize === null) return [];
    return (this.#want.all(byteSize, key) as { key: PhotoKey }[]).map((row) => row.key);
  }
}
