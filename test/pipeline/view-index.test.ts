import fc from 'fast-check';
import t from 'tap';
import type { CopyId } from '../../src/model.js';
import { keyOf } from '../../src/pipeline/proof/pair-proof.js';
import { ViewIndex, viewBytes } from '../../src/pipeline/proof/view-index.js';
import { bitsApart } from '../support/bits.js';

const idOf = (n: number): CopyId => n as CopyId;
/** Views around two centres. */
const view = fc
  .record({ centre: fc.constantFrom(0, 255), flips: fc.array(fc.nat({ max: 255 }), { maxLength: 12 }) })
  .map(({ centre, flips }) => {
    const bytes = new Uint8Array(viewBytes).fill(centre);
    for (const bit of flips) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (128 >> (bit & 7));
    return bytes;
  });
const step = fc.record({
  id: fc.integer({ min: 1, max: 6 }),
  views: fc.option(fc.array(view, { maxLength: 3 })),
});

void t.test('finds the views that photos have now, whatever was put and removed before', (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 6, 1000),
      fc.array(step, { maxLength: 30 }),
      view,
      (scanBelow, steps, asked) => {
        const index = new ViewIndex(scanBelow);
        const truth = new Map<number, readonly Uint8Array[]>();
        for (const { id, views } of steps) {
          if (views === null) index.remove(idOf(id));
          else index.put(idOf(id), Buffer.concat(views));
          if (views === null) truth.delete(id);
          else truth.set(id, views);
        }
        const found: string[] = [];
        index.near(
          keyOf(asked),
          11,
          () => asked,
          40,
          (id, bits) => found.push(`${id} ${bits}`),
        );
        const wanted = [...truth].flatMap(([id, views]) =>
          views
            .map(
              (one) => [bitsApart(one.subarray(0, 8), asked.subarray(0, 8)), bitsApart(one, asked)] as const,
            )
            .filter(([key, all]) => key <= 11 && all <= 40)
            .map(([, all]) => `${id} ${all}`),
        );
        return index.size === truth.size && found.sort().join() === wanted.sort().join();
      },
    ),
    { numRuns: 300 },
  );
  t.end();
});

void t.test('a picture that is too plain is held and never found, nor finds anything', (t) => {
  const index = new ViewIndex();
  index.put(idOf(1), new Uint8Array(0));
  index.put(idOf(2), new Uint8Array(viewBytes));
  t.equal(index.size, 2);
  const found: number[] = [];
  index.near(
    [0, 0],
    0,
    () => null,
    256,
    (id) => found.push(id),
  );
  t.same(found, []);
  index.near(
    [0, 0],
    0,
    () => new Uint8Array(viewBytes),
    256,
    (id) => found.push(id),
  );
  t.same(found, [2]);
  index.remove(idOf(1));
  t.equal(index.size, 1);
  t.end();
});
