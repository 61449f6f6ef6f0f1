import { longer, roomierThan } from './vector-blocks.js';

/**
 * The inner nodes of a binary tree that only grows: nodes come in pairs, node 0 is the root. A child >= 0 is the first of the
 * two nodes below, one < 0 is ~block: the node is a leaf.
 */
export class TreeNodes {
  child = new Int32Array(1);
  /** Where an inner node divides: vectors below `cut` along `axis` lie in the first of its nodes, all others in the second. */
  axis = new Uint8Array(1);
  cut = new Float64Array(1);
  #used = 1;

  constructor(block: number) {
    this.child[0] = ~block;
  }

  /** The leaf below a node where a vector belongs: `row` divided by `length` is the unit vector. */
  leafOf(row: Int8Array, length: number, from: number): number {
    let node = from;
    for (;;) {
      const child = this.child[node] ?? 0;
      if (child < 0) return node;
      const isAbove = (row[this.axis[node] ?? 0] ?? 0) / length >= (this.cut[node] ?? 0);
      node = isAbove ? child + 1 : child;
    }
  }

  /** Makes an inner node of a leaf. */
  divide(leaf: number, axis: number, cut: number, blocks: readonly [below: number, above: number]): void {
    const pair = this.#used;
    this.#used += 2;
    if (this.#used > this.child.length) {
      const length = roomierThan(this.#used);
      this.child = longer(this.child, new Int32Array(length));
      this.axis = longer(this.axis, new Uint8Array(length));
      this.cut = longer(this.cut, new Float64Array(length));
    }
    this.child[leaf] = pair;
    this.axis[leaf] = axis;
    this.cut[leaf] = cut;
    this.child[pair] = ~blocks[0];
    this.child[pair + 1] = ~blocks[1];
  }
}
