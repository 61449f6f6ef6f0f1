import fc from 'fast-check';
import t from 'tap';
import type { CopyId } from '../../src/model.js';
import { FreshViews } from '../../src/pipeline/proof/fresh-views.js';
import { partDetailBits, partKeyBits } from '../../src/pipeline/proof/pair-proof.js';
import { viewBytes } from '../../src/pipeline/proof/view-index.js';
import { bitsApart } from '../support/bits.js';

/** Views near one another: some bits are flipped, half of them in the key. */
const nearby = (centre: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      key: fc.array(fc.nat({ max: 63 }), { maxLength: 16 }),
      rest: fc.array(fc.integer({ min: 64, max: 255 }), { maxLength: 150 }),
    })
    .map(({ key, rest }) => {
      const view = Uint8Array.from(centre);
      for (const bit of [...key, ...rest]) view[bit >> 3] = (view[bit >> 3] ?? 0) ^ (128 >> (bit & 7));
      return view;
    });
const centres = fc.uint8Array({ minLength: viewBytes, maxLength: viewBytes });

for (const { title, others } of [
  { title: 'few', others: 0 },
  { title: 'more than are looked at one by one', others: 500 },
])
  void t.test(`finds the copies with a view that looks like a part, and how much: ${title}`, (t) => {
    const cases = centres.chain((centre) =>
      fc.tuple(fc.array(nearby(centre), { maxLength: 6 }), fc.array(nearby(centre), { maxLength: 4 })),
    );
    fc.assert(
      fc.property(cases, ([views, parts]) => {
        const fresh = new FreshViews();
        const all = [...Array.from({ length: others }, (_, n) => viewOf(n)), ...views];
        all.forEach((view, n) => {
          fresh.add(n as CopyId, view);
        });
        const wanted = all.flatMap((view, n) =>
          parts.flatMap((part, p) => {
            const bits = bitsApart(part, view);
            const isNear = bitsApart(part.subarray(0, 8), view.subarray(0, 8)) <= partKeyBits;
            // The second part is too plain.
            return isNear && bits <= partDetailBits && p !== 1 ? [`${n}: ${bits}`] : [];
          }),
        );
        const found: string[] = [];
        const keys = Uint32Array.from(parts.flatMap((part) => [wordOf(part, 0), wordOf(part, 4)]));
        const detailOf = (p: number): Uint8Array | null => (p === 1 ? null : (parts[p] ?? null));
        fresh.near(keys, detailOf, (id, bits) => found.push(`${id}: ${bits}`));
        t.strictSame(found.sort(), wanted.sort());
      }),
      { numRuns: others === 0 ? 100 : 20 },
    );
    t.end();
  });

function wordOf(bytes: Uint8Array, at: number): number {
  return Buffer.from(bytes).readUInt32BE(at);
}

/** Of no picture in particular. */
function viewOf(n: number): Uint8Array {
  const view = Buffer.alloc(viewBytes);
  for (let at = 0; at < viewBytes; at += 4)
    view.writeUInt32BE(Math.imul(n * 8 + at + 1, 0x9e3779b1) >>> 0, at);
  return view;
}
