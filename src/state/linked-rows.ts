import type { PhotoId } from '../model.js';
import type { Db } from './sqlite.js';

/** Marks whoever hangs on a photo by what is stored: its bytes, its proofs, its group. They are looked at again. */
export class LinkedRows {
  readonly #statements;

  constructor(db: Db) {
    this.#statements = [
      // Among thousands of the same bytes nearly all are marked already, and not read for that.
      `UPDATE photos INDEXED BY photos_clean_by_bytes SET dirty = 1
       WHERE dirty = 0 AND sha1 IS NOT NULL AND sha1 = (SELECT sha1 FROM photos WHERE id = ?)`,
      `UPDATE photos SET dirty = 1 WHERE dirty = 0 AND id IN (
       SELECT y.photo FROM photo_copies x JOIN proofs ON a = x.copy JOIN photo_copies y ON y.copy = b WHERE x.photo = ?1
       UNION SELECT y.photo FROM photo_copies x JOIN proofs ON b = x.copy JOIN photo_copies y ON y.copy = a WHERE x.photo = ?1
       UNION SELECT m.photo FROM members m WHERE m.number = (SELECT number FROM members WHERE photo = ?1))`,
    ].map((sql) => db.prepare(sql));
  }

  /** May be repeated. */
  disturb(id: PhotoId): void {
    for (const statement of this.#statements) statement.run(id);
  }
}
