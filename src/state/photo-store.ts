import type { Fingerprint, Photo, PhotoId, PhotoKey, ReadFacts, SourceName } from '../model.js';
import type {
  Examined,
  FileLooks,
  IndexCounts,
  IndexedPhoto,
  Observation,
  PhotoStore,
  SourceCounts,
  StoredLooks,
} from '../store-ports.js';
import {
  columnsOfFacts,
  columnsOfLooks,
  columnsOfMarks,
  columnsOfPhoto,
  markColumns,
  photoOfRow,
  type PhotoRow,
} from './photo-row.js';
import { CopyRows } from './copy-rows.js';
import { LinkedRows } from './linked-rows.js';
import { countBySource, countIndex } from './photo-counts.js';
import { readLooks } from './stored-hashes.js';
import { pluck, transaction, type Db } from './sqlite.js';
import { comparedVideos, VideoWishes } from './video-rows.js';
import {
  countWanted,
  outdate,
  thumbHashes,
  wantAgain,
  wantedPhotos,
  type KnownThumbHash,
  type WantedPhoto,
} from './wanted-photos.js';

const columns = [
  'key source realm revision media presence writable name library sha1 thumb_hash width height byte_size duration frames preference format',
  'taken_at camera exposure has_location favorite created_at updated_at file_id facts',
  ...markColumns,
].flatMap((line) => line.split(' '));

/** Columns that reading the bytes fills: a listing that does not know them leaves them while the revision stays. */
const learned = new Set('sha1 thumb_hash width height byte_size taken_at camera exposure file_id'.split(' '));

const selectPhoto = `SELECT p.*, (SELECT count(*) FROM album_photos WHERE photo_key = p.key) AS album_count FROM photos p`;

interface KnownRow {
  id: number;
  revision: string;
  facts: Uint8Array;
  looks: string;
  updated_at: number;
  media: string;
}

/** `PhotoStore` on `index.db`. */
export class SqlitePhotoStore implements PhotoStore {
  readonly #db: Db;
  readonly #sql;
  readonly #videos: VideoWishes;
  readonly #copies: CopyRows;
  readonly #linked: LinkedRows;
  #version = 0;

