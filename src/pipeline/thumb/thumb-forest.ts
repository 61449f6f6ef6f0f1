import type { PhotoId } from '../../model.js';
import type { Orientation } from '../fingerprint/hashes.js';
import { Nearest, type Near } from './nearest.js';
import { layDown, places, turnInto, type ThumbLuma } from './thumb-hash.js';
import { aspectsAgree } from './thumb-likeness.js';
import type { ThumbNodes } from './thumb-nodes.js';
import type { ThumbRows } from './thumb-rows.js';
import { ThumbSearch } from './thumb-search.js';
import { ThumbTree } from './thumb-tree.js';

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

const shapes = ([7, 5] as const).flatMap((limit) =>
  Array.from({ length: limit }, (_, wide) => ({ limit, wide })),
);
const mirrors = [0, 1, 2, 3] as const;

/** A tree for each shape of hash: laid on its long side, a picture has the same shape in all orientations. */
export class ThumbForest {
  /** The roots of the trees are the first nodes. */
  static readonly roots = shapes.length;
  readonly #rows: ThumbRows;
  readonly #trees: readonly ThumbTree[];
  readonly #search: ThumbSearch;
  readonly #laid = new Int8Array(places);
  readonly #turned = new Int8Array(places);

  constructor(rows: ThumbRows, nodes: ThumbNodes) {
    this.#rows = rows;
    this.#trees = shapes.map(({ limit, wide }, root) => new ThumbTree(limit, wide, root, rows, nodes));
    this.#search = new ThumbSearch(rows, nodes);
  }

  /** Writes the row and adds it. About 4 us. */
  add(row: number, id: PhotoId, { luma, limit, wide }: ThumbLuma): void {
    const shape = shapes.findIndex((one) => one.limit === limit && one.wide === Math.abs(wide));
    layDown(this.#laid, luma, wide);
    this.#rows.set(row, id, shape, this.#laid);
    this.#trees[shape]?.add(row);
  }

  remove(row: number): void {
    this.#treeOf(row)?.remove(row);
  }

  /** Photos that look like that of a row: the nearest first, of equals the lower id. At most `bounds.most`. */
  candidatesOf(row: number, bounds: Partial<CandidateBounds>): readonly Near[] {
    const tree = this.#treeOf(row);
    if (tree === undefined) return [];
    this.#rows.read(row, this.#laid);
    return this.#nearest(tree, this.#idOf(row), bounds);
  }

  /** The same for any photo. */
  candidates(thumb: ThumbLuma, self: PhotoId | null, bounds: Partial<CandidateBounds>): readonly Near[] {
    layDown(this.#laid, thumb.luma, thumb.wide);
    return this.#nearest({ limit: thumb.limit, wide: Math.abs(thumb.wide) }, self, bounds);
  }

  #treeOf(row: number): ThumbTree | undefined {
    return this.#trees[this.#rows.shapes[row] ?? shapes.length];
  }

  #idOf(row: number): PhotoId {
    return (this.#rows.ids[row] ?? 0) as PhotoId;
  }

  /** Searches for what is in `#laid`: as it lies and, where the aspect ratio is near enough to square, on its side too. */
  #nearest(
    { limit, wide }: Pick<ThumbLuma, 'limit' | 'wide'>,
    self: PhotoId | null,
    bounds: Partial<CandidateBounds>,
  ): readonly Near[] {
    const { atLeast, most } = { atLeast: candidateCosine, most: mostCandidates, ...bounds };
    const nearest = new Nearest(atLeast, most);
    const found = (row: number, cosine: number): number => {
      const id = this.#idOf(row);
      if (id !== self) nearest.offer({ id, cosine });
      return nearest.bound;
    };
    for (const tree of this.#trees)
      for (const side of [0, 4] as const) {
        if (!aspectsAgree({ limit, wide: side === 0 ? wide : -wide }, tree)) continue;
        for (const mirror of mirrors) {
          turnInto(this.#turned, this.#laid, (mirror | side) as Orientation);
          this.#search.run(tree, this.#turned, atLeast, nearest.bound, found);
        }
      }
    return nearest.list;
  }
}
