import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { drawScene } from '../../test/support/pictures.js';

/** What photos come as: a camera's file, Immich's preview, Immich's thumbnail (short side). */
export const sizes = ['12 MP JPEG', '1440 px JPEG', '250 px WebP'] as const;
export type Size = (typeof sizes)[number];

const original = { width: 4032, height: 3024 };

/** So many encoded pictures of the size: of the photographs below the folder, else drawn. Throws where there are none. */
export async function picturesOf(size: Size, count: number, folder: string | undefined): Promise<Buffer[]> {
  const pictures: Buffer[] = [];
  for (const read of folder === undefined
    ? scenes(count, { width: 2016, height: 1512 })
    : photographs(folder, count))
    pictures.push(await asSize(await read(), size));
  return pictures;
}

export type Read = () => Promise<Buffer>;

/** Drawn pictures of this size. */
export function scenes(count: number, size: { width: number; height: number }): Read[] {
  return Array.from({ length: count }, (_, seed) => () => drawScene(seed, size));
}

/** JPEG files below the folder, spread evenly over all that are there. Throws where there are none. */
export function photographs(folder: string, count: number): Read[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.jpe?g$/iu.test(name))
    .sort()
    .map((name) => join(folder, name));
  if (paths.length === 0) throw new Error('--photos: no JPEG files there');
  const step = Math.max(1, Math.floor(paths.length / count));
  return paths
    .filter((_, n) => n % step === 0)
    .slice(0, count)
    .map((path) => () => Promise.resolve(readFileSync(path)));
}

/** As cameras and Immich make them (3.x, its defaults). */
function asSize(picture: Buffer, size: Size): Promise<Buffer> {
  const upright = sharp(picture).autoOrient();
  if (size === '12 MP JPEG')
    return upright
      .resize({ ...original, fit: 'cover', kernel: 'cubic' })
      .jpeg({ quality: 92 })
      .toBuffer();
  const side = size === '1440 px JPEG' ? 1440 : 250;
  const shrunk = upright.resize(side, side, { fit: 'outside' });
  return size === '1440 px JPEG'
    ? shrunk.jpeg({ quality: 80 }).toBuffer()
    : shrunk.withIccProfile('p3').webp({ quality: 80 }).toBuffer();
}
