import type { GreyCopy } from './grey-copy.js';

/** Documents: mostly of one light grey. Two receipts of one shop are the same at this size but for the finest detail. */
const lightest = 160;
const paperSpread = 28;
const paperShare = 0.5;

/** True for scanned documents, screens of text, drawings; and for some things photographed on white. */
export function isPaper({ pixels }: GreyCopy): boolean {
  const middle = Uint8Array.from(pixels).sort()[pixels.length >> 1] ?? 0;
  let near = 0;
  for (const grey of pixels) if (Math.abs(grey - middle) <= paperSpread) near++;
  return middle >= lightest && near >= pixels.length * paperShare;
}
