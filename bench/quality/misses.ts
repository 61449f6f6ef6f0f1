import { original, type LookCache } from './look-cache.js';
import type { Method } from './method.js';
import type { BenchPhoto } from './photos.js';
import { table } from './tables.js';

/** How many changed copies the strictest bound of a method missed, by attack and cause. */
export type Misses = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Null for a method that knows no causes. What it could not read is left out: its recall says so. */
export function measureMisses(
  photos: readonly BenchPhoto[],
  attacks: readonly string[],
  { method, cache }: { method: Method<unknown>; cache: LookCache },
): Misses | null {
  if (method.causeOf === undefined) return null;
  const misses = new Map(attacks.map((attack) => [attack, new Map<string, number>()]));
  for (const photo of photos) {
    const looks = cache.read(method, photo.sha1);
    for (const attack of attacks) {
      const [before, after] = [looks.get(original) ?? null, looks.get(attack) ?? null];
      const cause = before === null || after === null ? null : method.causeOf(before, after);
      const causes = misses.get(attack);
      if (cause !== null) causes?.set(cause, (causes.get(cause) ?? 0) + 1);
    }
  }
  return misses;
}

/** An attack has a row of its own when more of its copies were missed than this. */
const worthARow = 5;

/** Copies of each kind by the cause for which they were missed, the worst kind first. */
export function missTable(misses: Misses, { causes = [] }: Pick<Method<unknown>, 'causes'>): string {
  const counted = (attacks: readonly string[], cause: string): number =>
    attacks.reduce((sum, attack) => sum + (misses.get(attack)?.get(cause) ?? 0), 0);
  const all = (attacks: readonly string[]): number =>
    causes.reduce((sum, cause) => sum + counted(attacks, cause), 0);
  const shown = causes.filter((cause) => counted([...misses.keys()], cause) > 0);
  const row = (name: string, attacks: readonly string[]): string[] => [
    name,
    String(all(attacks)),
    ...shown.map((cause) => String(counted(attacks, cause))),
  ];
  const sorted = [...misses.keys()].sort((a, b) => all([b]) - all([a]));
  const own = sorted.filter((attack) => all([attack]) > worthARow);
  const others = sorted.slice(own.length);
  const rows = [...own.map((attack) => row(attack, [attack])), row(`the other ${others.length}`, others)];
  return table(['change', 'missed', ...shown], rows);
}
