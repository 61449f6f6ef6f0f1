import type { PhotoKey, SourceName } from '../model.js';
import type { AlbumStore } from '../store-ports.js';
import { transaction, type Db } from './sqlite.js';

/** `AlbumStore` on `index.db`. A photo that enters or leaves an album is marked for regrouping: albums count for the keep rules. */
export class SqliteAlbumStore implements AlbumStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  versions(source: SourceName): ReadonlyMap<string, string> {
    const rows = this.#db.prepare('SELECT id, version FROM albums WHERE source = ?').all(source);
    return new Map((rows as { id: string; version: string }[]).map((row) => [row.id, row.version]));
  }

  setMembers(source: SourceName, albumId: string, version: string, keys: readonly PhotoKey[]): void {
    transaction(this.#db, () => {
      const before = new Set(this.#membersOf(source, albumId));
      const after = new Set(keys);
      const add = this.#db.prepare('INSERT OR IGNORE INTO album_photos VALUES (?, ?, ?)');
      const remove = this.#db.prepare(
        'DELETE FROM album_photos WHERE photo_key = ? AND album = ? AND source = ?',
      );
      const touched = this.#db.prepare('UPDATE photos SET dirty = 1 WHERE key = ?');
      const entered = keys.filter((key) => !before.has(key));
      const left = [...before].filter((key) => !after.has(key));
      for (const key of entered) add.run(key, albumId, source);
      for (const key of left) remove.run(key, albumId, source);
      for (const key of [...entered, ...left]) touched.run(key);
      this.#db.prepare('INSERT OR REPLACE INTO albums VALUES (?, ?, ?)').run(source, albumId, version);
    });
  }

  drop(source: SourceName, albumIds: readonly string[]): void {
    transaction(this.#db, () => {
      for (const id of albumIds) {
        this.setMembers(source, id, '', []);
        this.#db.prepare('DELETE FROM albums WHERE source = ? AND id = ?').run(source, id);
      }
    });
  }

  albumsOf(source: SourceName, key: PhotoKey): readonly string[] {
    const select = this.#db.prepare(
      'SELECT album FROM album_photos WHERE photo_key = ? AND source = ? ORDER BY album',
    );
    return (select.all(key, source) as { album: string }[]).map(({ album }) => album);
  }

  add(source: SourceName, albumId: string, keys: readonly PhotoKey[]): void {
    transaction(this.#db, () => {
      const add = this.#db.prepare('INSERT OR IGNORE INTO album_photos VALUES (?, ?, ?)');
      const touched = this.#db.prepare('UPDATE photos SET dirty = max(dirty, 1) WHERE key = ?');
      for (const key of keys) {
        add.run(key, albumId, source);
        touched.run(key);
      }
    });
  }

  /** Of an album that several accounts see, each tells its own photos. */
  #membersOf(source: SourceName, albumId: string): PhotoKey[] {
    const sql = 'SELECT photo_key FROM album_photos WHERE album = ? AND source = ?';
    const rows = this.#db.prepare(sql).all(albumId, source);
    return (rows as { photo_key: PhotoKey }[]).map((row) => row.photo_key);
  }
}
