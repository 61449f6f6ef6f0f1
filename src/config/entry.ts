import type { Kind, KindOf } from './kinds.js';
import { describeValue, type Problems } from './problems.js';

/** The fields that an entry of a list may have. */
export type Fields = Readonly<Record<string, Kind<unknown>>>;

/** Fields that were given and are right. */
export type Entry<F extends Fields> = { readonly [K in keyof F]?: KindOf<F[K]> };

/** Reads an entry of a list such as `accounts[0]` (`at`), reporting each field that is unknown or wrong. Null is not given. */
export function readEntry<F extends Fields>(
  value: unknown,
  fields: F,
  at: string,
  where: string,
  problems: Problems,
): Entry<F> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add(
      at,
      `expected { ${Object.keys(fields).join(', ')} }, found ${describeValue(value, true)}`,
      where,
    );
    return {};
  }
  const entry: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value) as [string, unknown][]) {
    const kind = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const key = `${at}.${name}`;
    if (kind === undefined) {
      problems.unknown(
        key,
        Object.keys(fields).map((field) => `${at}.${field}`),
        'key',
        where,
      );
    } else if (given != null) {
      const found = name === 'api_key' && typeof given === 'string' ? given.trim() : given;
      if (kind.accepts(found)) entry[name] = found;
      else problems.add(key, `expected ${kind.expected}, found ${describeValue(found, kind.hidden)}`, where);
    }
  }
  return entry as Entry<F>;
}

/** Names of sources: each only once, whatever its case, over accounts and folders together. */
export class SourceNames {
  readonly #taken = new Map<string, string>();

  /** False when the name is taken, which is reported. */
  take(name: string, at: string, where: string, problems: Problems): boolean {
    const holder = this.#taken.get(name.toLowerCase());
    if (holder !== undefined) {
      problems.add(`${at}.name`, `"${name}" is already the name of ${holder}`, where);
      return false;
    }
    this.#taken.set(name.toLowerCase(), at);
    return true;
  }

  /** The name, or with the lowest number that makes it free: `photos-2`. */
  takeFree(name: string, at: string): string {
    let free = name;
    for (let n = 2; this.#taken.has(free.toLowerCase()); n++) free = `${name}-${n}`;
    this.#taken.set(free.toLowerCase(), at);
    return free;
  }
}
