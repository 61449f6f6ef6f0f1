import type { CopyId } from '../../model.js';
import { keyOf, partDetailBits, partKeyBits } from './pair-proof.js';
import { keyWords } from './part-hashes.js';
import { ViewIndex, viewBytes } from './view-index.js';
import { popCount } from '../fingerprint/words.js';

/** From so many views on tables are faster than looking at each. */
const leastForTables = 400;

/**
 * Views of copies that are new, found by the parts of those that were there before. Few as a rule, and asked for the parts of a
 * whole library: 77 million at a million photos, which takes about a second.
 */
export class FreshViews {
  readonly #index = new ViewIndex(leastForTables);
  /** Two words each. */
  readonly #keys: number[] = [];

  /** `views` are detail hashes one after the other. */
  add(id: CopyId, views: Uint8Array): void {
    this.#index.put(id, views);
    for (let at = 0; at + viewBytes <= views.length; at += viewBytes)
      this.#keys.push(...keyOf(views.subarray(at, at + 8)));
  }

  /**
   * Calls `found` for every view that looks like one of the parts, of which the keys are given (see `partKeysOf`); `detailOf`
   * part n is asked where its key is near, null = too plain.
   */
  near(
    keys: Uint32Array,
    detailOf: (part: number) => Uint8Array | null,
    found: (id: CopyId, bits: number) => void,
  ): void {
    const isFew = this.#keys.length < 2 * leastForTables;
    for (let at = 0; at + 1 < keys.length; at += keyWords) {
      const [hi, lo] = [keys[at] ?? 0, keys[at + 1] ?? 0];
      if (isFew && !this.#isNearAny(hi, lo)) continue;
      this.#index.near([hi, lo], partKeyBits, () => detailOf(at / keyWords), partDetailBits, found);
    }
  }

  #isNearAny(hi: number, lo: number): boolean {
    const keys = this.#keys;
    for (let at = 0; at < keys.length; at += keyWords)
      if (popCount((keys[at] ?? 0) ^ hi) + popCount((keys[at + 1] ?? 0) ^ lo) <= partKeyBits) return true;
    return false;
  }
}
