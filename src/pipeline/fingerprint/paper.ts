import type { GreyCopy } from './grey-copy.js';

/** Documents: mostly of one light grey. Two receipts of one shop are the same at this size but for the finest detail. */
const lightest = 160;
const paperSpread = 28;
const paperShare = 0.5;

const pixelsOf = new Uint32Array(256);

/** True for scanned documents, screens of text, drawings; and for some things photographed on white. */
export function isPaper({ pixels }: GreyCopy): boolean {
  pixelsOf.fill(0);
  for (const grey of pixels) pixelsOf[grey] = (pixelsOf[grey] ?? 0) + 1;
  let middle = 0;
  for (let darker = pixelsOf[0] ?? 0; darker <= pixels.length >> 1; darker += pixelsOf[middle] ?? 0) middle++;
  if (middle < lightest) return false;
  let near = 0;
  for (let grey = middle - paperSpread; grey <= middle + paperSpread; grey++) near += pixelsOf[grey] ?? 0;
  return near >= pixels.length * paperShare;
}

/** Grey levels that count as one, and the share of a picture that makes it plain. */
const plainSpread = 16;
const plainShare = 0.45;

/** True for screens with little on them, and for pictures on a plain ground. */
export function isMostlyPlain({ pixels }: GreyCopy): boolean {
  const counts = new Uint32Array(256 + plainSpread);
  for (const grey of pixels) counts[grey] = (counts[grey] ?? 0) + 1;
  let near = 0;
  for (let grey = 0; grey < counts.length; grey++) {
    near += (counts[grey] ?? 0) - (counts[grey - plainSpread] ?? 0);
    if (near >= pixels.length * plainShare) return true;
  }
  return false;
}
