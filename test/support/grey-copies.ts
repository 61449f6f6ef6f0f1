import sharp from 'sharp';
import { copySide, type GreyCopy } from '../../src/pipeline/fingerprint/grey-copy.js';

/** The grey copy of an encoded picture without EXIF orientation. */
export async function greyCopyOf(picture: Uint8Array): Promise<GreyCopy> {
  const { width, height } = await sharp(picture).metadata();
  const pixels = await sharp(picture)
    .greyscale()
    .resize(copySide, copySide, { fit: 'fill' })
    .raw()
    .toBuffer();
  return { pixels: new Uint8Array(pixels), aspect: width / height };
}

/** These shares of a picture's sides, encoded anew. */
export async function cropOf(
  picture: Uint8Array,
  [left, top, right, bottom]: readonly [number, number, number, number],
): Promise<Buffer> {
  const { width, height } = await sharp(picture).metadata();
  return sharp(picture)
    .extract({
      left: Math.round(left * width),
      top: Math.round(top * height),
      width: Math.round((right - left) * width),
      height: Math.round((bottom - top) * height),
    })
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** A picture of one grey. */
export function flatPicture(grey: number): Promise<Buffer> {
  const background = { r: grey, g: grey, b: grey };
  return sharp({ create: { width: 400, height: 300, channels: 3, background } })
    .png()
    .toBuffer();
}
