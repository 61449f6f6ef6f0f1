import type { PhotoKey, SourceName } from '../model.js';
import type { IndexedPhoto, OwnLabel } from '../ports.js';
import type { Operation } from './operation.js';

/** What is known of the tag on the server. */
export interface ActualTag {
  /** Photos that carry it. */
  readonly carriers: ReadonlySet<PhotoKey>;
  /** Whether the photo was looked at: nothing is planned for the others. */
  readonly covers: (key: PhotoKey) => boolean;
}

export interface TagPlanInput {
  readonly source: SourceName;
  readonly name: string;
  /** Photo to signature of its group. */
  readonly desired: ReadonlyMap<PhotoKey, string>;
  readonly own: readonly OwnLabel[];
  readonly actual: ActualTag;
  readonly photoOf: (key: PhotoKey) => Pick<IndexedPhoto, 'presence' | 'library'> | null;
  /** Take the tag off photos in the trash too; else they keep it, and come back with it. */
  readonly fromTrash: boolean;
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
  /** True when photos wait for a probe of their library. */
  readonly more: boolean;
}

/** Writes of one tag to one photo before it is given up. */
export const mostTries = 3;

/** Desired minus actual, by what the journal knows. Pure; `planTag(desired == actual)` has no operations. */
export function planTag(input: TagPlanInput): TagPlan {
  const judged = judgeOwn(input);
  const add = [...input.desired.keys()].filter(
    (key) => input.actual.covers(key) && !input.actual.carriers.has(key) && !judged.settled.has(key),
  );
  const { now, refused, later } = sortByLibrary(add, input);
  const { source, name } = input;
  const operations: Operation[] = [
    ...(judged.remove.length > 0 ? [{ kind: 'untag' as const, source, name, photos: judged.remove }] : []),
    ...(now.length > 0 ? [{ kind: 'tag' as const, source, name, photos: now }] : []),
  ];
  return { operations, ...judged, refused: [...judged.refused, ...refused], more: later > 0 };
}

interface JudgedOwn {
  readonly observed: OwnLabel[];
  readonly forgotten: OwnLabel[];
  readonly remove: PhotoKey[];
  /** Not to be tagged (again). */
  readonly settled: ReadonlySet<PhotoKey>;
  readonly refused: PhotoKey[];
}

/** Goes through the labels that we made before. */
function judgeOwn({ own, actual, desired, photoOf, fromTrash }: TagPlanInput): JudgedOwn {
  const result = {
    observed: [] as OwnLabel[],
    forgotten: [] as OwnLabel[],
    remove: [] as PhotoKey[],
    settled: new Set<PhotoKey>(),
    refused: [] as PhotoKey[],
  };
  for (const label of own) {
    const key = label.photo;
    if (!actual.covers(key)) continue;
    const carried = actual.carriers.has(key);
    const wanted = desired.has(key);
    const sameGroup = desired.get(key) === label.signature;
    switch (label.state) {
      case 'refused':
        if (wanted) result.refused.push(key);
        else result.forgotten.push(label);
        result.settled.add(key);
        break;
      case 'by-hand':
        // Put back by a person, or a new reason to label: either way the old label is over.
        if (carried || (wanted && !sameGroup)) result.forgotten.push(label);
        else result.settled.add(key);
        break;
      case 'removing':
        result.settled.add(key);
        break;
      case 'pending':
        if (!carried) result.forgotten.push(label);
        else if (wanted) result.observed.push({ ...label, state: 'written' });
        break;
      case 'written':
      case 'seen':
        result.settled.add(key);
        break;
      case 'verified':
        if (carried) break;
        if (photoOf(key) === null) result.forgotten.push(label);
        else result.observed.push({ ...label, state: 'by-hand' });
        if (sameGroup) result.settled.add(key);
        break;
    }
    const removable = carried && !wanted && ['pending', 'written', 'seen', 'verified'].includes(label.state);
    if (removable && (fromTrash || photoOf(key)?.presence !== 'trashed')) result.remove.push(key);
  }
  return result;
}

/** External libraries may lie on read-only folders, where tags vanish: one photo shows it for all. */
function sortByLibrary(
  keys: readonly PhotoKey[],
  input: TagPlanInput,
): { now: PhotoKey[]; refused: PhotoKey[]; later: number } {
  const libraryOf = (key: PhotoKey): string | null => input.photoOf(key)?.library ?? null;
  const librariesWith = (...states: OwnLabel['state'][]): Set<string | null> =>
    new Set(input.own.filter((l) => states.includes(l.state)).map((l) => libraryOf(l.photo)));
  const good = librariesWith('verified', 'by-hand');
  const bad = librariesWith('refused');
  const underWay = librariesWith('written', 'seen');
  const now: PhotoKey[] = [];
  const refused: PhotoKey[] = [];
  let later = 0;
  for (const key of keys) {
    const library = libraryOf(key);
    if (library === null || good.has(library) || !input.probeLibraries) now.push(key);
    else if (bad.has(library)) refused.push(key);
    else if (underWay.has(library)) later++;
    else {
      underWay.add(library);
      now.push(key);
    }
  }
  return { now, refused, later };
}
