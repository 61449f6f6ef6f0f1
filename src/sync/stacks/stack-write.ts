import { FatalError, TerminalError, TransientError, describeError } from '../../errors.js';
import type { MadeThing, Run, ValueLabel } from '../../label-ports.js';
import type { StackRef } from '../../target-ports.js';
import type { PhotoKey } from '../../model.js';
import {
  batches,
  type AddToStack,
  type CreateStack,
  type DeleteStacks,
  type LeadStack,
  type Outcome,
  type RemoveFromStack,
  type StackOperation,
} from '../operation.js';
import type { SyncParts } from '../sync-parts.js';
import type { WantedValue } from '../values/value-plan.js';

/** Carries out operations on stacks. They take effect at once. */
export class StackWriter {
  readonly #parts: SyncParts;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** Journalled before and after. Safe to repeat. Throws what stops the rest of the operation. */
  async apply(
    operation: StackOperation,
    run: Run,
    wanted: ReadonlyMap<PhotoKey, WantedValue>,
  ): Promise<Outcome> {
    const { journal, stopping } = this.#parts;
    if (stopping.aborted) throw new TransientError('STOPPING', 'the agent is stopping');
    const { kind, source, name, photos, changes } = operation;
    const number = journal.begin(run, { source, kind, name, photos, changes });
    try {
      const outcome = await this.#write(operation, number, wanted);
      journal.end(number);
      const lead = 'lead' in operation ? operation.lead : null;
      if (lead !== null) {
        // A step of its own in the journal: what turns it back is another.
        const entry = { kind: 'lead-stack', source, name, photos: [lead.to], changes: [lead] };
        journal.end(journal.begin(run, entry));
      }
      return outcome;
    } catch (error) {
      journal.end(number, describeError(error));
      throw error;
    }
  }

