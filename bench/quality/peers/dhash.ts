import sharp from 'sharp';
import { bitsApart, firstBound, wordsOfBits, type Method } from '../method.js';

/**
 * The difference hash, 64 bits: is each pixel of a 9 x 8 copy lighter than its left neighbour? Written here, as the npm
 * packages of it are no longer kept; up to 10 bits may be the same picture (Krawetz, "Kind of Like That", 2013).
 */
export const dhashMethod: Method<Uint32Array> = {
  name: 'dHash',
  version: '1',
  columns: ['dHash <= 10'],
  prepare: async (file) => {
    const pixels = await sharp(file).rotate().greyscale().resize(9, 8, { fit: 'fill' }).raw().toBuffer();
    let bits = '';
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 8; x++) bits += (pixels[y * 9 + x + 1] ?? 0) > (pixels[y * 9 + x] ?? 0) ? '1' : '0';
    return wordsOfBits(bits);
  },
  compare: (a, b) => firstBound(bitsApart(a, b), [10]),
};
