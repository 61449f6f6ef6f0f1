import { TransientError } from '../../errors.js';
import type { PhotoKey } from '../../model.js';
import type { OwnLabel, Run } from '../../label-ports.js';
import type { TagRef } from '../../target-ports.js';
import type { SyncParts } from '../sync-parts.js';
import { batches, type Outcome, type TagOperation } from '../operation.js';
import { planTag, type TagPlan } from './tag-plan.js';
import { viewTag } from './tag-view.js';
import { findTag, writeTagBatch } from './tag-write.js';

export interface TagPlanOptions {
  readonly probeLibraries: boolean;
  readonly fromTrash: boolean;
  /** Labels of ours that may be touched; all when absent. */
  readonly only?: (label: OwnLabel) => boolean;
}

/** Tags of one account: reads, plans, writes. What became of a write is for `TagSettling`. */
export class TagSync {
  readonly #options: SyncParts;
  /** `updatedAt` of photos as last read: that is what must move before a write has settled. */
  readonly #updatedAt = new Map<PhotoKey, number>();

  constructor(options: SyncParts) {
    this.#options = options;
  }

  /** Compares what should be with what is. `scope` narrows it to some photos; null = all. Writes nothing anywhere. */
  async plan(
    name: string,
    desired: ReadonlyMap<PhotoKey, string>,
    scope: ReadonlySet<PhotoKey> | null,
    options: TagPlanOptions,
  ): Promise<TagPlan> {
    const { target, journal, photoOf, clock } = this.#options;
    const now = clock.now();
    const all = (): readonly OwnLabel[] => journal.labels(target.source, 'tag', name);
    const found = scope === null ? all() : journal.labelsOn(target.source, 'tag', name, scope);
    const own = found.filter(options.only ?? (() => true));
    const keys = [...desired.keys(), ...own.map((label) => label.photo)];
    const concerned = scope && new Set(keys.filter((key) => scope.has(key)));
    const view = await viewTag(this.#options, name, concerned);
    for (const key of keys) this.#remember(key, view.of(key)?.updatedAt);
    return planTag({
      source: target.source,
      name,
      desired,
      own,
      allOwn: () => journal.labels(target.source, 'tag'),
      view,
      photoOf,
      now,
      ...options,
    });
  }

  #remember(key: PhotoKey, updatedAt: number | null | undefined): void {
    if (updatedAt == null) this.#updatedAt.delete(key);
    else this.#updatedAt.set(key, updatedAt);
  }

  /** Writes down what the plan saw on the server. */
  accept(plan: Pick<TagPlan, 'observed' | 'forgotten'>): void {
    const { journal, clock } = this.#options;
    journal.together(() => {
      journal.forget(plan.forgotten);
      journal.put(plan.observed.map((label) => ({ ...label, since: clock.now() })));
    });
  }

  /** Journalled before and after each batch, `wrote` is told of it. Throws what stops the rest. */
  async apply(
    operation: TagOperation,
    run: Run,
    signatures: ReadonlyMap<PhotoKey, string>,
    wrote: (labels: number) => void,
  ): Promise<Outcome> {
    const { target, journal, stopping } = this.#options;
    const written: PhotoKey[] = [];
    const refused = new Map<PhotoKey, string>();
    if (operation.kind === 'delete-tag') {
      await this.#deleteTag(operation.name, run);
      return { written, refused };
    }
    const tag =
      operation.kind !== 'untag'
        ? await this.#ensure(operation.name)
        : await findTag(this.#options, operation.name);
    for (const photos of batches(operation.photos)) {
      if (stopping.aborted) throw new TransientError('STOPPING', 'the agent is stopping');
      const before = journal.labelsOn(target.source, 'tag', operation.name, photos);
      const known = new Map(before.map((label) => [label.photo, label]));
      const labels = photos.map((photo) =>
        this.#labelFor(operation.name, photo, known.get(photo), signatures),
      );
      const outcome = await writeTagBatch(this.#options, operation.kind, tag, labels, run);
      written.push(...outcome.written);
      for (const [key, word] of outcome.refused) refused.set(key, word);
      wrote(labels.length);
    }
    return { written, refused };
  }

  #labelFor(
    name: string,
    photo: PhotoKey,
    known: OwnLabel | undefined,
    signatures: ReadonlyMap<PhotoKey, string>,
  ): OwnLabel {
    const { target, photoOf, clock } = this.#options;
    return {
      source: target.source,
      kind: 'tag',
      name,
      photo,
      state: 'pending',
      tries: known?.state === 'pending' ? known.tries : 0,
      // Our other labels may have touched it since it was looked at.
      baseline: Math.max(this.#updatedAt.get(photo) ?? 0, photoOf(photo)?.updatedAt ?? 0),
      since: clock.now(),
      signature: signatures.get(photo) ?? known?.signature ?? '',
      operation: 0,
    };
  }

  /** Makes the tag, and remembers which of it and its parents were not there before us. */
  async #ensure(name: string): Promise<TagRef> {
    const { target, journal } = this.#options;
    const tags = await target.tags();
    const there = tags.find((tag) => tag.name === name);
    if (there !== undefined) return there;
    const parts = name.split('/');
    for (const value of parts.map((_, i) => parts.slice(0, i + 1).join('/')))
      if (!tags.some((tag) => tag.name === value))
        journal.putMade({
          source: target.source,
          kind: 'tag',
          name: value,
          serverId: null,
          signature: '',
          version: '',
          state: 'here',
        });
    return target.ensureTag(name);
  }

  async #deleteTag(name: string, run: Run): Promise<void> {
    const { target, journal } = this.#options;
    const operation = journal.begin(run, { source: target.source, kind: 'delete-tag', name, photos: [] });
    const tag = await findTag(this.#options, name);
    if (tag !== null) await target.deleteTag(tag);
    journal.together(() => {
      journal.forgetMade({ source: target.source, kind: 'tag', name });
      journal.end(operation);
    });
  }
}
