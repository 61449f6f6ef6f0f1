import { describeError } from '../../errors.js';
import type { OwnLabel, Run } from '../../label-ports.js';
import type { BatchAnswer, TagRef } from '../../target-ports.js';
import type { PhotoKey } from '../../model.js';
import { refusalOf, type CarryTag, type Outcome, type TagPhotos } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';

/** The tag of that name on the server; null when there is none. */
export async function findTag({ target }: SyncParts, name: string): Promise<TagRef | null> {
  return (await target.tags()).find((tag) => tag.name === name) ?? null;
}

/** Puts a tag of the journal on photos again: one that is not ours in meaning stays known as a person's. */
export function puttingOn(
  { journal, target }: SyncParts,
  name: string,
  photos: readonly PhotoKey[],
): TagPhotos | CarryTag {
  const { source } = target;
  return journal.ownTags(source).has(name)
    ? { kind: 'tag', source, name, photos }
    : { kind: 'carry-tag', source, name, photos, extras: photos.map(() => []) };
}

/**
 * Writes one batch of at most 200 photos of one tag: the journal knows of it before the server does, and afterwards that
 * the server agreed. Safe to repeat. A null `tag` is gone: then there is nothing to take off. What the server says of each
 * photo that is tagged it does not tell: that is for the settling to find out.
 */
export async function writeTagBatch(
  { target, journal, clock }: SyncParts,
  kind: 'tag' | 'untag' | 'carry-tag',
  tag: TagRef | null,
  batch: readonly OwnLabel[],
  run: Run,
): Promise<Outcome> {
  const name = batch[0]?.name ?? '';
  const photos = batch.map((label) => label.photo);
  const { operation, labels } = journal.together(() => {
    const number = journal.begin(run, { source: target.source, kind, name, photos });
    const state = kind === 'untag' ? ('removing' as const) : ('pending' as const);
    const begun = batch.map((l) => ({ ...l, state, tries: l.tries + 1, operation: number }));
    journal.put(begun);
    return { operation: number, labels: begun };
  });
  let refused: BatchAnswer['refused'] = new Map<PhotoKey, string>();
  try {
    if (kind !== 'untag' && tag !== null) await target.tagPhotos(tag, photos);
    if (kind === 'untag' && tag !== null) refused = (await target.untagPhotos(tag, photos)).refused;
  } catch (error) {
    journal.together(() => {
      // Whether the server heard of it is not known: the next plan goes by what is there.
      journal.put(labels.map((label) => ({ ...label, state: 'pending' })));
      journal.end(operation, describeError(error));
    });
    throw error;
  }
  const since = clock.now();
  const outcome = { written: photos.filter((key) => !refused.has(key)), refused };
  journal.together(() => {
    const done = kind === 'untag' ? ('removing' as const) : ('written' as const);
    const stateOf = (key: PhotoKey): OwnLabel['state'] => (refused.has(key) ? 'pending' : done);
    journal.put(labels.map((label) => ({ ...label, state: stateOf(label.photo), since })));
    journal.end(operation, refusalOf(outcome));
  });
  return outcome;
}
