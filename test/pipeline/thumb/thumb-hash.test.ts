import fc from 'fast-check';
import sharp from 'sharp';
import t from 'tap';
import { rgbaToThumbHash } from 'thumbhash';
import { inverseOf, orientations } from '../../../src/pipeline/fingerprint/hashes.js';
import { thumbHashOf } from '../../../src/pipeline/thumb/thumb-hash-maker.js';
import { parseThumbHash, places, turnedThumb } from '../../../src/pipeline/thumb/thumb-hash.js';
import {
  aspectsAgree,
  bestThumbCosine,
  compareThumbs,
  isNear,
  leadingShare,
} from '../../../src/pipeline/thumb/thumb-likeness.js';
import { drawScene, mirror, recompress, resizeTo, rotate90 } from '../../support/pictures.js';
import { seededRandom } from '../../support/seeded-random.js';
import { needsPhotos, testPhotos } from '../../support/test-photos.js';
import { anyThumb, thumbBytes, thumbOf } from '../../support/thumbs.js';

interface Small {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 4;
}

/** As Immich does it. */
async function small(picture: Buffer): Promise<Small> {
  const { data, info } = await sharp(picture)
    .autoOrient()
    .resize(100, 100, { fit: 'inside' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height, channels: 4 };
}

const packageHash = ({ width, height, pixels }: Small): Uint8Array => rgbaToThumbHash(width, height, pixels);
const hashOf = async (picture: Buffer): Promise<Uint8Array> => thumbHashOf(await small(picture));

void t.test('the hash is the package’s, byte for byte: drawn pictures of all shapes', async (t) => {
  const sizes = [
    [960, 640],
    [640, 960],
    [500, 500],
    [1000, 990],
    [1600, 300],
    [100, 1500],
    [33, 77],
  ] as const;
  for (const [i, [width, height]] of sizes.entries()) {
    const picture = await small(await drawScene(i, { width, height }));
    t.same(thumbHashOf(picture), packageHash(picture), `${width} x ${height}`);
    const rgb = picture.pixels.filter((_, at) => at % 4 !== 3);
    t.same(thumbHashOf({ ...picture, pixels: rgb, channels: 3 }), packageHash(picture), 'without alpha');
  }
});

void t.test('the hash is the package’s, byte for byte: noise, even colours, transparency, any size', (t) => {
  const random = seededRandom(3);
  const side = (): number => random.whole(1, 100);
  for (let n = 0; n < 60; n++) {
    const [width, height] = [side(), side()];
    const pixels = Uint8Array.from({ length: width * height * 4 }, (_, at) => {
      const isAlpha = at % 4 === 3;
      if (isAlpha) return n % 3 === 0 ? 255 : n % 3 === 1 ? random.whole(0, 255) : 0;
      return n % 5 === 0 ? 77 : random.whole(0, 255);
    });
    const picture: Small = { pixels, width, height, channels: 4 };
    t.same(thumbHashOf(picture), packageHash(picture), `${width} x ${height}, kind ${n}`);
  }
  t.end();
});

void t.test('a size that does not fit the pixels is refused', (t) => {
  const pixels = new Uint8Array(12);
  for (const [width, height] of [
    [2, 3],
    [0, 4],
    [101, 1],
    [1.5, 2],
    [NaN, 1],
  ] as const)
    t.throws(() => thumbHashOf({ pixels, width, height, channels: 3 }), RangeError);
  t.end();
});

void t.test('reads what the package writes', async (t) => {
  const thumb = thumbOf(await hashOf(await drawScene(1, { width: 900, height: 600 })));
  t.match(thumb, { limit: 7, wide: 2 });
  t.equal(thumb.luma.filter((v) => v !== 0).length, 22);
  t.ok(thumb.luma.every((v) => v === 0 || (Math.abs(v) <= 15 && v % 2 !== 0)));
  t.equal(
    thumb.luma.reduce((most, v) => Math.max(most, Math.abs(v)), 0),
    15,
  );
});

void t.test('any bytes are a hash or null, and never throw', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const thumb = parseThumbHash(bytes);
      if (thumb === null) return true;
      return thumb.luma.length === places && Math.abs(thumb.wide) < thumb.limit && bytes.length >= 13;
    }),
    { numRuns: 3000 },
  );
  const good = thumbBytes({ isLandscape: true, hasAlpha: false, short: 5 }, [1, 9, 15, 4]);
  t.ok(parseThumbHash(good));
  t.equal(parseThumbHash(good.subarray(0, -1)), null, 'cut short');
  t.equal(parseThumbHash(Uint8Array.of(...good, 0)), null, 'too long');
  t.equal(parseThumbHash(good.with(3, 0)), null, 'no short side');
  t.equal(parseThumbHash(thumbBytes({ isLandscape: true, hasAlpha: true, short: 6 }, [3])), null);
  t.equal(parseThumbHash(new Uint8Array()), null);
  t.end();
});

void t.test('one even colour has no looks', (t) => {
  const pixels = new Uint8Array(40 * 30 * 3);
  t.equal(parseThumbHash(thumbHashOf({ pixels, width: 40, height: 30, channels: 3 })), null);
  t.end();
});

