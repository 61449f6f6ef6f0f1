import { frequencyAt, placesOf } from './thumb-hash.js';

/** The colours of a picture as its ThumbHash has them: yellow against blue, and red against green to the same scale; 0 = grey. */
export interface ThumbColours {
  /** Of all pixels; yellow, red. */
  readonly mean: readonly [number, number];
  /** How they vary over the picture: five coefficients of yellow, five of red, each as long as what it adds to the pixels. */
  readonly parts: readonly number[];
}

/** Those of yellow and of red, in the order of the format. */
const frequencies = placesOf(3, 3).map((place) => frequencyAt[place]);
/** Turns of the hue are turns of (yellow, red) then. */
const redScale = Math.sqrt(3) / 2;

/** Reads the colours of a ThumbHash, see `parseThumbHash`; null for bytes that are none. */
export function coloursOf(bytes: Uint8Array): ThumbColours | null {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0] = bytes;
  const hasAlpha = b2 >> 7 === 1;
  const limit = hasAlpha ? 5 : 7;
  const short = b3 & 7;
  if (short < 1 || short > limit) return null;
  const [nx, ny] = b4 >> 7 === 1 ? [limit, Math.max(3, short)] : [Math.max(3, short), limit];
  const start = 2 * (hasAlpha ? 6 : 5) + placesOf(nx, ny).length;
  const count = frequencies.length;
  if (bytes.length !== Math.ceil((start + 2 * count + (hasAlpha ? 14 : 0)) / 2)) return null;
  const means = b0 | (b1 << 8) | (b2 << 16);
  const scales = b3 | (b4 << 8);
  return {
    mean: [meanOf((means >> 6) & 63), redScale * meanOf((means >> 12) & 63)],
    parts: [
      ...partsFrom(bytes, start, ((scales >> 3) & 63) / 63),
      ...partsFrom(bytes, start + count, (redScale * ((scales >> 9) & 63)) / 63),
    ],
  };
}

/** What is there for certain: no colour is 31.5, which is written as 32, or as 31 where a little is lost. */
function meanOf(level: number): number {
  return (level >= 32 ? level - 32 : Math.min(0, level - 31)) / 31.5;
}

function partsFrom(bytes: Uint8Array, start: number, scale: number): number[] {
  return frequencies.map((frequency, i) => {
    const pair = bytes[(start + i) >> 1] ?? 0;
    const level = ((start + i) & 1) === 0 ? pair & 15 : pair >> 4;
    // A cosine has half the power of a constant, the product of two a quarter.
    const isProduct = frequency !== undefined && frequency.x > 0 && frequency.y > 0;
    return scale * (isProduct ? 2 : Math.SQRT2) * (level / 7.5 - 1);
  });
}
