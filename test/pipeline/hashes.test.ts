import fc from 'fast-check';
import sharp from 'sharp';
import sharpPhash from 'sharp-phash';
import t from 'tap';
import { bytesOfBits } from '../../src/pipeline/fingerprint/fingerprint.js';
import {
  detailOf,
  detailWhereRich,
  hashesOf,
  inverseOf,
  orientations,
  phashOf,
  qualityOf,
  side,
  turned,
  type Orientation,
} from '../../src/pipeline/fingerprint/hashes.js';
import { bitsApart } from '../support/bits.js';

const packagePhash = sharpPhash as unknown as (picture: Buffer) => Promise<string>;
const area = side * side;

/** Grey pixels of any kind: noise, few levels (many ties), a flat ground with spots. */
const pixels = fc.oneof(
  fc.uint8Array({ minLength: area, maxLength: area }),
  fc.array(fc.constantFrom(0, 128, 255), { minLength: area, maxLength: area }).map((p) => Uint8Array.from(p)),
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.array(fc.nat({ max: area - 1 }), { maxLength: 6 }))
    .map(([ground, spots]) => {
      const flat = new Uint8Array(area).fill(ground);
      for (const spot of spots) flat[spot] = 255 - ground;
      return flat;
    }),
);
const detail = fc.uint8Array({ minLength: 32, maxLength: 32 });
const orientation = fc.constantFrom(...orientations);

/** The pixels as the orientation shows them: 1 mirrors left-right, 2 top-bottom, 4 transposes what comes out. */
function turnPixels(from: Uint8Array, how: Orientation): Uint8Array {
  return Uint8Array.from(from, (_, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    const [u, v] = (how & 4) !== 0 ? [y, x] : [x, y];
    const column = (how & 1) !== 0 ? side - 1 - u : u;
    const row = (how & 2) !== 0 ? side - 1 - v : v;
    return from[row * side + column] ?? 0;
  });
}

/** The package's hash of grey pixels, given to it as a lossless picture of the size that it shrinks to. */
async function packageHash(grey: Uint8Array): Promise<Uint8Array> {
  const png = await sharp(grey, { raw: { width: side, height: side, channels: 1 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
  return bytesOfBits(await packagePhash(png));
}

void t.test('the 64 bits are those of sharp-phash, whatever the pixels', async (t) => {
  await fc.assert(
    fc.asyncProperty(pixels, async (grey) => {
      return bitsApart(phashOf(grey), await packageHash(grey)) === 0;
    }),
    { numRuns: 200 },
  );
  t.pass();
});

void t.test('flat pictures of every grey have the bits of sharp-phash too', async (t) => {
  const wrong: number[] = [];
  for (let grey = 0; grey < 256; grey++) {
    const flat = new Uint8Array(area).fill(grey);
    if (bitsApart(phashOf(flat), await packageHash(flat)) > 0) wrong.push(grey);
  }
  t.same(wrong, []);
});

void t.test(
  'a turned detail hash is the detail hash of the turned picture, where no coefficient is zero',
  (t) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: area, maxLength: area }), orientation, (grey, how) => {
        fc.pre(qualityOf(grey) > 50);
        return bitsApart(turned(detailOf(grey), how), detailOf(turnPixels(grey, how))) <= 1;
      }),
    );
    t.end();
  },
);

void t.test('turning one picture is as turning the other back', (t) => {
  fc.assert(
    fc.property(
      detail,
      detail,
      orientation,
      (a, b, how) => bitsApart(turned(a, how), b) === bitsApart(a, turned(b, inverseOf(how))),
    ),
  );
  fc.assert(
    fc.property(detail, orientation, (a, how) => bitsApart(turned(turned(a, how), inverseOf(how)), a) === 0),
  );
  t.end();
});

void t.test('the eight orientations are eight, and turning does not change what was handed in', (t) => {
  const one = Uint8Array.from({ length: 32 }, (_, i) => (i * 73 + 19) & 255);
  const before = one.slice();
  t.equal(new Set(orientations.map((how) => Buffer.from(turned(one, how)).toString('hex'))).size, 8);
  t.same(one, before);
  t.end();
});

void t.test('quality is 0 without detail and within 0 and 100 always', (t) => {
  t.equal(qualityOf(new Uint8Array(area).fill(200)), 0);
  t.ok(qualityOf(Uint8Array.from({ length: area }, (_, i) => (i % side) * 8)) < 50, 'a plain gradient');
  fc.assert(
    fc.property(pixels, (grey) => {
      const quality = qualityOf(grey);
      return Number.isInteger(quality) && quality >= 0 && quality <= 100;
    }),
  );
  t.end();
});

void t.test('all hashes from one transform are those of each alone', (t) => {
  fc.assert(
    fc.property(pixels, fc.integer({ min: 0, max: 100 }), (grey, least) => {
      const { phash, detail, quality } = hashesOf(grey);
      const where = detailWhereRich(grey, least);
      return (
        bitsApart(phash, phashOf(grey)) === 0 &&
        bitsApart(detail, detailOf(grey)) === 0 &&
        quality === qualityOf(grey) &&
        (where === null ? quality < least : quality >= least && bitsApart(where, detail) === 0)
      );
    }),
  );
  t.end();
});
