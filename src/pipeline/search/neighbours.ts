import type { Likeness, PhotoId } from '../../model.js';

/** Who looks like whom. */
export interface Neighbours {
  /** Every photo that looks like this one, up to the largest distance that counts for anything; none for an unknown one. */
  likenessesOf(id: PhotoId): readonly Likeness[];
  /** One and the same of all photos that look exactly the same as this one, to the last bit; itself where there is no other. */
  sameLooks(id: PhotoId): PhotoId;
}
