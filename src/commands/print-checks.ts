import type { ExitCode } from '../errors.js';
import type { FeatureRow } from '../sources/immich/feature-table.js';
import { print, printWrapped } from './context.js';
import { featureLines } from './feature-lines.js';
import { screenWidth } from './wrap.js';

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

/** What is unknown is so for one reason. */
function printFeatures(features: readonly FeatureRow[]): void {
  for (const line of featureLines(features, screenWidth() - column)) print(`${margin}${line}`);
  const why = features.find(({ works }) => works === 'unknown')?.why;
  if (why != null) printWrapped(`${margin}unknown: ${why}`, column + 5);
}
