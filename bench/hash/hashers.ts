import sharp, { type Sharp } from 'sharp';
import { createFingerprinter } from '../../src/pipeline/fingerprint/fingerprint.js';
import { copySide } from '../../src/pipeline/fingerprint/grey-copy.js';
import { unpackCopy } from '../../src/pipeline/fingerprint/packed-copy.js';
import { sitterOf } from '../../src/pipeline/proof/pair-proof.js';
import { blockhashMethod } from '../quality/peers/blockhash.js';
import { imghashMethod } from '../quality/peers/imghash.js';
import { sharpPhashMethod } from '../quality/peers/sharp-phash.js';

export interface Hasher {
  readonly name:
    | 'ours'
    | 'ours, ready'
    | 'decode alone'
    | 'decode with colours'
    | 'sharp-phash'
    | 'imghash'
    | 'blockhash-core';
  /** Decodes all pixels into memory. */
  readonly isHeavy: boolean;
  /** For the table. */
  readonly what: string;
  /** From the bytes of a file to all that is kept of it. */
  readonly hash: (bytes: Buffer) => Promise<unknown>;
}

function decode(picture: Sharp): Promise<Buffer> {
  return picture.greyscale().resize(copySide, copySide, { fit: 'fill' }).rotate().raw().toBuffer();
}

/** All that are measured, in the order of the table. */
export async function allHashers(): Promise<Hasher[]> {
  const fingerprinter = await createFingerprinter();
  return [
    {
      name: 'decode alone',
      isHeavy: false,
      what: 'decode alone: the same call of sharp, no hash',
      hash: (bytes) => decode(sharp(bytes, { failOn: 'truncated', ignoreIcc: true })),
    },
    {
      name: 'decode with colours',
      isHeavy: false,
      what: 'decode alone, with what sharp does by itself: colours converted from Display P3',
      hash: (bytes) => decode(sharp(bytes, { failOn: 'truncated' })),
    },
    {
      name: 'ours',
      isHeavy: false,
      what: '**ours: the whole fingerprint**',
      hash: (bytes) => fingerprinter.fingerprint(bytes),
    },
    {
      name: 'ours, ready',
      isHeavy: false,
      what: 'ours, and all that proofs of edited copies want',
      hash: async (bytes) => {
        const { pixels, aspect } = await fingerprinter.fingerprint(bytes);
        const { views, partKeys } = sitterOf({ pixels: unpackCopy(pixels), aspect });
        return [views, partKeys];
      },
    },
    {
      name: 'sharp-phash',
      isHeavy: false,
      what: 'sharp-phash 2.2.0, 64 bits',
      hash: (bytes) => sharpPhashMethod.prepare(bytes),
    },
    {
      name: 'imghash',
      isHeavy: true,
      what: 'imghash 1.1.4, 256 bits',
      hash: (bytes) => imghashMethod.prepare(bytes),
    },
    {
      name: 'blockhash-core',
      isHeavy: true,
      what: 'blockhash-core 0.1.0 on pixels from sharp, 256 bits',
      hash: (bytes) => blockhashMethod.prepare(bytes),
    },
  ];
}
