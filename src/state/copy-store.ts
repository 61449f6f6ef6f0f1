import type { CopyId, PhotoId, PixelProof } from '../model.js';
import type { Compared, CopyStore, FoundProof, StoredCopy } from '../store-ports.js';
import { byPages, pluck, transaction, type Db } from './sqlite.js';
import { readViews } from './stored-hashes.js';

interface ProofRow {
  b: PhotoId;
  verdict: PixelProof['verdict'];
  agreement: number;
  in_place: number;
}

/** `CopyStore` on `index.db`; the copies themselves are written with the fingerprints (`SqlitePhotoStore.examined`). */
export class SqliteCopyStore implements CopyStore {
  readonly #db: Db;
  readonly #sql;

  readonly #moved: () => void;

  /** `moved` is called with every change that groups may depend on. */
  constructor(db: Db, moved: () => void) {
    this.#moved = moved;
    this.#db = db;
    this.#sql = {
      get: db.prepare('SELECT pixels, aspect FROM copies WHERE id = ?'),
      copyOf: db.prepare('SELECT copy FROM photo_copies WHERE photo = ?'),
      bytesOf: db.prepare(
        `SELECT lower(hex(sha1)) AS sha1 FROM photo_copies p JOIN copies c ON c.id = p.copy JOIN copy_bytes USING (copy)
         WHERE photo = ? AND aspect = ? AND pixels = ?`,
      ),
      shotsOf: db.prepare(
        `SELECT min(photo) AS id FROM photo_copies JOIN photos ON id = photo WHERE copy = ?
         GROUP BY taken_at, camera, exposure ORDER BY 1`,
      ),
      partKeys: db.prepare(
        'SELECT copy AS id, keys AS partKeys, reach FROM part_keys WHERE copy > ? ORDER BY copy LIMIT ?',
      ),
      proved: db.prepare('UPDATE copies SET views = ? WHERE id = ?'),
      putPartKeys: db.prepare('INSERT OR REPLACE INTO part_keys (copy, keys, reach) VALUES (?, ?, ?)'),
      add: db.prepare(
        'INSERT OR REPLACE INTO proofs SELECT ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM copies WHERE id = ?)',
      ),
      disturb: db.prepare(
        'UPDATE photos SET dirty = 1 WHERE dirty = 0 AND id IN (SELECT photo FROM photo_copies WHERE copy = ?)',
      ),
      proofs: db.prepare(
        `SELECT y.photo AS b, verdict, agreement, in_place
         FROM photo_copies x JOIN proofs ON a = x.copy JOIN photo_copies y ON y.copy = b WHERE x.photo = ?1
         UNION ALL SELECT y.photo, verdict, agreement, in_place
         FROM photo_copies x JOIN proofs ON b = x.copy JOIN photo_copies y ON y.copy = a WHERE x.photo = ?1`,
      ),
    };
  }

  useRules(version: number): number {
    if (pluck(this.#db, `SELECT value FROM meta WHERE name = 'proofs'`) === String(version)) return 0;
    const set = `INSERT INTO meta VALUES ('proofs', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1`;
    return transaction(this.#db, () => {
      this.#db.prepare(set).run(String(version));
      this.#moved();
      this.#db.exec(
        `UPDATE photos SET dirty = max(dirty, 1) WHERE id IN (
           SELECT photo FROM photo_copies WHERE copy IN (SELECT a FROM proofs UNION SELECT b FROM proofs));
         DELETE FROM proofs; DELETE FROM part_keys`,
      );
      const forgotten = 'UPDATE copies SET views = NULL WHERE views IS NOT NULL';
      return this.#db.prepare(forgotten).run().changes;
    });
  }

  unproven(): readonly CopyId[] {
    const sql = 'SELECT id FROM copies WHERE views IS NULL AND id > ? ORDER BY id LIMIT ?';
    return Array.from(byPages<{ id: CopyId }>(this.#db, sql), ({ id }) => id);
  }

  hasUnproven(): boolean {
    return pluck(this.#db, 'SELECT 1 FROM copies WHERE views IS NULL LIMIT 1') !== undefined;
  }

  get(id: CopyId): StoredCopy | null {
    return (this.#sql.get.get(id) as StoredCopy | undefined) ?? null;
  }

  copyOf(id: PhotoId): CopyId | null {
    return (this.#sql.copyOf.get(id) as { copy: CopyId } | undefined)?.copy ?? null;
  }

  bytesOfSameLook(id: PhotoId, { aspect, pixels }: StoredCopy): readonly string[] {
    const rows = this.#sql.bytesOf.all(id, aspect, pixels) as { sha1: string }[];
    return rows.map(({ sha1 }) => sha1);
  }

  shotsOf(id: CopyId): readonly PhotoId[] {
    return (this.#sql.shotsOf.all(id) as { id: PhotoId }[]).map((row) => row.id);
  }

  views(): Iterable<{ readonly id: CopyId; readonly views: Uint8Array }> {
    return readViews(this.#db);
  }

  partKeys(after: CopyId | null, limit: number): ReturnType<CopyStore['partKeys']> {
    const rows = this.#sql.partKeys.all(after ?? -1, limit);
    return rows as { id: CopyId; partKeys: Uint8Array; reach: number | null }[];
  }

  proved(id: CopyId, { views, partKeys, reach, proofs }: Compared): void {
    transaction(this.#db, () => {
      if (this.#sql.proved.run(views, id).changes === 0) return;
      this.#sql.putPartKeys.run(id, partKeys, reach);
      if (proofs.length > 0) this.#moved();
      for (const { b, verdict, agreement, inPlace } of proofs) {
        const [first, second] = [Math.min(id, b), Math.max(id, b)];
        // The other one may have gone while they were compared.
        this.#sql.add.run(first, second, verdict, agreement, Number(inPlace), b);
        for (const one of [id, b]) this.#sql.disturb.run(one);
      }
    });
  }

  proofsOf(id: PhotoId): readonly FoundProof[] {
    const rows = this.#sql.proofs.all(id) as ProofRow[];
    return rows.map(({ in_place: inPlace, ...proof }) => ({ ...proof, inPlace: inPlace === 1 }));
  }

  likely(limit: number): readonly { a: PhotoId; b: PhotoId; agreement: number }[] {
    const present = (copy: string): string => `(SELECT min(photo) FROM photo_copies JOIN photos ON id = photo
      WHERE copy = ${copy} AND presence = 'present')`;
    const numbers = (copy: string): string =>
      `SELECT number FROM members WHERE photo IN (SELECT photo FROM photo_copies WHERE copy = ${copy})`;
    const sql = `SELECT * FROM (
        SELECT ${present('p.a')} AS a, ${present('p.b')} AS b, p.agreement FROM proofs p
        WHERE verdict = 'likely' AND NOT EXISTS (${numbers('p.a')} INTERSECT ${numbers('p.b')}))
      WHERE a IS NOT NULL AND b IS NOT NULL
      ORDER BY agreement DESC, a, b LIMIT ?`;
    return this.#db.prepare(sql).all(limit) as { a: PhotoId; b: PhotoId; agreement: number }[];
  }
}
