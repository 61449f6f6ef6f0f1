import fc from 'fast-check';
import t from 'tap';
import type { PhotoId } from '../../src/model.js';
import { FreshViews } from '../../src/pipeline/fresh-views.js';
import { viewBytes } from '../../src/pipeline/view-index.js';
import { popCount, wordsOf } from '../../src/pipeline/words.js';

const word = fc.nat({ max: 0xffffffff });
const words = (length: number): fc.Arbitrary<Uint32Array> =>
  fc.array(word, { minLength: length, maxLength: length }).map((all) => Uint32Array.from(all));

/** Keys near one another: a few bits of one word are flipped. */
const nearby = (key: Uint32Array): fc.Arbitrary<Uint32Array> =>
  fc
    .array(fc.nat({ max: 63 }), { maxLength: 20 })
    .map((flips) =>
      flips.reduce(
        (flipped, bit) => flipped.map((one, n) => (n === bit >> 5 ? (one ^ (1 << (bit & 31))) >>> 0 : one)),
        key,
      ),
    );

function viewWith(key: Uint32Array): Uint8Array {
  const view = new Uint8Array(viewBytes);
  new DataView(view.buffer).setUint32(0, key[0] ?? 0);
  new DataView(view.buffer).setUint32(4, key[1] ?? 0);
  return view;
}

for (const { title, others } of [
  { title: 'few', others: 0 },
  { title: 'more than are looked at one by one', others: 500 },
])
  void t.test(`finds the photos with a view near a key: ${title}`, (t) => {
    const cases = words(2).chain((centre) =>
      fc.tuple(fc.array(nearby(centre), { maxLength: 6 }), fc.array(nearby(centre), { maxLength: 4 })),
    );
    fc.assert(
      fc.property(cases, ([keys, asked]) => {
        const fresh = new FreshViews();
        const all = [...Array.from({ length: others }, (_, n) => Uint32Array.of(n * 0x9e3779b1, n)), ...keys];
        all.forEach((key, n) => {
          fresh.add(n as PhotoId, viewWith(key));
        });
        const wanted = all.flatMap((key, n) =>
          asked.some((one) => bitsBetween(one, key) <= 11) ? [n as PhotoId] : [],
        );
        const found = new Set<PhotoId>();
        fresh.near(Uint32Array.from(asked.flatMap((one) => [...one])), 11, (id) => found.add(id));
        t.strictSame(
          [...found].sort((a, b) => a - b),
          wanted,
        );
      }),
      { numRuns: others === 0 ? 100 : 20 },
    );
    t.equal(wordsOf(viewWith(Uint32Array.of(1, 2))).join(), '1,2,0,0,0,0,0,0');
    t.end();
  });

function bitsBetween(a: Uint32Array, b: Uint32Array): number {
  return popCount(((a[0] ?? 0) ^ (b[0] ?? 0)) >>> 0) + popCount(((a[1] ?? 0) ^ (b[1] ?? 0)) >>> 0);
}
