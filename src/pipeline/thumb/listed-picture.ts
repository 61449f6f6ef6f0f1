import sharp from 'sharp';
import { fitsThumbHash, leastFit } from './thumb-fit.js';
import { parseThumbHash } from './thumb-hash.js';

const side = 32;

/**
 * Whether a downloaded thumbnail is the picture that the listing's ThumbHash is of: a cache, or a page that stands in for what
 * is missing, may answer the same picture for every photo, and all of them would be duplicates. `grey` is the upright
 * picture stretched to a square. True where the hash says too little: one even colour, transparency. Of other photos 2 to 25
 * of 10,000 pass.
 */
export async function isListedPicture(
  grey: Uint8Array,
  bytes: Uint8Array,
  thumbHash: Uint8Array,
): Promise<boolean> {
  const thumb = parseThumbHash(thumbHash);
  if (thumb === null || thumb.limit === 5 || fitsThumbHash(grey, 1, thumb) >= leastFit) return true;
  // Strong colours weigh more in a ThumbHash than in grey: one photo of a hundred needs this second look.
  const colours = await sharp(bytes)
    .resize(side, side, { fit: 'fill' })
    .rotate()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer();
  return fitsThumbHash(colours, 3, thumb) >= leastFit;
}
