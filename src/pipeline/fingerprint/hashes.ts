import { LowFrequencies, cosines } from './dct.js';

/** Side of the grey picture that all hashes are made from, in pixels. */
export const side = 32;

/** Frequencies that the detail hash has, both ways. The first half of them are those of sharp-phash. */
const kept = 16;
const low = new LowFrequencies(side, kept);
const cosines8 = cosines(side, 8);

/** Coefficients this close to the threshold depend on the order of summation. */
const roundingNoise = 4e-6;

/**
 * The 64-bit hash of the package sharp-phash 2.2, bit for bit: frequencies 1 to 8 both ways against their mean, horizontal
 * frequency first, first bit highest. 8 bytes.
 */
export function phashOf(pixels: Uint8Array): Uint8Array {
  return phashFrom(low.of(pixels), pixels);
}

/** Everything that is told from one 32x32 picture, from one transform. */
export function hashesOf(pixels: Uint8Array): { phash: Uint8Array; detail: Uint8Array; quality: number } {
  const found = low.of(pixels);
  return { phash: phashFrom(found, pixels), detail: signsOf(found), quality: strengthOf(found) };
}

const lowest = new Float64Array(64);

function phashFrom(coefficients: Float64Array, pixels: Uint8Array): Uint8Array {
  for (let u = 0; u < 8; u++) for (let v = 0; v < 8; v++) lowest[u * 8 + v] = coefficients[u * kept + v] ?? 0;
  const quick = aboveMean(lowest);
  return quick.closest < roundingNoise ? aboveMean(inPackageOrder(pixels)).bits : quick.bits;
}

function aboveMean(coefficients: Float64Array): { bits: Uint8Array; closest: number } {
  let sum = 0;
  for (const value of coefficients) sum += value;
  const mean = sum / coefficients.length;
  const bits = new Uint8Array(8);
  let closest = Infinity;
  for (let i = 0; i < coefficients.length; i++) {
    const value = coefficients[i] ?? 0;
    if (value > mean) bits[i >> 3] = (bits[i >> 3] ?? 0) | (128 >> (i & 7));
    closest = Math.min(closest, Math.abs(value - mean));
  }
  return { bits, closest };
}

/** The same coefficients in the package's order of summation: flat pictures are decided by rounding alone. */
function inPackageOrder(pixels: Uint8Array): Float64Array {
  const out = new Float64Array(64);
  for (let u = 0; u < 8; u++)
    for (let v = 0; v < 8; v++) {
      let sum = 0;
      for (let x = 0; x < side; x++)
        for (let y = 0; y < side; y++)
          sum += (cosines8[u * side + x] ?? 0) * (cosines8[v * side + y] ?? 0) * (pixels[side * y + x] ?? 0);
      out[u * 8 + v] = sum / 4;
    }
  return out;
}

/**
 * Bit b of the detail hash stands for frequency `frequencyOfBit[b]` (u * 16 + v); the 64 lowest frequencies come first,
 * so that the first 8 bytes are a coarse hash of their own.
 */
const frequencyOfBit = new Uint8Array(256);
const bitOfFrequency = new Uint8Array(256);
{
  const isLow = (f: number): boolean => f >> 4 < 8 && (f & 15) < 8;
  const all = Array.from({ length: 256 }, (_, f) => f);
  [...all.filter(isLow), ...all.filter((f) => !isLow(f))].forEach((frequency, bit) => {
    frequencyOfBit[bit] = frequency;
    bitOfFrequency[frequency] = bit;
  });
}

/**
 * The 256-bit hash: signs of frequencies 1 to 16 both ways. 32 bytes. Signs, not "above the median": a mirrored or turned
 * picture then has exactly the turned bits (`turned`), so that comparing A with B and B with A always agree.
 */
export function detailOf(pixels: Uint8Array): Uint8Array {
  return signsOf(low.of(pixels));
}

/** The same, but null where `qualityOf` the picture is below `leastQuality`. */
export function detailWhereRich(pixels: Uint8Array, leastQuality: number): Uint8Array | null {
  const found = low.of(pixels);
  return strengthOf(found) < leastQuality ? null : signsOf(found);
}

function signsOf(coefficients: Float64Array): Uint8Array {
  const out = new Uint8Array(32);
  for (let bit = 0; bit < 256; bit++)
    if ((coefficients[frequencyOfBit[bit] ?? 0] ?? 0) > 0)
      out[bit >> 3] = (out[bit >> 3] ?? 0) | (128 >> (bit & 7));
  return out;
}

/** For each orientation: the bit that each bit comes from, and the bits that flip. */
const turns = Array.from({ length: 8 }, (_, orientation) => {
  const from = new Uint8Array(256);
  const flips = new Uint8Array(32);
  for (let bit = 0; bit < 256; bit++) {
    const frequency = frequencyOfBit[bit] ?? 0;
    const transposed = (orientation & 4) !== 0;
    const u = transposed ? frequency & 15 : frequency >> 4;
    const v = transposed ? frequency >> 4 : frequency & 15;
    from[bit] = bitOfFrequency[u * 16 + v] ?? 0;
    // u and v count from 0, frequencies from 1: a mirror flips the odd frequencies.
    const flipX = (orientation & 1) !== 0 && u % 2 === 0;
    const flipY = (orientation & 2) !== 0 && v % 2 === 0;
    if (flipX !== flipY) flips[bit >> 3] = (flips[bit >> 3] ?? 0) | (128 >> (bit & 7));
  }
  return { from, flips };
});

/** All eight; 1 = mirrored left-right, 2 = upside down, 3 = half turn, 4 and up = the same, transposed. 0 = as it stands. */
export const orientations = [0, 1, 2, 3, 4, 5, 6, 7] as const;
export type Orientation = (typeof orientations)[number];

/** The detail hash of the picture in another orientation. */
export function turned(detail: Uint8Array, orientation: Orientation): Uint8Array {
  const turn = turns[orientation];
  if (turn === undefined || orientation === 0) return detail;
  const out = turn.flips.slice();
  for (let bit = 0; bit < 256; bit++) {
    const from = turn.from[bit] ?? 0;
    if (((detail[from >> 3] ?? 0) << (from & 7)) & 128)
      out[bit >> 3] = (out[bit >> 3] ?? 0) ^ (128 >> (bit & 7));
  }
  return out;
}

/** The orientation that undoes it: quarter turns come in pairs, all others undo themselves. */
export function inverseOf(orientation: Orientation): Orientation {
  return orientation === 5 ? 6 : orientation === 6 ? 5 : orientation;
}

/** Strength of the middle coefficient at which a picture counts as half full of detail. */
const middleStrength = 16;

/**
 * How much there is to see, 0 (flat) to 100: the median strength of the very coefficients that `detailOf` takes the signs
 * of. A flat picture or a plain gradient has 0 to 16 (its signs are rounding noise), the plainest of 312 photographs 69.
 */
export function qualityOf(pixels: Uint8Array): number {
  return strengthOf(low.of(pixels));
}

const strengths = new Float64Array(kept * kept);

function strengthOf(coefficients: Float64Array): number {
  for (let i = 0; i < strengths.length; i++) strengths[i] = Math.abs(coefficients[i] ?? 0);
  strengths.sort();
  return Math.min(100, Math.round(((strengths[128] ?? 0) / middleStrength) * 50));
}
