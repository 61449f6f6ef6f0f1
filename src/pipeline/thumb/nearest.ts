import type { PhotoId } from '../../model.js';

export interface Near {
  readonly id: PhotoId;
  readonly cosine: number;
}

/** The few photos nearest to one: higher cosine first, of equals the lower id. A photo offered twice counts once, at its best. */
export class Nearest {
  readonly #list: Near[] = [];

  constructor(
    private readonly atLeast: number,
    private readonly most: number,
  ) {}

  get list(): readonly Near[] {
    return this.#list;
  }

  /** True when there may be more than are kept. */
  get isFull(): boolean {
    return this.#list.length >= this.most;
  }

  /** The cosine below which nothing is wanted any more. */
  get bound(): number {
    return this.isFull ? (this.#list.at(-1)?.cosine ?? this.atLeast) : this.atLeast;
  }

  /** Takes the photo in when it is nearer than the last that is kept. */
  offer(near: Near): void {
    if (near.cosine < this.bound) return;
    const known = this.#list.findIndex(({ id }) => id === near.id);
    if (known >= 0) {
      if (!comesFirst(near, this.#list[known] ?? near)) return;
      this.#list.splice(known, 1);
    }
    const at = this.#list.findIndex((other) => comesFirst(near, other));
    this.#list.splice(at < 0 ? this.#list.length : at, 0, near);
    if (this.#list.length > this.most) this.#list.pop();
  }
}

function comesFirst(a: Near, b: Near): boolean {
  return a.cosine !== b.cosine ? a.cosine > b.cosine : a.id < b.id;
}
