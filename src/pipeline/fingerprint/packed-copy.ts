import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { FastDct } from './fast-dct.js';
import { copySide } from './grey-copy.js';
import { WeightedSums } from './weighted-sums.js';

/** Frequencies u, v are kept where u + v is below this: finer ones are softened away before anything is compared. */
const keptSum = 84;
/** Grey levels that a coefficient of the orthonormal DCT is rounded to, and what each step of u + v adds. */
const finestStep = 3;
const stepGrowth = 0.1;

/** The kept frequencies as u * side + v, from coarse to fine, so that zeros end up together. */
const order = Uint16Array.from(
  Array.from({ length: copySide * copySide }, (_, n) => n)
    .filter((n) => sumOf(n) < keptSum)
    .sort((a, b) => sumOf(a) - sumOf(b) || a - b),
);
/** What one unit of each code stands for. */
const steps = Float64Array.from(order, (at) => finestStep + stepGrowth * sumOf(at));

/** Where the transform has each of these, and what makes it orthonormal and steps of it. */
const transposed = order.map((at) => (at % copySide) * copySide + Math.floor(at / copySide));
const weights = Float64Array.from(order, (at, n) => {
  const scale = scaleOf(Math.floor(at / copySide)) * scaleOf(at % copySide);
  return scale / (steps[n] ?? 1);
});

/** A code of either sign in one byte, or behind `escape` in two more. */
const escape = 255;
const bytes = new Uint8Array(3 * order.length);

/** The pixels of a grey copy in about 1.7 kB: a rounded DCT, deflated. 3 grey levels off on average. */
export function packCopy(pixels: Uint8Array): Uint8Array {
  picture.set(pixels);
  analyse();
  let length = 0;
  for (let n = 0; n < order.length; n++) {
    const code = Math.floor((halfway[transposed[n] ?? 0] ?? 0) * (weights[n] ?? 0) + 0.5);
    const unsigned = (code << 1) ^ (code >> 31);
    if (unsigned < escape) bytes[length++] = unsigned;
    else {
      bytes[length++] = escape;
      bytes[length++] = unsigned & 255;
      bytes[length++] = unsigned >> 8;
    }
  }
  // Beyond runs of zeros nothing repeats: looking for more takes four times as long and saves nothing.
  return deflateRawSync(bytes.subarray(0, length), { strategy: constants.Z_RLE });
}

/** Throws when the bytes are not those of `packCopy`. */
export function unpackCopy(packed: Uint8Array): Uint8Array {
  const codes = inflateRawSync(packed, { maxOutputLength: 4 * order.length });
  picture.fill(0);
  let from = 0;
  for (let n = 0; n < order.length; n++) {
    let code = codes[from++] ?? 0;
    if (code === escape) {
      code = (codes[from] ?? 0) | ((codes[from + 1] ?? 0) << 8);
      from += 2;
    }
    picture[order[n] ?? 0] = ((code >>> 1) ^ -(code & 1)) * (steps[n] ?? 1);
  }
  if (from !== codes.length) throw new RangeError('not a packed grey copy');
  synthesise(picture, halfway);
  synthesise(halfway, picture);
  const pixels = new Uint8Array(picture.length);
  for (let at = 0; at < pixels.length; at++)
    pixels[at] = Math.min(Math.max(Math.round(picture[at] ?? 0), 0), 255);
  return pixels;
}

function sumOf(at: number): number {
  return Math.floor(at / copySide) + (at % copySide);
}

const dct = new FastDct(copySide);

const half = copySide >> 1;
/** Of a line, even frequencies and odd ones, and what they come to. */
const evenPart = new Float64Array(half);
const oddPart = new Float64Array(half);
const evenSums = new Float64Array(half);
const oddSums = new Float64Array(half);
/** Used again by every call: nothing here waits for anything. */
const picture = new Float64Array(copySide * copySide);
const halfway = new Float64Array(copySide * copySide);

function scaleOf(k: number): number {
  return Math.sqrt((k === 0 ? 1 : 2) / copySide);
}

/** Cosine of frequency k at pixel n, orthonormal. */
function basis(k: number, n: number): number {
  return scaleOf(k) * Math.cos(((2 * n + 1) * k * Math.PI) / (2 * copySide));
}

function tableOf(weight: (row: number, column: number) => number): WeightedSums {
  const table = Float64Array.from({ length: half * half }, (_, at) =>
    weight(Math.floor(at / half), at % half),
  );
  return new WeightedSums(table, half);
}

const pixelsOfEven = tableOf((n, k) => basis(2 * k, n));
const pixelsOfOdd = tableOf((n, k) => basis(2 * k + 1, n));

/** The DCT both ways, transposed and not yet orthonormal. */
function analyse(): void {
  dct.columns(picture, halfway);
  for (let y = 0; y < copySide; y++)
    for (let x = 0; x < copySide; x++) halfway[x * copySide + y] = picture[y * copySide + x] ?? 0;
  dct.columns(halfway, picture);
}

/** The DCT of every line undone; transposes, so that a second call does the other direction. */
function synthesise(from: Float64Array, to: Float64Array): void {
  const [even, odd] = [lineOf(evenPart), lineOf(oddPart)];
  for (let line = 0; line < copySide; line++) {
    const start = line * copySide;
    let last = 0;
    for (let k = 0; k < half; k++) {
      evenPart[k] = from[start + 2 * k] ?? 0;
      oddPart[k] = from[start + 2 * k + 1] ?? 0;
      if (evenPart[k] !== 0 || oddPart[k] !== 0) last = k + 1;
    }
    // Fine frequencies are mostly zero, and zeros add nothing.
    even.to = odd.to = last;
    pixelsOfEven.of(even, half, { out: evenSums, outAt: 0, outStep: 1 });
    pixelsOfOdd.of(odd, half, { out: oddSums, outAt: 0, outStep: 1 });
    for (let n = 0; n < half; n++) {
      const [here, there] = [evenSums[n] ?? 0, oddSums[n] ?? 0];
      to[n * copySide + line] = here + there;
      to[(copySide - 1 - n) * copySide + line] = here - there;
    }
  }
}

function lineOf(values: Float64Array): { values: Float64Array; at: number; from: number; to: number } {
  return { values, at: 0, from: 0, to: half };
}
