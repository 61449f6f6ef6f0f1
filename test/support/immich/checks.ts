import { ApiError } from './api-error.js';
import type { Issue } from './api-error.js';

type Path = (string | number)[];

/** Looks at one value of a request; `undefined` is only allowed by `optional`. */
export type Check = (value: unknown, path: Path) => Issue[];

const UUID = /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$/;
const HEX_COLOUR = /^#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$/;
const DATE_TIME =
  /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const label = (path: Path): string =>
  typeof path.at(-1) === 'number' ? `each value in ${String(path.at(-2))}` : String(path.at(-1) ?? 'body');

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

const wrongType = (expected: string, value: unknown, path: Path, legacy: string): Issue[] => [
  {
    issue: {
      expected,
      code: 'invalid_type',
      path,
      message: `Invalid input: expected ${expected}, received ${kindOf(value)}`,
    },
    legacy: `${label(path)} must be ${legacy}`,
  },
];

export const anyString: Check = (value, path) =>
  typeof value === 'string' ? [] : wrongType('string', value, path, 'a string');

export const anyBoolean: Check = (value, path) =>
  typeof value === 'boolean' ? [] : wrongType('boolean', value, path, 'a boolean value');

/** A version 4 UUID, the only kind Immich takes. */
export const uuid: Check = (value, path) => {
  if (typeof value !== 'string') return wrongType('string', value, path, 'a UUID');
  if (UUID.test(value)) return [];
  const issue = {
    origin: 'string',
    code: 'invalid_format',
    format: 'uuid',
    pattern: String(UUID),
    path,
    message: 'Invalid UUID',
  };
  return [{ issue, legacy: `${label(path)} must be a UUID` }];
};

/** A date and time with at least minutes and a zone. */
export const dateTime: Check = (value, path) => {
  if (typeof value === 'string' && DATE_TIME.test(value) && !Number.isNaN(Date.parse(value))) return [];
  if (typeof value !== 'string') {
    const [problem] = wrongType('string', value, path, 'a Date instance');
    const message = `Invalid input: expected ISO 8601 datetime string, received ${kindOf(value)}`;
    return problem ? [{ ...problem, issue: { ...problem.issue, message } }] : [];
  }
  const issue = {
    origin: 'string',
    code: 'invalid_format',
    format: 'datetime',
    pattern: String(DATE_TIME),
    path,
    message: `Invalid input: expected ISO 8601 datetime string, received ${kindOf(value)}`,
  };
  return [{ issue, legacy: `${label(path)} must be a Date instance` }];
};

/** '#rgb' to '#rrggbbaa', the mark may be missing. */
export const hexColour: Check = (value, path) => {
  if (typeof value !== 'string') return wrongType('string', value, path, 'a string');
  if (HEX_COLOUR.test(value)) return [];
  const pattern = String(HEX_COLOUR);
  const message = `Invalid string: must match pattern ${pattern}`;
  const issue = { origin: 'string', code: 'invalid_format', format: 'regex', pattern, path, message };
  return [{ issue, legacy: `${label(path)} must be a hexadecimal color` }];
};

/** 1 to 5, or -1 for rejected. Zero is refused since v3. */
export const stars =
  (isV3: boolean): Check =>
  (value, path) => {
    const problems = wholeNumber(-1, 5)(value, path);
    if (problems.length > 0 || value !== 0 || !isV3) return problems;
    const message = 'Rating must be -1 (rejected), 1–5 (starred), or null (unrated); 0 is not valid';
    return [{ issue: { code: 'custom', path, message }, legacy: message }];
  };

/** A coordinate; null is none. */
export const degrees =
  (most: number): Check =>
  (value, path) => {
    if (typeof value !== 'number') return wrongType('number', value, path, 'a number');
    if (Math.abs(value) <= most) return [];
    const message = `Too big: expected number to be <=${most}`;
    return [{ issue: { code: 'too_big', path, message }, legacy: message }];
  };

/** A boolean in words, as queries and forms have it. */
export const booleanWord: Check = (value, path) => {
  const [problem] = oneOf('true', 'false')(value, path);
  if (!problem) return [];
  const issue = { ...problem.issue, expected: 'stringbool' };
  return [{ issue, legacy: `${label(path)} must be a boolean value` }];
};

export const wholeNumber =
  (minimum: number, maximum: number): Check =>
  (value, path) => {
    if (typeof value !== 'number') return wrongType('number', value, path, 'an integer number');
    if (!Number.isSafeInteger(value)) {
      const [problem] = wrongType('int', value, path, 'an integer number');
      return problem ? [{ ...problem, issue: { ...problem.issue, format: 'safeint' } }] : [];
    }
    const bounds = { origin: 'number', inclusive: true, path };
    if (value > maximum) {
      const issue = {
        ...bounds,
        code: 'too_big',
        maximum,
        message: `Too big: expected number to be <=${maximum}`,
      };
      return [{ issue, legacy: `${label(path)} must not be greater than ${maximum}` }];
    }
    if (value >= minimum) return [];
    const issue = {
      ...bounds,
      code: 'too_small',
      minimum,
      message: `Too small: expected number to be >=${minimum}`,
    };
    return [{ issue, legacy: `${label(path)} must not be less than ${minimum}` }];
  };

export const oneOf =
  (...values: string[]): Check =>
  (value, path) => {
    if (typeof value === 'string' && values.includes(value)) return [];
    const message = `Invalid option: expected one of ${values.map((name) => `"${name}"`).join('|')}`;
    const legacy = `${label(path)} must be one of the following values: ${values.join(', ')}`;
    return [{ issue: { code: 'invalid_value', values, path, message }, legacy }];
  };

export const listOf =
  (item: Check, minimum = 0): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return wrongType('array', value, path, 'an array');
    const items: unknown[] = value;
    if (items.length >= minimum) return items.flatMap((entry, index) => item(entry, [...path, index]));
    const message = `Too small: expected array to have >=${minimum} items`;
    const issue = { origin: 'array', code: 'too_small', minimum, inclusive: true, path, message };
    return [{ issue, legacy: `${label(path)} must contain at least ${minimum} elements` }];
  };

/** Any JSON object, whatever is in it. */
export const anyObject: Check = (value, path) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? []
    : wrongType('record', value, path, 'an object');

/** An object with the given properties; others are let through, as Immich does. */
export const shape =
  (properties: Record<string, Check>): Check =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return wrongType('object', value, path, 'an object');
    return Object.entries(properties).flatMap(([name, check]) =>
      check((value as Record<string, unknown>)[name], [...path, name]),
    );
  };

export const optional =
  (check: Check): Check =>
  (value, path) =>
    value === undefined ? [] : check(value, path);

export const orNull =
  (check: Check): Check =>
  (value, path) =>
    value === null ? [] : check(value, path);

/** The value, believed to be a T, or a 400 as Immich words it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the type its checks stand for
export function checked<T>(value: unknown, properties: Record<string, Check>): T {
  const issues = shape(properties)(value, []);
  if (issues.length > 0) throw new ApiError(400, 'Validation failed', issues);
  return value as T;
}
