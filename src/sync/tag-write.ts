import { describeError } from '../errors.js';
import type { OwnLabel, TagRef, Run } from '../label-ports.js';
import type { SyncParts } from './sync-parts.js';

/** The tag of that name on the server; null when there is none. */
export async function findTag({ target }: SyncParts, name: string): Promise<TagRef | null> {
  return (await target.tags()).find((tag) => tag.name === name) ?? null;
}

/**
 * Writes one batch of at most 200 photos of one tag: the journal knows of it before the server does, and afterwards that
 * the server agreed. Safe to repeat. A null `tag` is gone: then there is nothing to take off.
 */
export async function writeTagBatch(
  { target, journal, clock }: SyncParts,
  kind: 'tag' | 'untag',
  tag: TagRef | null,
  batch: readonly OwnLabel[],
  run: Run,
): Promise<void> {
  const name = batch[0]?.name ?? '';
  const photos = batch.map((label) => label.photo);
  const { operation, labels } = journal.together(() => {
    const number = journal.begin(run, { source: target.source, kind, name, photos });
    const state = kind === 'tag' ? ('pending' as const) : ('removing' as const);
    const begun = batch.map((l) => ({ ...l, state, tries: l.tries + 1, operation: number }));
    journal.put(begun);
    return { operation: number, labels: begun };
  });
  try {
    if (kind === 'tag' && tag !== null) await target.tagPhotos(tag, photos);
    if (kind === 'untag' && tag !== null) await target.untagPhotos(tag, photos);
  } catch (error) {
    journal.together(() => {
      // Whether the server heard of it is not known: the next plan goes by what is there.
      journal.put(labels.map((label) => ({ ...label, state: 'pending' })));
      journal.end(operation, describeError(error));
    });
    throw error;
  }
  const since = clock.now();
  journal.together(() => {
    const state = kind === 'tag' ? ('written' as const) : ('removing' as const);
    journal.put(labels.map((label) => ({ ...label, state, since })));
    journal.end(operation);
  });
}
