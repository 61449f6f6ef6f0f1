import type { CopyId, Fingerprint, PhotoId } from '../model.js';
import { pluck, type Db } from './sqlite.js';

/**
 * The grey copies of photos as they are written: one for all photos of the same bytes that look the same. With the last of
 * them it goes, and what was worked out of it.
 */
export class CopyRows {
  readonly #db: Db;
  readonly #sql;
  readonly #drops;

  constructor(db: Db) {
    this.#db = db;
    this.#sql = {
      ofSameBytes: db.prepare(
        `SELECT id FROM copy_bytes JOIN copies ON id = copy
         WHERE sha1 = (SELECT sha1 FROM photos WHERE id = ?) AND aspect = ? AND pixels = ?`,
      ),
      put: db.prepare('INSERT INTO copies (id, aspect, pixels) VALUES (?, ?, ?)'),
      putBytes: db.prepare(
        'INSERT INTO copy_bytes SELECT sha1, ?2 FROM photos WHERE id = ?1 AND sha1 IS NOT NULL',
      ),
      give: db.prepare('INSERT INTO photo_copies VALUES (?, ?)'),
      take: db.prepare('DELETE FROM photo_copies WHERE photo = ? RETURNING copy'),
      isUsed: db.prepare('SELECT 1 FROM photo_copies WHERE copy = ? LIMIT 1'),
    };
    this.#drops = [
      'DELETE FROM proofs WHERE a = ?1 OR b = ?1',
      'DELETE FROM part_keys WHERE copy = ?1',
      'DELETE FROM copy_bytes WHERE copy = ?1',
      'DELETE FROM copies WHERE id = ?1',
    ].map((sql) => db.prepare(sql));
  }

  /** Where the photo has none; its bytes are known by now if ever. */
  put(id: PhotoId, { aspect, pixels }: Fingerprint): void {
    const known = this.#sql.ofSameBytes.get(id, aspect, pixels) as { id: CopyId } | undefined;
    const copy = known?.id ?? this.#fresh();
    if (known === undefined) {
      this.#sql.put.run(copy, aspect, pixels);
      this.#sql.putBytes.run(id, copy);
    }
    this.#sql.give.run(id, copy);
  }

  /** May be repeated. */
  drop(id: PhotoId): void {
    const taken = this.#sql.take.get(id) as { copy: CopyId } | undefined;
    if (taken === undefined || this.#sql.isUsed.get(taken.copy) !== undefined) return;
    for (const statement of this.#drops) statement.run(taken.copy);
  }

  #fresh(): CopyId {
    const sql = `INSERT INTO meta VALUES ('copies', '1') ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`;
    return Number(pluck(this.#db, sql)) as CopyId;
  }
}