void t.test('orientations: turning back gives the same hash', (t) => {
  fc.assert(
    fc.property(anyThumb, fc.constantFrom(...orientations), (thumb, o) => {
      const back = turnedThumb(turnedThumb(thumb, o), inverseOf(o));
      return back.wide === thumb.wide && back.luma.every((v, place) => v === thumb.luma[place]);
    }),
  );
  t.end();
});

void t.test('orientations: the hash of a turned picture is the turned hash, but for rounding', async (t) => {
  for (const size of [
    { width: 960, height: 640 },
    { width: 600, height: 800 },
    { width: 500, height: 500 },
  ]) {
    const picture = await small(await drawScene(11, size));
    const plain = thumbOf(thumbHashOf(picture));
    for (const orientation of orientations) {
      const turned = turnedThumb(plain, orientation);
      const real = thumbOf(thumbHashOf(turnedPixels(picture, orientation)));
      t.equal(real.wide, turned.wide);
      const most = real.luma.reduce(
        (worst, v, at) => Math.max(worst, Math.abs(v - (turned.luma[at] ?? 0))),
        0,
      );
      t.ok(most <= 2, `orientation ${orientation}: ${most / 2} steps`);
    }
  }
});

/** The pixels in another orientation: transposed first, mirrored then. */
function turnedPixels({ pixels, width, height }: Small, orientation: number): Small {
  const isTransposed = (orientation & 4) !== 0;
  const [w, h] = isTransposed ? [height, width] : [width, height];
  const out = new Uint8Array(pixels.length);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const mx = (orientation & 1) === 0 ? x : w - 1 - x;
      const my = (orientation & 2) === 0 ? y : h - 1 - y;
      const from = (isTransposed ? mx * width + my : my * width + mx) * 4;
      out.set(pixels.subarray(from, from + 4), (y * w + x) * 4);
    }
  return { pixels: out, width: w, height: h, channels: 4 };
}

void t.test('copies are near, strangers are not', async (t) => {
  const picture = await drawScene(21, { width: 960, height: 640 });
  const plain = thumbOf(await hashOf(picture));
  const best = async (other: Buffer): Promise<number> =>
    bestThumbCosine(plain, thumbOf(await hashOf(other))).cosine;
  for (const copy of [recompress(picture, 50), resizeTo(picture, 300), rotate90(picture), mirror(picture)])
    t.ok((await best(await copy)) >= 0.97);
  for (let n = 0; n < 8; n++) t.ok((await best(await drawScene(100 + n))) < 0.97);
});

void t.test('a comparison is symmetric to the last bit, the same hash has cosine 1', (t) => {
  fc.assert(
    fc.property(anyThumb, anyThumb, (a, b) => {
      const there = compareThumbs(a, b);
      const back = compareThumbs(b, a);
      if (there === null || back === null) return there === back;
      const isBounded = Math.abs(there.cosine) <= 1 + 1e-12 && there.leading <= 4 + 1e-12;
      return isBounded && there.cosine === back.cosine && there.leading === back.leading;
    }),
  );
  fc.assert(fc.property(anyThumb, (a) => Math.abs((compareThumbs(a, a)?.cosine ?? 0) - 1) < 1e-12));
  fc.assert(
    fc.property(anyThumb, anyThumb, (a, b) => bestThumbCosine(a, b).cosine === bestThumbCosine(b, a).cosine),
  );
  t.end();
});

void t.test('other aspect ratios do not compare, neighbouring ones do', (t) => {
  const shape = (isLandscape: boolean, short: number): ReturnType<typeof thumbOf> =>
    thumbOf(thumbBytes({ isLandscape, hasAlpha: false, short }, [15, 3, 9, ...Array<number>(24).fill(8)]));
  t.ok(compareThumbs(shape(true, 5), shape(true, 4)));
  t.ok(compareThumbs(shape(true, 6), shape(false, 7)), 'nearly square and square');
  t.equal(compareThumbs(shape(true, 6), shape(false, 6)), null);
  t.equal(compareThumbs(shape(true, 5), shape(true, 3)), null);
  t.equal(compareThumbs(shape(true, 5), shape(false, 5)), null);
  t.notOk(aspectsAgree({ limit: 7, wide: 5 }, { limit: 5, wide: 2 }));
  t.ok(aspectsAgree({ limit: 7, wide: 2 }, { limit: 5, wide: 1 }), '4:3 with transparency');
  t.end();
});

void t.test('from the cosine that the document names on, every pair is near', (t) => {
  const atLeast = 0.97;
  const sure = 1 - leadingShare * (1 - atLeast);
  fc.assert(
    fc.property(anyThumb, anyThumb, (a, b) => {
      const likeness = compareThumbs(a, b);
      return likeness === null || likeness.cosine < sure || isNear(likeness, atLeast);
    }),
    { numRuns: 2000 },
  );
  t.end();
});

void t.test('real photographs: the hash is the package’s', needsPhotos, async (t) => {
  for (const { name, read } of (await testPhotos(['general', 'large'])).slice(0, 60)) {
    const picture = await small(await read());
    t.same(thumbHashOf(picture), packageHash(picture), name);
  }
});
