import { createPace } from '../pace.js';
import type { CandidateSearch } from './first-pass.js';
import { candidatesOfAll } from './thumb/candidates-of-all.js';
import { parseThumbHash } from './thumb/thumb-hash.js';
import { ThumbIndex } from './thumb/thumb-index.js';

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
