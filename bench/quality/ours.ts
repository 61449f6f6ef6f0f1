import {
  automaticBits,
  candidateBits,
  certainBits,
  leastQuality,
  paperBits,
  storedBits,
} from '../../src/pipeline/fingerprint/bounds.js';
import { kindByColours } from '../../src/pipeline/evidence/colours.js';
import type { PixelProof } from '../../src/model.js';
import { alikeProof } from '../../src/pipeline/proof/alike.js';
import { createFingerprinter } from '../../src/pipeline/fingerprint/fingerprint.js';
import { popCount } from '../../src/pipeline/fingerprint/words.js';
import { orientations, turned, type Orientation } from '../../src/pipeline/fingerprint/hashes.js';
import { unpackCopy } from '../../src/pipeline/fingerprint/packed-copy.js';
import { figuresOf } from '../../src/pipeline/proof/prover.js';
import {
  partKeyBits,
  proofBetween,
  sitterOf,
  viewDetailBits,
  viewKeyBits,
  type Sitter,
} from '../../src/pipeline/proof/pair-proof.js';
import { thumbHashOfBytes } from '../../src/pipeline/thumb/local-thumb-hash.js';
import { bitsApart, type Method } from './method.js';

/** What the project's engine keeps of a picture. */
interface OurLook {
  /** 64-bit hash. */
  readonly phash: Uint32Array;
  /** 256-bit hash in every orientation, each as eight words; the first two are its coarse part. */
  readonly details: readonly Uint32Array[];
  readonly quality: number;
  readonly isPaper: boolean;
  /** Packed grey copy, and its shape. */
  readonly pixels: Uint8Array;
  readonly aspect: number;
  /** What colours are told by. */
  readonly thumbHash: Uint8Array | null;
  /** Detail hashes of its views, and the keys of its parts, two words each. */
  readonly views: readonly Uint32Array[];
  readonly partKeys: Uint32Array;
}

/** Why a copy is not labelled by itself. */
type Cause = (typeof causes)[number];

const causes = [
  'review: a part differs',
  'review: other hues',
  'review: no pixels agree, hashes do',
  'next to nothing in it',
  'both look like papers',
  'cannot be laid over the other',
  'hashes too far apart',
] as const;

/** What the engine says of two pictures without knowing anything else about them. */
type Verdict = 'automatic' | Cause;

/**
 * The project's own engine. Only this file knows it. The bounds are those for a photo that does not stand in a crowd of
 * look-alikes, where the engine is stricter.
 */
export async function ourMethod(): Promise<Method<OurLook>> {
  const fingerprinter = await createFingerprinter();
  return {
    name: 'photo-organizer',
    version: `${fingerprinter.algorithm}-thumb`,
    columns: ['ours, automatic', 'ours, with review'],
    prepare: async (file) => {
      const { phash, detail, algorithm: _, ...looks } = await fingerprinter.fingerprint(file);
      const details = orientations.map((orientation) => wordsOf(turned(detail, orientation)));
      const { views, partKeys } = sitterOf({ pixels: unpackCopy(looks.pixels), aspect: looks.aspect });
      return {
        ...looks,
        thumbHash: await thumbHashOfBytes(file),
        phash: wordsOf(phash),
        details,
        partKeys,
        views: views.map((v) => wordsOf(v.detail)),
      };
    },
    compare: (a, b) => {
      const verdict = compareLooks(a, b);
      if (verdict === 'automatic') return 0;
      return verdict.startsWith('review') ? 1 : null;
    },
    causes,
    causeOf: (a, b) => {
      const verdict = compareLooks(a, b);
      return verdict === 'automatic' ? null : verdict;
    },
  };
}

/** As the agent's search, prover and `evidenceBetween` judge two photos that no capture times tell apart. */
function compareLooks(a: OurLook, b: OurLook): Verdict {
  const alike = nearestTurn(a, b);
  const arePapers = a.isPaper && b.isPaper;
  const isAlike = alike.detailBits <= (arePapers ? paperBits : automaticBits);
  const agreed = isAlike ? alikeProof(readySitter(a), readySitter(b), { ...alike, arePapers }) : null;
  if (agreed !== null) return byColours(a, b, agreed);
  const nominated = isNominated(a, b);
  const proof = nominated ? proofBetween(readySitter(a), readySitter(b)) : null;
  if (proof?.verdict === 'proven') return byColours(a, b, figuresOf(proof.registration));
  if (proof !== null) return 'review: a part differs';
  if (alike.detailBits <= storedBits && !arePapers) return 'review: no pixels agree, hashes do';
  if (a.quality < leastQuality || b.quality < leastQuality) return 'next to nothing in it';
  if (arePapers) return 'both look like papers';
  return nominated ? 'cannot be laid over the other' : 'hashes too far apart';
}

/** Grey pixels agree; pictures in other hues are for a person to judge. */
function byColours(a: OurLook, b: OurLook, { inPlace }: Pick<PixelProof, 'inPlace'>): Verdict {
  const kind = kindByColours(a, b, inPlace ? 'same-picture' : 'edited');
  return kind === 'similar' ? 'review: other hues' : 'automatic';
}

interface Turn {
  readonly detailBits: number;
  readonly orientation: Orientation;
}

/** Bits of 256 that differ in the orientation where they are most alike; Infinity where the 64-bit hash rules it out. */
function nearestTurn(a: OurLook, b: OurLook): Turn {
  let best: Turn = { detailBits: Infinity, orientation: 0 };
  if (a.quality < leastQuality || b.quality < leastQuality) return best;
  for (const orientation of orientations) {
    const detail = a.details[orientation];
    const upright = b.details[0];
    if (detail === undefined || upright === undefined) continue;
    const candidate = orientation === 0 ? bitsApart(a.phash, b.phash) : keyBits(detail, 0, upright);
    if (candidate > candidateBits) continue;
    const detailBits = bitsApart(detail, upright);
    if (detailBits < best.detailBits) best = { detailBits, orientation };
    if (orientation === 0 && detailBits <= certainBits) return best;
  }
  return best;
}

/** As the prover's search nominates pairs: by a view like a view, or a part of one like a view of the other. */
function isNominated(a: OurLook, b: OurLook): boolean {
  const byViews = a.views.some((mine) =>
    b.views.some(
      (theirs) => keyBits(mine, 0, theirs) <= viewKeyBits && bitsApart(mine, theirs) <= viewDetailBits,
    ),
  );
  return byViews || hasPartLike(a, b) || hasPartLike(b, a);
}

function hasPartLike({ partKeys, views: own }: OurLook, { views }: OurLook): boolean {
  if (own.length === 0) return false;
  for (const view of views)
    for (let at = 0; at < partKeys.length; at += 2)
      if (keyBits(partKeys, at, view) <= partKeyBits) return true;
  return false;
}

function keyBits(keys: Uint32Array, at: number, view: Uint32Array): number {
  return popCount((keys[at] ?? 0) ^ (view[0] ?? 0)) + popCount((keys[at + 1] ?? 0) ^ (view[1] ?? 0));
}

const sitters = new WeakMap<OurLook, Sitter>();

function readySitter(look: OurLook): Sitter {
  const known = sitters.get(look);
  if (known !== undefined) return known;
  const sitter = sitterOf({ pixels: unpackCopy(look.pixels), aspect: look.aspect });
  sitters.set(look, sitter);
  return sitter;
}

/** The bytes of a hash as words, first byte highest. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, word) => view.getUint32(word * 4));
}
