import fc from 'fast-check';
import t from 'tap';
import type { Likeness, PhotoId } from '../../src/model.js';
import { candidateBits, leastQuality, storedBits } from '../../src/pipeline/fingerprint/bounds.js';
import { inverseOf, orientations, turned } from '../../src/pipeline/fingerprint/hashes.js';
import { LookIndex } from '../../src/pipeline/search/look-index.js';
import { bitsApart } from '../support/bits.js';

interface Looks {
  readonly phash: Uint8Array;
  readonly detail: Uint8Array;
  readonly quality: number;
}
type Found = Omit<Likeness, 'a'>;

const idOf = (n: number): PhotoId => n as PhotoId;
const flipped = (bytes: Uint8Array, bits: readonly number[]): Uint8Array => {
  const out = bytes.slice();
  for (const bit of bits) out[bit >> 3] = (out[bit >> 3] ?? 0) ^ (128 >> (bit & 7));
  return out;
};

/** Looks that lie around a few centres, turned every way. */
const centre = Uint8Array.from({ length: 32 }, (_, i) => (i * 151 + 77) & 255);
const looks = fc
  .record({
    turn: fc.constantFrom(...orientations),
    detailFlips: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 35 }),
    phashFlips: fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 10 }),
    quality: fc.constantFrom(leastQuality - 1, leastQuality, 100),
  })
  .map(({ turn, detailFlips, phashFlips, quality }): Looks => {
    const detail = turned(flipped(centre, detailFlips), turn);
    return { detail, phash: flipped(detail.subarray(0, 8), phashFlips), quality };
  });

const indexOf = (all: readonly (readonly [number, Looks])[]): LookIndex => {
  const index = new LookIndex();
  for (const [id, one] of all) index.put(idOf(id), one);
  return index;
};
const sorted = (found: Found[]): Found[] => found.sort((a, b) => a.b - b.b);

/** Every pair once, as it is found when the photos come in this order. */
function linksOf(order: readonly (readonly [number, Looks])[]): string[] {
  const index = new LookIndex();
  return order
    .flatMap(([id, one]) => {
      const found = index.likenesses(one, idOf(id));
      index.put(idOf(id), one);
      return found.map(({ b, ...rest }) => JSON.stringify([Math.min(id, b), Math.max(id, b), rest]));
    })
    .sort();
}

void t.test('two photos are alike in the same way whichever comes first', (t) => {
  fc.assert(
    fc.property(looks, looks, (a, b) => {
      const [fromB] = indexOf([[1, a]]).likenesses(b, idOf(2));
      const [fromA] = indexOf([[2, b]]).likenesses(a, idOf(1));
      const { b: _one, ...there } = fromB ?? { b: 0 };
      const { b: _two, ...back } = fromA ?? { b: 0 };
      return JSON.stringify(there) === JSON.stringify(back);
    }),
    { numRuns: 1000 },
  );
  t.end();
});

void t.test('the links of many photos do not depend on their order', (t) => {
  const many = fc
    .array(looks, { minLength: 2, maxLength: 12 })
    .map((all) => all.map((one, i) => [i + 1, one] as const))
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  fc.assert(
    fc.property(many, ([order, other]) => JSON.stringify(linksOf(order)) === JSON.stringify(linksOf(other))),
  );
  t.end();
});

void t.test('finds what comparing with each photo would find, and nothing else', (t) => {
  fc.assert(
    fc.property(looks, fc.array(looks, { maxLength: 20 }), (one, others) => {
      const index = indexOf(others.map((other, i) => [i, other]));
      const found = new Map(index.likenesses(one, null).map((likeness) => [likeness.b as number, likeness]));
      return others.every((other, i) => {
        const comparable = one.quality >= leastQuality && other.quality >= leastQuality;
        const distances = orientations.flatMap((how) => {
          const detail = turned(one.detail, how);
          const phashBits =
            how === 0
              ? bitsApart(one.phash, other.phash)
              : bitsApart(detail.subarray(0, 8), other.detail.subarray(0, 8));
          const detailBits = bitsApart(detail, other.detail);
          return comparable && phashBits <= candidateBits && detailBits <= storedBits
            ? [{ phashBits, detailBits, orientation: Math.min(how, inverseOf(how)) }]
            : [];
        });
        const it = found.get(i);
        if (distances.length === 0 || it === undefined) return distances.length === 0 && it === undefined;
        const { b: _b, ...figures } = it;
        return distances.some((distance) => JSON.stringify(distance) === JSON.stringify(figures));
      });
    }),
  );
  t.end();
});

