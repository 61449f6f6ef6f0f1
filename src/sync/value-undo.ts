import type { JournalEntry, ValueChange, ValueKind } from '../label-ports.js';
import type { PhotoKey } from '../model.js';
import { isOfKind, type Operation } from './operation.js';
import { operationsOf, type ValueLabels } from './value-labels.js';
import type { RunChange } from './values/value-kind.js';
import { fieldKinds, labelWords } from './value-rules.js';

/** What takes values back, and what is not taken back because somebody changed it since. */
export interface ValueUndo {
  readonly operations: readonly Operation[];
  readonly notes: readonly string[];
  /** Writes down what was seen; call when the operations are to be applied. */
  readonly accept: () => void;
}

/** Takes every value of ours back to what was there before us. */
export async function undoAllValues(values: ValueLabels): Promise<ValueUndo> {
  const plans = await values.planEnding();
  const stacks = await values.stacks.plan([], null, true);
  const changed = [...plans, ['stack', stacks] as const].map(([kind, { forgotten }]) => {
    const theirs = forgotten.filter(({ state }) => state === 'verified');
    return noteOf(kind, theirs.length);
  });
  return {
    operations: [...stacks.operations, ...operationsOf(plans)],
    notes: [...changed.flat(), ...stacks.notes],
    accept: () => values.accept(plans, stacks),
  };
}

/** Takes back what one run did: each value that is still what the run made of it becomes what it was before the run. */
export async function undoRunOfValues(
  values: ValueLabels,
  entries: readonly JournalEntry[],
): Promise<ValueUndo> {
  const operations: Operation[] = [];
  const notes: string[] = [];
  const leads = leadsOf(entries);
  const stacked = changesOf('stack', entries);
  if (stacked.size + leads.size > 0) {
    const undo = await values.stacks.planReversal(stacked, leads);
    operations.push(...undo.operations);
    notes.push(...noteOf('stack', undo.changedSince));
  }
  for (const kind of fieldKinds) {
    const changes = changesOf(kind, entries);
    if (changes.size === 0) continue;
    const undo = await values.planReversal(kind, changes);
    operations.push(...undo.operations);
    notes.push(...noteOf(kind, undo.changedSince));
  }
  return { operations, notes, accept: () => undefined };
}

/** What the run did to each photo, from before its first operation to after its last. */
function changesOf(kind: ValueKind, entries: readonly JournalEntry[]): Map<PhotoKey, RunChange> {
  const whole = new Map<PhotoKey, RunChange>();
  for (const entry of entries) {
    if (entry.kind === 'lead-stack' || !isOfKind(entry.kind, kind)) continue;
    entry.photos.forEach((photo, at) => {
      const change = entry.changes?.[at];
      const first = whole.get(photo) ?? change;
      const leavesOurs = !entry.kind.startsWith('take-off');
      if (change !== undefined && first !== undefined)
        whole.set(photo, { from: first.from, to: change.to, leavesOurs });
    });
  }
  return whole;
}

/** Who led the stacks that the run gave another lead, by the name of the stack. */
function leadsOf(entries: readonly JournalEntry[]): Map<string, ValueChange> {
  const leads = new Map<string, ValueChange>();
  for (const { kind, name, changes = [] } of entries)
    for (const { from, to } of kind === 'lead-stack' ? changes : [])
      leads.set(name, { from: leads.get(name)?.from ?? from, to });
  return leads;
}

function noteOf(kind: ValueKind, photos: number): string[] {
  if (photos === 0) return [];
  const what = photos === 1 ? '1 photo was changed' : `${photos} photos were changed`;
  return [`${labelWords[kind]}: ${what} by somebody since, and left as it is now`];
}
