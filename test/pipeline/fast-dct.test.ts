import t from 'tap';
import { FastDct } from '../../src/pipeline/fingerprint/fast-dct.js';
import { seededRandom } from '../support/seeded-random.js';

/** As the transform is defined. */
function plainColumns(square: Float64Array, side: number): Float64Array {
  return square.map((_, at) => {
    const [k, column] = [Math.floor(at / side), at % side];
    let sum = 0;
    for (let n = 0; n < side; n++)
      sum += (square[n * side + column] ?? NaN) * Math.cos(((2 * n + 1) * k * Math.PI) / (2 * side));
    return sum;
  });
}

void t.test('comes to the sums that the transform is defined by', (t) => {
  const random = seededRandom(3);
  for (const side of [4, 8, 16, 32, 64]) {
    const square = Float64Array.from({ length: side * side }, () => random.next() * 255);
    const expected = plainColumns(square, side);
    new FastDct(side).columns(square, new Float64Array(side * side));
    const off = Math.max(...square.map((value, at) => Math.abs(value - (expected[at] ?? NaN))));
    t.ok(off < 1e-9, `side ${side}: ${off}`);
  }
  t.end();
});
