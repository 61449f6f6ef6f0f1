import type { PhotoKey, SourceName } from '../../model.js';
import type { OwnLabel } from '../../label-ports.js';
import type { IndexedPhoto } from '../../store-ports.js';
import { isNewReason } from '../desired.js';
import type { Operation } from '../operation.js';
import type { TagView } from './tag-view.js';

export interface TagPlanInput {
  readonly source: SourceName;
  readonly name: string;
  /** Photo to signature of its group. */
  readonly desired: ReadonlyMap<PhotoKey, string>;
  /** Labels of ours on the photos that are looked at. */
  readonly own: readonly OwnLabel[];
  /** Labels of ours on all photos, of any tag: asked only where an external library must be judged by them. */
  readonly allOwn: () => readonly OwnLabel[];
  /** What was read from the server; nothing is planned for photos that were not looked at. */
  readonly view: TagView;
  readonly photoOf: (key: PhotoKey) => Pick<IndexedPhoto, 'presence' | 'library'> | null;
  /** Take the tag off photos in the trash too; else they keep it, and come back with it. */
  readonly fromTrash: boolean;
  /** Our clock, milliseconds. */
  readonly now: number;
  /** Plan at most one photo of each external library that is not known to keep tags. */
  readonly probeLibraries: boolean;
}

export interface TagPlan {
  readonly operations: readonly Operation[];
  /** Labels whose state is another than the journal says, as seen on the server. */
  readonly observed: readonly OwnLabel[];
  /** Labels that are gone with their photo, or have become a person's. */
  readonly forgotten: readonly OwnLabel[];
  /** Photos in libraries whose folders are read-only: the tag does not stick there. */
  readonly refused: readonly PhotoKey[];
  /** Photos that would be tagged, had a person not taken our tag off them. */
  readonly left: readonly PhotoKey[];
  /** Photos that wait: for a probe of their library, or for an earlier write to settle. */
  readonly waiting: readonly PhotoKey[];
}

/** Writes of one tag to one photo before it is given up. */
export const mostTries = 3;
/** A library that did not keep tags may have been made writable since: after a week it is tried again. */
export const refusedForMs = 7 * 24 * 3_600_000;

function isToTryAgain(label: OwnLabel, now: number): boolean {
  return now - label.since >= refusedForMs;
}

/** Desired minus actual, by what the journal knows. Pure; `planTag(desired == actual)` has no operations. */
export function planTag(input: TagPlanInput): TagPlan {
  const judged = judgeOwn(input);
  const add = [...input.desired.keys()].filter(
    (key) => input.view.of(key)?.carried === false && !judged.settled.has(key),
  );
  const { now, refused, later } = sortByLibrary(add, input);
  const { source, name } = input;
  const operations: Operation[] = [
    ...(judged.remove.length > 0 ? [{ kind: 'untag' as const, source, name, photos: judged.remove }] : []),
    ...(now.length > 0 ? [{ kind: 'tag' as const, source, name, photos: now }] : []),
  ];
  return {
    operations,
    observed: judged.observed,
    forgotten: judged.forgotten,
    refused: [...judged.refused, ...refused],
    left: judged.left,
    waiting: [...judged.waiting, ...later],
  };
}

interface JudgedOwn {
  readonly observed: OwnLabel[];
  readonly forgotten: OwnLabel[];
  readonly remove: PhotoKey[];
  /** Not to be tagged (again). */
  readonly settled: ReadonlySet<PhotoKey>;
  readonly refused: PhotoKey[];
  readonly left: PhotoKey[];
  readonly waiting: PhotoKey[];
}

/** Goes through the labels that we made before. */
function judgeOwn(input: TagPlanInput): JudgedOwn {
  const judged: JudgedOwn & { settled: Set<PhotoKey> } = {
    observed: [],
    forgotten: [],
    remove: [],
    settled: new Set(),
    refused: [],
    left: [],
    waiting: [],
  };
  for (const label of input.own) {
    const seen = input.view.of(label.photo);
    // A photo that is not there may come back (from the locked folder, say): its label stays in the journal.
    if (seen === undefined || seen === null) continue;
    judgeLabel(label, seen.carried, input, judged);
  }
  return judged;
}

function judgeLabel(
  label: OwnLabel,
  carried: boolean,
  { desired, photoOf, fromTrash, now }: TagPlanInput,
  judged: JudgedOwn & { readonly settled: Set<PhotoKey> },
): void {
  const key = label.photo;
  const signature = desired.get(key);
  const wanted = signature !== undefined;
  switch (label.state) {
    case 'refused':
      if (isToTryAgain(label, now)) judged.forgotten.push(label);
      // What one photo showed of its library counts for the others, wanted or not.
      else if (!wanted && photoOf(key)?.library == null) judged.forgotten.push(label);
      else {
        if (wanted) judged.refused.push(key);
        judged.settled.add(key);
      }
      return;
    case 'by-hand':
      // Put back by a person, or a new reason to label: either way the old label is over.
      if (carried || (wanted && isNewReason(signature, label.signature))) judged.forgotten.push(label);
      else {
        if (wanted) judged.left.push(key);
        judged.settled.add(key);
      }
      return;
    case 'removing':
      judged.settled.add(key);
      if (wanted) judged.waiting.push(key);
      return;
    case 'written':
    case 'seen':
      // One change of a photo's tags at a time: what was just written must settle before it is taken off.
      judged.settled.add(key);
      if (!wanted) judged.waiting.push(key);
      return;
    case 'pending':
      if (!carried) judged.forgotten.push(label);
      else if (wanted) judged.observed.push({ ...label, state: 'written' });
      break;
    case 'verified':
      if (!carried && photoOf(key) === null) return;
      if (!carried) {
        judged.observed.push({ ...label, state: 'by-hand', signature: signature ?? label.signature });
        if (wanted) judged.left.push(key);
        judged.settled.add(key);
        return;
      }
      if (wanted && signature !== label.signature) judged.observed.push({ ...label, signature });
      break;
  }
  if (carried && !wanted && (fromTrash || photoOf(key)?.presence !== 'trashed')) judged.remove.push(key);
}

/** External libraries may lie on read-only folders, where tags vanish: one photo shows it for all. */
export function sortByLibrary(
  keys: readonly PhotoKey[],
  input: Pick<TagPlanInput, 'photoOf' | 'allOwn' | 'probeLibraries' | 'now'>,
): { now: PhotoKey[]; refused: PhotoKey[]; later: PhotoKey[] } {
  const libraryOf = (key: PhotoKey): string | null => input.photoOf(key)?.library ?? null;
  if (keys.every((key) => libraryOf(key) === null)) return { now: [...keys], refused: [], later: [] };
  const all = input.allOwn();
  const librariesWith = (...states: OwnLabel['state'][]): Set<string | null> =>
    new Set(all.filter((l) => states.includes(l.state)).map((l) => libraryOf(l.photo)));
  const good = librariesWith('verified', 'by-hand');
  const stillRefused = all.filter((l) => l.state === 'refused' && !isToTryAgain(l, input.now));
  const bad = new Set(stillRefused.map((l) => libraryOf(l.photo)));
  const underWay = librariesWith('written', 'seen');
  const now: PhotoKey[] = [];
  const refused: PhotoKey[] = [];
  const later: PhotoKey[] = [];
  for (const key of keys) {
    const library = libraryOf(key);
    if (library === null || good.has(library)) now.push(key);
    else if (bad.has(library)) refused.push(key);
    else if (!input.probeLibraries) now.push(key);
    else if (underWay.has(library)) later.push(key);
    else {
      underWay.add(library);
      now.push(key);
    }
  }
  return { now, refused, later };
}
