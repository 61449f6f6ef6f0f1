import { placesOf, frequencyAt } from './thumb-hash.js';

/** Longest side of the pictures that ThumbHashes are made from, pixels. */
export const longestSide = 100;

/** Small raw pictures: sRGB, 8 bits a channel, row by row, not premultiplied. */
export interface RawPicture {
  readonly pixels: Uint8Array;
  /** 1 to 100 pixels. */
  readonly width: number;
  readonly height: number;
  /** 3 = RGB, 4 = RGB and alpha. */
  readonly channels: 3 | 4;
}

/**
 * The ThumbHash of a small picture, byte for byte that of `rgbaToThumbHash` of the package thumbhash 0.1 (evanw/thumbhash):
 * all sums run in its order. Immich 3 takes the upright picture resized to fit `inside` 100 x 100 pixels, in its
 * `image.colorspace` (Display P3) unless the original says sRGB. Throws RangeError when the sizes do not fit.
 */
export function thumbHashOf(picture: RawPicture): Uint8Array {
  const { width, height } = picture;
  checkSize(picture);
  const { l, p, q, a, hasAlpha } = channelsOf(picture);
  const limit = hasAlpha ? 5 : 7;
  const longer = Math.max(width, height);
  const lx = Math.max(1, Math.round((limit * width) / longer));
  const ly = Math.max(1, Math.round((limit * height) / longer));
  const encode = (channel: Float64Array, nx: number, ny: number): Encoded =>
    encodeChannel(channel, width, height, nx, ny);
  const light = encode(l, Math.max(3, lx), Math.max(3, ly));
  const yellow = encode(p, 3, 3);
  const red = encode(q, 3, 3);
  const alpha = hasAlpha ? encode(a, 5, 5) : null;
  const { round } = Math;
  const isLandscape = width > height;
  const header24 =
    round(63 * light.mean) |
    (round(31.5 + 31.5 * yellow.mean) << 6) |
    (round(31.5 + 31.5 * red.mean) << 12) |
    (round(31 * light.scale) << 18) |
    (hasAlpha ? 1 << 23 : 0);
  const header16 =
    (isLandscape ? ly : lx) |
    (round(63 * yellow.scale) << 3) |
    (round(63 * red.scale) << 9) |
    (isLandscape ? 1 << 15 : 0);
  const header = [header24, header24 >> 8, header24 >> 16, header16, header16 >> 8];
  if (alpha !== null) header.push(round(15 * alpha.mean) | (round(15 * alpha.scale) << 4));
  const varying = [light, yellow, red, ...(alpha === null ? [] : [alpha])].flatMap(({ parts }) => parts);
  const hash = new Uint8Array(header.length + Math.ceil(varying.length / 2));
  hash.set(header);
  varying.forEach((part, i) => {
    const at = header.length + (i >> 1);
    hash[at] = (hash[at] ?? 0) | (round(15 * part) << ((i & 1) << 2));
  });
  return hash;
}

function checkSize({ pixels, width, height, channels }: RawPicture): void {
  const fits = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= longestSide;
  if (!fits(width) || !fits(height) || pixels.length !== width * height * channels)
    throw new RangeError(`${width} x ${height} x ${channels} does not fit ${pixels.length} bytes`);
}

interface Channels {
  /** Brightness 0 to 1, yellow against blue -1 to 1, red against green -1 to 1, opacity 0 to 1. */
  readonly l: Float64Array;
  readonly p: Float64Array;
  readonly q: Float64Array;
  readonly a: Float64Array;
  readonly hasAlpha: boolean;
}

/** Transparent pixels are laid over the mean colour. */
function channelsOf({ pixels, width, height, channels }: RawPicture): Channels {
  const count = width * height;
  const alphaAt = (i: number): number => (channels === 4 ? (pixels[i * 4 + 3] ?? 0) / 255 : 1);
  const mean = [0, 0, 0];
  let opaque = 0;
  for (let i = 0; i < count; i++) {
    const alpha = alphaAt(i);
    for (let c = 0; c < 3; c++) mean[c] = (mean[c] ?? 0) + (alpha / 255) * (pixels[i * channels + c] ?? 0);
    opaque += alpha;
  }
  const [meanR = 0, meanG = 0, meanB = 0] = opaque > 0 ? mean.map((sum) => sum / opaque) : mean;
  const [l, p, q, a] = [0, 1, 2, 3].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0, at = 0; i < count; i++, at += channels) {
    const alpha = alphaAt(i);
    const r = meanR * (1 - alpha) + (alpha / 255) * (pixels[at] ?? 0);
    const g = meanG * (1 - alpha) + (alpha / 255) * (pixels[at + 1] ?? 0);
    const b = meanB * (1 - alpha) + (alpha / 255) * (pixels[at + 2] ?? 0);
    l[i] = (r + g + b) / 3;
    p[i] = (r + g) / 2 - b;
    q[i] = r - g;
    a[i] = alpha;
  }
  return { l, p, q, a, hasAlpha: opaque < count };
}

interface Encoded {
  readonly mean: number;
  /** The strongest of the other coefficients. */
  readonly scale: number;
  /** The others, 0 to 1: 0.5 = none, 0 or 1 = as strong as the strongest. All 0 where there is nothing but the mean. */
  readonly parts: readonly number[];
}

function encodeChannel(
  channel: Float64Array,
  width: number,
  height: number,
  nx: number,
  ny: number,
): Encoded {
  const coefficient = (x: number, y: number): number => frequency(channel, width, height, x, y);
  const values = placesOf(nx, ny).map((place) => {
    const { x = 0, y = 0 } = frequencyAt[place] ?? {};
    return coefficient(x, y);
  });
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const parts = scale > 0 ? values.map((value) => 0.5 + (0.5 / scale) * value) : values;
  return { mean: coefficient(0, 0), scale, parts };
}

function frequency(channel: Float64Array, width: number, height: number, x: number, y: number): number {
  const across = cosines(width, x);
  let sum = 0;
  for (let row = 0, i = 0; row < height; row++) {
    const down = Math.cos((Math.PI / height) * y * (row + 0.5));
    for (let column = 0; column < width; column++) sum += (channel[i++] ?? 0) * (across[column] ?? 0) * down;
  }
  return sum / (width * height);
}

const cosineCache = new Map<number, Float64Array>();

/** `[n]` = cos(pi / size * k * (n + 0.5)); at most 700 tables of 100 numbers. */
function cosines(size: number, k: number): Float64Array {
  const key = size * 8 + k;
  const known = cosineCache.get(key);
  if (known !== undefined) return known;
  const table = Float64Array.from({ length: size }, (_, n) => Math.cos((Math.PI / size) * k * (n + 0.5)));
  cosineCache.set(key, table);
  return table;
}
