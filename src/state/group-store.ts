import type { Content, Evidence, EvidenceKind, Group, Member, PhotoId, PhotoKey } from '../model.js';
import type { GroupStore } from '../store-ports.js';
import { byPages, pluck, transaction, type Db } from './sqlite.js';

interface MemberRow {
  number: number;
  key: PhotoKey;
  role: Member['role'];
  kept_as: PhotoKey | null;
  evidence: EvidenceKind | null;
  score: number | null;
  phash_bits: number | null;
  detail_bits: number | null;
  agreement: number | null;
}

const selectMembers = `SELECT m.number, p.key, m.role, m.kept_as, m.evidence, m.score, m.phash_bits, m.detail_bits, m.agreement
  FROM members m JOIN photos p ON p.id = m.photo`;

/** `GroupStore` on `index.db`. */
export class SqliteGroupStore implements GroupStore {
  readonly #db: Db;
  readonly #sql;

  constructor(db: Db) {
    this.#db = db;
    this.#sql = {
      sameBytes: db.prepare(
        'SELECT id FROM photos WHERE sha1 = (SELECT sha1 FROM photos WHERE id = ?1) AND id <> ?1',
      ),
      mates: db.prepare(
        'SELECT photo FROM members WHERE number = (SELECT number FROM members WHERE photo = ?)',
      ),
      membersOf: db.prepare('SELECT photo FROM members WHERE number = ?'),
      numberOf: db.prepare('SELECT number FROM members WHERE photo = ?'),
      crowded: db.prepare('SELECT crowded FROM photos WHERE id = ?'),
      clean: db.prepare('UPDATE photos SET dirty = 0, crowded = ? WHERE id = ?'),
      dropMembers: db.prepare('DELETE FROM members WHERE number = ?'),
      addMember: db.prepare(
        `INSERT OR REPLACE INTO members SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM photos WHERE key = ?`,
      ),
    };
  }

  useRules(rules: string): void {
    transaction(this.#db, () => {
      const before = this.rules();
      if (before === rules) return;
      this.#db.prepare(`INSERT OR REPLACE INTO meta VALUES ('rules', ?)`).run(rules);
      if (before !== null) this.#db.exec('UPDATE photos SET dirty = 1');
    });
  }

  rules(): string | null {
    return (pluck(this.#db, `SELECT value FROM meta WHERE name = 'rules'`) ?? null) as string | null;
  }

  dismissalsUsed(): number | null {
    const value = pluck(this.#db, `SELECT value FROM meta WHERE name = 'dismissals'`);
    return value === undefined ? null : Number(value);
  }

  useDismissals(version: number, contents: readonly Content[] | null): void {
    const mark = this.#db.prepare(
      'UPDATE photos SET dirty = max(dirty, 1) WHERE id IN (SELECT id FROM photos WHERE key = ? UNION SELECT id FROM photos WHERE sha1 = ?)',
    );
    transaction(this.#db, () => {
      if (contents === null) this.#db.exec('UPDATE photos SET dirty = max(dirty, 1)');
      for (const { key, sha1 } of contents ?? [])
        mark.run(key, sha1 === null ? null : Buffer.from(sha1, 'hex'));
      this.#db.prepare(`INSERT OR REPLACE INTO meta VALUES ('dismissals', ?)`).run(String(version));
    });
  }

  dirty(): readonly { readonly id: PhotoId; readonly wide: boolean }[] {
    const sql = 'SELECT id, dirty FROM photos WHERE dirty > 0 AND id > ? ORDER BY id LIMIT ?';
    return Array.from(byPages<{ id: PhotoId; dirty: number }>(this.#db, sql), ({ id, dirty }) => ({
      id,
      wide: dirty > 1,
    }));
  }

  isDirty(): boolean {
    return pluck(this.#db, 'SELECT 1 FROM photos WHERE dirty > 0 LIMIT 1') !== undefined;
  }

  wasCrowded(id: PhotoId): boolean {
    return (this.#sql.crowded.get(id) as { crowded: number } | undefined)?.crowded === 1;
  }

  sameBytes(id: PhotoId): readonly PhotoId[] {
    return (this.#sql.sameBytes.all(id) as { id: PhotoId }[]).map((row) => row.id);
  }

  groupMates(id: PhotoId): readonly PhotoId[] {
    return (this.#sql.mates.all(id) as { photo: PhotoId }[]).map((row) => row.photo);
  }

  membersOf(number: number): readonly PhotoId[] {
    return (this.#sql.membersOf.all(number) as { photo: PhotoId }[]).map((row) => row.photo);
  }

  regroup(scope: readonly PhotoId[], groups: readonly Group[], crowded: ReadonlySet<PhotoId>): void {
    transaction(this.#db, () => {
      for (const id of scope) {
        const old = this.#sql.numberOf.get(id) as { number: number } | undefined;
        if (old !== undefined) this.#sql.dropMembers.run(old.number);
        this.#sql.clean.run(Number(crowded.has(id)), id);
      }
      for (const group of groups) this.#insert(group);
    });
  }

  #insert(group: Group): void {
    group.members.forEach((member, place) => {
      const { evidence } = member;
      this.#sql.addMember.run(
        group.number,
        place,
        member.role,
        member.keptAs,
        evidence?.kind ?? null,
        evidence?.score ?? null,
        evidence?.distance?.phash ?? null,
        evidence?.distance?.detail ?? null,
        evidence?.agreement ?? null,
        member.key,
      );
    });
  }

  groups(): readonly Group[] {
    const rows = this.#db.prepare(`${selectMembers} ORDER BY m.number, m.place`).all();
    return groupsOfRows(rows as MemberRow[]);
  }

  groupOf(id: PhotoId): Group | null {
    const number = pluck(this.#db, 'SELECT number FROM members WHERE photo = ?', id);
    if (number === undefined) return null;
    const rows = this.#db.prepare(`${selectMembers} WHERE m.number = ? ORDER BY m.place`).all(Number(number));
    return groupsOfRows(rows as MemberRow[])[0] ?? null;
  }
}

function groupsOfRows(rows: readonly MemberRow[]): Group[] {
  const members = new Map<number, Member[]>();
  for (const row of rows) {
    const list = members.get(row.number) ?? [];
    list.push({ key: row.key, role: row.role, keptAs: row.kept_as, evidence: evidenceOfRow(row) });
    members.set(row.number, list);
  }
  return [...members].flatMap(([number, list]) => {
    const keeper = list[0];
    return keeper === undefined ? [] : [{ number, keeper: keeper.key, members: list }];
  });
}

function evidenceOfRow(row: MemberRow): Evidence | null {
  if (row.evidence === null || row.score === null) return null;
  const distance =
    row.phash_bits === null || row.detail_bits === null
      ? null
      : { phash: row.phash_bits, detail: row.detail_bits };
  return { kind: row.evidence, score: row.score, distance, agreement: row.agreement };
}
