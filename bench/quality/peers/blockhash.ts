import { bmvbhash } from 'blockhash-core';
import sharp from 'sharp';
import { bitsApart, firstBound, wordsOfHex, type Method } from '../method.js';

/** The package blockhash-core on upright pixels from sharp, 16 x 16 bits; under 10 bits is the same picture (blockhash.io). */
export const blockhashMethod: Method<Uint32Array> = {
  name: 'blockhash-core',
  version: '0.1.0',
  columns: ['blockhash < 10'],
  prepare: async (file) => {
    const image = sharp(file).rotate().toColourspace('srgb').ensureAlpha();
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    return wordsOfHex(bmvbhash({ width: info.width, height: info.height, data }, 16));
  },
  compare: (a, b) => firstBound(bitsApart(a, b), [9]),
};
