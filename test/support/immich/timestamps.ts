import type { Micros } from './records.js';

/** As Immich answers: ISO, UTC, cut to milliseconds. */
export const toIso = (micros: Micros): string => new Date(Math.floor(micros / 1000)).toISOString();

/**
 * As Immich answers inside what its database has put together as JSON (tags of an asset, EXIF, members of stacks and
 * duplicate groups, users of albums): Postgres' own text, microseconds and all, trailing zeros cut.
 */
export function toDatabaseText(micros: Micros): string {
  const seconds = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19);
  const fraction = String(((micros % 1_000_000) + 1_000_000) % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}+00:00`;
}

/** As Immich reads a filter: what is finer than a millisecond is cut off. */
export const fromIso = (text: string): Micros => Date.parse(text) * 1000;
