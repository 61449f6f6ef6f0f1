import { popCount } from '../fingerprint/words.js';
import type { WordRows } from './word-rows.js';

/** Told of a row and by how many bits it differs. */
export type Found = (row: number, bits: number) => void;

export interface TablesOptions {
  /** Fewer rows are scanned. */
  readonly scanBelow?: number | undefined;
  readonly hold?: 'half' | 'whole';
}

/**
 * Exact search of the first 64 bits of rows within a Hamming radius: multi-index hashing (Norouzi, Punjani, Fleet 2012) over
 * four 16-bit words, in typed arrays. What was added since the tables were built is scanned; small sets are scanned whole.
 * Besides the rows 32 bytes a row, or 40 where the tables hold `whole` hashes: a search within many bits is then twice as
 * fast, as it reads the rows of what it finds only.
 */
export class HammingTables {
  readonly #rows: WordRows;
  readonly #scanBelow: number;
  readonly #hold: 'half' | 'whole';
  /** Ranges of rows that follow on each other, each more than twice as long as all after it together. */
  #segments: Segment[] = [];
  #tabled = 0;

  constructor(rows: WordRows, { scanBelow = 4_096, hold = 'half' }: TablesOptions = {}) {
    this.#rows = rows;
    this.#scanBelow = scanBelow;
    this.#hold = hold;
  }

