import type { PhotoId } from '../../model.js';
import type { Pace } from '../../pace.js';
import { type Orientation } from '../hashes.js';
import { Nearest, type Near } from './nearest.js';
import { placeOfX, placeOfY, places, placesOf, turnInto, type ThumbLuma } from './thumb-hash.js';
import { aspectsAgree } from './thumb-likeness.js';
import { ThumbTree } from './thumb-tree.js';
import { longer, roomierThan } from './vector-blocks.js';

/** Cosine from which two photos are candidates in an ordinary library: 1 of 1e6 pairs of strangers reaches it. */
export const candidateCosine = 0.97;
/** Most candidates of one photo. Where there are more, only the nearest count: the cosine that is asked for rises there. */
export const mostCandidates = 16;

export interface CandidateBounds {
  /** Least cosine, 0.9 to 1. */
  readonly atLeast: number;
  /** Most candidates of one photo, 1 and up. */
  readonly most: number;
}

/** A library as it was, in memory that threads can share: one row a photo, neighbours mostly together. */
export interface ThumbSnapshot {
  readonly ids: Float64Array;
  /** Which shape of hash the photo has. */
  readonly shapes: Uint8Array;
  /** The coefficients, laid down, `[row * places + place]`. */
  readonly luma: Int8Array;
}

/** A shape of ThumbHash, laid on its long side, and all photos that have it. */
interface Shape {
  readonly limit: 5 | 7;
  /** 0 (square) to 6. */
  readonly wide: number;
  readonly tree: ThumbTree;
}

const nowhere = 255;
const mirrors = [0, 1, 2, 3] as const;
/** Photos added between two looks at the clock. */
const batch = 256;

/**
 * The ThumbHashes of a library, searched exactly for those that are near (`isNear`) in any of the eight orientations. About
 * 110 bytes a photo. Whether two photos are near does not depend on which of them is asked for, nor on who came first.
 */
export class ThumbIndex {
  readonly #where = { placeOf: new Uint32Array(1024) };
  #shapeOf = new Uint8Array(1024).fill(nowhere);
  readonly #shapes: readonly Shape[];
  readonly #ids: PhotoId[] = [];
  readonly #slots = new Map<PhotoId, number>();
  readonly #freeSlots: number[] = [];
  readonly #laid = new Int8Array(places);
  readonly #turned = new Int8Array(places);

  constructor() {
    const shapes = ([7, 5] as const).flatMap((limit) =>
      Array.from({ length: limit }, (_, wide) => ({ limit, wide })),
    );
    this.#shapes = shapes.map(({ limit, wide }) => {
      const held = placesOf(limit, Math.max(3, limit - wide));
      return { limit, wide, tree: new ThumbTree(held, this.#where) };
    });
  }

  /** The same photos in an index of its own. */
  static async of({ ids, shapes, luma }: ThumbSnapshot, pace: Pace): Promise<ThumbIndex> {
    const index = new ThumbIndex();
    // Not in order: neighbours one after another would make lopsided trees.
    const step = stepThrough(ids.length);
    for (let n = 0, row = 0; n < ids.length; n++, row = (row + step) % ids.length) {
      index.#laid.set(luma.subarray(row * places, (row + 1) * places));
      index.#put((ids[row] ?? 0) as PhotoId, shapes[row] ?? 0);
      if (n % batch === 0) await pace();
    }
    return index;
  }

  get size(): number {
    return this.#slots.size;
  }

  has(id: PhotoId): boolean {
    return this.#slots.has(id);
  }

  /** Adds or replaces. About 4 us. */
  put(id: PhotoId, thumb: ThumbLuma): void {
    this.remove(id);
    layDown(this.#laid, thumb);
    const wide = Math.abs(thumb.wide);
    this.#put(
      id,
      this.#shapes.findIndex((one) => one.limit === thumb.limit && one.wide === wide),
    );
  }

