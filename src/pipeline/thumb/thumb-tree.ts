import { leadingPlaces, places, placesOf } from './thumb-hash.js';
import { longer, type ThumbRows } from './thumb-rows.js';

/** Rows of a leaf that is split: a power of two. */
const fullLeaf = 16;
/** Rows that vary less than this (mean square along the widest axis) are not split. */
const leastVariance = 1e-6;

/** Boxes are kept in whole steps of this part of the unit vector. */
export const boxSteps = 127;
/** Numbers in a box: the lower end of each leading place, then the upper ones. */
export const boxLength = 2 * leadingPlaces;

/** A leaf until it is split: then it has two nodes below. */
export class ThumbNode {
  /** The first row of the list of a leaf, -1 = none, and how many there are. */
  first = -1;
  count = 0;
  /** Rows below `cut` along the place `axis` are in `below`, all others in `above`. */
  axis = 0;
  cut = 0;
  below: ThumbNode | null = null;
  above: ThumbNode | null = null;

  constructor(readonly number: number) {}
}

/**
 * The rows of one shape (coefficients at the same places): a binary tree over the leading places of the unit vectors, with a
 * box around all that ever came below each node. It grows by splitting leaves; nothing is ever rebuilt.
 */
export class ThumbTree {
  /** 1 for every place that the rows have, else 0. */
  readonly held = new Uint8Array(places);
  /** `[node.number * boxLength + i]` */
  boxes = new Int8Array(boxLength);
  readonly root: ThumbNode;
  readonly #rows: ThumbRows;
  #nodes = 0;

  /** Hashes of a grid of `limit` frequencies along the long side, `limit - wide` along the short one. */
  constructor(
    readonly limit: 5 | 7,
    readonly wide: number,
    rows: ThumbRows,
  ) {
    this.#rows = rows;
    for (const place of placesOf(limit, Math.max(3, limit - wide))) this.held[place] = 1;
    this.root = this.#createNode();
  }

  /** About 2 us. */
  add(row: number): void {
    let node = this.root;
    this.#widen(node, row);
    for (let below = this.#below(node, row); below !== null; below = this.#below(node, row)) {
      node = below;
      this.#widen(node, row);
    }
    this.#push(node, row);
    // Rows that are all alike are not looked at each time that one more comes.
    if (node.count >= fullLeaf && Number.isInteger(Math.log2(node.count))) this.#split(node);
  }

  remove(row: number): void {
    let node = this.root;
    for (let below = this.#below(node, row); below !== null; below = this.#below(node, row)) node = below;
    const { next } = this.#rows;
    if (node.first === row) node.first = next[row] ?? -1;
    else
      for (let other = node.first; other >= 0; other = next[other] ?? -1)
        if (next[other] === row) next[other] = next[row] ?? -1;
    node.count--;
  }

  /** All rows, such that neighbours mostly stand together. */
  *inOrder(): Generator<number> {
    const open: (ThumbNode | null)[] = [this.root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node === null) continue;
      yield* this.#listOf(node);
      open.push(node.above, node.below);
    }
  }

  #listOf({ first }: ThumbNode): number[] {
    const list: number[] = [];
    for (let row = first; row >= 0; row = this.#rows.next[row] ?? -1) list.push(row);
    return list;
  }

  #createNode(): ThumbNode {
    const node = new ThumbNode(this.#nodes++);
    const low = node.number * boxLength;
    if (low === this.boxes.length)
      this.boxes = longer(this.boxes, new Int8Array((Math.ceil(this.#nodes * 1.1) + 16) * boxLength));
    this.boxes.fill(boxSteps, low, low + leadingPlaces);
    this.boxes.fill(-boxSteps, low + leadingPlaces, low + boxLength);
    return node;
  }

  /** Coefficient of the unit vector. */
  #at(row: number, place: number): number {
    return (this.#rows.luma[row * places + place] ?? 0) * (this.#rows.scales[row] ?? 0);
  }

  #below({ axis, cut, below, above }: ThumbNode, row: number): ThumbNode | null {
    return below === null || this.#at(row, axis) < cut ? below : above;
  }

  #push(leaf: ThumbNode, row: number): void {
    this.#rows.next[row] = leaf.first;
    leaf.first = row;
    leaf.count++;
  }

  #widen(node: ThumbNode, row: number): void {
    const { boxes } = this;
    const low = node.number * boxLength;
    const high = low + leadingPlaces;
    for (let place = 0; place < leadingPlaces; place++) {
      const v = this.#at(row, place) * boxSteps;
      if (v < (boxes[low + place] ?? 0)) boxes[low + place] = Math.floor(v);
      if (v > (boxes[high + place] ?? 0)) boxes[high + place] = Math.ceil(v);
    }
  }

  /** Splits a leaf at the mean of the leading place where its rows vary most. */
  #split(leaf: ThumbNode): void {
    const rows = this.#listOf(leaf);
    let most = leastVariance;
    for (let axis = 0; axis < leadingPlaces; axis++) {
      let sum = 0;
      let sumOfSquares = 0;
      for (const row of rows) {
        const v = this.#at(row, axis);
        sum += v;
        sumOfSquares += v * v;
      }
      const mean = sum / rows.length;
      const variance = sumOfSquares / rows.length - mean * mean;
      if (variance <= most) continue;
      most = variance;
      leaf.axis = axis;
      leaf.cut = mean;
    }
    if (most === leastVariance) return;
    leaf.below = this.#createNode();
    leaf.above = this.#createNode();
    leaf.first = -1;
    for (const row of rows) {
      const node = this.#below(leaf, row) ?? leaf;
      this.#widen(node, row);
      this.#push(node, row);
    }
  }
}
