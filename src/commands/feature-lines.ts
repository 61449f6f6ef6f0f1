import type { FeatureRow } from '../sources/immich/feature-table.js';
import { wrap } from './wrap.js';

/** Between two columns. */
const gap = '  ';
/** Columns that permissions and answers have at least: a word of each fits. */
const narrowest = 20;

/** The table of `doctor`, within `width` columns: what does not fit in a cell goes on below. Why something is unknown is not in it. */
export function featureLines(features: readonly FeatureRow[], width: number): string[] {
  const rows = [
    ['feature', 'Immich', 'permissions', 'works here'],
    ...features.map((row) => [
      row.feature,
      row.needsVersion.replace(/\.0$/u, ''),
      row.needsPermissions.join(', ') || 'none',
      row.why === null || row.works === 'unknown' ? row.works : `${row.works}: ${row.why}`,
    ]),
  ];
  const widest = (column: number): number => Math.max(...rows.map((row) => (row[column] ?? '').length));
  const [first, second] = [widest(0), widest(1)];
  const rest = Math.max(2 * narrowest, width - first - second - 3 * gap.length);
  const third = Math.min(widest(2), Math.max(narrowest, Math.floor(rest / 2)));
  return rows.flatMap((row) => linesOf(row, [first, second, third, rest - third]));
}

function linesOf(row: readonly string[], widths: readonly number[]): string[] {
  const cells = row.map((cell, column) => wrap(cell, widths[column] ?? 0, 0).split('\n'));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, column) => (lines[line] ?? '').padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}