  #put(id: PhotoId, shape: number): void {
    const slot = this.#freeSlots.pop() ?? this.#ids.length;
    if (slot === this.#shapeOf.length) {
      this.#where.placeOf = longer(this.#where.placeOf, new Uint32Array(roomierThan(slot)));
      this.#shapeOf = longer(this.#shapeOf, new Uint8Array(roomierThan(slot)).fill(nowhere));
    }
    this.#ids[slot] = id;
    this.#slots.set(id, slot);
    this.#shapeOf[slot] = shape;
    this.#shapes[shape]?.tree.add(this.#laid, slot);
  }

  remove(id: PhotoId): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#shapes[this.#shapeOf[slot] ?? nowhere]?.tree.remove(this.#where.placeOf[slot] ?? 0);
    this.#slots.delete(id);
    this.#shapeOf[slot] = nowhere;
    this.#freeSlots.push(slot);
  }

  /** Photos that look like this one: the nearest first, of equals the lower id. At most `bounds.most`. */
  candidates(thumb: ThumbLuma, self: PhotoId | null, bounds: Partial<CandidateBounds> = {}): readonly Near[] {
    layDown(this.#laid, thumb);
    return this.#nearest(thumb.limit, Math.abs(thumb.wide), self, bounds).list;
  }

  /** The same for a photo that is held here; none for another. 0.1 ms at 100k photos, 0.4 ms at 1M. */
  candidatesOf(id: PhotoId, bounds: Partial<CandidateBounds> = {}): readonly Near[] {
    const slot = this.#slots.get(id);
    const shape = slot === undefined ? undefined : this.#shapes[this.#shapeOf[slot] ?? nowhere];
    if (slot === undefined || shape === undefined) return [];
    shape.tree.read(this.#where.placeOf[slot] ?? 0, this.#laid);
    return this.#nearest(shape.limit, shape.wide, id, bounds).list;
  }

  /** All photos. Those that come or go meanwhile may be missing or have been there twice. */
  async snapshot(pace: Pace): Promise<ThumbSnapshot> {
    const size = this.size;
    const ids = new Float64Array(new SharedArrayBuffer(8 * size));
    const shapes = new Uint8Array(new SharedArrayBuffer(size));
    const luma = new Int8Array(new SharedArrayBuffer(places * size));
    let row = 0;
    for (const [shape, { tree }] of this.#shapes.entries())
      for (const slot of tree.owners()) {
        if (row === size) break;
        ids[row] = this.#ids[slot] ?? 0;
        shapes[row] = shape;
        tree.read(this.#where.placeOf[slot] ?? 0, this.#laid);
        luma.set(this.#laid, row * places);
        if (++row % batch === 0) await pace();
      }
    return {
      ids: ids.subarray(0, row),
      shapes: shapes.subarray(0, row),
      luma: luma.subarray(0, row * places),
    };
  }

  /** Searches for what is in `#laid`: as it lies and, where the aspect ratio is near enough to square, on its side too. */
  #nearest(limit: 5 | 7, wide: number, self: PhotoId | null, bounds: Partial<CandidateBounds>): Nearest {
    const { atLeast, most } = { atLeast: candidateCosine, most: mostCandidates, ...bounds };
    const nearest = new Nearest(atLeast, most);
    const found = (slot: number, cosine: number): number => {
      const id = this.#ids[slot];
      if (id !== undefined && id !== self) nearest.offer({ id, cosine });
      return nearest.bound;
    };
    for (const shape of this.#shapes) {
      if (shape.tree.size === 0) continue;
      for (const side of [0, 4] as const) {
        if (!aspectsAgree({ limit, wide: side === 0 ? wide : -wide }, shape)) continue;
        for (const mirror of mirrors) {
          turnInto(this.#turned, this.#laid, (mirror | side) as Orientation);
          shape.tree.search(this.#turned, atLeast, nearest.bound, found);
        }
      }
    }
    return nearest;
  }
}

/** Lays the picture on its long side and mirrors it such that both lowest frequencies are positive. */
function layDown(out: Int8Array, { luma, wide }: ThumbLuma): void {
  const isHigh = wide < 0;
  const isNegative = (place: number): boolean => (luma[place] ?? 0) < 0;
  const flipX = isNegative(isHigh ? placeOfY : placeOfX) ? 1 : 0;
  const flipY = isNegative(isHigh ? placeOfX : placeOfY) ? 2 : 0;
  turnInto(out, luma, (flipX | flipY | (isHigh ? 4 : 0)) as Orientation);
}

/** A step that leads through all of `count` rows, far from each to the next. */
function stepThrough(count: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let step = Math.max(1, Math.round(count * 0.618));
  while (divisor(step, count) !== 1) step++;
  return step;
}
