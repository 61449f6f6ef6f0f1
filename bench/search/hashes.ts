import { createFingerprinter } from '../../src/pipeline/fingerprint/fingerprint.js';
import { seededRandom } from '../../test/support/seeded-random.js';
import { photographs, scenes } from '../hash/pictures.js';

/** Hashes one after the other: 8 bytes a photo, and 32. */
export interface Hashes {
  readonly phashes: Uint8Array;
  readonly details: Uint8Array;
}

const poolSize = 300;
/** Of all photos, so many have near copies; a copy differs by up to so many bits of 64 (four times that of 256). */
const clustered = 0.17;
const mostFlips = 10;

/**
 * Hashes as those of a library: every byte is that of some real (or drawn) picture at the same place, so that bits are as
 * uneven and as dependent on their neighbours as those of pictures; 17 % stand in clusters of 2 to 6 near copies.
 */
export async function libraryOf(count: number, folder: string | undefined): Promise<Hashes> {
  const pool = await poolOf(folder);
  const random = seededRandom(11);
  const phashes = new Uint8Array(count * 8);
  const details = new Uint8Array(count * 32);
  const fill = (out: Uint8Array, row: number, from: readonly Uint8Array[], width: number): void => {
    for (let n = 0; n < width; n++) out[row * width + n] = from[random.whole(0, from.length - 1)]?.[n] ?? 0;
  };
  const copy = (out: Uint8Array, row: number, of: number, width: number): void => {
    out.copyWithin(row * width, of * width, (of + 1) * width);
    for (let flips = random.whole(0, (mostFlips * width) / 8); flips > 0; flips--) {
      const bit = random.whole(0, width * 8 - 1);
      const at = row * width + (bit >> 3);
      out[at] = (out[at] ?? 0) ^ (128 >> (bit & 7));
    }
  };
  for (let row = 0; row < count;) {
    const centre = row++;
    fill(phashes, centre, pool.phashes, 8);
    fill(details, centre, pool.details, 32);
    // Clusters of four on average: of 100 photos, 17 stand in four of them.
    const copies = random.next() < clustered / (4 - 3 * clustered) ? random.whole(1, 5) : 0;
    for (const end = Math.min(count, row + copies); row < end; row++) {
      copy(phashes, row, centre, 8);
      copy(details, row, centre, 32);
    }
  }
  return { phashes, details };
}

async function poolOf(folder: string | undefined): Promise<{ phashes: Uint8Array[]; details: Uint8Array[] }> {
  const fingerprinter = await createFingerprinter();
  const pool = { phashes: [] as Uint8Array[], details: [] as Uint8Array[] };
  const small = { width: 384, height: 256 };
  for (const read of folder === undefined ? scenes(poolSize, small) : photographs(folder, poolSize)) {
    const { phash, detail } = await fingerprinter.fingerprint(await read());
    pool.phashes.push(phash);
    pool.details.push(detail);
  }
  return pool;
}
