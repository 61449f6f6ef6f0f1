import type { Content, PhotoKey } from '../../model.js';
import type { Dismissal } from '../../store-ports.js';

/** The pairs that a person said are no duplicates, for looking up. */
export class Dismissed {
  /** Photos of such pairs whose bytes nobody has read yet. */
  readonly unread: ReadonlySet<PhotoKey>;
  readonly #numbers = new Map<string, number>();
  readonly #apartFrom: Set<number>[] = [];

  constructor(dismissals: readonly Pick<Dismissal, 'pair'>[]) {
    const photos = dismissals.flatMap(({ pair }) => pair);
    this.unread = new Set(photos.flatMap(({ key, sha1 }) => (sha1 === null ? [key] : [])));
    for (const { pair } of dismissals) {
      const [as, bs] = [this.#numbersOf(saidOf(pair[0])), this.#numbersOf(saidOf(pair[1]))];
      for (const a of as)
        for (const b of bs) {
          this.#apartFrom[a]?.add(b);
          this.#apartFrom[b]?.add(a);
        }
    }
  }

  /** True when the two are such a pair. Symmetric. Two copies of one dismissed content are one too, when that was said of it. */
  has(a: Content, b: Content): boolean {
    if (a.key === b.key) return false;
    const others = namesOf(b).flatMap((name) => this.#numbers.get(name) ?? []);
    if (others.length === 0) return false;
    return namesOf(a).some((name) => {
      const number = this.#numbers.get(name);
      const apart = number === undefined ? undefined : this.#apartFrom[number];
      return apart !== undefined && others.some((other) => apart.has(other));
    });
  }

  /** True when the photo is one of some such pair. */
  concerns(photo: Content): boolean {
    return this.#numbers.size > 0 && namesOf(photo).some((name) => this.#numbers.has(name));
  }

  #numbersOf(names: readonly string[]): number[] {
    return names.map((name) => {
      const number = this.#numbers.get(name) ?? this.#numbers.size;
      this.#numbers.set(name, number);
      this.#apartFrom[number] ??= new Set();
      return number;
    });
  }
}

/**
 * What a photo of a pair is found by: its bytes; its key when they were not known; and its key also when they were, for as
 * long as they are to be read anew (an index that was lost). A key whose bytes are others by now is another picture.
 */
function saidOf({ key, sha1 }: Content): string[] {
  return sha1 === null ? [`key ${key}`] : [`sha1 ${sha1}`, `unread ${key}`];
}

function namesOf({ key, sha1 }: Content): string[] {
  return sha1 === null ? [`key ${key}`, `unread ${key}`] : [`key ${key}`, `sha1 ${sha1}`];
}
