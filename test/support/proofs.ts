import type { CopyId, PhotoId, PixelProof, Revision } from '../../src/model.js';
import type { State } from '../../src/state/open-state.js';

const fingerprint = {
  algorithm: 'test',
  phash: new Uint8Array(8),
  detail: new Uint8Array(32),
  quality: 100,
  isPaper: false,
  shown: 1,
  laterFrames: null,
  pixels: new Uint8Array(),
  aspect: 1,
};

/** Says that two photos of the index were laid over each other; they are looked at first, if they were not yet. */
export function prove(
  { photos, copies }: State,
  [a, b]: readonly [PhotoId, PhotoId],
  verdict: PixelProof['verdict'],
  agreement: number,
): void {
  const [of, other] = [a, b].map((id): CopyId => {
    if (copies.copyOf(id) === null)
      photos.examined({ id, revision: 'r1' as Revision, facts: {}, fingerprint }, []);
    return copies.copyOf(id) ?? (0 as CopyId);
  });
  const proofs = other === undefined ? [] : [{ b: other, verdict, agreement, inPlace: true }];
  const nothing = new Uint8Array();
  if (of !== undefined) copies.proved(of, { views: nothing, partKeys: nothing, reach: null, proofs });
}
