import fc from 'fast-check';
import t from 'tap';
import { packCopy, unpackCopy } from '../../src/pipeline/fingerprint/packed-copy.js';
import { greyCopyOf } from '../support/grey-copies.js';
import { drawScene } from '../support/pictures.js';
import { plainPack } from '../support/plain-hashing.js';

void t.test('a picture comes back nearly as it was, from less than 2 kB', async (t) => {
  for (const seed of [1, 2, 3]) {
    const { pixels } = await greyCopyOf(await drawScene(seed));
    const packed = packCopy(pixels);
    const back = unpackCopy(packed);
    const off = pixels.reduce((sum, value, at) => sum + Math.abs(value - (back[at] ?? 0)), 0) / pixels.length;
    t.ok(packed.length < 2200, `${packed.length} bytes`);
    t.ok(off < 6, `${off} grey levels`);
  }
});

void t.test('any pixels can be packed; flat ones come back exactly', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 4096, maxLength: 4096 }),
      (pixels) => unpackCopy(packCopy(pixels)).length === 4096,
    ),
    { numRuns: 20 },
  );
  for (const grey of [0, 1, 127, 255]) {
    const flat = new Uint8Array(4096).fill(grey);
    t.ok(unpackCopy(packCopy(flat)).every((value) => Math.abs(value - grey) <= 1));
  }
  t.end();
});

void t.test('refuses bytes that are no packed copy', (t) => {
  t.throws(() => unpackCopy(new Uint8Array([1, 2, 3])));
  t.throws(() => unpackCopy(packCopy(new Uint8Array(4096).fill(9)).subarray(0, 5)));
  t.end();
});

void t.test('packs what one sum after the other comes to, but for the last digit', async (t) => {
  const same = (pixels: Uint8Array): boolean => {
    const plain = unpackCopy(plainPack(pixels));
    return unpackCopy(packCopy(pixels)).every((grey, at) => Math.abs(grey - (plain[at] ?? NaN)) <= 1);
  };
  for (const seed of [4, 5]) t.ok(same((await greyCopyOf(await drawScene(seed))).pixels));
  for (let grey = 0; grey < 256; grey += 5) t.ok(same(new Uint8Array(4096).fill(grey)), `grey ${grey}`);
  fc.assert(fc.property(fc.uint8Array({ minLength: 4096, maxLength: 4096 }), same), {
    numRuns: 10,
    endOnFailure: true,
  });
});
