import { placeOfX, placeOfY, places } from './thumb-hash.js';
import { isMostlyShared, leadingDistance, leastShared, mostLeading } from './thumb-likeness.js';
import type { TreeNodes } from './tree-nodes.js';
import { blockSize, boxSteps, type VectorBlocks } from './vector-blocks.js';

/** The query is kept in whole numbers: 64 to a step of a box. */
const fineBits = 6;
const unit = boxSteps << fineBits;

/** Told of a vector that is near enough; what it returns is the least cosine that is wanted from then on. */
export type Found = (owner: number, cosine: number) => number;

/**
 * One search in a tree at a time. A node is left out when the planes that divide it off are too far, a leaf when its box is;
 * of the rest every vector is compared, so that nothing is missed.
 */
export class ThumbSearch {
  readonly #held: readonly number[];
  readonly #leading: number;
  readonly #nodes: TreeNodes;
  readonly #blocks: VectorBlocks;

  // The query: its coefficients, the same as a unit vector in fine steps, and where it has any (-1, else 0).
  readonly #query = new Int8Array(places);
  readonly #point = new Int32Array(places);
  readonly #mask = new Int32Array(places);
  #square = 0;
  /** True when the query has all coefficients that the vectors of the tree have. */
  #isWhole = true;
  /** Distance along each axis of the part of the tree that is being searched. */
  readonly #offset = new Float64Array(places);
  #found: Found = () => 1;
  #bound = 1;
  #mostLeading = 0;
  /** Squared distances, in fine steps, within which there can be something: over all axes, over the leading ones. */
  #reach = 0;
  #leadingReach = 0;

  /** `held`: the place of each axis, of which the first `leading` are leading places. */
  constructor(held: readonly number[], leading: number, nodes: TreeNodes, blocks: VectorBlocks) {
    this.#held = held;
    this.#leading = leading;
    this.#nodes = nodes;
    this.#blocks = blocks;
  }

  /** Tells of every vector that is near the query by `atLeast` (`isNear`) and has the cosine `bound`, which is no less. */
  run(luma: Int8Array, atLeast: number, bound: number, found: Found): void {
    let whole = 0;
    for (let place = 0; place < places; place++) whole += (luma[place] ?? 0) ** 2;
    const held = this.#held;
    let square = 0;
    for (let d = 0; d < held.length; d++) square += (luma[held[d] ?? 0] ?? 0) ** 2;
    if (!isMostlyShared(square, whole)) return;
    this.#square = square;
    this.#isWhole = true;
    this.#offset.fill(0);
    let distance = 0;
    const scale = unit / Math.sqrt(square);
    for (let d = 0; d < held.length; d++) {
      const place = held[d] ?? 0;
      const coefficient = luma[place] ?? 0;
      const v = Math.round(coefficient * scale);
      this.#query[d] = coefficient;
      this.#point[d] = v;
      this.#mask[d] = v === 0 ? 0 : -1;
      if (v === 0) this.#isWhole = false;
      // Nothing that is held is negative here.
      if ((place !== placeOfX && place !== placeOfY) || v >= 0) continue;
      this.#offset[d] = v;
      distance += v * v;
    }
    this.#found = found;
    this.#mostLeading = mostLeading(atLeast);
    this.#raise(bound);
    if (distance <= this.#leadingReach) this.#visit(0, distance);
  }

  /**
   * For unit vectors q and b and the part b' of b at the places of q, of length s: |q - b'|^2 = 1 + s^2 - 2 s cos. Over s
   * from `leastShared` to 1 that is largest at one of the ends.
   */
  #raise(cosine: number): void {
    this.#bound = cosine;
    const whole = 2 - 2 * cosine;
    const part = 1 + leastShared ** 2 - 2 * leastShared * cosine;
    this.#reach = inFineSteps(this.#isWhole ? whole : Math.max(whole, part));
    this.#leadingReach = this.#isWhole ? inFineSteps(Math.min(whole, this.#mostLeading)) : this.#reach;
  }

