import { distance } from 'fastest-levenshtein';
import { FatalError, exitCodes } from '../errors.js';

/** What is wrong with a configuration: everything is found first, then said at once. Holds no secret. */
export class Problems {
  readonly #lines: string[] = [];
  readonly #keys = new Set<string>();

  /** `key` is dotted, or the name of a variable; `where` says where its value came from. */
  add(key: string, text: string, where?: string): void {
    this.#keys.add(key);
    this.#lines.push(`${key}: ${text}${where === undefined ? '' : ` (${where})`}`);
  }

  /** A name that means nothing here, with the nearest one that does. */
  unknown(name: string, known: readonly string[], what: 'key' | 'variable', where?: string): void {
    // A slip such as `api_key:secret` (no space) makes a secret part of the name: only its plain start is shown.
    const shown = /^[\w.[\]-]{0,60}/u.exec(name)?.[0] ?? '';
    const near = nearest(shown, known);
    const hint =
      near === null
        ? ''
        : near === name
          ? `; write it as ${near.replaceAll('.', ': { ')}: …${' }'.repeat(near.split('.').length - 1)}`
          : `; did you mean ${near}?`;
    this.add(shown === name ? shown : `${shown}…`, `unknown ${what}${hint}`, where);
  }

  /** How many there are so far. */
  get count(): number {
    return this.#lines.length;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Throws `CONFIG_INVALID` with every problem on a line of its own. */
  throwIfAny(): void {
    if (this.#lines.length === 0) return;
    throw new FatalError('CONFIG_INVALID', this.#lines.join('\n'), exitCodes.usage);
  }
}

/** A value as a message shows it; `hidden` says only what sort of thing it is. */
export function describeValue(value: unknown, hidden: boolean): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  if (hidden) return typeof value === 'string' ? 'other text' : `a ${typeof value}`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return `a ${typeof value}`;
  const safe = value.includes('://') ? value.replace(/\/\/.*@/su, '//…@').replace(/[?#].*/su, '?…') : value;
  return JSON.stringify(safe.length > 60 ? `${safe.slice(0, 60)}…` : safe);
}

/** The name most like `name`, by the whole or by its last part, the first of equals; null when none is near. */
function nearest(name: string, known: readonly string[]): string | null {
  const lower = name.toLowerCase();
  const last = lower.split('.').at(-1) ?? '';
  let best: string | null = null;
  let bestCost = Infinity;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const whole = distance(lower, other) / Math.max(lower.length, 1);
    const part = distance(last, other.split('.').at(-1) ?? '') / Math.max(last.length, 1);
    const cost = Math.min(whole, part + 0.1);
    if (cost < bestCost) [best, bestCost] = [candidate, cost];
  }
  return bestCost <= 0.5 ? best : null;
}
