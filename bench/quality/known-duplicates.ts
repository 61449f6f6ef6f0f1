import { readFileSync } from 'node:fs';

/** Tells whether two photos of the sets are known to be the same picture, though they should all be different. */
export type IsKnownDuplicate = (sha1: string, other: string) => boolean;

/**
 * Reads `known-duplicates.txt`: a line for each pair with the SHA-1 of both files in any order, then what was seen. Such
 * pairs count neither as false nor at all.
 */
export function knownDuplicates(
  file: string | URL = new URL('known-duplicates.txt', import.meta.url),
): IsKnownDuplicate {
  const pairs = new Set<string>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [a, b] = line.replace(/#.*/u, '').trim().split(/\s+/u);
    if (a && b) pairs.add(pairKey(a, b));
  }
  return (sha1, other) => pairs.has(pairKey(sha1, other));
}

function pairKey(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
