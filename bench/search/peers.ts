import { BKTree } from 'mnemonist';
import { popCount } from '../../src/pipeline/fingerprint/words.js';

/** A plain loop over all hashes: what every index has to beat. Two words each. Counts what is within `radius`. */
export function linearScan(words: Uint32Array, hi: number, lo: number, radius: number): number {
  let count = 0;
  for (let at = 0; at < words.length; at += 2)
    if (popCount((words[at] ?? 0) ^ hi) + popCount((words[at + 1] ?? 0) ^ lo) <= radius) count++;
  return count;
}

/** The BK-tree of the package mnemonist over rows of `words`, as numbers of rows. */
export function bkTree(words: Uint32Array): (row: number, radius: number) => number {
  const bits = (a: number, b: number): number =>
    popCount((words[2 * a] ?? 0) ^ (words[2 * b] ?? 0)) +
    popCount((words[2 * a + 1] ?? 0) ^ (words[2 * b + 1] ?? 0));
  const tree = new BKTree<number>(bits);
  for (let row = 0; 2 * row < words.length; row++) tree.add(row);
  return (row, radius) => tree.search(radius, row).length;
}
