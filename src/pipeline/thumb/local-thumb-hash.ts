import sharp from 'sharp';
import { longestSide, thumbHashOf } from './thumb-hash-maker.js';

/** Larger pictures have no fingerprint either. */
const mostPixels = 500_000_000;

/**
 * The ThumbHash of a picture as Immich 3 makes it: upright, within 100 x 100 pixels, in Display P3 where the file names
 * colours other than sRGB. Null for what cannot be decoded. One more decode: about 18 ms of a processor for a
 * JPEG of 12 megapixels, as long as its fingerprint takes.
 */
export async function thumbHashOfBytes(bytes: Uint8Array): Promise<Uint8Array | null> {
  try {
    const options = { limitInputPixels: mostPixels, failOn: 'none' } as const;
    const { icc } = await sharp(bytes, options).metadata();
    const small = sharp(bytes, options)
      .autoOrient()
      .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true });
    const coloured =
      icc === undefined || namesSrgb(icc) ? small.toColourspace('srgb') : small.withIccProfile('p3');
    const { data, info } = await coloured.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    return thumbHashOf({ pixels: data, width, height, channels: 4 });
  } catch {
    return null;
  }
}

/** Profiles name themselves in ASCII or, since their fourth version, in two bytes a character. */
function namesSrgb(icc: Buffer): boolean {
  return icc.includes('sRGB') || icc.includes('\0s\0R\0G\0B');
}
