import { hashesOf } from './hashes.js';
import { copySide, halved } from './grey-copy.js';
import { leastQuality } from './bounds.js';

/** Pixels of all frames together beyond which no later one is looked at: an animation is decoded from its beginning on. */
const mostPixelsInAll = 300_000_000;

/**
 * 256-bit hashes of the middle and the last frame, one after the other. Null where there is one frame, where looking would take too
 * long, and where one of them cannot be decoded or is too flat to tell anything: then they are not known. `copyOf` makes the grey copy of
 * the frame of that number, from 0 on. Up to a second; memory: one frame.
 */
export async function laterFramesOf(
  { frames, area }: { readonly frames: number; readonly area: number },
  copyOf: (frame: number) => Promise<Uint8Array>,
): Promise<Uint8Array | null> {
  if (frames < 2 || frames * area > mostPixelsInAll) return null;
  const details: Uint8Array[] = [];
  for (const frame of new Set([frames >> 1, frames - 1])) {
    const copy = await copyOf(frame).catch(() => null);
    if (copy === null) return null;
    const { detail, quality } = hashesOf(halved(copy, copySide));
    if (quality < leastQuality) return null;
    details.push(detail);
  }
  return Buffer.concat(details);
}
