import type { PhotoId } from '../model.js';
import type { PhotoSource } from '../ports.js';
import type { PhotoStore } from '../store-ports.js';

export interface StillToGoOptions {
  readonly sources: readonly Pick<PhotoSource, 'name'>[];
  readonly photos: Pick<PhotoStore, 'countWanted'>;
}

/** Looks between two counts: counting a million rows takes 20 ms. */
const countEvery = 100;
const start = 0 as PhotoId;

/** How many photos wait to be looked at: what waits in the index may be in hand too, and must not count twice. */
export class StillToGo {
  readonly #options: StillToGoOptions;
  #wanted = 0;
  #looks = 0;

  constructor(options: StillToGoOptions) {
    this.#options = options;
  }

  /** To be called after each look. `pending`: keys that the queue knows of, some of them twice. */
  afterOne(pending: number): number {
    const { sources, photos } = this.#options;
    if (this.#looks++ % countEvery === 0) {
      this.#wanted = sources.reduce((sum, { name }) => sum + photos.countWanted(name, start), 0);
    } else this.#wanted = Math.max(0, this.#wanted - 1);
    // Of an album only some of those that are wanted are looked at.
    return Math.min(this.#wanted, pending);
  }
}
