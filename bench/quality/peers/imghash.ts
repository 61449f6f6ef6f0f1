import imghash from 'imghash';
import { bitsApart, firstBound, wordsOfHex, type Method } from '../method.js';

/**
 * The package imghash as it is, 16 x 16 bits, bound 12 as in its README. It decodes JPEG, PNG, WebP, GIF and BMP by itself and
 * does not look at EXIF orientation.
 */
export const imghashMethod: Method<Uint32Array> = {
  name: 'imghash',
  version: '1.1.4',
  columns: ['imghash 16 <= 12'],
  prepare: async (file) => wordsOfHex(await imghash.hash(file, 16)),
  compare: (a, b) => firstBound(bitsApart(a, b), [12]),
};
