import { createPace } from '../../pace.js';
import type { PhotoId } from '../../model.js';
import { candidatesOfAll } from './candidates-of-all.js';
import type { Near } from './nearest.js';
import { parseThumbHash } from './thumb-hash.js';
import { ThumbIndex } from './thumb-index.js';

/** Asks the library that was searched for photos that look like another one, nearest first. */
export type CandidateLookUp = (thumbHash: Uint8Array) => readonly Near[];

/** Tells of every photo of the library that has any which photos look like it, nearest first. */
export type CandidateSearch = (
  library: AsyncIterable<{ readonly id: PhotoId; readonly thumbHash: Uint8Array }>,
  tell: (id: PhotoId, near: readonly Near[]) => void,
  signal?: AbortSignal,
) => Promise<CandidateLookUp>;

/** Compares all ThumbHashes with each other, in all orientations. About 110 bytes a photo while the answer is held. */
export const searchByThumbHash: CandidateSearch = async (library, tell, signal) => {
  const index = new ThumbIndex();
  for await (const { id, thumbHash } of library) {
    const thumb = parseThumbHash(thumbHash);
    if (thumb !== null) index.put(id, thumb);
  }
  await candidatesOfAll(index, tell, {
    pace: createPace(),
    ...(signal === undefined ? {} : { signal }),
  });
  return (thumbHash) => {
    const thumb = parseThumbHash(thumbHash);
    return thumb === null ? [] : index.candidates(thumb, null);
  };
};
