/* What is proven of many edits of one picture does not hang on the order in which they come, nor on how often is looked. */
import fc from 'fast-check';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import type { Fingerprint } from '../../src/model.js';
import { createFingerprinter } from '../../src/pipeline/fingerprint/fingerprint.js';
import { cropOf } from '../support/grey-copies.js';
import { drawScene } from '../support/pictures.js';
import { proverBench } from '../support/prover-bench.js';
import { tempStates, type TempState } from '../support/temp-state.js';

const scene = await drawScene(3, { width: 600, height: 400 });
const fingerprinter = await createFingerprinter();
const going = new AbortController().signal;
const count = 40;

/** Crops, each within the one before, some of them with bars. */
const edits = await Promise.all(
  Array.from({ length: count }, async (_, n): Promise<Fingerprint> => {
    const crop = await cropOf(scene, [n * 0.005, n * 0.004, 1 - n * 0.003, 1 - n * 0.004]);
    const side = n % 4 === 0 ? 20 + n : 0;
    const bars = { top: side, bottom: side, background: '#000' };
    return fingerprinter.fingerprint(await sharp(crop).extend(bars).jpeg({ quality: 85 }).toBuffer());
  }),
);

/** An order of arrival, and after how many a look at all that is new follows. */
const arrivals = fc.record({
  order: fc.shuffledSubarray(
    edits.map((_, n) => n),
    { minLength: count },
  ),
  scan: fc.constantFrom(1, 3, 7, 19, count),
});
interface Arrivals {
  readonly order: readonly number[];
  readonly scan: number;
  readonly mostPairs?: number;
}

/** Pairs that are proven in the end. */
async function provenPairs(
  t: Test,
  open: () => Promise<TempState>,
  { order, scan, mostPairs }: Arrivals,
): Promise<string[]> {
  const bench = await proverBench(t, open, mostPairs === undefined ? {} : { mostPairs });
  for (const [n, edit] of order.entries()) {
    const fingerprint = edits[edit];
    if (fingerprint !== undefined) await bench.look(`${edit}`, fingerprint);
    if ((n + 1) % scan === 0) await bench.prover().run(going);
    if (n === 20) await bench.restart();
  }
  await bench.prover().run(going);
  return order.flatMap((edit) => bench.proven(`${edit}`).map((other) => `${edit} ${other}`)).sort();
}

const atOnce = { order: edits.map((_, n) => n), scan: count };

void t.test('many edits of one picture: the same pairs, whatever the order and the scans', async (t) => {
  const open = tempStates(t);
  const expected = await provenPairs(t, open, atOnce);
  t.ok(expected.length > 20 * count, 'each is proven against more than 20');
  await fc.assert(
    fc.asyncProperty(arrivals, async (drawn) => {
      t.strictSame(await provenPairs(t, open, drawn), expected);
    }),
    { numRuns: 3 },
  );
});

void t.test('where not all pairs are tried, none is missed that would be tried at once', async (t) => {
  const open = tempStates(t);
  const expected = await provenPairs(t, open, { ...atOnce, mostPairs: 6 });
  t.ok(expected.length > 0 && expected.length < 20 * count, 'the limit is felt');
  await fc.assert(
    fc.asyncProperty(arrivals, async (drawn) => {
      const found = new Set(await provenPairs(t, open, { ...drawn, mostPairs: 6 }));
      t.same(
        expected.filter((pair) => !found.has(pair)),
        [],
      );
    }),
    { numRuns: 3 },
  );
});
