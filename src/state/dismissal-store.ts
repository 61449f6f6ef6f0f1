import { contentIdOf, type Content } from '../model.js';
import type { Clock } from '../ports.js';
import type { Dismissal, Dismissals, DismissedPhoto } from '../store-ports.js';
import { pluck, transaction, type Db } from './sqlite.js';

interface Row {
  pair: string;
  group_number: number | null;
  at: number;
}

/** Pairs that stand and have a photo of this content id. */
const concerns = 'stands = 1 AND (a = ?1 OR b = ?1)';

/** `Dismissals` on `journal.db`. */
export class SqliteDismissals implements Dismissals {
  readonly #db: Db;
  readonly #clock: Clock;
  /** False in the journal of an older release that is only read. */
  readonly #isThere: boolean;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#isThere = pluck(db, `SELECT 1 FROM sqlite_master WHERE name = 'dismissals'`) !== undefined;
  }

  get version(): number {
    return Number(pluck(this.#db, 'SELECT coalesce(max(change), 0) FROM dismissals'));
  }

  standing(): readonly Dismissal[] {
    return this.#isThere ? this.#where('stands = 1') : [];
  }

  apartFrom({ key, sha1 }: Content): readonly DismissedPhoto[] {
    const isIt = (photo: DismissedPhoto): boolean =>
      photo.key === key || (sha1 !== null && photo.sha1 === sha1);
    const found = [key, ...(sha1 === null ? [] : [sha1])].flatMap((id) => this.#where(concerns, id));
    return found.flatMap(({ pair: [a, b] }) => [...(isIt(a) ? [b] : []), ...(isIt(b) ? [a] : [])]);
  }

  changedSince(version: number): readonly Dismissal[] {
    return this.#where('change > ?', version);
  }

  add(pairs: readonly Pick<Dismissal, 'pair' | 'group'>[]): number {
    return transaction(this.#db, () => {
      const at = this.#clock.now();
      const change = this.version + 1;
      return pairs.filter((one) => this.#put({ ...one, at }, change)).length;
    });
  }

  forget(dismissals: readonly Dismissal[]): number {
    return transaction(this.#db, () => {
      const update = this.#db.prepare(
        'UPDATE dismissals SET stands = 0, change = ? WHERE a = ? AND b = ? AND stands = 1',
      );
      const change = this.version + 1;
      return dismissals.filter(({ pair }) => update.run(change, ...idsOf(pair)).changes > 0).length;
    });
  }

  learn({ key, sha1 }: Content): void {
    if (sha1 === null) return;
    transaction(this.#db, () => {
      const change = this.version + 1;
      for (const dismissal of this.#where(concerns, key)) {
        const [a, b] = dismissal.pair;
        const read = (photo: DismissedPhoto): DismissedPhoto =>
          photo.key === key && photo.sha1 === null ? { ...photo, sha1 } : photo;
        this.#db.prepare('DELETE FROM dismissals WHERE a = ? AND b = ?').run(...idsOf(dismissal.pair));
        this.#put({ ...dismissal, pair: [read(a), read(b)] }, change);
      }
    });
  }

  follow(before: Content, sha1: string): void {
    const follows = (photo: DismissedPhoto): boolean =>
      photo.key === before.key && photo.sha1 === before.sha1;
    transaction(this.#db, () => {
      const change = this.version + 1;
      for (const dismissal of before.sha1 === null ? [] : this.#where(concerns, before.sha1)) {
        const [a, b] = dismissal.pair;
        if (!follows(a) && !follows(b)) continue;
        const now = (photo: DismissedPhoto): DismissedPhoto => (follows(photo) ? { ...photo, sha1 } : photo);
        this.#put({ ...dismissal, pair: [now(a), now(b)] }, change);
      }
    });
  }

  /** Returns whether it did not stand before. */
  #put({ pair, group, at }: Dismissal, change: number): boolean {
    const insert = this.#db.prepare(
      `INSERT INTO dismissals VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6) ON CONFLICT (a, b)
       DO UPDATE SET pair = ?3, group_number = ?4, at = ?5, stands = 1, change = ?6 WHERE stands = 0`,
    );
    return insert.run(...idsOf(pair), JSON.stringify(pair), group, at, change).changes > 0;
  }

  #where(condition: string, ...values: (string | number)[]): Dismissal[] {
    const sql = `SELECT pair, group_number, at FROM dismissals WHERE ${condition} ORDER BY at, a, b`;
    const rows = this.#db.prepare(sql).all(...values) as unknown as Row[];
    return rows.map(({ pair, group_number: group, at }) => ({
      pair: JSON.parse(pair) as Dismissal['pair'],
      group,
      at,
    }));
  }
}

/** The content ids of a pair, the lesser first. */
function idsOf([a, b]: Dismissal['pair']): [string, string] {
  const [x, y] = [contentIdOf(a), contentIdOf(b)];
  return x <= y ? [x, y] : [y, x];
}
