/** Vectors of a full block. */
export const blockSize = 8;
/** Boxes are kept in whole steps of this part of the unit vector. */
export const boxSteps = 127;

/**
 * Vectors of small whole numbers in blocks of 8 beside one another, each block with a box around the unit vectors of all that
 * were ever put into it. Blocks may be chained: only the first may then have room, and its box holds for all. About 50 bytes a vector of 22 dimensions when blocks are two thirds full.
 */
export class VectorBlocks {
  /** `[i * dims + d]`, where i = block * blockSize + n counts the vectors. */
  vectors: Int8Array;
  /** By i: the squared length. */
  squares: Uint16Array;
  /** By i: whose vector it is. */
  owners: Uint32Array;
  /** By block: how many vectors it has, and the next block of its chain (-1 = none). */
  counts: Uint8Array;
  next: Int32Array;
  /** `[block * 2 * dims + d]` = the lower end of the box, `dims` further the upper one. */
  boxes: Int8Array;
  /** By owner: the i of its vector. */
  readonly #places: { placeOf: Uint32Array };
  #used = 0;
  #free = -1;

  constructor(
    readonly dims: number,
    places: { placeOf: Uint32Array },
  ) {
    this.#places = places;
    this.vectors = new Int8Array(blockSize * dims);
    this.squares = new Uint16Array(blockSize);
    this.owners = new Uint32Array(blockSize);
    this.counts = new Uint8Array(1);
    this.next = new Int32Array(1);
    this.boxes = new Int8Array(2 * dims);
  }

  /** An empty block with nothing in its box. */
  create(): number {
    const block = this.#free >= 0 ? this.#free : this.#used++;
    if (block === this.#free) this.#free = this.next[block] ?? -1;
    if (block === this.counts.length) this.#grow(roomierThan(block));
    this.counts[block] = 0;
    this.next[block] = -1;
    const low = block * 2 * this.dims;
    this.boxes.fill(boxSteps, low, low + this.dims);
    this.boxes.fill(-boxSteps, low + this.dims, low + 2 * this.dims);
    return block;
  }

  /** An empty block before the given one, with its box: that of the first block holds for the whole chain. */
  createBefore(block: number): number {
    const first = this.create();
    const size = 2 * this.dims;
    this.boxes.copyWithin(first * size, block * size, (block + 1) * size);
    this.next[first] = block;
    return first;
  }

  /** Gives back a block that nothing refers to any more. */
  free(block: number): void {
    this.next[block] = this.#free;
    this.#free = block;
  }

  /** Adds a vector to a block that is not full; its coefficients stand in `row` from `from` on. */
  put(block: number, row: Int8Array, from: number, square: number, owner: number): void {
    const dims = this.dims;
    const i = block * blockSize + (this.counts[block] ?? 0);
    const low = block * 2 * dims;
    const high = low + dims;
    const scale = boxSteps / Math.sqrt(square);
    for (let d = 0; d < dims; d++) {
      const whole = row[from + d] ?? 0;
      const v = whole * scale;
      this.vectors[i * dims + d] = whole;
      if (v < (this.boxes[low + d] ?? 0)) this.boxes[low + d] = Math.floor(v);
      if (v > (this.boxes[high + d] ?? 0)) this.boxes[high + d] = Math.ceil(v);
    }
    this.#own(i, square, owner);
    this.counts[block] = (this.counts[block] ?? 0) + 1;
  }

  /** Takes out vector i; the last one of the first block of its chain, which must not be empty, moves to its place. */
  take(i: number, first: number): void {
    const left = (this.counts[first] ?? 0) - 1;
    const last = first * blockSize + left;
    const dims = this.dims;
    this.counts[first] = left;
    if (i === last) return;
    this.vectors.copyWithin(i * dims, last * dims, (last + 1) * dims);
    this.#own(i, this.squares[last] ?? 0, this.owners[last] ?? 0);
  }

  /** Frees the first block of a chain and returns the next one, with its box. */
  dropFirst(first: number): number {
    const next = this.next[first] ?? -1;
    const size = 2 * this.dims;
    this.boxes.copyWithin(next * size, first * size, (first + 1) * size);
    this.free(first);
    return next;
  }

  /** Calls `each` with the i of every vector of a chain. */
  forChain(first: number, each: (i: number) => void): void {
    for (let block = first; block >= 0; block = this.next[block] ?? -1) {
      const end = block * blockSize + (this.counts[block] ?? 0);
      for (let i = block * blockSize; i < end; i++) each(i);
    }
  }

  /** Of the first `axes`, that along which the unit vectors of a chain vary most, with their mean and variance there. */
  widestAxis(first: number, axes: number): { axis: number; mean: number; variance: number } {
    const sums = new Float64Array(axes);
    const sumsOfSquares = new Float64Array(axes);
    let n = 0;
    this.forChain(first, (i) => {
      const scale = 1 / Math.sqrt(this.squares[i] ?? 1);
      n++;
      for (let d = 0; d < axes; d++) {
        const v = (this.vectors[i * this.dims + d] ?? 0) * scale;
        sums[d] = (sums[d] ?? 0) + v;
        sumsOfSquares[d] = (sumsOfSquares[d] ?? 0) + v * v;
      }
    });
    let widest = { axis: 0, mean: 0, variance: -1 };
    for (let axis = 0; axis < axes; axis++) {
      const mean = (sums[axis] ?? 0) / n;
      const variance = (sumsOfSquares[axis] ?? 0) / n - mean * mean;
      if (variance > widest.variance) widest = { axis, mean, variance };
    }
    return widest;
  }

  #own(i: number, square: number, owner: number): void {
    this.squares[i] = square;
    this.owners[i] = owner;
    this.#places.placeOf[owner] = i;
  }

  #grow(blocks: number): void {
    this.vectors = longer(this.vectors, new Int8Array(blocks * blockSize * this.dims));
    this.squares = longer(this.squares, new Uint16Array(blocks * blockSize));
    this.owners = longer(this.owners, new Uint32Array(blocks * blockSize));
    this.counts = longer(this.counts, new Uint8Array(blocks));
    this.next = longer(this.next, new Int32Array(blocks));
    this.boxes = longer(this.boxes, new Int8Array(blocks * 2 * this.dims));
  }
}

/** The length to grow to: small steps, since at a million photos half-empty arrays would cost as much as the photos. */
export function roomierThan(length: number): number {
  return Math.ceil(length * 1.15) + 16;
}

/** What was in the old array, at the start of the longer new one. */
export function longer<
  T extends Int8Array | Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array,
>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}
