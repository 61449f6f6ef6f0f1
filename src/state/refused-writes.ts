import type { SourceName } from '../model.js';
import type { RefusedWrite, RefusedWrites } from '../store-ports.js';
import { pluck, transaction, type Db } from './sqlite.js';

const columns = 'source, kind, name, photo, signature, version, tries, at, reason';

/** `RefusedWrites` on `journal.db`. */
export class SqliteRefusedWrites implements RefusedWrites {
  readonly #db: Db;
  /** False in the journal of an older release that is only read. */
  readonly #isThere: boolean;

  constructor(db: Db) {
    this.#db = db;
    this.#isThere = pluck(db, `SELECT 1 FROM sqlite_master WHERE name = 'refused_writes'`) !== undefined;
  }

  list(source?: SourceName): readonly RefusedWrite[] {
    if (!this.#isThere) return [];
    const sql = `SELECT ${columns} FROM refused_writes`;
    const rows =
      source === undefined
        ? this.#db.prepare(sql).all()
        : this.#db.prepare(`${sql} WHERE source = ?`).all(source);
    return rows as RefusedWrite[];
  }

  put(writes: readonly RefusedWrite[]): void {
    const values = columns.replace(/\w+/gu, ':$&');
    const insert = this.#db.prepare(`INSERT OR REPLACE INTO refused_writes (${columns}) VALUES (${values})`);
    transaction(this.#db, () => {
      for (const write of writes) insert.run({ ...write });
    });
  }

  forget(writes: readonly Pick<RefusedWrite, 'source' | 'kind' | 'name' | 'photo'>[]): void {
    const remove = this.#db.prepare(
      'DELETE FROM refused_writes WHERE source = ? AND kind = ? AND name = ? AND photo = ?',
    );
    transaction(this.#db, () => {
      for (const { source, kind, name, photo } of writes) remove.run(source, kind, name, photo);
    });
  }
}
