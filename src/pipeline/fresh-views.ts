import type { PhotoId } from '../model.js';
import { HammingIndex } from './hamming-index.js';
import { keyOf } from './pair-proof.js';
import { keyWords } from './part-hashes.js';
import { viewBytes } from './view-index.js';
import { popCount } from './words.js';

/** From so many views on tables are faster than looking at each. */
const leastForTables = 400;

/**
 * Views of photos that are new, found by the parts of those that were there before. Few as a rule, and asked for the parts of a
 * whole library: 77 million at a million photos, which takes about a second.
 */
export class FreshViews {
  readonly #index = new HammingIndex({ scanBelow: leastForTables });
  readonly #owners: PhotoId[] = [];

  /** `views` are detail hashes one after the other. */
  add(id: PhotoId, views: Uint8Array): void {
    for (let at = 0; at + viewBytes <= views.length; at += viewBytes) {
      this.#index.add(...keyOf(views.subarray(at, at + 8)));
      this.#owners.push(id);
    }
  }

  /** Calls `found` for every photo with a view within `bits` of one of the keys (see `partKeysOf`), perhaps more than once. */
  near(keys: Uint32Array, bits: number, found: (id: PhotoId) => void): void {
    if (this.#owners.length < leastForTables) this.#lookAtEach(keys, bits, found);
    else
      for (let at = 0; at + 1 < keys.length; at += keyWords)
        this.#index.near(keys[at] ?? 0, keys[at + 1] ?? 0, bits, (slot) => {
          const owner = this.#owners[slot];
          if (owner !== undefined) found(owner);
        });
  }

  #lookAtEach(keys: Uint32Array, bits: number, found: (id: PhotoId) => void): void {
    this.#owners.forEach((owner, slot) => {
      const [hi, lo] = this.#index.at(slot);
      for (let at = 0; at + 1 < keys.length; at += keyWords)
        if (popCount((keys[at] ?? 0) ^ hi) + popCount((keys[at + 1] ?? 0) ^ lo) <= bits) {
          found(owner);
          return;
        }
    });
  }
}
