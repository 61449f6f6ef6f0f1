import type { Fingerprint } from '../model.js';
import type { Db } from './sqlite.js';

/** The grey copies of photos as they are written, with what was worked out of them: that goes when the copy is another. */
export class CopyRows {
  readonly #put;
  readonly #drops;

  constructor(db: Db) {
    this.#put = db.prepare('INSERT INTO copies (photo, aspect, pixels) VALUES (?, ?, ?)');
    this.#drops = [
      'DELETE FROM proofs WHERE a = ?1 OR b = ?1',
      'DELETE FROM part_keys WHERE photo = ?1',
      'DELETE FROM copies WHERE photo = ?1',
    ].map((sql) => db.prepare(sql));
  }

  /** Where there is none. */
  put(id: number, { aspect, pixels }: Fingerprint): void {
    this.#put.run(id, aspect, pixels);
  }

  /** May be repeated. */
  drop(id: number): void {
    for (const statement of this.#drops) statement.run(id);
  }
}
