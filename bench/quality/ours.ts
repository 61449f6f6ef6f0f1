import {
  automaticBits,
  candidateBits,
  certainBits,
  leastQuality,
  storedBits,
} from '../../src/pipeline/evidence.js';
import { createFingerprinter } from '../../src/pipeline/fingerprint.js';
import { orientations, turned } from '../../src/pipeline/hashes.js';
import { bitsApart, type Method } from './method.js';

/** What the project's engine keeps of a picture. */
interface OurLook {
  /** 64-bit hash. */
  readonly phash: Uint32Array;
  /** 256-bit hash in every orientation, each as eight words; the first two are its coarse part. */
  readonly details: readonly Uint32Array[];
  readonly quality: number;
}

/** What the engine says of two pictures without knowing anything else about them; null = nothing. */
type Verdict = 'automatic' | 'review' | null;

/**
 * The project's own engine. Only this file knows it. The bounds are those for a photo that does not stand in a crowd of
 * look-alikes, where the engine is stricter.
 */
export async function ourMethod(): Promise<Method<OurLook>> {
  const fingerprinter = await createFingerprinter();
  return {
    name: 'photo-organizer',
    version: fingerprinter.algorithm,
    columns: ['ours, automatic', 'ours, with review'],
    prepare: async (file) => {
      const { phash, detail, quality } = await fingerprinter.fingerprint(file);
      const details = orientations.map((orientation) => wordsOf(turned(detail, orientation)));
      return { phash: wordsOf(phash), details, quality };
    },
    compare: (a, b) => {
      const verdict = compareLooks(a, b);
      return verdict === null ? null : verdict === 'automatic' ? 0 : 1;
    },
  };
}

/** As `LookIndex` finds likenesses and `evidenceBetween` judges them. */
function compareLooks(a: OurLook, b: OurLook): Verdict {
  if (a.quality < leastQuality || b.quality < leastQuality) return null;
  let best = Infinity;
  for (const orientation of orientations) {
    const detail = a.details[orientation];
    const upright = b.details[0];
    if (detail === undefined || upright === undefined) continue;
    const candidate =
      orientation === 0
        ? bitsApart(a.phash, b.phash)
        : bitsApart(detail.subarray(0, 2), upright.subarray(0, 2));
    if (candidate > candidateBits) continue;
    const bits = bitsApart(detail, upright);
    if (orientation === 0 && bits <= certainBits) return 'automatic';
    best = Math.min(best, bits);
  }
  return best <= automaticBits ? 'automatic' : best <= storedBits ? 'review' : null;
}

/** The bytes of a hash as words, first byte highest. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, word) => view.getUint32(word * 4));
}
