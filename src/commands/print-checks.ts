import type { ExitCode } from '../errors.js';
import type { FeatureRow } from '../sources/immich/feature-table.js';
import { print, printWrapped } from './context.js';

/** One thing that `doctor` looked at. */
export interface Check {
  readonly name: string;
  readonly result: 'ok' | 'warning' | 'failed';
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string;
  readonly features?: readonly FeatureRow[];
  readonly exitCode?: ExitCode;
}

const marks = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };
/** Below the text of a check. */
const column = 9;
const margin = ' '.repeat(column);
const works = { yes: 'yes', no: 'no', unknown: '?' };

/** For people, within a usual screen. A table of features that is the same for several accounts is printed once. */
export function printChecks(checks: readonly Check[]): void {
  const tables = new Map<string, string>();
  for (const { name, result, text, fix, features } of checks) {
    printWrapped(`${marks[result]}  ${name}: ${text}`, column);
    if (fix !== undefined) printWrapped(`${margin}fix: ${fix}`, column + 5);
    if (features === undefined) continue;
    const table = JSON.stringify(features);
    const before = tables.get(table);
    if (before === undefined) printFeatures(features);
    else print(`${margin}features: the same as for ${before}`);
    if (before === undefined) tables.set(table, name);
  }
}

function printFeatures(features: readonly FeatureRow[]): void {
  const width = Math.max(...features.map(({ feature }) => feature.length));
  print(`${margin}${'feature'.padEnd(width)}  works`);
  for (const row of features) {
    const version = row.versionFits ? '' : `, needs Immich ${row.needsVersion}`;
    print(`${margin}${row.feature.padEnd(width)}  ${works[row.works]}${version}`);
    if (row.missing.length > 0) printWrapped(`${margin}  missing: ${row.missing.join(', ')}`, column + 4);
  }
  if (features.some((row) => row.works === 'unknown'))
    printWrapped(`${margin}? = this Immich does not tell what a key may do (1.140 and newer do)`, column);
}
