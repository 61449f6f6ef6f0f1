import { isIP } from 'node:net';
import { validate as isCron } from 'node-cron';
import { carryOverNames, keepRuleNames, type CarryOver, type KeepRule } from '../model.js';
import { describeValue } from './problems.js';

/** A sort of value: how it is written as text, and which values it takes. */
export interface Kind<T> {
  /** For messages: "expected …". */
  readonly expected: string;
  /** The value may be or hold a secret: messages never show it. */
  readonly hidden: boolean;
  /** Reads a variable or flag; what it cannot read comes back as it is, for `accepts` to refuse. */
  readonly fromText: (text: string) => unknown;
  readonly accepts: (value: unknown) => value is T;
  /** What is wrong with a value, where that can be said more exactly than "found …"; null where not. */
  readonly faultOf?: (value: unknown) => string | null;
}

export type KindOf<K> = K extends Kind<infer T> ? T : never;

/** Levels of the log, most talkative first. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

function textLike(expected: string, test: (text: string) => boolean, hidden = false): Kind<string> {
  return {
    expected,
    hidden,
    fromText: (text) => text,
    accepts: (value): value is string => typeof value === 'string' && test(value),
  };
}

/** A path, or empty for none. */
export const path = textLike('a path', (text) => !text.includes('\0'));

/** A path that must be there. */
export const requiredPath = textLike('a path', (text) => text !== '' && !text.includes('\0'));

/** Address of a server, or empty for none. */
export const url = textLike(
  'an address such as http://immich:2283, without user, query or fragment',
  (text) => text === '' || normalUrl(text) !== null,
);

/** A secret that fits in an HTTP header, or empty for none. */
export const secret = textLike(
  'text (in quotes when it is all digits) of printable ASCII characters',
  (text) => /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/u.test(text),
  true,
);

/** An API key: white space around it is taken off before it comes here. */
export const apiKey = textLike(
  'text (in quotes when it is all digits) of printable ASCII characters without spaces',
  (text) => /^[\x21-\x7e]*$/u.test(text),
  true,
);

/** Name of an account or a folder: part of photo keys, so without a colon. */
export const sourceName = textLike(
  'a name of letters, digits, - and _, beginning with a letter or digit',
  (text) => /^[a-z0-9][a-z0-9_-]*$/iu.test(text),
);

/** Name of a tag; slashes make a hierarchy. */
export const tagName = textLike(
  'a tag name: not empty, no slash or space at either end, no "//"',
  (text) => /^[^\s/](?:.*[^\s/])?$/u.test(text) && !text.includes('//') && !hasControl(text),
);

/** Beginning of album names. */
export const albumPrefix = textLike(
  'text that is not empty',
  (text) => text.trim() !== '' && !hasControl(text),
);

/** When to sweep. */
export const cron = textLike('a cron expression such as "30 3 * * *"', (text) => text !== '' && isCron(text));

/** Address that the HTTP server binds. */
export const host = textLike(
  'a host name or IP address',
  (text) => isIP(text) !== 0 || /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/iu.test(text),
);

export const flag: Kind<boolean> = {
  expected: 'true or false',
  hidden: false,
  fromText: (text) => {
    const word = text.trim().toLowerCase();
    if (['true', '1', 'yes', 'on'].includes(word)) return true;
    return ['false', '0', 'no', 'off'].includes(word) ? false : text;
  },
  accepts: (value): value is boolean => typeof value === 'boolean',
};

export function number(min: number, max: number): Kind<number> {
  return numberLike(`a number from ${min} to ${max}`, min, max, Number.isFinite);
}

export function integer(min: number, max: number): Kind<number> {
  return numberLike(`a whole number from ${min} to ${max}`, min, max, Number.isInteger);
}

function numberLike(
  expected: string,
  min: number,
  max: number,
  test: (value: number) => boolean,
): Kind<number> {
  return {
    expected,
    hidden: false,
    fromText: (text) => (/^\s*-?\d+(?:\.\d+)?\s*$/u.test(text) ? Number(text) : text),
    accepts: (value): value is number =>
      typeof value === 'number' && test(value) && value >= min && value <= max,
  };
}

export function oneOf<const T extends string>(names: readonly T[]): Kind<T> {
  return {
    expected: `one of ${names.join(', ')}`,
    hidden: false,
    fromText: (text) => text.trim(),
    accepts: (value): value is T => names.some((name) => name === value),
  };
}

/** Keep rules in the order they apply. */
export const keepRules: Kind<readonly KeepRule[]> = listOf(keepRuleNames);

/** What keepers are given of their extras. */
export const carryOver: Kind<readonly CarryOver[]> = listOf(carryOverNames);

function listOf<T extends string>(names: readonly T[]): Kind<readonly T[]> {
  const isName = (value: unknown): value is T => names.some((name) => name === value);
  return {
    expected: `a list of ${names.join(', ')}, each at most once`,
    hidden: false,
    fromText: listFromText,
    accepts: (value): value is readonly T[] =>
      Array.isArray(value) && new Set(value).size === value.length && value.every(isName),
    faultOf: (value) => {
      if (!Array.isArray(value)) return null;
      const items: readonly unknown[] = value;
      const wrong = items.find((item) => !isName(item));
      if (wrong !== undefined) return `found ${describeValue(wrong, false)} in it`;
      const twice = items.find((item, at) => items.indexOf(item) !== at);
      return `found ${describeValue(twice, false)} twice`;
    },
  };
}

/** Patterns, one a text. */
export const texts: Kind<readonly string[]> = {
  expected: 'a list of texts that are not empty',
  hidden: false,
  fromText: listFromText,
  accepts: (value): value is readonly string[] =>
    Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== ''),
};

/** A list whose entries are read one by one later. */
export function entries(expected: string, hidden: boolean): Kind<readonly unknown[]> {
  return {
    expected,
    hidden,
    fromText: hidden ? jsonFromText : listFromText,
    accepts: (value): value is readonly unknown[] => Array.isArray(value),
  };
}

/** Address of a server without trailing slashes and `/api`; null when it is not one. */
export function normalUrl(text: string): string | null {
  if (!URL.canParse(text) || /[?#]/u.test(text)) return null;
  const parsed = new URL(text);
  if (!/^https?:$/u.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '') return null;
  const pathname = parsed.pathname
    .replace(/\/+$/u, '')
    .replace(/\/api$/u, '')
    .replace(/\/+$/u, '');
  return `${parsed.origin}${pathname}`;
}

/** A JSON list, or texts parted by commas. */
function listFromText(text: string): unknown {
  if (text.trim().startsWith('[')) return jsonFromText(text);
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function jsonFromText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
