import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { seededRandom } from '../../../test/support/seeded-random.js';
import { pictureOf } from '../attacks/picture.js';
import type { BenchPhoto } from '../photos.js';
import { cardPairs } from './cards.js';
import { figurePairs } from './figures.js';
import { goodsPairs } from './goods.js';
import { montagePairs } from './montages.js';
import { paperPairs } from './papers.js';
import type { Pair, PairMaker } from './stage.js';

/** Ways in which two pictures share most of what they show without being copies, by what they are called in the report. */
export const nearStrangerKinds: Readonly<Record<string, PairMaker>> = {
  ...montagePairs,
  ...figurePairs,
  ...paperPairs,
  ...cardPairs,
  ...goodsPairs,
};

/** How many photos a pair is made from, at most. */
export const photosOfPair = 5;
/** Longest side of a photo that something is drawn on, pixels. */
const longestSide = 960;

/**
 * Two JPEGs of this kind. The chance in them is seeded by the kind and the first photo's name: the same call gives the
 * same files. Throws when there is no such kind, there are fewer photos than `photosOfPair`, or one cannot be decoded.
 */
export async function nearStrangers(kind: string, photos: readonly BenchPhoto[]): Promise<Pair> {
  const make = nearStrangerKinds[kind];
  if (make === undefined) throw new Error(`no such kind: ${kind}`);
  const seed = createHash('sha1').update(`${kind}/${photos[0]?.name}`).digest().readInt32BE(0);
  return make({
    photo: (n) => {
      const path = photos[n]?.path;
      if (path === undefined) throw new Error(`there is no photo ${n}`);
      const upright = sharp(readFileSync(path)).rotate().flatten({ background: 'white' });
      return pictureOf(upright.resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true }));
    },
    random: seededRandom(seed),
  });
}
