import type { OwnLabel } from '../label-ports.js';
import type { Group, PhotoKey } from '../model.js';
import type { Operation } from './operation.js';
import type { SyncParts } from './sync-parts.js';

export interface Spared {
  readonly go: readonly Operation[];
  /** Photos that are not tagged yet. */
  readonly waiting: readonly PhotoKey[];
}

/** States in which a photo may be seen with the tag. */
const carrying: readonly OwnLabel['state'][] = ['pending', 'written', 'seen', 'verified', 'removing'];

/**
 * Keeps extras untagged as long as the photo that they are kept as carries the tag itself, and this run does not take it off:
 * the keeper of a group may have changed while labels can only be added. Who deletes whatever is tagged must at no moment lose
 * the last copy. `names` are the tags that say "extra"; `seenWithout`: photos that the server showed without one; operations that tag whole groups are not for this.
 */
export function sparingLastCopies(
  operations: readonly Operation[],
  groups: readonly Group[],
  names: readonly string[],
  { journal, target }: Pick<SyncParts, 'journal' | 'target'>,
  seenWithout: readonly Pick<OwnLabel, 'name' | 'photo'>[],
): Spared {
  const keptAs = new Map(
    groups.flatMap(({ members }) => members.flatMap(({ key, keptAs: kept }) => (kept ? [[key, kept]] : []))),
  );
  const takenOff = new Map(
    operations.flatMap(({ kind, name, photos }) => (kind === 'untag' ? [[name, new Set(photos)]] : [])),
  );
  const without = new Set(seenWithout.map(({ name, photo }) => `${name}\n${photo}`));
  const waiting: PhotoKey[] = [];
  const go = operations.flatMap((operation): Operation[] => {
    if (operation.kind !== 'tag') return [operation];
    const { photos } = operation;
    const kept = new Set(photos.flatMap((key) => keptAs.get(key) ?? []));
    const tagged = new Set(
      names.flatMap((name) =>
        journal
          .labelsOn(target.source, 'tag', name, kept)
          .filter(({ state, photo }) => carrying.includes(state) && takenOff.get(name)?.has(photo) !== true)
          .filter(({ photo }) => !without.has(`${name}\n${photo}`))
          .map(({ photo }) => photo),
      ),
    );
    const mustWait = (key: PhotoKey): boolean => tagged.has(keptAs.get(key) ?? key);
    const now = photos.filter((key) => !mustWait(key));
    waiting.push(...photos.filter(mustWait));
    return now.length === 0 ? [] : [{ ...operation, photos: now }];
  });
  return { go, waiting };
}
