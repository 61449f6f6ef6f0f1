/**
 * Exact search of 64-bit hashes within a Hamming radius: multi-index hashing (Norouzi, Punjani, Fleet 2012) over four
 * 16-bit words, in typed arrays. What was added since the tables were built is scanned; small sets are scanned whole.
 */
export class HammingIndex {
  #hi = new Uint32Array(1024);
  #lo = new Uint32Array(1024);
  #used = 0;
  #removed = 0;
  #live = new Uint8Array(1024);
  #tabled = 0;
  #tables: Table[] = [];

  constructor(private readonly scanBelow = 50_000) {}

  get size(): number {
    return this.#used - this.#removed;
  }

  /** Adds a hash and returns its slot, a small number that stays its own until `remove`. Amortised O(1). */
  add(hi: number, lo: number): number {
    const slot = this.#used;
    if (slot === this.#hi.length) this.#grow();
    this.#used++;
    this.#hi[slot] = hi;
    this.#lo[slot] = lo;
    this.#live[slot] = 1;
    return slot;
  }

  /** The hash in a slot. */
  at(slot: number): readonly [hi: number, lo: number] {
    return [this.#hi[slot] ?? 0, this.#lo[slot] ?? 0];
  }

  /** Slots are not given out again, so that the tables stay true. */
  remove(slot: number): void {
    if (this.#live[slot] !== 1) return;
    this.#live[slot] = 0;
    this.#removed++;
  }

  /** Calls `found` once for every hash within `radius` bits (0-15). */
  near(hi: number, lo: number, radius: number, found: (slot: number, bits: number) => void): void {
    this.#tableIfWorthIt();
    if (this.#tabled > 0) this.#lookUp(hi, lo, radius, found);
    this.#scan(this.#tabled, hi, lo, radius, found);
  }

  #scan(from: number, hi: number, lo: number, radius: number, found: (slot: number, bits: number) => void) {
    const his = this.#hi;
    const los = this.#lo;
    for (let slot = from; slot < this.#used; slot++) {
      const bits = popCount((his[slot] ?? 0) ^ hi) + popCount((los[slot] ?? 0) ^ lo);
      if (bits <= radius && this.#live[slot] === 1) found(slot, bits);
    }
  }

  #lookUp(hi: number, lo: number, radius: number, found: (slot: number, bits: number) => void): void {
    const wordRadius = Math.floor(radius / 4);
    const words = wordsOf(hi, lo);
    for (let t = 0; t < 4; t++) {
      const table = this.#tables[t];
      const word = words[t];
      if (table === undefined || word === undefined) continue;
      for (const mask of masksWithin(wordRadius)) {
        const bucket = word ^ mask;
        const end = table.starts[bucket + 1] ?? 0;
        for (let at = table.starts[bucket] ?? 0; at < end; at++) {
          const slot = table.slots[at] ?? 0;
          const dhi = (this.#hi[slot] ?? 0) ^ hi;
          const dlo = (this.#lo[slot] ?? 0) ^ lo;
          const bits = popCount(dhi) + popCount(dlo);
          if (bits <= radius && this.#live[slot] === 1 && !foundEarlier(dhi, dlo, t, wordRadius))
            found(slot, bits);
        }
      }
    }
  }

  #tableIfWorthIt(): void {
    const fresh = this.#used - this.#tabled;
    if (this.#used < this.scanBelow || fresh < Math.max(this.scanBelow / 4, this.#tabled / 8)) return;
    this.#tables = [0, 1, 2, 3].map((t) => {
      const shift = t % 2 === 0 ? 16 : 0;
      return buildTable(t < 2 ? this.#hi : this.#lo, shift, this.#used);
    });
    this.#tabled = this.#used;
  }

  #grow(): void {
    const longer = <T extends Uint32Array | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    const length = this.#hi.length * 2;
    this.#hi = longer(this.#hi, new Uint32Array(length));
    this.#lo = longer(this.#lo, new Uint32Array(length));
    this.#live = longer(this.#live, new Uint8Array(length));
  }
}

/** Slots sorted by one 16-bit word of their hash: those of word `w` stand from `starts[w]` to `starts[w + 1]`. */
interface Table {
  readonly starts: Uint32Array;
  readonly slots: Uint32Array;
}

function buildTable(half: Uint32Array, shift: number, count: number): Table {
  const starts = new Uint32Array(65_537);
  const wordAt = (slot: number): number => ((half[slot] ?? 0) >>> shift) & 0xffff;
  for (let slot = 0; slot < count; slot++) starts[wordAt(slot) + 1] = (starts[wordAt(slot) + 1] ?? 0) + 1;
  for (let w = 0; w < 65_536; w++) starts[w + 1] = (starts[w + 1] ?? 0) + (starts[w] ?? 0);
  const next = starts.slice();
  const slots = new Uint32Array(count);
  for (let slot = 0; slot < count; slot++) {
    const word = wordAt(slot);
    slots[next[word] ?? 0] = slot;
    next[word] = (next[word] ?? 0) + 1;
  }
  return { starts, slots };
}

function wordsOf(hi: number, lo: number): readonly number[] {
  return [hi >>> 16, hi & 0xffff, lo >>> 16, lo & 0xffff];
}

/** True when an earlier table has reported this hash already. */
function foundEarlier(dhi: number, dlo: number, table: number, wordRadius: number): boolean {
  const differences = wordsOf(dhi, dlo);
  for (let t = 0; t < table; t++) if (popCount(differences[t] ?? 0) <= wordRadius) return true;
  return false;
}

const maskCache: Uint16Array[] = [];

/** All 16-bit words with at most `bits` bits set. */
function masksWithin(bits: number): Uint16Array {
  const known = maskCache[bits];
  if (known !== undefined) return known;
  const all = Array.from({ length: 65_536 }, (_, word) => word);
  return (maskCache[bits] = Uint16Array.from(all.filter((word) => popCount(word) <= bits)));
}

/** Bits set in a 32-bit word. */
export function popCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
