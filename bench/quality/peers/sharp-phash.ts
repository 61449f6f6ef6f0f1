import sharpPhash from 'sharp-phash';
import { bitsApart, firstBound, wordsOfBits, type Method } from '../method.js';

// The package's types describe an ES module; it is a CommonJS one.
const phash = sharpPhash as unknown as (image: Buffer) => Promise<string>;

/** The package sharp-phash, 64 bits, at the two bounds that its users take: 5 (its README says under 5) and 10. */
export const sharpPhashMethod: Method<Uint32Array> = {
  name: 'sharp-phash',
  version: '2.2.0',
  columns: ['sharp-phash <= 5', 'sharp-phash <= 10'],
  prepare: async (file) => wordsOfBits(await phash(file)),
  compare: (a, b) => firstBound(bitsApart(a, b), [5, 10]),
};
