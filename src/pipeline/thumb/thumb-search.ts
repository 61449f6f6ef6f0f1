import { boxedPlaces, leadingPlaces, places } from './thumb-hash.js';
import { compareLuma, isMostlyShared, isNear, leastShared, mostLeading } from './thumb-likeness.js';
import { boxLength, boxSteps, type ThumbNodes } from './thumb-nodes.js';
import type { ThumbRows } from './thumb-rows.js';
import type { ThumbTree } from './thumb-tree.js';

/** Against boxes the query is kept in whole numbers: 32 to a step of a box. */
const fineBits = 5;
const unit = boxSteps << fineBits;
/** Most boxes are too far in these places already. */
const firstPlaces = 4;
/** More than rounding can make of a squared distance. */
const slack = 1e-6;

/** Told of a row that is near enough; what it returns is the least cosine that is wanted from then on. */
export type Found = (row: number, cosine: number) => number;

/**
 * One search in a tree at a time. Nodes are left out when their box is too far, rows when they are too far in the leading
 * places or altogether; of the rest each is compared as `compareThumbs` does, so that nothing is missed.
 */
export class ThumbSearch {
  readonly #rows: ThumbRows;
  readonly #nodes: ThumbNodes;

  // The query: its coefficients, the part of them that the rows have as a unit vector, the same in fine steps against boxes,
  // and where it has any (-1, else 0).
  #query: Int8Array = new Int8Array(places);
  readonly #point = new Float64Array(places);
  readonly #fine = new Int32Array(boxedPlaces);
  readonly #mask = new Int32Array(places);
  /** True when the query has all coefficients that the rows have. */
  #isWhole = true;
  #found: Found = () => 1;
  #atLeast = 1;
  #bound = 1;
  /** Squared distances within which there can be something: over all places, over the leading ones; both in fine steps. */
  #reach = 0;
  #leadingReach = 0;
  #fineReach = 0;
  #fineLeadingReach = 0;

  constructor(rows: ThumbRows, nodes: ThumbNodes) {
    this.#rows = rows;
    this.#nodes = nodes;
  }

  /** Tells of every row that is near the query by `atLeast` (`isNear`) and has the cosine `bound`, which is no less. */
  run(tree: ThumbTree, luma: Int8Array, atLeast: number, bound: number, found: Found): void {
    let whole = 0;
    let square = 0;
    this.#isWhole = true;
    for (let place = 0; place < places; place++) {
      const v = luma[place] ?? 0;
      whole += v * v;
      if (tree.held[place] === 0) continue;
      square += v * v;
      if (v === 0) this.#isWhole = false;
    }
    if (!isMostlyShared(square, whole)) return;
    const scale = 1 / Math.sqrt(square);
    for (let place = 0; place < places; place++) {
      const v = tree.held[place] === 0 ? 0 : (luma[place] ?? 0) * scale;
      this.#point[place] = v;
      this.#mask[place] = v === 0 ? 0 : -1;
      if (place < boxedPlaces) this.#fine[place] = Math.round(v * unit);
    }
    this.#query = luma;
    this.#found = found;
    this.#atLeast = atLeast;
    this.#raise(bound);
    this.#visit(tree.root);
  }

  /**
   * For unit vectors q and b and the part b' of b at the places of q, of length s: |q - b'|^2 = 1 + s^2 - 2 s cos. Over s
   * from `leastShared` to 1 that is largest at one of the ends.
   */
  #raise(cosine: number): void {
    this.#bound = cosine;
    const whole = Math.max(0, 2 - 2 * cosine);
    const part = 1 + leastShared ** 2 - 2 * leastShared * cosine;
    this.#reach = (this.#isWhole ? whole : Math.max(whole, part)) + slack;
    this.#leadingReach = this.#isWhole ? Math.min(whole, mostLeading(this.#atLeast)) + slack : this.#reach;
    this.#fineReach = inFineSteps(this.#reach);
    this.#fineLeadingReach = inFineSteps(this.#leadingReach);
  }

  #visit(node: number): void {
    if (!this.#isInReach(node)) return;
    const nodes = this.#nodes;
    const child = nodes.child[node] ?? 0;
    if (child === 0) {
      this.#compareAll(nodes.first[node] ?? -1);
      return;
    }
    const isBelow = (this.#point[nodes.axis[node] ?? 0] ?? 0) < (nodes.cut[node] ?? 0);
    this.#visit(isBelow ? child : child + 1);
    this.#visit(isBelow ? child + 1 : child);
  }

  #isInReach(node: number): boolean {
    const reach = this.#fineReach;
    const from = Math.imul(node, boxLength);
    let sum = this.#outOf(from, 0, firstPlaces);
    if (sum > reach) return false;
    sum = (sum + this.#outOf(from, firstPlaces, leadingPlaces)) | 0;
    if (sum > this.#fineLeadingReach) return false;
    return ((sum + this.#outOf(from, leadingPlaces, boxedPlaces)) | 0) <= reach;
  }

  /** Squared distance of a box in some places, in fine steps. */
  #outOf(from: number, first: number, end: number): number {
    const { boxes } = this.#nodes;
    const fine = this.#fine;
    const mask = this.#mask;
    let sum = 0;
    for (let place = first, at = from + first; place < end; place++, at++) {
      const v = fine[place] ?? 0;
      const under = ((boxes[at] ?? 0) << fineBits) - v;
      const over = v - ((boxes[at + boxedPlaces] ?? 0) << fineBits);
      // Without branches, which nothing could predict: one of the two at most is positive.
      const out = ((under & ~(under >> 31)) + (over & ~(over >> 31))) & (mask[place] ?? 0);
      sum = (sum + Math.imul(out, out)) | 0;
    }
    return sum;
  }

  #compareAll(first: number): void {
    const { next } = this.#rows;
    for (let row = first; row >= 0; row = next[row] ?? -1) {
      if (this.#distance(row) > this.#reach) continue;
      const likeness = compareLuma(this.#query, this.#rows.luma, row * places);
      if (likeness === null || likeness.cosine < this.#bound || !isNear(likeness, this.#atLeast)) continue;
      this.#raise(this.#found(row, likeness.cosine));
    }
  }

  /** Squared distance of the row, of what the query has of it; Infinity when it is too far in the leading places. */
  #distance(row: number): number {
    const { luma, scales } = this.#rows;
    const point = this.#point;
    const mask = this.#mask;
    const scale = scales[row] ?? 0;
    const start = Math.imul(row, places);
    let sum = 0;
    for (let place = 0; place < leadingPlaces; place++) {
      const off = (point[place] ?? 0) - ((luma[start + place] ?? 0) & (mask[place] ?? 0)) * scale;
      sum += off * off;
    }
    if (sum > this.#leadingReach) return Infinity;
    for (let place = leadingPlaces; place < places; place++) {
      const off = (point[place] ?? 0) - ((luma[start + place] ?? 0) & (mask[place] ?? 0)) * scale;
      sum += off * off;
    }
    return sum;
  }
}

/** A squared distance in fine steps: rounding moves the query by less than two of them. */
function inFineSteps(squared: number): number {
  return (Math.sqrt(squared) * unit + 2) ** 2;
}
