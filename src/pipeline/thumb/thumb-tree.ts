import { leadingPlaces, places, placesOf } from './thumb-hash.js';
import type { ThumbNodes } from './thumb-nodes.js';
import type { ThumbRows } from './thumb-rows.js';

/** Rows of a leaf that is split: a power of two. */
const fullLeaf = 16;
/** Rows that vary less than this (mean square along the widest axis) are not split. */
const leastVariance = 1e-6;

/**
 * The rows of one shape (coefficients at the same places): a binary tree over the leading places of the unit vectors. It grows
 * by splitting leaves; nothing is ever rebuilt.
 */
export class ThumbTree {
  /** 1 for every place that the rows have, else 0. */
  readonly held = new Uint8Array(places);

  /** Hashes of a grid of `limit` frequencies along the long side, `limit - wide` along the short one. */
  constructor(
    readonly limit: 5 | 7,
    readonly wide: number,
    readonly root: number,
    private readonly rows: ThumbRows,
    private readonly nodes: ThumbNodes,
  ) {
    for (const place of placesOf(limit, Math.max(3, limit - wide))) this.held[place] = 1;
  }

  add(row: number): void {
    const { nodes } = this;
    let leaf = this.root;
    nodes.widen(leaf, this.rows, row);
    for (let below = this.#below(leaf, row); below > 0; below = this.#below(leaf, row)) {
      leaf = below;
      nodes.widen(leaf, this.rows, row);
    }
    this.#push(leaf, row);
    const count = nodes.counts[leaf] ?? 0;
    // Rows that are all alike are not looked at each time that one more comes.
    if (count >= fullLeaf && Number.isInteger(Math.log2(count))) this.#split(leaf);
  }

  remove(row: number): void {
    const { counts, first } = this.nodes;
    const { next } = this.rows;
    let leaf = this.root;
    for (let below = this.#below(leaf, row); below > 0; below = this.#below(leaf, row)) leaf = below;
    if (first[leaf] === row) first[leaf] = next[row] ?? -1;
    else for (const other of this.#listOf(leaf)) if (next[other] === row) next[other] = next[row] ?? -1;
    counts[leaf] = (counts[leaf] ?? 0) - 1;
  }

  /** The node below in which the row is, 0 = the node is a leaf. */
  #below(node: number, row: number): number {
    const child = this.nodes.child[node] ?? 0;
    if (child === 0) return 0;
    const isBelow = this.rows.at(row, this.nodes.axis[node] ?? 0) < (this.nodes.cut[node] ?? 0);
    return isBelow ? child : child + 1;
  }

  #listOf(leaf: number): number[] {
    const list: number[] = [];
    for (let row = this.nodes.first[leaf] ?? -1; row >= 0; row = this.rows.next[row] ?? -1) list.push(row);
    return list;
  }

  #push(leaf: number, row: number): void {
    const { counts, first } = this.nodes;
    this.rows.next[row] = first[leaf] ?? -1;
    first[leaf] = row;
    counts[leaf] = (counts[leaf] ?? 0) + 1;
  }

  /** Splits a leaf at the mean of the leading place where its rows vary most. */
  #split(leaf: number): void {
    const { nodes } = this;
    const list = this.#listOf(leaf);
    let most = leastVariance;
    for (let axis = 0; axis < leadingPlaces; axis++) {
      let sum = 0;
      let sumOfSquares = 0;
      for (const row of list) {
        const v = this.rows.at(row, axis);
        sum += v;
        sumOfSquares += v * v;
      }
      const mean = sum / list.length;
      const variance = sumOfSquares / list.length - mean * mean;
      if (variance <= most) continue;
      most = variance;
      nodes.axis[leaf] = axis;
      nodes.cut[leaf] = mean;
    }
    if (most === leastVariance) return;
    const pair = nodes.create(2);
    nodes.child[leaf] = pair;
    nodes.first[leaf] = -1;
    nodes.counts[leaf] = 0;
    for (const row of list) {
      const below = this.#below(leaf, row);
      nodes.widen(below, this.rows, row);
      this.#push(below, row);
    }
  }
}
