import { places } from './thumb-hash.js';

/** A library as it was, in memory that threads can share: one row a photo, neighbours mostly together. */
export interface ThumbSnapshot {
  /** By row: whose it is. */
  readonly ids: Float64Array;
  /** By row: which shape of hash the photo has. */
  readonly shapes: Uint8Array;
  /** The coefficients, laid down, `[row * places + place]`. */
  readonly luma: Int8Array;
}

/** The coefficients of all photos, one row each, and the lists of rows in the leaves of the trees. 44 bytes a photo. */
export class ThumbRows {
  ids: Float64Array;
  shapes: Uint8Array;
  luma: Int8Array;
  /** By row: 1 / length of its vector. */
  scales: Float32Array;
  /** By row: the next of its list, -1 = none. */
  next: Int32Array;

  constructor(snapshot: ThumbSnapshot = blank(16)) {
    ({ ids: this.ids, shapes: this.shapes, luma: this.luma } = snapshot);
    this.scales = new Float32Array(this.ids.length);
    this.next = new Int32Array(this.ids.length);
  }

  /** Makes room for one row more, in small steps: half-empty arrays would cost as much as the photos. */
  ensure(row: number): void {
    if (row < this.ids.length) return;
    const length = Math.ceil(row * 1.1) + 16;
    const { ids, shapes, luma } = blank(length);
    this.ids = longer(this.ids, ids);
    this.shapes = longer(this.shapes, shapes);
    this.luma = longer(this.luma, luma);
    this.scales = longer(this.scales, new Float32Array(length));
    this.next = longer(this.next, new Int32Array(length));
  }

  read(row: number, out: Int8Array): void {
    for (let place = 0, at = row * places; place < places; place++) out[place] = this.luma[at + place] ?? 0;
  }

  /** Works out `scales` of a row that has its coefficients. */
  measure(row: number): void {
    let square = 0;
    for (let at = row * places; at < (row + 1) * places; at++) square += (this.luma[at] ?? 0) ** 2;
    this.scales[row] = 1 / Math.sqrt(square);
  }
}

function blank(length: number): ThumbSnapshot {
  const ids = new Float64Array(length);
  return { ids, shapes: new Uint8Array(length), luma: new Int8Array(length * places) };
}

/** What was in the old array, at the start of the longer new one. */
export function longer<T extends Int8Array | Uint8Array | Int32Array | Float32Array | Float64Array>(
  old: T,
  fresh: T,
): T {
  fresh.set(old);
  return fresh;
}
