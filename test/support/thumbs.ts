import fc from 'fast-check';
import sharp from 'sharp';
import type { PhotoId } from '../../src/model.js';
import { orientations } from '../../src/pipeline/fingerprint/hashes.js';
import {
  parseThumbHash,
  placesOf,
  turnedThumb,
  type ThumbLuma,
} from '../../src/pipeline/thumb/thumb-hash.js';
import { thumbHashOfBytes } from '../../src/pipeline/thumb/local-thumb-hash.js';
import { seededRandom } from './seeded-random.js';

/** The bytes of a ThumbHash of that shape: short side in steps, brightness by nibbles in its own order, one colour. */
export function thumbBytes(
  shape: { readonly isLandscape: boolean; readonly hasAlpha: boolean; readonly short: number },
  nibbles: readonly number[],
): Uint8Array {
  const { isLandscape, hasAlpha, short } = shape;
  const limit = hasAlpha ? 5 : 7;
  const held = placesOf(isLandscape ? limit : Math.max(3, short), isLandscape ? Math.max(3, short) : limit);
  const start = hasAlpha ? 6 : 5;
  const bytes = new Uint8Array(start + Math.ceil((held.length + (hasAlpha ? 24 : 10)) / 2));
  bytes[2] = (4 << 2) | (hasAlpha ? 128 : 0);
  bytes[3] = short;
  bytes[4] = isLandscape ? 128 : 0;
  held.forEach((_, i) => {
    const at = start + (i >> 1);
    bytes[at] = (bytes[at] ?? 0) | ((nibbles[i % nibbles.length] ?? 0) << ((i & 1) * 4));
  });
  return bytes;
}

/** Of a picture of one shade, with a lighter half. */
export async function thumbHashOfShade(fill: string): Promise<Uint8Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="90" height="60" fill="${fill}"/><rect width="40" height="60" fill="#eee"/></svg>`;
  const hash = await thumbHashOfBytes(await sharp(Buffer.from(svg)).jpeg().toBuffer());
  if (hash === null) throw new Error('no ThumbHash');
  return hash;
}

/** The parsed hash; throws where there is none. */
export function thumbOf(bytes: Uint8Array): ThumbLuma {
  const thumb = parseThumbHash(bytes);
  if (thumb === null) throw new Error('not a ThumbHash');
  return thumb;
}

const shapes = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      isLandscape: fc.boolean(),
      hasAlpha: fc.constant(false),
      short: fc.integer({ min: 1, max: 7 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      isLandscape: fc.boolean(),
      hasAlpha: fc.constant(true),
      short: fc.integer({ min: 1, max: 5 }),
    }),
  },
);

/** Bytes of hashes of all shapes and colours. */
export const anyThumbBytes: fc.Arbitrary<Uint8Array> = fc
  .record({
    shape: shapes,
    means: fc.uint8Array({ minLength: 2, maxLength: 2 }),
    rest: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  })
  .map(({ shape, means: [low = 0, high = 0], rest }) => {
    const bytes = thumbBytes(
      shape,
      [...rest].map((byte) => byte & 15),
    );
    bytes[0] = low;
    bytes[1] = high;
    return bytes.map((byte, i) => (i < 5 ? byte : byte | ((rest[i % rest.length] ?? 0) & 240)));
  });

/** Centres that most hashes lie around, as copies do; the first is strong where photographs mostly are. */
const centres = [0, 1, 2].map((seed) =>
  Array.from({ length: 27 }, (_, i) => (i === 0 ? 15 : (i * (seed * 2 + 5) + (i >> 2) * 7 + seed * 3) % 16)),
);

/** Hashes of all shapes, around a few centres, turned every way. */
export const anyThumb: fc.Arbitrary<ThumbLuma> = fc
  .record({
    shape: shapes,
    centre: fc.constantFrom(...centres),
    changes: fc.array(fc.tuple(fc.integer({ min: 0, max: 26 }), fc.integer({ min: 0, max: 15 })), {
      maxLength: 3,
    }),
    orientation: fc.constantFrom(...orientations),
  })
  .map(({ shape, centre, changes, orientation }) => {
    const nibbles = [...centre];
    for (const [place, value] of changes) nibbles[place] = value;
    return turnedThumb(thumbOf(thumbBytes(shape, nibbles)), orientation);
  });

/** Hashes of a library: strangers with the spectrum of photographs, a tenth of them with a copy that differs a little. */
export function madeLibrary(count: number, seed: number): Map<PhotoId, ThumbLuma> {
  const random = seededRandom(seed);
  const library = new Map<PhotoId, ThumbLuma>();
  const shapes = [5, 5, 5, 4, 6, 7, 3].map((short) => ({ isLandscape: true, hasAlpha: false, short }));
  while (library.size < count) {
    const strength = (i: number): number => 15 / (1 + i / 3);
    const nibbles = Array.from({ length: 27 }, (_, i) =>
      Math.round(Math.max(0, Math.min(15, 7.5 + random.between(-0.5, 0.5) * strength(i)))),
    );
    const shape = random.pick(shapes);
    const add = (all: readonly number[]): void => {
      const turn = random.pick([0, 1, 2, 3, 4, 5, 6, 7] as const);
      library.set((library.size + 1) as PhotoId, turnedThumb(thumbOf(thumbBytes(shape, all)), turn));
    };
    add(nibbles);
    if (random.next() < 0.1)
      add(nibbles.map((v) => (random.next() < 0.2 ? Math.min(15, Math.max(0, v + random.whole(-1, 1))) : v)));
  }
  return library;
}
