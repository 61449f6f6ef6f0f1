import { places } from './thumb-hash.js';
import { lastLeadingRank, rankOf } from './thumb-likeness.js';
import { ThumbSearch, type Found } from './thumb-search.js';
import { TreeNodes } from './tree-nodes.js';
import { VectorBlocks, blockSize } from './vector-blocks.js';

/** Vectors that vary less than this (mean square along the widest axis) are not split. */
const leastVariance = 1e-6;

/**
 * Vectors of one shape (coefficients at the same places): a k-d tree over the unit vectors with a box around each leaf. It
 * grows by splitting full leaves; nothing is ever rebuilt. All vectors are laid such that both lowest frequencies are positive.
 */
export class ThumbTree {
  /** The place of each axis. Those that mostly are strong come first, so that few of them decide. */
  readonly #held: readonly number[];
  /** How many of them are leading places: the tree divides along these. */
  readonly #leading: number;
  readonly #blocks: VectorBlocks;
  readonly #nodes: TreeNodes;
  readonly #search: ThumbSearch;
  readonly #row = new Int8Array(places);
  #size = 0;

  /** `where.placeOf` is kept up to date with where each owner's vector lies; trees may share it. */
  constructor(held: readonly number[], where: { placeOf: Uint32Array }) {
    this.#held = [...held].sort((a, b) => rankOf(a) - rankOf(b));
    this.#leading = held.filter((place) => rankOf(place) <= lastLeadingRank).length;
    this.#blocks = new VectorBlocks(held.length, where);
    this.#nodes = new TreeNodes(this.#blocks.create());
    this.#search = new ThumbSearch(this.#held, this.#leading, this.#nodes, this.#blocks);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a vector: odd numbers by place. About 3 us. */
  add(luma: Int8Array, owner: number): void {
    const blocks = this.#blocks;
    const nodes = this.#nodes;
    let square = 0;
    this.#held.forEach((place, d) => {
      const v = luma[place] ?? 0;
      this.#row[d] = v;
      square += v * v;
    });
    let leaf = nodes.leafOf(this.#row, Math.sqrt(square), 0);
    let block = ~(nodes.child[leaf] ?? 0);
    while (blocks.counts[block] === blockSize) {
      if (this.#split(leaf)) {
        leaf = nodes.leafOf(this.#row, Math.sqrt(square), leaf);
        block = ~(nodes.child[leaf] ?? 0);
      } else {
        block = blocks.createBefore(block);
        nodes.child[leaf] = ~block;
      }
    }
    blocks.put(block, this.#row, 0, square, owner);
    this.#size++;
  }

  /** Takes out the vector at a place that `where` tells. */
  remove(at: number): void {
    const blocks = this.#blocks;
    const { dims, vectors } = blocks;
    for (let d = 0; d < dims; d++) this.#row[d] = vectors[at * dims + d] ?? 0;
    const leaf = this.#nodes.leafOf(this.#row, Math.sqrt(blocks.squares[at] ?? 1), 0);
    const first = ~(this.#nodes.child[leaf] ?? 0);
    blocks.take(at, first);
    if (blocks.counts[first] === 0 && (blocks.next[first] ?? -1) >= 0)
      this.#nodes.child[leaf] = ~blocks.dropFirst(first);
    this.#size--;
  }

  /** Writes the vector at a place, by place of its coefficients. */
  read(at: number, out: Int8Array): void {
    const dims = this.#held.length;
    out.fill(0);
    for (let d = 0; d < dims; d++) out[this.#held[d] ?? 0] = this.#blocks.vectors[at * dims + d] ?? 0;
  }

  /** All owners, such that neighbours mostly stand together. */
  *owners(): Generator<number> {
    const open = [0];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const child = this.#nodes.child[node] ?? 0;
      if (child >= 0) open.push(child + 1, child);
      const found: number[] = [];
      if (child < 0) this.#blocks.forChain(~child, (i) => found.push(this.#blocks.owners[i] ?? 0));
      yield* found;
    }
  }

  /** See `ThumbSearch.run`. Only one search at a time. */
  search(luma: Int8Array, atLeast: number, bound: number, found: Found): void {
    this.#search.run(luma, atLeast, bound, found);
  }

  /** Splits a leaf at the mean of the leading axis along which it varies most. False when it varies along none. */
  #split(leaf: number): boolean {
    const blocks = this.#blocks;
    const { dims } = blocks;
    const first = ~(this.#nodes.child[leaf] ?? 0);
    const { axis, mean, variance } = blocks.widestAxis(first, this.#leading);
    if (variance < leastVariance) return false;
    const ends: [number, number] = [blocks.create(), blocks.create()];
    blocks.forChain(first, (i) => {
      const square = blocks.squares[i] ?? 1;
      const side = (blocks.vectors[i * dims + axis] ?? 0) / Math.sqrt(square) >= mean ? 1 : 0;
      if (blocks.counts[ends[side]] === blockSize) ends[side] = blocks.createBefore(ends[side]);
      blocks.put(ends[side], blocks.vectors, i * dims, square, blocks.owners[i] ?? 0);
    });
    for (let block = first; block >= 0;) {
      const next = blocks.next[block] ?? -1;
      blocks.free(block);
      block = next;
    }
    this.#nodes.divide(leaf, axis, mean, ends);
    return true;
  }
}
