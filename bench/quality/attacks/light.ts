import type { SeededRandom } from '../../../test/support/seeded-random.js';
import { draw, jpeg, toned, type Picture } from './picture.js';

/** Long side of the picture that blurs are given for, pixels: a blur grows with the picture. */
const blurredSide = 500;
/** The largest sigma that sharp takes for sharpening. */
const largestSharpening = 10;

type Change = (picture: Picture, random: SeededRandom) => Promise<Buffer>;

/** Changes of light, colour and sharpness: every pixel stays where it is. */
export const lightAttacks = {
  gray: (picture) => jpeg(draw(picture).greyscale()),
  'bright+20': (picture) => jpeg(draw(toned(picture, (value) => value * 1.2))),
  'bright-20': (picture) => jpeg(draw(toned(picture, (value) => value * 0.8))),
  'contrast+20': (picture) => jpeg(draw(toned(picture, (value) => 128 + (value - 128) * 1.2))),
  'contrast-20': (picture) => jpeg(draw(toned(picture, (value) => 128 + (value - 128) * 0.8))),
  'sat+20': (picture) => jpeg(draw(picture).modulate({ saturation: 1.2 })),
  'sat-20': (picture) => jpeg(draw(picture).modulate({ saturation: 0.8 })),
  'gamma1.2': gamma(1.2),
  'gamma0.8': gamma(0.8),
  'gamma2.0': gamma(2),
  warm: (picture) => jpeg(draw(picture).linear([1.12, 1, 0.88], [0, 0, 0])),
  // The matrix of the W3C's Filter Effects for sepia(1).
  sepia: (picture) =>
    jpeg(
      draw(picture).recomb([
        [0.393, 0.769, 0.189],
        [0.349, 0.686, 0.168],
        [0.272, 0.534, 0.131],
      ]),
    ),
  clahe: (picture) => jpeg(draw(picture).clahe({ ...tileOf(picture), maxSlope: 3 })),
  blur: (picture) => jpeg(draw(picture).blur(1.5 * blurScale(picture))),
  blur_strong: (picture) => jpeg(draw(picture).blur(4 * blurScale(picture))),
  sharpen: (picture) =>
    jpeg(draw(picture).sharpen({ sigma: Math.min(largestSharpening, 1.5 * blurScale(picture)) })),
  noise8: (picture, random) => jpeg(draw(noisy(picture, 8, random))),
  noise20: (picture, random) => jpeg(draw(noisy(picture, 20, random))),
} satisfies Record<string, Change>;

/** Above 1 the middle tones become lighter, below 1 darker. */
function gamma(exponent: number): Change {
  return (picture) => jpeg(draw(toned(picture, (value) => 255 * (value / 255) ** (1 / exponent))));
}

function blurScale({ width, height }: Picture): number {
  return Math.max(1, Math.max(width, height) / blurredSide);
}

/** An eighth of each side: the tile that contrast is evened out within. */
function tileOf({ width, height }: Picture): { width: number; height: number } {
  return { width: Math.max(1, Math.round(width / 8)), height: Math.max(1, Math.round(height / 8)) };
}

/** Each channel of each pixel gets normally distributed noise of `sigma` levels. */
export function noisy(picture: Picture, sigma: number, random: SeededRandom): Picture {
  // Drawn from a table: a fresh logarithm and cosine for every channel takes most of a second a picture.
  const table = Float32Array.from({ length: 1 << 16 }, () => sigma * normal(random));
  const pixels = Buffer.alloc(picture.pixels.length);
  let state = random.whole(1, 0x7fffffff);
  for (let at = 0; at < pixels.length; at++) {
    // Marsaglia's xorshift, 32 bits.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = (picture.pixels[at] ?? 0) + (table[state & 0xffff] ?? 0);
    pixels[at] = value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
  }
  return { ...picture, pixels };
}

/** Box and Muller: mean 0, standard deviation 1. */
function normal(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