  #visit(node: number, distance: number): void {
    const nodes = this.#nodes;
    const child = nodes.child[node] ?? 0;
    if (child < 0) {
      if (this.#isBoxInReach(~child)) this.#compareChain(~child);
      return;
    }
    const axis = nodes.axis[node] ?? 0;
    const point = this.#point[axis] ?? 0;
    if (point === 0) {
      // The query says nothing along this axis.
      this.#visit(child, distance);
      this.#visit(child + 1, distance);
      return;
    }
    const gap = point - (nodes.cut[node] ?? 0) * unit;
    const near = gap >= 0 ? 1 : 0;
    this.#visit(child + near, distance);
    const old = this.#offset[axis] ?? 0;
    const further = distance - old * old + gap * gap;
    if (further > this.#leadingReach) return;
    this.#offset[axis] = gap;
    this.#visit(child + 1 - near, further);
    this.#offset[axis] = old;
  }

  #isBoxInReach(block: number): boolean {
    const { boxes, dims } = this.#blocks;
    const point = this.#point;
    const mask = this.#mask;
    const leading = this.#leading;
    const reach = this.#reach | 0;
    let limit = this.#leadingReach | 0;
    let low = Math.imul(block, 2 * dims);
    let high = low + dims;
    let sum = 0;
    for (let d = 0; d < dims; d++) {
      if (d === leading) limit = reach;
      const v = point[d] ?? 0;
      const under = ((boxes[low++] ?? 0) << fineBits) - v;
      const over = v - ((boxes[high++] ?? 0) << fineBits);
      // Without branches, which nothing could predict: one of the two at most is positive.
      const out = ((under & ~(under >> 31)) + (over & ~(over >> 31))) & (mask[d] ?? 0);
      sum = (sum + Math.imul(out, out)) | 0;
      if (sum > limit) return false;
    }
    return true;
  }

  #compareChain(first: number): void {
    const { vectors, squares, owners, counts, dims, next } = this.#blocks;
    const query = this.#query;
    for (let block = first; block >= 0; block = next[block] ?? -1) {
      const end = block * blockSize + (counts[block] ?? 0);
      for (let i = block * blockSize; i < end; i++) {
        let dot = 0;
        for (let d = 0, at = i * dims; d < dims; d++, at++)
          dot = (dot + Math.imul(query[d] ?? 0, vectors[at] ?? 0)) | 0;
        if (dot <= 0) continue;
        const square = this.#isWhole ? (squares[i] ?? 0) : this.#sharedSquare(i);
        if (square === 0) continue;
        const cosine = dot / Math.sqrt(this.#square * square);
        if (cosine >= this.#bound && this.#isLeadingNear(i, square))
          this.#raise(this.#found(owners[i] ?? 0, cosine));
      }
    }
  }

  /** The squared length of the part of a vector at the places of the query; 0 when that is not most of it. */
  #sharedSquare(i: number): number {
    const { vectors, squares, dims } = this.#blocks;
    let part = 0;
    for (let d = 0; d < dims; d++) if (this.#query[d] !== 0) part += (vectors[i * dims + d] ?? 0) ** 2;
    return isMostlyShared(part, squares[i] ?? 0) ? part : 0;
  }

  #isLeadingNear(i: number, square: number): boolean {
    const { vectors, dims } = this.#blocks;
    let dot = 0;
    let ours = 0;
    let theirs = 0;
    for (let d = 0; d < this.#leading; d++) {
      const q = this.#query[d] ?? 0;
      const v = vectors[i * dims + d] ?? 0;
      if (q === 0) continue;
      dot += q * v;
      ours += q * q;
      theirs += v * v;
    }
    const lengths = Math.sqrt(this.#square * square);
    return leadingDistance(ours / this.#square, theirs / square, dot / lengths) <= this.#mostLeading;
  }
}

/** A squared distance of unit vectors in fine steps, with what rounding 27 numbers can add. */
function inFineSteps(distance: number): number {
  const whole = Math.max(0, distance) * unit * unit;
  return whole + 6 * Math.sqrt(whole) + 16;
}
