import { copySide, type GreyCopy } from './grey-copy.js';
import { isPaper } from './paper.js';

/** Grey levels within which a surround is of one colour: those of decoders and encoders. */
const spread = 6;
/** What a turned picture leaves free is black or white to within so many levels, and at least this share of the whole. */
const fillSpread = 4;
const leastFill = 0.01;
/** A picture with a surround is second to one without, if what both show has about the same size. */
const discount = 0.8;
/** More of the ground than this within the margins, as a share of what is there, makes it a page. */
const mostGround = 0.1;
/** Steps that what lines take is rounded to, so that copies of one picture count the same. */
const steps = 16;

/**
 * Share of the pixels that count as picture, 0 to 1: 1 without a plain surround. Editors, messengers and screens put a picture
 * on a canvas, or turn it and fill the corners: more pixels, which show nothing more. All four corners are of one colour then.
 * The margins of a page and the ground of what stands on white are theirs: the same ground goes on within them.
 */
export function shownShare(copy: GreyCopy): number {
  const { pixels } = copy;
  const colour = pixels[0] ?? 0;
  const last = copySide - 1;
  const corners = [0, last, last * copySide, last * copySide + last];
  const isSame = (at: number): boolean => Math.abs((pixels[at] ?? 0) - colour) <= spread;
  if (!corners.every(isSame)) return 1;
  const [across, down] = [plainLines(isSame, copySide, 1), plainLines(isSame, 1, copySide)];
  const isFill = Math.min(colour, 255 - colour) <= fillSpread;
  const shown = ((copySide - across) * (copySide - down)) / pixels.length;
  const paper = isPaper(copy);
  if (paper && groundWithin(pixels, isSame) > shown * mostGround) return 1;
  const isFilled = isFill && !paper && spreadFrom(corners, isSame) >= leastFill * pixels.length;
  if (across + down === 0 && !isFilled) return 1;
  return (Math.max(1, Math.round(shown * steps)) / steps) * discount;
}

/** Share of all pixels that are of the colour and not in a plain line at an end. */
function groundWithin(pixels: Uint8Array, isSame: (at: number) => boolean): number {
  const isLine = (start: number, step: number): boolean => {
    for (let n = 0; n < copySide; n++) if (!isSame(start + n * step)) return false;
    return true;
  };
  const rows = Array.from({ length: copySide }, (_, y) => isLine(y * copySide, 1));
  const columns = Array.from({ length: copySide }, (_, x) => isLine(x, copySide));
  let ground = 0;
  for (let at = 0; at < pixels.length; at++)
    if (isSame(at) && rows[Math.floor(at / copySide)] === false && columns[at % copySide] === false) ground++;
  return ground / pixels.length;
}

/** Pixels of the colour that hang together with a corner. */
function spreadFrom(corners: readonly number[], isSame: (at: number) => boolean): number {
  const seen = new Set(corners);
  for (const at of seen) {
    const x = at % copySide;
    for (const next of [at - copySide, at + copySide, x > 0 ? at - 1 : -1, x < copySide - 1 ? at + 1 : -1])
      if (next >= 0 && next < copySide * copySide && isSame(next)) seen.add(next);
  }
  return seen.size;
}

/** Whole lines of the colour at both ends, together; none where one end has none. Pixels from one to the next of a line, and lines. */
function plainLines(isSame: (at: number) => boolean, step: number, stride: number): number {
  const isPlain = (line: number): boolean => {
    for (let n = 0; n < copySide; n++) if (!isSame(line * stride + n * step)) return false;
    return true;
  };
  let [first, last] = [0, copySide - 1];
  while (first < last && isPlain(first)) first++;
  while (last > first && isPlain(last)) last--;
  const [before, after] = [first, copySide - 1 - last];
  return before === 0 || after === 0 ? 0 : before + after;
}