void t.test('a photo that is put again is found as it is now; a removed one is not found', (t) => {
  const before = { phash: new Uint8Array(8), detail: new Uint8Array(32).fill(170), quality: 100 };
  const after = { phash: new Uint8Array(8).fill(255), detail: centre, quality: 100 };
  const index = indexOf([[1, before]]);
  t.match(sorted(index.likenesses(before, null)), [{ b: 1, phashBits: 0, detailBits: 0, orientation: 0 }]);
  t.same(index.likenesses(before, idOf(1)), [], 'never like itself');
  index.put(idOf(1), after);
  t.equal(index.size, 1);
  t.same(index.likenesses(before, null), []);
  t.match(index.likenesses(after, null), [{ b: 1, detailBits: 0 }]);
  index.put(idOf(1), { ...after, quality: leastQuality - 1 });
  t.equal(index.size, 0, 'what has too little detail now is left out');
  index.remove(idOf(1));
  t.same(index.likenesses(after, null), []);
  t.end();
});

void t.test('holds thousands', (t) => {
  const index = new LookIndex();
  const looksOf = (n: number): Looks => {
    const detail = Uint8Array.from(
      { length: 32 },
      (_, i) => (Math.imul(n + 1, 2654435761 + i * 40503) >>> 13) & 255,
    );
    return { phash: detail.slice(0, 8), detail, quality: 100 };
  };
  for (let n = 0; n < 5000; n++) index.put(idOf(n), looksOf(n));
  t.equal(index.size, 5000);
  for (const n of [0, 1023, 1024, 2048, 4999])
    t.ok(index.likenesses(looksOf(n), null).some(({ b, detailBits }) => b === n && detailBits === 0));
  t.end();
});

void t.test('photos are like photos, and stills of videos like stills of videos', (t) => {
  const one = { phash: centre.subarray(0, 8), detail: centre, quality: 100 };
  const index = new LookIndex();
  for (const id of [1, 2]) index.put(idOf(id), one);
  for (const id of [3, 4]) index.put(idOf(id), one, 'video');
  const like = (id: number): number[] => index.likenessesOf(idOf(id)).map(({ b }) => b);
  t.same([like(1), like(2), like(3), like(4)], [[2], [1], [4], [3]]);
  t.same(
    sorted(index.likenesses(one, null)).map(({ b }) => b),
    [1, 2],
  );
  index.remove(idOf(3));
  index.put(idOf(3), one);
  t.same(like(4), [], 'another photo has its number now');
  t.end();
});

void t.test('one photo stands for all that look exactly the same, and another when it goes', (t) => {
  const one = { phash: centre.subarray(0, 8), detail: centre, quality: 100 };
  const index = new LookIndex();
  for (const id of [1, 2, 3]) index.put(idOf(id), one);
  index.put(idOf(4), { ...one, detail: flipped(centre, [255]) });
  index.put(idOf(5), { ...one, phash: flipped(one.phash, [3]) });
  index.put(idOf(6), one, 'video');
  const standing = (): number[] => [1, 2, 3, 4, 5, 6, 7].map((id) => index.sameLooks(idOf(id)));
  t.same(standing(), [1, 1, 1, 4, 5, 6, 7]);
  index.remove(idOf(1));
  t.same(standing(), [1, 2, 2, 4, 5, 6, 7], 'one that is not there is itself');
  t.end();
});
