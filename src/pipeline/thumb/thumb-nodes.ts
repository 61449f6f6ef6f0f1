import { boxedPlaces } from './thumb-hash.js';
import { longer, ownBuffers, roomierThan, type Buffers, type ThumbRows } from './thumb-rows.js';

/** Boxes are kept in whole steps of this part of the unit vector. */
export const boxSteps = 127;
/** Numbers in a box: the lower end for each boxed place, then the upper ones. */
export const boxLength = 2 * boxedPlaces;

/** The nodes of binary trees. */
export interface NodeArrays {
  /** The first of the two nodes below, which stand together; 0 = none: the node is a leaf. */
  readonly child: Int32Array;
  /** The first row of a leaf, -1 = none. */
  readonly first: Int32Array;
  /** How many rows a leaf has. */
  readonly counts: Uint32Array;
  /** Rows below `cut` along the place `axis` are in the first of the two nodes, all others in the second. */
  readonly axis: Uint8Array;
  readonly cut: Float32Array;
  /** What holds all that ever came to the node, `[node * boxLength + i]`. */
  readonly boxes: Int8Array;
}

export function nodeArrays(length: number, buffer: Buffers): NodeArrays {
  return {
    child: new Int32Array(buffer(4 * length)),
    first: new Int32Array(buffer(4 * length)).fill(-1),
    counts: new Uint32Array(buffer(4 * length)),
    axis: new Uint8Array(buffer(length)),
    cut: new Float32Array(buffer(4 * length)),
    boxes: new Int8Array(buffer(boxLength * length)),
  };
}

/** Nodes that grow: pairs are only ever added. 43 bytes each. */
export class ThumbNodes implements NodeArrays {
  child: Int32Array;
  first: Int32Array;
  counts: Uint32Array;
  axis: Uint8Array;
  cut: Float32Array;
  boxes: Int8Array;
  #used = 0;

  constructor(arrays: NodeArrays = nodeArrays(16, ownBuffers)) {
    ({ child: this.child, first: this.first, counts: this.counts } = arrays);
    ({ axis: this.axis, cut: this.cut, boxes: this.boxes } = arrays);
  }

  get used(): number {
    return this.#used;
  }

  /** As many empty leaves, one after another; returns the first. */
  create(count: number): number {
    const node = this.#used;
    this.#used += count;
    if (this.#used > this.child.length) this.#grow(roomierThan(this.#used));
    for (let low = node * boxLength; low < this.#used * boxLength; low += boxLength) {
      this.boxes.fill(boxSteps, low, low + boxedPlaces);
      this.boxes.fill(-boxSteps, low + boxedPlaces, low + boxLength);
    }
    return node;
  }

  /** Makes the box hold the row. */
  widen(node: number, rows: ThumbRows, row: number): void {
    const { boxes } = this;
    const low = node * boxLength;
    const high = low + boxedPlaces;
    for (let place = 0; place < boxedPlaces; place++) {
      const v = rows.at(row, place) * boxSteps;
      if (v < (boxes[low + place] ?? 0)) boxes[low + place] = Math.floor(v);
      if (v > (boxes[high + place] ?? 0)) boxes[high + place] = Math.ceil(v);
    }
  }

  #grow(length: number): void {
    const fresh = nodeArrays(length, ownBuffers);
    this.child = longer(this.child, fresh.child);
    this.first = longer(this.first, fresh.first);
    this.counts = longer(this.counts, fresh.counts);
    this.axis = longer(this.axis, fresh.axis);
    this.cut = longer(this.cut, fresh.cut);
    this.boxes = longer(this.boxes, fresh.boxes);
  }
}
