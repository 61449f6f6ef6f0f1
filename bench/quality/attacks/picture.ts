import sharp, { type Sharp } from 'sharp';

/** A decoded picture as a person sees it: upright, sRGB, three bytes a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
}

/** Decodes an encoded file; its EXIF orientation is carried out, transparency is laid on white. */
export async function open(file: Buffer): Promise<Picture> {
  return pictureOf(sharp(file).rotate().flatten({ background: 'white' }).toColourspace('srgb'));
}

/** Carries out what was asked of `image`. */
export async function pictureOf(image: Sharp): Promise<Picture> {
  const { data, info } = await image
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

/** The picture as input for sharp. */
export function draw({ width, height, pixels }: Picture): Sharp {
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** JPEG without metadata; 88 is what phones and editors commonly save with. */
export async function jpeg(image: Sharp, quality = 88): Promise<Buffer> {
  return image.jpeg({ quality }).toBuffer();
}

/** Replaces every channel value (0 to 255) by what `curve` makes of it, clamped. */
export function toned(picture: Picture, curve: (value: number) => number): Picture {
  const table = Uint8Array.from({ length: 256 }, (_, value) => clamp(curve(value)));
  return { ...picture, pixels: Buffer.from(picture.pixels.map((value) => table[value] ?? 0)) };
}

/** The nearest whole number from 0 to 255. */
export function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

/** Draws the inside of an SVG element over the picture; the drawing's unit is the pixel. */
export function withDrawing(picture: Picture, inside: string): Sharp {
  return draw(picture).composite([{ input: svg(picture.width, picture.height, inside), left: 0, top: 0 }]);
}

/** An SVG file of the given size. */
export function svg(width: number, height: number, inside: string): Buffer {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`;
  return Buffer.from(`${open}${inside}</svg>`);
}
