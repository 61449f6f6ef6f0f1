import type { Method } from './method.js';
import { ourMethod } from './ours.js';
import { blockhashMethod } from './peers/blockhash.js';
import { dhashMethod } from './peers/dhash.js';
import { imghashMethod } from './peers/imghash.js';
import { sharpPhashMethod } from './peers/sharp-phash.js';

/** All that are compared, ours first. Each one's looks are only ever given back to itself. */
export async function allMethods(): Promise<Method<unknown>[]> {
  return [
    await ourMethod(),
    sharpPhashMethod,
    imghashMethod,
    blockhashMethod,
    dhashMethod,
  ] as Method<unknown>[];
}
