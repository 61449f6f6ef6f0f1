import { LowFrequencies } from '../fingerprint/dct.js';
import { leastQuality } from '../fingerprint/bounds.js';
import { isUpright, partFramesOf, wholeFrame, type Frame } from './frames.js';
import { copySide, halved, type GreyCopy } from '../fingerprint/grey-copy.js';
import { detailWhereRich, side } from '../fingerprint/hashes.js';
import { WeightedSums } from '../fingerprint/weighted-sums.js';

/** Frequencies of a key, both ways: its bits are the first 64 of the detail hash. */
const kept = 8;
const low = new LowFrequencies(side, kept);
/** Words of 32 bits in the key of one part. */
export const keyWords = 2;

/**
 * The 64-bit keys of all parts of `partFramesOf(copy.aspect)`, in that order, two words each, first bit highest: signs of
 * the low frequencies of what the part shows. About 0.6 ms. The key of the whole is the first 8 bytes of its detail hash.
 */
export function partKeysOf(copy: GreyCopy): Uint32Array {
  const frames = partFramesOf(copy.aspect);
  const small = new Float64Array(halved(copy.pixels, copySide));
  const rows = new Map<StretchedCosines, Float64Array>();
  const keys = new Uint32Array(frames.length * keyWords);
  frames.forEach((frame, n) => {
    const found = isUpright(frame) ? uprightCoefficients(small, frame, rows) : low.of(shown(copy, frame));
    for (let bit = 0; bit < kept * kept; bit++)
      if ((found[bit] ?? 0) > 0) {
        const word = n * keyWords + (bit >> 5);
        keys[word] = ((keys[word] ?? 0) | (1 << (31 - (bit & 31)))) >>> 0;
      }
  });
  return keys;
}

/** The detail hash of what the part shows; null when that is too plain to be told apart. About 0.1 ms. */
export function partDetailOf(copy: GreyCopy, frame: Frame): Uint8Array | null {
  return detailWhereRich(shown(copy, frame), leastQuality);
}

/** The part as a picture of its own, for the hashes: `side` rows of `side` pixels. */
export function shown(copy: GreyCopy, frame: Frame): Uint8Array {
  // Sampling the whole would give the very pixels that it has.
  return halved(frame === wholeFrame ? copy.pixels : sampled(copy.pixels, frame), copySide);
}

const sample = new Uint8Array(copySide * copySide);
/** Middles of the pixels along a side, as shares of it. */
const middles = Float64Array.from({ length: copySide }, (_, n) => (n + 0.5) / copySide);

/** As many pixels of the part as the picture has: bilinear; beyond the edge, the edge. Used again by the next call. */
function sampled(pixels: Uint8Array, frame: Frame): Uint8Array {
  const [a, b, x0, c, d, y0] = frame;
  const last = copySide - 1;
  for (let j = 0, to = 0; j < copySide; j++) {
    const bv = b * (middles[j] ?? 0);
    const dv = d * (middles[j] ?? 0);
    for (let i = 0; i < copySide; i++, to++) {
      const u = middles[i] ?? 0;
      const x = clamped((a * u + bv + x0) * copySide - 0.5, last);
      const y = clamped((c * u + dv + y0) * copySide - 0.5, last);
      const left = Math.min(x | 0, last - 1);
      const top = Math.min(y | 0, last - 1);
      const fx = x - left;
      const at = top * copySide + left;
      const upper = (pixels[at] ?? 0) * (1 - fx) + (pixels[at + 1] ?? 0) * fx;
      const lower = (pixels[at + copySide] ?? 0) * (1 - fx) + (pixels[at + copySide + 1] ?? 0) * fx;
      sample[to] = rounded(upper + (lower - upper) * (y - top));
    }
  }
  return sample;
}

function clamped(value: number, last: number): number {
  return value < 0 ? 0 : value > last ? last : value;
}

/** The largest number below a half: added to half a grey level it is rounded up, added to less it never is. */
const almostHalf = 0.49999999999999994;

/** `Math.round` of a grey level, without its branches. */
function rounded(value: number): number {
  return (value + almostHalf) | 0;
}

const coefficients = new Float64Array(kept * kept);

/**
 * `[u * kept + v]`, as of `LowFrequencies`, of an upright part: the cosines are stretched over the part instead of the
 * pixels over a grid. Sums over rows are shared by the parts that have the same left and right edge. Used again by the next
 * call.
 */
function uprightCoefficients(
  pixels: Float64Array,
  frame: Frame,
  rows: Map<StretchedCosines, Float64Array>,
): Float64Array {
  const [width, , left, , height, top] = frame;
  const horizontal = stretchedCosines(left, width);
  const known = rows.get(horizontal);
  const byRow = known ?? rowSums(pixels, horizontal);
  if (known === undefined) rows.set(horizontal, byRow);
  const { sums, from, to } = stretchedCosines(top, height);
  const column = { values: byRow, at: 0, from, to };
  const target = { out: coefficients, outAt: 0, outStep: 1 };
  for (let u = 0; u < kept; u++, column.at += side, target.outAt += kept) sums.of(column, kept, target);
  return coefficients;
}

function rowSums(pixels: Float64Array, { sums, from, to }: StretchedCosines): Float64Array {
  const row = { values: pixels, at: 0, from, to };
  const target = { out: new Float64Array(kept * side), outAt: 0, outStep: side };
  for (let y = 0; y < side; y++, row.at += side, target.outAt++) sums.of(row, kept, target);
  return target.out;
}

/** Weight n of row k - 1: the cosine of frequency k, summed over the share of pixel n; nothing outside from..to. */
interface StretchedCosines {
  readonly sums: WeightedSums;
  readonly from: number;
  readonly to: number;
}

const cosineCache = new Map<number, StretchedCosines>();
const cosineCacheSize = 2000;
/** Edges are told apart to a thousandth of a pixel. */
const edgeSteps = 32_768;

function stretchedCosines(start: number, length: number): StretchedCosines {
  const name = Math.round(start * edgeSteps) * 2 * edgeSteps + Math.round(length * edgeSteps);
  const known = cosineCache.get(name);
  if (known !== undefined) return known;
  const table = new Float64Array(kept * side);
  for (let k = 1; k <= kept; k++)
    for (let n = 0; n < side; n++) {
      const from = Math.max(start, n / side);
      const to = Math.min(start + length, (n + 1) / side);
      const rate = (k * Math.PI) / length;
      if (to > from)
        table[(k - 1) * side + n] = (Math.sin(rate * (to - start)) - Math.sin(rate * (from - start))) / rate;
    }
  const to = Math.min(side, Math.ceil((start + length) * side));
  const made = { sums: new WeightedSums(table, side), from: Math.max(0, Math.floor(start * side)), to };
  if (cosineCache.size >= cosineCacheSize) cosineCache.clear();
  cosineCache.set(name, made);
  return made;
}
