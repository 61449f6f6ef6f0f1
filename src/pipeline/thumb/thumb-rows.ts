import { places } from './thumb-hash.js';

/** What is kept of every photo, by row. */
export interface RowArrays {
  readonly ids: Float64Array;
  /** Which shape of hash the photo has. */
  readonly shapes: Uint8Array;
  /** The coefficients, laid down, `[row * places + place]`. */
  readonly luma: Int8Array;
  /** 1 / length of the vector. */
  readonly scales: Float32Array;
  /** The next row of the same leaf, -1 = none. */
  readonly next: Int32Array;
}

export type Buffers = (bytes: number) => ArrayBufferLike;
export const ownBuffers: Buffers = (bytes) => new ArrayBuffer(bytes);
/** Threads can share these. */
export const sharedBuffers: Buffers = (bytes) => new SharedArrayBuffer(bytes);

export function rowArrays(length: number, buffer: Buffers): RowArrays {
  return {
    ids: new Float64Array(buffer(8 * length)),
    shapes: new Uint8Array(buffer(length)),
    luma: new Int8Array(buffer(places * length)),
    scales: new Float32Array(buffer(4 * length)),
    next: new Int32Array(buffer(4 * length)),
  };
}

/** Rows that grow. 44 bytes each. */
export class ThumbRows implements RowArrays {
  ids: Float64Array;
  shapes: Uint8Array;
  luma: Int8Array;
  scales: Float32Array;
  next: Int32Array;

  constructor(arrays: RowArrays = rowArrays(16, ownBuffers)) {
    ({ ids: this.ids, shapes: this.shapes, luma: this.luma } = arrays);
    ({ scales: this.scales, next: this.next } = arrays);
  }

  /** Writes a row, new or not. */
  set(row: number, id: number, shape: number, luma: Int8Array): void {
    if (row >= this.ids.length) this.#grow(roomierThan(row));
    this.ids[row] = id;
    this.shapes[row] = shape;
    this.luma.set(luma, row * places);
    this.scales[row] = 1 / Math.sqrt(luma.reduce((sum, v) => sum + v * v, 0));
  }

  read(row: number, out: Int8Array): void {
    for (let place = 0, at = row * places; place < places; place++) out[place] = this.luma[at + place] ?? 0;
  }

  /** Coefficient of the unit vector. */
  at(row: number, place: number): number {
    return (this.luma[row * places + place] ?? 0) * (this.scales[row] ?? 0);
  }

  #grow(length: number): void {
    const fresh = rowArrays(length, ownBuffers);
    this.ids = longer(this.ids, fresh.ids);
    this.shapes = longer(this.shapes, fresh.shapes);
    this.luma = longer(this.luma, fresh.luma);
    this.scales = longer(this.scales, fresh.scales);
    this.next = longer(this.next, fresh.next);
  }
}

/** The length to grow to: small steps, since at a million photos half-empty arrays would cost as much as the photos. */
export function roomierThan(length: number): number {
  return Math.ceil(length * 1.1) + 16;
}

/** What was in the old array, at the start of the longer new one. */
export function longer<
  T extends Int8Array | Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array,
>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}
