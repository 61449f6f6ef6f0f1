import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { copySide } from './grey-copy.js';

/** Frequencies u, v are kept where u + v is below this: finer ones are softened away before anything is compared. */
const keptSum = 84;
/** Grey levels that a coefficient of the orthonormal DCT is rounded to, and what each step of u + v adds. */
const finestStep = 3;
const stepGrowth = 0.1;

/** The kept frequencies as u * side + v, from coarse to fine, so that zeros end up together. */
const order = Array.from({ length: copySide * copySide }, (_, n) => n)
  .filter((n) => sumOf(n) < keptSum)
  .sort((a, b) => sumOf(a) - sumOf(b) || a - b);

/** `[k * side + n]`, orthonormal. */
const basis = Float64Array.from({ length: copySide * copySide }, (_, at) => {
  const [k, n] = [Math.floor(at / copySide), at % copySide];
  const scale = Math.sqrt((k === 0 ? 1 : 2) / copySide);
  return scale * Math.cos(((2 * n + 1) * k * Math.PI) / (2 * copySide));
});

/** The pixels of a grey copy in about 1.7 kB: a rounded DCT, deflated. 3 grey levels off on average. */
export function packCopy(pixels: Uint8Array): Uint8Array {
  const coefficients = transformed(Float64Array.from(pixels), false);
  const codes = new Int16Array(order.length);
  order.forEach((at, n) => {
    codes[n] = Math.round((coefficients[at] ?? 0) / stepOf(at));
  });
  return deflateRawSync(zigzag(codes));
}

/** Throws when the bytes are not those of `packCopy`. */
export function unpackCopy(packed: Uint8Array): Uint8Array {
  const bytes = inflateRawSync(packed, { maxOutputLength: 4 * order.length });
  const coefficients = new Float64Array(copySide * copySide);
  let from = 0;
  for (const at of order) {
    let code = bytes[from++] ?? 0;
    if (code === escape) {
      code = (bytes[from] ?? 0) | ((bytes[from + 1] ?? 0) << 8);
      from += 2;
    }
    coefficients[at] = ((code >>> 1) ^ -(code & 1)) * stepOf(at);
  }
  if (from !== bytes.length) throw new RangeError('not a packed grey copy');
  return Uint8Array.from(transformed(coefficients, true), (value) =>
    Math.min(Math.max(Math.round(value), 0), 255),
  );
}

/** A byte that says that the code is in the next two. */
const escape = 255;

/** One byte for small codes of either sign, three for large ones. */
function zigzag(codes: Int16Array): Uint8Array {
  const bytes: number[] = [];
  for (const code of codes) {
    const unsigned = (code << 1) ^ (code >> 31);
    if (unsigned < escape) bytes.push(unsigned);
    else bytes.push(escape, unsigned & 255, unsigned >> 8);
  }
  return Uint8Array.from(bytes);
}

function sumOf(at: number): number {
  return Math.floor(at / copySide) + (at % copySide);
}

function stepOf(at: number): number {
  return finestStep + stepGrowth * sumOf(at);
}

/** The DCT both ways, or back. Every pass transposes, so that the second does the other direction. */
function transformed(values: Float64Array, back: boolean): Float64Array {
  const pass = back ? synthesis : analysis;
  return pass(pass(values));
}

const half = copySide >> 1;
/** Sums and differences of a line's pixels with their mirror images: even and odd frequencies need one each. */
const folded = new Float64Array(copySide);

function analysis(from: Float64Array): Float64Array {
  const to = new Float64Array(from.length);
  for (let line = 0; line < copySide; line++) {
    const start = line * copySide;
    for (let n = 0; n < half; n++) {
      const [here, mirrored] = [from[start + n] ?? 0, from[start + copySide - 1 - n] ?? 0];
      folded[n] = here + mirrored;
      folded[half + n] = here - mirrored;
    }
    for (let k = 0; k < copySide; k++) {
      const part = (k & 1) * half;
      let sum = 0;
      for (let n = 0; n < half; n++) sum += (basis[k * copySide + n] ?? 0) * (folded[part + n] ?? 0);
      to[k * copySide + line] = sum;
    }
  }
  return to;
}

function synthesis(from: Float64Array): Float64Array {
  const to = new Float64Array(from.length);
  for (let line = 0; line < copySide; line++) {
    const start = line * copySide;
    for (let n = 0; n < half; n++) {
      let even = 0;
      let odd = 0;
      for (let k = 0; k < copySide; k += 2) {
        even += (basis[k * copySide + n] ?? 0) * (from[start + k] ?? 0);
        odd += (basis[k * copySide + copySide + n] ?? 0) * (from[start + k + 1] ?? 0);
      }
      to[n * copySide + line] = even + odd;
      to[(copySide - 1 - n) * copySide + line] = even - odd;
    }
  }
  return to;
}
