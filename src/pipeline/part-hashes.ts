import { LowFrequencies } from './dct.js';
import { leastQuality } from './evidence.js';
import { isUpright, partFramesOf, type Frame } from './frames.js';
import { copySide, halved, type GreyCopy } from './grey-copy.js';
import { detailOf, qualityOf, side } from './hashes.js';

/** Frequencies of a key, both ways: its bits are the first 64 of the detail hash. */
const kept = 8;
const low = new LowFrequencies(side, kept);
/** Words of 32 bits in the key of one part. */
export const keyWords = 2;

/**
 * The 64-bit keys of all parts of `partFramesOf(copy.aspect)`, in that order, two words each, first bit highest: signs of
 * the low frequencies of what the part shows. About 1.5 ms. The key of the whole is the first 8 bytes of its detail hash.
 */
export function partKeysOf(copy: GreyCopy): Uint32Array {
  const frames = partFramesOf(copy.aspect);
  const small = halved(copy.pixels, copySide);
  const rows = new Map<StretchedCosines, Float64Array>();
  const keys = new Uint32Array(frames.length * keyWords);
  frames.forEach((frame, n) => {
    const coefficients = isUpright(frame)
      ? uprightCoefficients(small, frame, rows)
      : low.of(shown(copy, frame));
    for (let bit = 0; bit < kept * kept; bit++)
      if ((coefficients[bit] ?? 0) > 0) {
        const word = n * keyWords + (bit >> 5);
        keys[word] = ((keys[word] ?? 0) | (1 << (31 - (bit & 31)))) >>> 0;
      }
  });
  return keys;
}

/** The detail hash of what the part shows; null when that is too plain to be told apart. About 0.1 ms. */
export function partDetailOf(copy: GreyCopy, frame: Frame): Uint8Array | null {
  const pixels = shown(copy, frame);
  return qualityOf(pixels) < leastQuality ? null : detailOf(pixels);
}

/** The part as a picture of its own, for the hashes: `side` rows of `side` pixels. */
export function shown(copy: GreyCopy, frame: Frame): Uint8Array {
  return halved(sampled(copy.pixels, copySide, frame), copySide);
}

/** As many pixels of the part as the picture has: bilinear; beyond the edge, the edge. */
function sampled(pixels: Uint8Array, size: number, frame: Frame): Uint8Array {
  const [a, b, x0, c, d, y0] = frame;
  const out = new Uint8Array(size * size);
  const last = size - 1;
  for (let j = 0, to = 0; j < size; j++)
    for (let i = 0; i < size; i++, to++) {
      const u = (i + 0.5) / size;
      const v = (j + 0.5) / size;
      const x = Math.min(Math.max((a * u + b * v + x0) * size - 0.5, 0), last);
      const y = Math.min(Math.max((c * u + d * v + y0) * size - 0.5, 0), last);
      const left = Math.min(Math.floor(x), last - 1);
      const top = Math.min(Math.floor(y), last - 1);
      const fx = x - left;
      const at = top * size + left;
      const upper = (pixels[at] ?? 0) * (1 - fx) + (pixels[at + 1] ?? 0) * fx;
      const lower = (pixels[at + size] ?? 0) * (1 - fx) + (pixels[at + size + 1] ?? 0) * fx;
      out[to] = Math.round(upper + (lower - upper) * (y - top));
    }
  return out;
}

/**
 * `[u * kept + v]`, as of `LowFrequencies`, of an upright part: the cosines are stretched over the part instead of the
 * pixels over a grid. Sums over rows are shared by the parts that have the same left and right edge.
 */
function uprightCoefficients(
  pixels: Uint8Array,
  frame: Frame,
  rows: Map<StretchedCosines, Float64Array>,
): Float64Array {
  const [width, , left, , height, top] = frame;
  const horizontal = stretchedCosines(left, width);
  const known = rows.get(horizontal);
  const byRow = known ?? rowSums(pixels, horizontal);
  if (known === undefined) rows.set(horizontal, byRow);
  const { table, from, to } = stretchedCosines(top, height);
  const out = new Float64Array(kept * kept);
  for (let u = 0, n = 0; u < kept; u++)
    for (let v = 0; v < kept; v++, n++) {
      let sum = 0;
      for (let y = from; y < to; y++) sum += (table[v * side + y] ?? 0) * (byRow[u * side + y] ?? 0);
      out[n] = sum;
    }
  return out;
}

function rowSums(pixels: Uint8Array, { table, from, to }: StretchedCosines): Float64Array {
  const out = new Float64Array(kept * side);
  for (let u = 0; u < kept; u++)
    for (let y = 0; y < side; y++) {
      let sum = 0;
      for (let x = from; x < to; x++) sum += (table[u * side + x] ?? 0) * (pixels[y * side + x] ?? 0);
      out[u * side + y] = sum;
    }
  return out;
}

/** `table[(k - 1) * side + n]`: the cosine of frequency k, summed over the share of pixel n; nothing outside from..to. */
interface StretchedCosines {
  readonly table: Float64Array;
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
  const made = { table, from: Math.max(0, Math.floor(start * side)), to };
  if (cosineCache.size >= cosineCacheSize) cosineCache.clear();
  cosineCache.set(name, made);
  return made;
}
