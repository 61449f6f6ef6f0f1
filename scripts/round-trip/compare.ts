import { isDeepStrictEqual } from 'node:util';
import type { Snapshot } from './snapshot.js';

/** What is not the same in two snapshots, one line for each field; empty = they are identical. */
export function differences(expected: Snapshot, actual: Snapshot): string[] {
  const nameOf = (id: string): string => (expected.photos[id] ?? actual.photos[id])?.name ?? id;
  return (['photos', 'albums', 'stacks', 'tags'] as const).flatMap((part) => {
    const [left, right]: [Record<string, object>, Record<string, object>] = [expected[part], actual[part]];
    return union(left, right).flatMap((id) => {
      const [before, now] = [left[id], right[id]];
      const title = `${part} ${titleOf(now ?? before, id, nameOf)}`;
      if (before === undefined) return [`${title}: should not be there`];
      if (now === undefined) return [`${title}: is missing`];
      return changes(before, now, title, nameOf);
    });
  });
}

type NameOf = (id: string) => string;

function titleOf(thing: object | undefined, id: string, nameOf: NameOf): string {
  const { name, lead } = (thing ?? {}) as { name?: string; lead?: string };
  return `${name ?? (lead === undefined ? '' : `of ${nameOf(lead)}`)} (${id})`;
}

function changes(expected: unknown, actual: unknown, path: string, nameOf: NameOf): string[] {
  if (isDeepStrictEqual(expected, actual)) return [];
  if (isObject(expected) && isObject(actual))
    return union(expected, actual).flatMap((key) =>
      changes(expected[key], actual[key], `${path} ${key}`, nameOf),
    );
  if (!Array.isArray(expected) || !Array.isArray(actual))
    return [`${path}: ${show(expected)} -> ${show(actual)}`];
  const [left, right] = [expected.map(String), actual.map(String)];
  const lost = left.filter((one) => !right.includes(one)).map((one) => `-${nameOf(one)}`);
  const more = right.filter((one) => !left.includes(one)).map((one) => `+${nameOf(one)}`);
  return [`${path}: ${[...lost, ...more].join(' ')}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function union(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