  async #write(
    operation: StackOperation,
    number: number,
    wanted: ReadonlyMap<PhotoKey, WantedValue>,
  ): Promise<Outcome> {
    switch (operation.kind) {
      case 'create-stack':
      case 'add-to-stack':
        return this.#stack(operation, number, wanted);
      case 'remove-from-stack':
        return this.#remove(operation);
      case 'lead-stack':
        return this.#lead(operation);
      case 'delete-stacks':
        return this.#dissolve(operation);
    }
  }

  /** Immich adds to a stack by making a new one that swallows the old. */
  async #stack(
    operation: CreateStack | AddToStack,
    number: number,
    wanted: ReadonlyMap<PhotoKey, WantedValue>,
  ): Promise<Outcome> {
    const { journal, target } = this.#parts;
    const { source, stack, photos } = operation;
    const known = journal.made(source, 'stack').find(({ name }) => name === stack);
    const before = journal.values(source, 'stack', photos);
    const grown = operation.kind === 'add-to-stack' ? operation.stackId : '';
    const signature = wanted.get(photos[0] ?? ('' as PhotoKey))?.signature ?? '';
    const made: MadeThing = {
      ...{ source, kind: 'stack', name: stack, signature, state: 'here' },
      ...{ serverId: null, version: grown },
    };
    const labels = photos.map((photo) => this.#labelFor(photo, operation, number, wanted));
    journal.together(() => {
      journal.putMade(made);
      journal.put(labels);
    });
    let ref: StackRef;
    try {
      ref = await target.stacks.create(operation.kind === 'add-to-stack' ? operation.all : photos);
    } catch (error) {
      const isRefused = error instanceof TerminalError || isForbidden(error);
      if (isRefused)
        journal.together(() => {
          journal.forget(labels);
          journal.put(before);
          if (known === undefined) journal.forgetMade(made);
          else journal.putMade(known);
        });
      if (!(error instanceof TerminalError)) throw error;
      return this.#whoIsGone(photos, error);
    }
    this.#remember(operation, made, ref, labels);
    return { written: photos, refused: new Map() };
  }

  /** Other stacks of ours that went into it are no more, and neither is what the new one did not take (photos in the trash). */
  #remember(
    { source, stack }: CreateStack | AddToStack,
    made: MadeThing,
    ref: StackRef,
    labels: readonly ValueLabel[],
  ): void {
    const { journal, clock } = this.#parts;
    const since = clock.now();
    journal.together(() => {
      journal.putMade({ ...made, serverId: ref.id, version: ref.lead });
      journal.put(labels.map((label) => ({ ...label, state: 'verified' as const, since })));
      const all = journal.values(source, 'stack');
      journal.forget(all.filter(({ value, photo }) => value === stack && !ref.members.has(photo)));
      const used = new Set(journal.values(source, 'stack').map(({ value }) => value));
      for (const other of journal.made(source, 'stack')) if (!used.has(other.name)) journal.forgetMade(other);
    });
  }

  /** All or nothing: photos that were deleted meanwhile are no failure, the next run stacks the others. */
  async #whoIsGone(photos: readonly PhotoKey[], error: TerminalError): Promise<Outcome> {
    const found = await Promise.all(photos.map((key) => this.#parts.target.stacks.of(key)));
    const isGone = found.includes(undefined);
    const word = describeError(error);
    return { written: [], refused: new Map(isGone ? [] : photos.map((key) => [key, word])) };
  }

  async #remove({ source, stackId, stack, photos, lead }: RemoveFromStack): Promise<Outcome> {
    const { journal, target } = this.#parts;
    if (lead !== null) {
      await target.stacks.lead(stackId, lead.to);
      this.#noteLead(source, stack, lead.to);
    }
    const written: PhotoKey[] = [];
    const refused = new Map<PhotoKey, string>();
    for (const photo of photos) {
      try {
        await target.stacks.leave(stackId, photo);
      } catch (error) {
        if (!(error instanceof TerminalError)) throw error;
        const now = await target.stacks.of(photo);
        if (now?.id === stackId) {
          refused.set(photo, describeError(error));
          continue;
        }
      }
      journal.forget([{ source, kind: 'stack', name: 'stack', photo }]);
      written.push(photo);
    }
    return { written, refused };
  }

  async #lead({ source, stack, stackId, photos }: LeadStack): Promise<Outcome> {
    const [photo] = photos;
    if (photo === undefined) return { written: [], refused: new Map() };
    await this.#parts.target.stacks.lead(stackId, photo);
    this.#noteLead(source, stack, photo);
    return { written: photos, refused: new Map() };
  }

  #noteLead(source: MadeThing['source'], stack: string, lead: PhotoKey): void {
    const { journal } = this.#parts;
    const made = journal.made(source, 'stack').find(({ name }) => name === stack);
    if (made !== undefined) journal.putMade({ ...made, version: lead });
  }

  async #dissolve({ source, stacks }: DeleteStacks): Promise<Outcome> {
    const { journal } = this.#parts;
    const written: PhotoKey[] = [];
    const refused = new Map<PhotoKey, string>();
    for (const batch of batches(stacks)) {
      const failed = await this.#dissolveBatch(batch.map(({ stackId }) => stackId));
      const gone = batch.filter(({ stackId }) => !failed.has(stackId));
      for (const { stackId, photos } of batch)
        for (const photo of photos) {
          const word = failed.get(stackId);
          if (word === undefined) written.push(photo);
          else refused.set(photo, word);
        }
      const names = new Set(gone.map(({ name }) => name));
      journal.together(() => {
        // Those in the trash too: a stack that is gone is gone for all.
        const isStanding = ({ state }: ValueLabel): boolean => state !== 'by-hand' && state !== 'refused';
        const all = journal.values(source, 'stack');
        journal.forget(all.filter((label) => names.has(label.value) && isStanding(label)));
        for (const name of names) journal.forgetMade({ source, kind: 'stack', name });
      });
    }
    return { written, refused };
  }

  /** Stacks that could not be dissolved, with the server's word. One that is gone already keeps all others from it. */
  async #dissolveBatch(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { stacks } = this.#parts.target;
    try {
      await stacks.dissolve(ids);
      return new Map();
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
    }
    const there = new Set((await stacks.list()).map(({ id }) => id));
    const failed = new Map<string, string>();
    for (const id of ids.filter((one) => there.has(one)))
      await stacks.dissolve([id]).catch((error: unknown) => {
        if (!(error instanceof TerminalError)) throw error;
        failed.set(id, describeError(error));
      });
    return failed;
  }

  #labelFor(
    photo: PhotoKey,
    { source, stack }: CreateStack | AddToStack,
    operation: number,
    wanted: ReadonlyMap<PhotoKey, WantedValue>,
  ): ValueLabel {
    const { clock, photoOf } = this.#parts;
    return {
      ...{ source, kind: 'stack', name: 'stack', photo, state: 'pending', operation, tries: 1 },
      baseline: photoOf(photo)?.updatedAt ?? 0,
      since: clock.now(),
      signature: wanted.get(photo)?.signature ?? '',
      value: stack,
      before: null,
    };
  }
}

/** The key lacks a permission: the server has done nothing. */
function isForbidden(error: unknown): boolean {
  return error instanceof FatalError && error.code === 'IMMICH_FORBIDDEN';
}