  /** Calls `found` once for every row that is there whose first two words are within `radius` bits (0-15). */
  near(hi: number, lo: number, radius: number, found: Found): void {
    const fresh = this.#rows.count - this.#tabled;
    if (this.#rows.count >= this.#scanBelow && fresh >= Math.max(1, this.#scanBelow >> 1)) this.build();
    const query: Query = { hi, lo, radius, words: wordRadiiOf(radius) };
    for (const segment of this.#segments)
      for (let t = 0; t < 4; t++) this.#lookUp(segment.tables[t], t, query, found);
    this.#scan(query, found);
  }

  /** Builds the tables of all that was added, which the next look-up would do otherwise. 0.2 s for a million rows. */
  build(): void {
    let from = this.#tabled;
    const to = this.#rows.count;
    if (to === from || to < this.#scanBelow) return;
    const kept = [...this.#segments];
    for (
      let last = kept.at(-1);
      last !== undefined && from - last.from <= 2 * (to - from);
      last = kept.at(-1)
    ) {
      from = last.from;
      kept.pop();
    }
    this.#segments = kept;
    this.#segments.push({
      from,
      tables: [0, 1, 2, 3].map((t) => buildTable(this.#rows, t, { from, to, hold: this.#hold })),
    });
    this.#tabled = to;
  }

  #scan({ hi, lo, radius }: Query, found: Found): void {
    const { words, width, count } = this.#rows;
    for (let row = this.#tabled, at = row * width; row < count; row++, at += width) {
      const bits = popCount((words[at] ?? 0) ^ hi) + popCount((words[at + 1] ?? 0) ^ lo);
      if (bits <= radius && !this.#rows.isRemoved(row)) found(row, bits);
    }
  }

  #lookUp(table: Table | undefined, t: number, query: Query, found: Found): void {
    const wordRadius = query.words[t] ?? -1;
    if (table === undefined || wordRadius < 0) return;
    const { starts, rows, others, siblings } = table;
    const { hi, lo, radius } = query;
    const [own, other] = t < 2 ? [hi, lo] : [lo, hi];
    const word = t % 2 === 0 ? own >>> 16 : own & 0xffff;
    const sibling = t % 2 === 0 ? own & 0xffff : own >>> 16;
    const { words, width } = this.#rows;
    const half = t < 2 ? 0 : 1;
    const { masks, bitsOf } = masksWithin(wordRadius);
    for (let m = 0; m < masks.length; m++) {
      const bucket = word ^ (masks[m] ?? 0);
      const left = radius - (bitsOf[m] ?? 0);
      const end = starts[bucket + 1] ?? 0;
      for (let at = starts[bucket] ?? 0; at < end; at++) {
        const otherApart = (others[at] ?? 0) ^ other;
        const otherBits = popCount(otherApart);
        // Nearly all end here, before anything else is read.
        if (otherBits > left) continue;
        if (siblings !== null && otherBits + popCount((siblings[at] ?? 0) ^ sibling) > left) continue;
        const row = rows[at] ?? 0;
        const ownApart = (words[row * width + half] ?? 0) ^ own;
        const bits = otherBits + popCount(ownApart);
        if (bits > radius || this.#rows.isRemoved(row)) continue;
        const isNew =
          half === 0 ? !reported(ownApart, otherApart, t, query) : !reported(otherApart, ownApart, t, query);
        if (isNew) found(row, bits);
      }
    }
  }
}

interface Query {
  readonly hi: number;
  readonly lo: number;
  readonly radius: number;
  /** Radius for each of the four words; -1 = need not be looked up. */
  readonly words: readonly number[];
}

interface Segment {
  readonly from: number;
  readonly tables: readonly Table[];
}

/** Rows sorted by one 16-bit word: those of word `w` stand from `starts[w]` to `starts[w + 1]`, with their other 32 bits. */
interface Table {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
  readonly others: Uint32Array;
  /** The other word of the same half; null where the tables hold halves. */
  readonly siblings: Uint16Array | null;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly hold: 'half' | 'whole';
}

function buildTable(rows: WordRows, t: number, { from, to, hold }: Range): Table {
  const { words, width } = rows;
  const half = t < 2 ? 0 : 1;
  const shift = t % 2 === 0 ? 16 : 0;
  const starts = new Uint32Array(65_537);
  for (let row = from; row < to; row++) {
    if (rows.isRemoved(row)) continue;
    const word = ((words[row * width + half] ?? 0) >>> shift) & 0xffff;
    starts[word + 1] = (starts[word + 1] ?? 0) + 1;
  }
  for (let w = 0; w < 65_536; w++) starts[w + 1] = (starts[w + 1] ?? 0) + (starts[w] ?? 0);
  const next = starts.slice();
  const count = starts[65_536] ?? 0;
  const siblings = hold === 'whole' ? new Uint16Array(count) : null;
  const table = { starts, rows: new Uint32Array(count), others: new Uint32Array(count), siblings };
  for (let row = from; row < to; row++) {
    if (rows.isRemoved(row)) continue;
    const word = ((words[row * width + half] ?? 0) >>> shift) & 0xffff;
    const at = next[word] ?? 0;
    next[word] = at + 1;
    table.rows[at] = row;
    table.others[at] = words[row * width + 1 - half] ?? 0;
    if (siblings !== null) siblings[at] = (words[row * width + half] ?? 0) >>> (16 - shift);
  }
  return table;
}

/** True when an earlier table has reported the row already. */
function reported(hiApart: number, loApart: number, t: number, { words }: Query): boolean {
  if (t === 0) return false;
  if (popCount(hiApart >>> 16) <= (words[0] ?? -1)) return true;
  if (t === 1) return false;
  if (popCount(hiApart & 0xffff) <= (words[1] ?? -1)) return true;
  return t === 3 && popCount(loApart >>> 16) <= (words[2] ?? -1);
}

/**
 * How far each word must be looked up: were the first r % 4 + 1 words further off than r / 4 and the others as far or
 * further, the whole would be further off than r.
 */
function wordRadiiOf(radius: number): readonly number[] {
  const each = radius >> 2;
  return [0, 1, 2, 3].map((t) => (t <= radius % 4 ? each : each - 1));
}

interface Masks {
  readonly masks: Uint16Array;
  readonly bitsOf: Uint8Array;
}

const maskCache: Masks[] = [];

/** All 16-bit words with at most `bits` bits set, those with the fewest first. */
function masksWithin(bits: number): Masks {
  const known = maskCache[bits];
  if (known !== undefined) return known;
  const all = Array.from({ length: 65_536 }, (_, word) => word).filter((word) => popCount(word) <= bits);
  const masks = Uint16Array.from(all.sort((a, b) => popCount(a) - popCount(b) || a - b));
  return (maskCache[bits] = { masks, bitsOf: Uint8Array.from(masks, popCount) });
}
