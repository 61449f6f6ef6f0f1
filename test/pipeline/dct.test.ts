import fc from 'fast-check';
import t from 'tap';
import { LowFrequencies } from '../../src/pipeline/fingerprint/dct.js';

/** The sum of the definition, one coefficient at a time. */
function byDefinition(pixels: Uint8Array, size: number, u: number, v: number): number {
  let sum = 0;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      sum +=
        (pixels[y * size + x] ?? 0) *
        Math.cos(((2 * x + 1) * u * Math.PI) / (2 * size)) *
        Math.cos(((2 * y + 1) * v * Math.PI) / (2 * size));
  return sum;
}

void t.test('the coefficients are those of the definition, without the constant one', (t) => {
  const picture = fc.constantFrom(4, 8, 16).chain((size) =>
    fc.record({
      size: fc.constant(size),
      kept: fc.integer({ min: 1, max: size - 1 }),
      pixels: fc.uint8Array({ minLength: size * size, maxLength: size * size }),
    }),
  );
  fc.assert(
    fc.property(picture, ({ size, kept, pixels }) => {
      const found = new LowFrequencies(size, kept).of(pixels);
      return [...found].every(
        (value, i) =>
          Math.abs(value - byDefinition(pixels, size, Math.floor(i / kept) + 1, (i % kept) + 1)) < 1e-6,
      );
    }),
  );
  t.end();
});

void t.test('a wave has its own coefficient alone', (t) => {
  const size = 32;
  const wave = Uint8Array.from({ length: size * size }, (_, i) => {
    const x = Math.cos(((2 * (i % size) + 1) * 3 * Math.PI) / (2 * size));
    const y = Math.cos(((2 * Math.floor(i / size) + 1) * 5 * Math.PI) / (2 * size));
    return Math.round(128 + 120 * x * y);
  });
  const found = new LowFrequencies(size, 8).of(wave);
  const strongest = found.map(Math.abs).indexOf(Math.max(...found.map(Math.abs)));
  t.equal(strongest, (3 - 1) * 8 + (5 - 1), 'horizontal frequency first');
  t.ok([...found].every((value, i) => i === strongest || Math.abs(value) < 100));
  t.end();
});
