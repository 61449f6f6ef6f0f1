import { original, type LookCache } from './look-cache.js';
import type { Method } from './method.js';
import type { BenchPhoto } from './photos.js';
import { Tally } from './tally.js';

/** One column of a table: a method at one bound. */
export interface Column {
  readonly method: Method<unknown>;
  /** Index of the bound among the method's columns. */
  readonly bound: number;
  readonly heading: string;
}

/** All columns of all methods. */
export function columnsOf(methods: readonly Method<unknown>[]): Column[] {
  return methods.flatMap((method) => method.columns.map((heading, bound) => ({ method, bound, heading })));
}

/** How many changed copies were told to be duplicates of their original, by attack and column heading. */
export interface Recall {
  readonly byAttack: ReadonlyMap<string, ReadonlyMap<string, Tally>>;
  /** Changed copies that a method could not read; they count as not found. By method name. */
  readonly unreadable: ReadonlyMap<string, number>;
}

export function measureRecall(
  photos: readonly BenchPhoto[],
  attacks: readonly string[],
  { methods, cache }: { methods: readonly Method<unknown>[]; cache: LookCache },
): Recall {
  const columns = columnsOf(methods);
  const byAttack = new Map(
    attacks.map((attack) => [attack, new Map(columns.map(({ heading }) => [heading, new Tally()]))]),
  );
  const unreadable = new Map(methods.map(({ name }) => [name, 0]));
  for (const method of methods)
    for (const photo of photos) {
      const looks = cache.read(method, photo.sha1);
      for (const attack of attacks) {
        const look = looks.get(attack) ?? null;
        if (look === null) unreadable.set(method.name, (unreadable.get(method.name) ?? 0) + 1);
        const found = compareLooks(method, looks.get(original) ?? null, look);
        method.columns.forEach((heading, bound) =>
          byAttack
            .get(attack)
            ?.get(heading)
            ?.add(found !== null && found <= bound, photo),
        );
      }
    }
  return { byAttack, unreadable };
}

/** As `Method.compare`; what could not be read is no duplicate of anything. */
export function compareLooks(method: Method<unknown>, a: unknown, b: unknown): number | null {
  return a === null || b === null ? null : method.compare(a, b);
}