  constructor(db: Db) {
    this.#db = db;
    this.#videos = new VideoWishes(db);
    this.#copies = new CopyRows(db);
    this.#linked = new LinkedRows(db);
    const values = columns.map((name) => `:${name}`);
    const keepLearned = columns
      .filter((name) => name !== 'key')
      .map((name) => {
        if (name === 'has_location') return `${name} = max(:${name}, ${name} * (realm = 'local'))`;
        if (['duration', 'frames'].includes(name))
          return `${name} = coalesce(:${name}, CASE realm WHEN 'local' THEN ${name} END)`;
        return learned.has(name) ? `${name} = coalesce(:${name}, ${name})` : `${name} = :${name}`;
      });
    const overwrite = columns.filter((name) => name !== 'key').map((name) => `${name} = :${name}`);
    this.#sql = {
      known: db.prepare('SELECT id, revision, facts, looks, updated_at, media FROM photos WHERE key = ?'),
      // Of a new photo nothing is known but its bytes: it may have a group when somebody shares them, else once it was looked at.
      insert: db.prepare(
        `INSERT INTO photos (${columns.join()}, looks, pass, dirty)
         VALUES (${values.join()}, :looks, :pass, EXISTS (SELECT 1 FROM photos WHERE sha1 = :sha1))`,
      ),
      refresh: db.prepare(
        `UPDATE photos SET ${keepLearned.join()}, looks = :looks, pass = :pass, dirty = 2 WHERE key = :key`,
      ),
      replace: db.prepare(
        `UPDATE photos SET ${overwrite.join()}, looks = :looks, pass = :pass, dirty = 2 WHERE key = :key`,
      ),
      touch: db.prepare(
        `UPDATE photos SET updated_at = :updated_at, pass = :pass, looks = :looks,
         ${markColumns.map((name) => `${name} = :${name}`).join()} WHERE id = :id`,
      ),
      byKey: db.prepare(`${selectPhoto} WHERE p.key = ?`),
      byId: db.prepare(`${selectPhoto} WHERE p.id = ?`),
      ofFile: db.prepare(
        `SELECT phash, detail, quality, paper, shown, later_frames AS laterFrames, pixels, aspect, thumb_hash AS thumbHash FROM photos p
         JOIN photo_copies ON photo = p.id JOIN copies c ON c.id = copy WHERE sha1 = ? AND algorithm = ? AND phash IS NOT NULL AND realm = 'local' LIMIT 1`,
      ),
      dirty: db.prepare('UPDATE photos SET dirty = max(dirty, 1) WHERE id = ?'),
    };
  }

  get version(): number {
    return this.#version;
  }

  observe(photos: readonly Photo[], pass = 0): Observation {
    return transaction(this.#db, () => {
      const wanted: PhotoKey[] = [];
      let changed = 0;
      for (const photo of photos) {
        const outcome = this.#observeOne(photo, pass);
        if (outcome.wanted) wanted.push(photo.key);
        if (!outcome.changed) continue;
        changed++;
        if (photo.media === 'video') wanted.push(...this.#videos.wantTwins(photo));
      }
      return { wanted, changed };
    });
  }

  #observeOne(photo: Photo, pass: number): { wanted: boolean; changed: boolean } {
    const known = this.#sql.known.get(photo.key) as KnownRow | undefined;
    const values = columnsOfPhoto(photo);
    const lookable = photo.presence !== 'hidden' && (photo.media === 'image' || this.#videos.isWanted(photo));
    if (known === undefined) {
      this.#version++;
      this.#sql.insert.run({ ...values, looks: lookable ? 'wanted' : 'none', pass });
      return { wanted: lookable, changed: true };
    }
    const newContent = known.revision !== photo.revision;
    const retry = known.looks === 'failed' && known.updated_at !== photo.updatedAt;
    const looks = !lookable ? 'none' : newContent || retry || known.looks === 'none' ? 'wanted' : known.looks;
    const changed = newContent || Buffer.compare(known.facts, values.facts as Uint8Array) !== 0;
    if (changed) {
      // A link may end with the old facts: whoever hung on it must be regrouped too.
      this.#disturb(known.id as PhotoId, []);
      this.#sql[newContent ? 'replace' : 'refresh'].run({ ...values, looks, pass });
    } else {
      const seen = { updated_at: photo.updatedAt, ...columnsOfMarks(photo) };
      this.#sql.touch.run({ ...seen, pass, looks, id: known.id });
    }
    return { wanted: looks === 'wanted', changed };
  }

  get(key: PhotoKey): IndexedPhoto | null {
    const row = this.#sql.byKey.get(key) as PhotoRow | undefined;
    return row === undefined ? null : photoOfRow(row);
  }

  byId(id: PhotoId): IndexedPhoto | null {
    const row = this.#sql.byId.get(id) as PhotoRow | undefined;
    return row === undefined ? null : photoOfRow(row);
  }

  wanted(source: SourceName, after: PhotoId, limit: number): readonly WantedPhoto[] {
    return wantedPhotos(this.#db, source, after, limit);
  }

  countWanted(source: SourceName, after: PhotoId): number {
    return countWanted(this.#db, source, after);
  }

  thumbHashes(): Iterable<KnownThumbHash> {
    return thumbHashes(this.#db);
  }

  comparedVideos(): ReadonlySet<PhotoId> {
    return comparedVideos(this.#db);
  }

  looksOfFile(sha1: string, algorithm: string): FileLooks | null {
    const row = this.#sql.ofFile.get(Buffer.from(sha1, 'hex'), algorithm) as
      | (Omit<Fingerprint, 'algorithm' | 'isPaper'> & Pick<FileLooks, 'thumbHash'> & { paper: number })
      | undefined;
    if (row === undefined) return null;
    const { paper, thumbHash, ...looks } = row;
    return { fingerprint: { algorithm, ...looks, isPaper: paper === 1 }, thumbHash };
  }

  /** Something else of the index moved that groups depend on. */
  moved(): void {
    this.#version++;
  }

  /** Whoever hangs on the photo is looked at again. */
  #disturb(id: PhotoId, near: readonly PhotoId[]): void {
    this.#version++;
    this.#linked.disturb(id);
    for (const other of near) this.#sql.dirty.run(other);
  }

  examined(result: Examined, near: readonly PhotoId[]): void {
    const { id, facts, fingerprint } = result;
    transaction(this.#db, () => {
      this.#disturb(id, near);
      // What was known of another picture in its place goes in any case.
      this.#copies.drop(id);
      if (fingerprint !== null) this.#learn(id, columnsOfLooks(fingerprint));
      this.#learn(id, { ...columnsOfFacts(facts), failure: null, dirty: 1 });
      if (fingerprint !== null) this.#copies.put(id, fingerprint);
      this.#db
        .prepare(`UPDATE photos SET looks = 'done' WHERE id = ? AND revision = ?`)
        .run(id, result.revision);
      // Once more: it may have learned whose bytes it has.
      this.#linked.disturb(id);
    });
  }

  #learn(id: PhotoId, values: Record<string, string | number | Uint8Array | null | undefined>): void {
    const known = Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    this.#db
      .prepare(`UPDATE photos SET ${known.map(([name]) => `${name} = ?`).join()} WHERE id = ?`)
      .run(...known.map(([, value]) => value), id);
  }

  failed(key: PhotoKey, reason: string, near: readonly PhotoId[], facts: ReadFacts = {}): void {
    const id = pluck(this.#db, 'SELECT id FROM photos WHERE key = ?', key);
    if (id === undefined) return;
    transaction(this.#db, () => {
      this.#disturb(Number(id) as PhotoId, near);
      this.#copies.drop(Number(id) as PhotoId);
      this.#learn(Number(id) as PhotoId, {
        ...columnsOfFacts(facts),
        looks: 'failed',
        failure: reason,
        algorithm: null,
        phash: null,
        detail: null,
        dirty: 1,
      });
    });
  }

  wantAgain(source: SourceName, reason: string): void {
    wantAgain(this.#db, source, reason);
  }

  nextPass(): number {
    const sql = `INSERT INTO meta VALUES ('pass', '1') ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`;
    return Number(pluck(this.#db, sql));
  }

  unseen(source: SourceName, pass: number): readonly PhotoKey[] {
    const rows = this.#db.prepare('SELECT key FROM photos WHERE source = ? AND pass < ?').all(source, pass);
    return (rows as { key: PhotoKey }[]).map((row) => row.key);
  }

  remove(key: PhotoKey, near: readonly PhotoId[]): void {
    const id = pluck(this.#db, 'SELECT id FROM photos WHERE key = ?', key);
    if (id === undefined) return;
    transaction(this.#db, () => {
      this.#disturb(Number(id) as PhotoId, near);
      this.#copies.drop(Number(id) as PhotoId);
      this.#db.prepare('DELETE FROM members WHERE photo = ?').run(Number(id));
      this.#db.prepare('DELETE FROM album_photos WHERE photo_key = ?').run(key);
      this.#db.prepare('DELETE FROM photos WHERE id = ?').run(Number(id));
    });
  }

  countOf(source: SourceName): number {
    const sql = `SELECT count(*) FROM photos WHERE presence IN ('present', 'hidden') AND source = ?`;
    return Number(pluck(this.#db, sql, source));
  }

  fingerprints(algorithm: string): Iterable<StoredLooks> {
    return readLooks(this.#db, algorithm);
  }

  outdate(algorithm: string): number {
    return outdate(this.#db, algorithm);
  }

  counts(): IndexCounts {
    return countIndex(this.#db);
  }

  countsBySource(): ReadonlyMap<SourceName, SourceCounts> {
    return countBySource(this.#db);
  }

  failures(limit: number): readonly { key: PhotoKey; reason: string }[] {
    const sql = `SELECT key, failure AS reason FROM photos WHERE looks = 'failed' ORDER BY key LIMIT ?`;
    return this.#db.prepare(sql).all(limit) as { key: PhotoKey; reason: string }[];
  }

  flush(): void {
    this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }
}
