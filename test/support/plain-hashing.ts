/* What the quick code must come to, written down without haste. */
import { deflateRawSync } from 'node:zlib';
import { copySide } from '../../src/pipeline/fingerprint/grey-copy.js';

const side = copySide;

/** Bytes of a packed grey copy: the folded DCT, one sum after the other, rounded, from coarse to fine, deflated. */
export function plainPack(pixels: Uint8Array): Uint8Array {
  const coefficients = transposedDct(transposedDct(Float64Array.from(pixels)));
  const sumOf = (at: number): number => Math.floor(at / side) + (at % side);
  const order = Array.from({ length: side * side }, (_, at) => at)
    .filter((at) => sumOf(at) < 84)
    .sort((a, b) => sumOf(a) - sumOf(b) || a - b);
  const bytes = order.flatMap((at) => {
    const code = Math.round((coefficients[at] ?? 0) / (3 + 0.1 * sumOf(at)));
    const unsigned = code < 0 ? -2 * code - 1 : 2 * code;
    return unsigned < 255 ? [unsigned] : [255, unsigned & 255, unsigned >> 8];
  });
  return deflateRawSync(Uint8Array.from(bytes));
}

function transposedDct(from: Float64Array): Float64Array {
  const to = new Float64Array(from.length);
  for (let line = 0; line < side; line++)
    for (let k = 0; k < side; k++) {
      let sum = 0;
      for (let n = 0; n < side / 2; n++) {
        const here = from[line * side + n] ?? 0;
        const mirrored = from[line * side + side - 1 - n] ?? 0;
        const scale = Math.sqrt((k === 0 ? 1 : 2) / side);
        const cosine = scale * Math.cos(((2 * n + 1) * k * Math.PI) / (2 * side));
        sum += cosine * (k % 2 === 0 ? here + mirrored : here - mirrored);
      }
      to[k * side + line] = sum;
    }
  return to;
}

/** True where the middle value of all pixels is light and half of them lie near it. */
export function plainIsPaper(pixels: Uint8Array): boolean {
  const middle = pixels.slice().sort()[pixels.length / 2] ?? 0;
  const near = pixels.filter((grey) => Math.abs(grey - middle) <= 28);
  return middle >= 160 && near.length >= pixels.length / 2;
}
