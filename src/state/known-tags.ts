import type { PhotoKey } from '../model.js';
import type { KnownTags } from '../store-ports.js';
import type { Db } from './sqlite.js';

/** `KnownTags` on `index.db`. */
export class SqliteKnownTags implements KnownTags {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  of(key: PhotoKey): ReturnType<KnownTags['of']> {
    const select = this.#db.prepare(
      'SELECT tags, updated_at AS updatedAt FROM photo_tags WHERE photo_key = ?',
    );
    const row = select.get(key) as { tags: string; updatedAt: number } | undefined;
    return row === undefined ? null : { tags: JSON.parse(row.tags) as string[], updatedAt: row.updatedAt };
  }

  put(key: PhotoKey, { tags, updatedAt }: Parameters<KnownTags['put']>[1]): void {
    const put = this.#db.prepare('INSERT OR REPLACE INTO photo_tags VALUES (?, ?, ?)');
    put.run(key, updatedAt, JSON.stringify(tags));
  }
}
