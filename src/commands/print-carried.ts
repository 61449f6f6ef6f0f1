import type { Explained } from '../agent/explain.js';
import type { ScanResult } from '../agent/scan.js';
import type { Operation } from '../sync/operation.js';
import { count, oneLine, print, printWrapped } from './context.js';

/** Photos that are named of each kind that is not carried over. */
const told = 3;
/** Characters of a description that are shown. */
const mostShown = 60;

/** `"Our first day", from beach-small.jpg`: what a keeper is given and by whom; null where nothing is carried over. */
export function whyCarried(operation: Operation, at: number, explained: Explained): string | null {
  if (!('extras' in operation)) return null;
  const names = (operation.extras[at] ?? []).map((key) => explained[key]?.name ?? key);
  const more = names.length > told ? ` and ${names.length - told} more` : '';
  const from = names.length === 0 ? '' : `from ${names.slice(0, told).join(', ')}${more}`;
  const value = 'changes' in operation ? valueText(operation.kind, operation.changes[at]?.to ?? '') : '';
  return [value, from].filter((part) => part !== '').join(', ');
}

function valueText(kind: Operation['kind'], value: string): string {
  if (kind === 'put-on-rating') return count(Number(value), 'star');
  if (kind === 'put-on-location') return value.replace(',', ', ');
  if (kind !== 'put-on-description') return '';
  const text = oneLine(value.replaceAll('\n', ' / '));
  return `"${text.length > mostShown ? `${text.slice(0, mostShown)}…` : text}"`;
}

/** What of extras is lost when they go, for a person who plans; after a scan the number is enough. */
export function printNotCarried({
  notCarried,
  names,
}: Pick<ScanResult, 'notCarried'> & { readonly names: Explained }): void {
  for (const what of new Set(notCarried.map((one) => one.what))) {
    const same = notCarried.filter((one) => one.what === what);
    const nameOf = (key: string): string => oneLine(names[key]?.name ?? key);
    print(`Not carried over: the ${what} of ${count(same.length, 'extra')}.`);
    for (const { extra, keeper, why } of same.slice(0, told))
      printWrapped(`  ${nameOf(extra)} (${nameOf(keeper)} is kept): ${why}`, 4);
    if (same.length > told) print(`  … and ${same.length - told} more`);
  }
}
