import type { Micros } from './records.js';

/** As Immich answers: ISO, UTC, cut to milliseconds. */
export const toIso = (micros: Micros): string => new Date(Math.floor(micros / 1000)).toISOString();

/** As Immich reads a filter: what is finer than a millisecond is cut off. */
export const fromIso = (text: string): Micros => Date.parse(text) * 1000;
