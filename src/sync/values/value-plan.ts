import type { LabelValue, ValueChange, ValueLabel } from '../../label-ports.js';
import type { PhotoKey, Presence } from '../../model.js';
import { isNewReason } from '../desired.js';

/** The value that a photo should have. */
export interface WantedValue {
  readonly value: string;
  /** For people, and what is planned together: the group, or the kind of label. */
  readonly name: string;
  readonly signature: string;
  /** Of what is carried over: the extras that it comes from. */
  readonly extras?: readonly PhotoKey[];
}

export interface ValuePlanInput {
  readonly wanted: ReadonlyMap<PhotoKey, WantedValue>;
  /** Labels of ours on the photos that are looked at. */
  readonly own: readonly ValueLabel[];
  /** What the photo has now; undefined = not known: nothing is planned for it. */
  readonly actual: (key: PhotoKey) => LabelValue | undefined;
  /** What a write was to do of which we do not know whether it arrived. */
  readonly pendingChange: (label: ValueLabel) => ValueChange;
  readonly presence: (key: PhotoKey) => Presence | null;
  /** What becomes of a value that is not ours where we want another: replaced and remembered, or left alone. */
  readonly foreign: 'replace' | 'leave';
  /** Take values off photos in the trash too; else they keep them, and come back with them. */
  readonly fromTrash: boolean;
  /** What was given stays, whatever is wanted now. */
  readonly stays: boolean;
  /** What was written counts as there only when it was read back later; until then its state is open. */
  readonly settles: boolean;
  /** Our clock, milliseconds. */
  readonly now: number;
}

/** One photo and what is to change of it. */
export interface ValueStep extends ValueChange {
  readonly photo: PhotoKey;
}

export interface ValuePlan {
  /** Values to write. */
  readonly set: readonly (ValueStep & { readonly name: string })[];
  /** Values of ours to take off: what was there before comes back. */
  readonly restore: readonly ValueStep[];
  /** Labels whose state is another than the journal says, as seen on the server. */
  readonly observed: readonly ValueLabel[];
  /** Labels that are over: not ours any more, or never written. */
  readonly forgotten: readonly ValueLabel[];
  /** Photos that somebody else's value is left on. */
  readonly left: readonly PhotoKey[];
}

/** A photo that was refused is tried again after a week. */
const refusedForMs = 7 * 24 * 3_600_000;

type Draft = { [K in keyof ValuePlan]: ValuePlan[K][number][] };

/** Wanted minus actual, by what the journal knows. Pure; planning what is there already has no steps. */
export function planValues(input: ValuePlanInput): ValuePlan {
  const draft: Draft = { set: [], restore: [], observed: [], forgotten: [], left: [] };
  const judged = new Set<PhotoKey>();
  for (const label of input.own) if (judgeLabel(label, input, draft) === 'done') judged.add(label.photo);
  for (const [photo, { value, name }] of input.wanted) {
    const from = input.actual(photo);
    if (judged.has(photo) || from === undefined || from === value) continue;
    if (from !== null && input.foreign === 'leave') draft.left.push(photo);
    else draft.set.push({ photo, name, from, to: value });
  }
  return draft;
}

/** `over`: there is no label of ours on the photo any more, and it is looked at as if there had never been one. */
function judgeLabel(label: ValueLabel, input: ValuePlanInput, draft: Draft): 'done' | 'over' {
  const actual = input.actual(label.photo);
  // A photo that is not there may come back (from the locked folder, say): its label sleeps until then.
  if (actual === undefined) return 'done';
  const wanted = input.wanted.get(label.photo);
  const forget = (): 'over' => {
    draft.forgotten.push(label);
    return 'over';
  };
  switch (label.state) {
    case 'by-hand':
      // Put back by a person, or a new reason to label: either way the old label is over.
      if (actual === label.value || (wanted !== undefined && isNewReason(wanted.signature, label.signature)))
        return forget();
      return 'done';
    case 'refused':
      return wanted === undefined || input.now - label.since >= refusedForMs ? forget() : 'done';
    case 'pending': {
      const change = input.pendingChange(label);
      if (actual !== change.from && actual !== change.to) return judgeChanged(label, wanted, draft);
      // Arrived or not, what is there is either ours or what was there before us.
      if (actual === label.before || actual === null) return forget();
      const settled: ValueLabel = { ...label, value: actual, state: input.settles ? 'written' : 'verified' };
      draft.observed.push(settled);
      judgeStanding(settled, input, draft);
      return 'done';
    }
    case 'written':
    case 'seen':
    case 'removing':
      // Not settled yet: what is there now may not be what will be. An ending takes off what there is.
      if (actual === label.value && !input.stays) judgeStanding(label, input, draft);
      return 'done';
    case 'verified':
      if (actual !== label.value) return judgeChanged(label, wanted, draft);
      judgeStanding(label, input, draft);
      return 'done';
  }
}

/** Somebody changed what we wrote: theirs stays. */
function judgeChanged(label: ValueLabel, wanted: WantedValue | undefined, draft: Draft): 'done' {
  if (wanted === undefined) draft.forgotten.push(label);
  else draft.observed.push({ ...label, state: 'by-hand', signature: wanted.signature });
  return 'done';
}

/** Our value is there. */
function judgeStanding(label: ValueLabel, input: ValuePlanInput, draft: Draft): void {
  const { photo, value, before } = label;
  if (input.stays) return;
  const wanted = input.wanted.get(photo);
  if (wanted === undefined) {
    const stays = !input.fromTrash && input.presence(photo) === 'trashed';
    if (!stays) draft.restore.push({ photo, from: value, to: before });
  } else if (wanted.value !== value)
    draft.set.push({ photo, name: wanted.name, from: value, to: wanted.value });
  else if (wanted.signature !== label.signature)
    draft.observed.push({ ...label, signature: wanted.signature });
}
