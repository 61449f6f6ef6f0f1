import type { PhotoId, PixelProof } from '../model.js';
import type { CopyStore, FoundProof, StoredCopy } from '../store-ports.js';
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
      get: db.prepare('SELECT photo AS id, pixels, aspect FROM copies WHERE photo = ?'),
      partKeys: db.prepare(
        'SELECT photo AS id, keys AS partKeys FROM part_keys WHERE photo > ? ORDER BY photo LIMIT ?',
      ),
      proved: db.prepare('UPDATE copies SET views = ? WHERE photo = ?'),
      putPartKeys: db.prepare('INSERT OR REPLACE INTO part_keys VALUES (?, ?)'),
      add: db.prepare('INSERT OR REPLACE INTO proofs VALUES (?, ?, ?, ?, ?)'),
      disturb: db.prepare('UPDATE photos SET dirty = max(dirty, 1) WHERE id = ?'),
      proofs: db.prepare(
        `SELECT b, verdict, agreement, in_place FROM proofs WHERE a = ?1
         UNION ALL SELECT a, verdict, agreement, in_place FROM proofs WHERE b = ?1`,
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
        `UPDATE photos SET dirty = max(dirty, 1) WHERE id IN (SELECT a FROM proofs UNION SELECT b FROM proofs);
         DELETE FROM proofs; DELETE FROM part_keys`,
      );
      const forgotten = 'UPDATE copies SET views = NULL WHERE views IS NOT NULL';
      return this.#db.prepare(forgotten).run().changes;
    });
  }

  unproven(): readonly PhotoId[] {
    const sql = 'SELECT photo AS id FROM copies WHERE views IS NULL AND photo > ? ORDER BY photo LIMIT ?';
    return Array.from(byPages<{ id: PhotoId }>(this.#db, sql), ({ id }) => id);
  }

  hasUnproven(): boolean {
    return pluck(this.#db, 'SELECT 1 FROM copies WHERE views IS NULL LIMIT 1') !== undefined;
  }

  get(id: PhotoId): StoredCopy | null {
    return (this.#sql.get.get(id) as StoredCopy | undefined) ?? null;
  }

  views(): Iterable<{ readonly id: PhotoId; readonly views: Uint8Array }> {
    return readViews(this.#db);
  }

  partKeys(after: PhotoId | null, limit: number): readonly { id: PhotoId; partKeys: Uint8Array }[] {
    return this.#sql.partKeys.all(after ?? -1, limit) as { id: PhotoId; partKeys: Uint8Array }[];
  }

  proved(id: PhotoId, views: Uint8Array, partKeys: Uint8Array, proofs: readonly FoundProof[]): void {
    if (proofs.length > 0) this.#moved();
    transaction(this.#db, () => {
      this.#sql.proved.run(views, id);
      this.#sql.putPartKeys.run(id, partKeys);
      for (const { b, verdict, agreement, inPlace } of proofs) {
        this.#sql.add.run(Math.min(id, b), Math.max(id, b), verdict, agreement, Number(inPlace));
        for (const one of [id, b]) this.#sql.disturb.run(one);
      }
    });
  }

  proofsOf(id: PhotoId): readonly FoundProof[] {
    const rows = this.#sql.proofs.all(id) as ProofRow[];
    return rows.map(({ in_place: inPlace, ...proof }) => ({ ...proof, inPlace: inPlace === 1 }));
  }

  likely(limit: number): readonly { a: PhotoId; b: PhotoId; agreement: number }[] {
    const sql = `SELECT a, b, p.agreement FROM proofs p
      JOIN photos x ON x.id = a AND x.presence = 'present'
      JOIN photos y ON y.id = b AND y.presence = 'present'
      LEFT JOIN members m ON m.photo = a
      LEFT JOIN members n ON n.photo = b
      WHERE verdict = 'likely' AND (m.number IS NULL OR n.number IS NULL OR m.number <> n.number)
      ORDER BY p.agreement DESC, a, b LIMIT ?`;
    return this.#db.prepare(sql).all(limit) as { a: PhotoId; b: PhotoId; agreement: number }[];
  }
}
