import { attackClasses } from './attacks.js';
import { falseAt, pairsIn, pools, type FalsePair, type Pool } from './false-pairs.js';
import type { NearStrangerTallies } from './near-strangers.js';
import type { BenchPhoto, Half } from './photos.js';
import type { Column, Recall } from './recall.js';
import type { Tally } from './tally.js';

/** A Markdown table; every row is as long as the heading. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The mean of all attacks and of each class, percent; tune / held-out. */
export function classTable({ byAttack }: Recall, columns: readonly Column[]): string {
  const attacks = [...byAttack.keys()];
  const row = (name: string, of: readonly string[]): string[] => [
    `${name} (${of.length})`,
    ...columns.map(({ heading }) =>
      halves((half) => mean(of.map((attack) => byAttack.get(attack)?.get(heading)?.percent(half) ?? NaN))),
    ),
  ];
  const classes = Object.entries<readonly string[]>(attackClasses)
    .map(([name, members]) => [name, members.filter((attack) => byAttack.has(attack))] as const)
    .filter(([, members]) => members.length > 0);
  const rows = [row('mean of all', attacks), ...classes.map(([name, members]) => row(name, members))];
  return table(['kind of change', ...columns.map(({ heading }) => heading)], rows);
}

/** Each attack, percent; tune / held-out. */
export function attackTable({ byAttack }: Recall, columns: readonly Column[]): string {
  return tallyTable('change', byAttack, columns);
}

/** Pictures that are no copies and are called duplicates, by kind, percent; tune / held-out. */
export function nearStrangerTable(tallies: NearStrangerTallies, columns: readonly Column[]): string {
  return tallyTable('what differs', tallies, columns);
}

function tallyTable(
  what: string,
  rows: ReadonlyMap<string, ReadonlyMap<string, Tally>>,
  columns: readonly Column[],
): string {
  const lines = [...rows].map(([name, tallies]) => [
    name,
    ...columns.map(({ heading }) => halves((half) => tallies.get(heading)?.percent(half) ?? NaN)),
  ]);
  return table([what, ...columns.map(({ heading }) => heading)], lines);
}

/** False pairs of each column by pool and half, with the rate that the number of pairs allows to claim. */
export function falsePairTable(
  photos: readonly BenchPhoto[],
  found: ReadonlyMap<string, readonly FalsePair[]>,
  columns: readonly Column[],
): string {
  const cell = (column: Column, pool: Pool, half: Half | null): string => {
    const count = falseAt(found.get(column.method.name) ?? [], column.bound, { pool, half }).length;
    return `${count} (${rateBound(count, pairsIn(photos, pool, half))})`;
  };
  const rows = pools.flatMap((pool) =>
    ([null, 'tune', 'held-out'] as const).map((half) => [
      half === null ? `**${pool}**` : `${pool}, ${half}`,
      pairsIn(photos, pool, half).toLocaleString('en'),
      ...columns.map((column) => cell(column, pool, half)),
    ]),
  );
  return table(['photos', 'pairs', ...columns.map(({ heading }) => heading)], rows);
}

/** A kind of change has a row of its own when some column has more false pairs than this. */
const worthARow = 20;

/** Pairs of different photos, each changed in the same way, that are taken for one another. */
export function changedPairTable(
  photos: readonly BenchPhoto[],
  found: ReadonlyMap<string, readonly FalsePair[]>,
  columns: readonly Column[],
  attacks: readonly string[],
): string {
  const counts = ({ method, bound }: Column, of: readonly string[]): number =>
    (found.get(method.name) ?? []).filter((pair) => pair.bound <= bound && of.includes(pair.picture)).length;
  const row = (name: string, of: readonly string[]): string[] => [
    name,
    (pairsIn(photos, 'all', null) * of.length).toLocaleString('en'),
    ...columns.map((column) => String(counts(column, of))),
  ];
  const telling = attacks.filter((attack) => columns.some((column) => counts(column, [attack]) > worthARow));
  const others = attacks.filter((attack) => !telling.includes(attack));
  const rows = [...telling.map((attack) => row(attack, [attack])), row(`the other ${others.length}`, others)];
  return table(['change', 'pairs', ...columns.map(({ heading }) => heading)], rows);
}

/** Both halves; one number when they are the same. */
function halves(percent: (half: Half) => number): string {
  const [tune, heldOut] = [shortPercent(percent('tune')), shortPercent(percent('held-out'))];
  return tune === heldOut ? tune : `${tune} / ${heldOut}`;
}

function shortPercent(value: number): string {
  return Number.isNaN(value) ? '-' : String(Math.round(value * 10) / 10);
}

/**
 * The highest rate of false pairs that this count allows, at 95 % confidence: the rule of three (3 / pairs) where none was
 * found, else Wilson and Hilferty's approximation for a Poisson count. Pairs share photos, so that they are not independent
 * and the true bound is somewhat higher.
 */
export function rateBound(count: number, pairs: number): string {
  if (pairs === 0) return '-';
  const n = count + 1;
  const most = count === 0 ? 3 : n * (1 - 1 / (9 * n) + 1.645 / (3 * Math.sqrt(n))) ** 3;
  return `< ${(most / pairs).toExponential(0)}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
