import fc from 'fast-check';
import t from 'tap';
import { HammingIndex } from '../../src/pipeline/search/hamming-index.js';
import { popCount } from '../../src/pipeline/fingerprint/words.js';
import { seededRandom } from '../support/seeded-random.js';

type Hash = readonly [hi: number, lo: number];

const bitsBetween = (a: Hash, b: Hash): number => popCount(a[0] ^ b[0]) + popCount(a[1] ^ b[1]);

/** What the index must answer, from a plain list. */
class Exhaustive {
  readonly #hashes = new Map<number, Hash>();

  add(slot: number, hash: Hash): void {
    this.#hashes.set(slot, hash);
  }

  remove(slot: number): void {
    this.#hashes.delete(slot);
  }

  get slots(): number[] {
    return [...this.#hashes.keys()];
  }

  near(hash: Hash, radius: number): [number, number][] {
    return [...this.#hashes]
      .map(([slot, other]): [number, number] => [slot, bitsBetween(hash, other)])
      .filter(([, bits]) => bits <= radius);
  }
}

/** All that `near` reports, sorted; a slot reported twice stands there twice. */
function nearOf(index: HammingIndex, [hi, lo]: Hash, radius: number): [number, number][] {
  const found: [number, number][] = [];
  index.near(hi, lo, radius, (slot, bits) => found.push([slot, bits]));
  return found.sort(([a], [b]) => a - b);
}

const word = fc.integer({ min: 0, max: 0xffffffff });
const hash = fc.tuple(word, word);
/** A hash of a few bits: many of them lie close together. */
const closeHash = fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 9 }).map((bits): Hash => {
  const words: [number, number] = [0, 0];
  for (const bit of bits)
    if (bit < 32) words[0] = (words[0] | (1 << bit)) >>> 0;
    else words[1] = (words[1] | (1 << (bit - 32))) >>> 0;
  return words;
});

type Step =
  | { readonly kind: 'add'; readonly hash: Hash }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'near'; readonly hash: Hash; readonly radius: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), hash: fc.oneof(closeHash, hash) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('near' as const),
      hash: fc.oneof(closeHash, hash),
      radius: fc.integer({ min: 0, max: 15 }),
    }),
  },
);

void t.test('bits of a word', (t) => {
  fc.assert(fc.property(word, (w) => popCount(w) === w.toString(2).replaceAll('0', '').length));
  t.end();
});

void t.test('answers as a scan does, whatever was added and removed, at every size of its tables', (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 4, 16, 10_000),
      fc.constantFrom('half' as const, 'whole' as const),
      fc.array(step, { minLength: 20, maxLength: 120 }),
      (scanBelow, hold, steps) => {
        const index = new HammingIndex({ scanBelow, hold });
        const truth = new Exhaustive();
        for (const one of steps) {
          if (one.kind === 'add') truth.add(index.add(...one.hash), one.hash);
          if (one.kind === 'remove') {
            const slot = truth.slots[one.which % Math.max(1, truth.slots.length)];
            if (slot !== undefined) index.remove(slot);
            if (slot !== undefined) truth.remove(slot);
          }
          if (one.kind === 'near') {
            const found = nearOf(index, one.hash, one.radius);
            if (JSON.stringify(found) !== JSON.stringify(truth.near(one.hash, one.radius))) return false;
          }
        }
        return index.size === truth.slots.length;
      },
    ),
    { numRuns: 120 },
  );
  t.end();
});

void t.test('thousands of hashes in clusters, tables and what came after them', (t) => {
  for (const hold of ['half', 'whole'] as const) {
    const random = seededRandom(7);
    const anyWord = (): number => random.whole(0, 0xffffffff) >>> 0;
    const index = new HammingIndex({ scanBelow: 1000, hold });
    const truth = new Exhaustive();
    const queries: Hash[] = [];
    for (let cluster = 0; cluster < 1500; cluster++) {
      const centre: Hash = [anyWord(), anyWord()];
      if (cluster % 50 === 0) queries.push(centre);
      for (let member = 0; member < 4; member++) {
        const near: [number, number] = [...centre];
        for (let flips = random.whole(0, 14); flips > 0; flips--) {
          const half = random.whole(0, 1) as 0 | 1;
          near[half] = (near[half] ^ (1 << random.whole(0, 31))) >>> 0;
        }
        const slot = index.add(...near);
        truth.add(slot, near);
        if (slot % 7 === 0) {
          index.remove(slot);
          truth.remove(slot);
        }
      }
    }
    for (const radius of [0, 3, 4, 8, 12, 15])
      for (const query of queries) t.same(nearOf(index, query, radius), truth.near(query, radius));
    t.equal(index.size, truth.slots.length);
  }
  t.end();
});

void t.test('removing twice counts once, and an unknown slot not at all', (t) => {
  const index = new HammingIndex();
  const slot = index.add(1, 2);
  index.add(1, 2);
  index.remove(slot);
  index.remove(slot);
  index.remove(99);
  t.equal(index.size, 1);
  t.same(nearOf(index, [1, 2], 0), [[1, 0]]);
  t.end();
});
