import type { Pace } from '../../pace.js';
import { places } from './thumb-hash.js';
import { ThumbForest } from './thumb-forest.js';
import { ThumbNodes, boxLength, nodeArrays, type NodeArrays } from './thumb-nodes.js';
import { ThumbRows, rowArrays, sharedBuffers, type RowArrays } from './thumb-rows.js';

/** A library as it was, in memory that threads share: what belongs together stands together, which makes searches faster. */
export interface ThumbSnapshot {
  /** Photos: their rows are 0 to `size - 1`. */
  readonly size: number;
  readonly rows: RowArrays;
  readonly nodes: NodeArrays;
}

/** Room for what comes while the copy is made, which takes a second for a million photos. */
const withRoom = (count: number): number => count + (count >> 5) + 1000;

/**
 * Copies all trees of a forest, about 65 bytes a photo. Photos that come or go meanwhile may be missing or there twice; all
 * others are there, unless more come than there is room for.
 */
export async function snapshotOf(
  rows: ThumbRows,
  nodes: ThumbNodes,
  { photos, pace }: { photos: number; pace: Pace },
): Promise<ThumbSnapshot> {
  const mostRows = withRoom(photos);
  const mostNodes = withRoom(nodes.used);
  const copy = {
    rows: rowArrays(mostRows, sharedBuffers),
    nodes: nodeArrays(mostNodes, sharedBuffers),
  };
  let size = 0;
  let used = ThumbForest.roots;
  const open = Array.from({ length: used }, (_, root) => ({ from: root, to: root }));
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { from, to } = node;
    copyNode(nodes, from, copy.nodes, to);
    const child = nodes.child[from] ?? 0;
    if (child > 0 && used + 2 <= mostNodes) {
      open.push({ from: child + 1, to: used + 1 }, { from: child, to: used });
      copy.nodes.child[to] = used;
      used += 2;
    }
    for (let row = nodes.first[from] ?? -1; row >= 0 && size < mostRows; row = rows.next[row] ?? -1) {
      copyRow(rows, row, copy.rows, size);
      copy.rows.next[size] = copy.nodes.first[to] ?? -1;
      copy.nodes.first[to] = size++;
    }
    await pace();
  }
  return { size, ...copy };
}

/** The same photos, to be searched and left as they are. */
export function forestOf({ rows, nodes }: ThumbSnapshot): ThumbForest {
  return new ThumbForest(new ThumbRows(rows), new ThumbNodes(nodes));
}

function copyNode(nodes: ThumbNodes, from: number, copy: NodeArrays, to: number): void {
  copy.axis[to] = nodes.axis[from] ?? 0;
  copy.cut[to] = nodes.cut[from] ?? 0;
  for (let i = 0; i < boxLength; i++) copy.boxes[to * boxLength + i] = nodes.boxes[from * boxLength + i] ?? 0;
}

function copyRow(rows: ThumbRows, from: number, copy: RowArrays, to: number): void {
  copy.ids[to] = rows.ids[from] ?? 0;
  copy.shapes[to] = rows.shapes[from] ?? 0;
  copy.scales[to] = rows.scales[from] ?? 0;
  for (let i = 0; i < places; i++) copy.luma[to * places + i] = rows.luma[from * places + i] ?? 0;
}
