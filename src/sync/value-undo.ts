import { valueKinds, type JournalEntry, type ValueChange, type ValueKind } from '../label-ports.js';
import type { PhotoKey } from '../model.js';
import { isOfKind, type ValueOperation } from './operation.js';
import type { ValueLabels } from './value-labels.js';
import { labelWords } from './value-rules.js';

/** What takes values back, and what is not taken back because somebody changed it since. */
export interface ValueUndo {
  readonly operations: readonly ValueOperation[];
  readonly notes: readonly string[];
  /** Writes down what was seen; call when the operations are to be applied. */
  readonly accept: () => void;
}

/** Takes every value of ours back to what was there before us. */
export async function undoAllValues(values: ValueLabels): Promise<ValueUndo> {
  const plans = await values.planEnding();
  const changed = [...plans].map(([kind, { forgotten }]) => {
    const theirs = forgotten.filter(({ state }) => state === 'verified');
    return noteOf(kind, theirs.length);
  });
  return {
    operations: [...plans.values()].flatMap(({ operations }) => operations),
    notes: changed.flat(),
    accept: () => values.accept(plans),
  };
}

/** Takes back what one run did: each value that is still what the run made of it becomes what it was before the run. */
export async function undoRunOfValues(
  values: ValueLabels,
  entries: readonly JournalEntry[],
): Promise<ValueUndo> {
  const operations: ValueOperation[] = [];
  const notes: string[] = [];
  for (const kind of valueKinds) {
    const changes = changesOf(
      kind,
      entries.filter((entry) => entry.changes !== undefined),
    );
    if (changes.size === 0) continue;
    const undo = await values.planReversal(kind, changes);
    operations.push(...undo.operations);
    notes.push(...noteOf(kind, undo.changedSince));
  }
  return { operations, notes, accept: () => undefined };
}

/** What the run did to each photo, from before its first operation to after its last. */
function changesOf(kind: ValueKind, entries: readonly JournalEntry[]): Map<PhotoKey, ValueChange> {
  const whole = new Map<PhotoKey, ValueChange>();
  for (const entry of entries) {
    if (!isOfKind(entry.kind, kind)) continue;
    entry.photos.forEach((photo, at) => {
      const change = entry.changes?.[at];
      const first = whole.get(photo) ?? change;
      if (change !== undefined && first !== undefined) whole.set(photo, { from: first.from, to: change.to });
    });
  }
  return whole;
}

function noteOf(kind: ValueKind, photos: number): string[] {
  if (photos === 0) return [];
  const what = photos === 1 ? '1 photo was changed' : `${photos} photos were changed`;
  return [`${labelWords[kind]}: ${what} by somebody since, and left as it is now`];
}
