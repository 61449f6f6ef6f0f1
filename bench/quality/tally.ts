import type { Half } from './photos.js';

/** Hits out of tries, of both halves. */
export class Tally {
  readonly #hits = { tune: 0, 'held-out': 0 };
  readonly #tries = { tune: 0, 'held-out': 0 };

  add(hit: boolean, { half }: { readonly half: Half }): void {
    this.#tries[half]++;
    if (hit) this.#hits[half]++;
  }

  /** 0 to 100; NaN when nothing was tried. */
  percent(half: Half): number {
    return (100 * this.#hits[half]) / this.#tries[half];
  }
}
