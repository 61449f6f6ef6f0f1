import type { Group, PhotoKey } from '../model.js';
import type { RefusedWrite } from '../store-ports.js';
import { signatureOf } from './desired.js';
import { isStackOperation, narrowed, type Operation } from './operation.js';
import type { Rejected } from './report.js';
import type { SyncParts } from './sync-parts.js';
import { refusedForMs } from './tags/tag-plan.js';

/** A write that Immich refused so often, one time after the other, rests. */
export const mostRefusals = 5;

export interface Rested {
  readonly go: readonly Operation[];
  /** What is left out. */
  readonly resting: readonly RefusedWrite[];
}

type Step = Pick<RefusedWrite, 'kind' | 'name' | 'photo'>;

/**
 * What Immich refuses again and again is left alone: until the group of its photo or the version of Immich is another, or for a
 * week. An answer that says no is no outage: asking every minute would change nothing.
 */
export class Resting {
  readonly #parts: Pick<SyncParts, 'refusedWrites' | 'target' | 'clock'>;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** Leaves out what rests; `groups` are those of the photos of the operations. Writes nothing. */
  leaveOut(operations: readonly Operation[], groups: readonly Group[]): Rested {
    const known = this.#known();
    if (known.size === 0) return { go: operations, resting: [] };
    const signatureNow = signaturesIn(groups);
    const resting: RefusedWrite[] = [];
    const go = operations.flatMap((operation): Operation[] => {
      const rests = stepsOf(operation).flatMap((step) => {
        const write = known.get(nameOf(step));
        const isToRest =
          write !== undefined && write.tries >= mostRefusals && this.#holds(write, signatureNow);
        return isToRest ? [write] : [];
      });
      if (rests.length === 0) return [operation];
      resting.push(...rests);
      const photos = new Set(rests.map(({ photo }) => photo));
      const left = narrowed(operation, (key) => !photos.has(key));
      return isWhole(operation) || left.photos.length === 0 ? [] : [left];
    });
    return { go, resting };
  }

  /** Writes down what came of operations. */
  remember(done: readonly Operation[], rejected: readonly Rejected[], groups: readonly Group[]): void {
    const { refusedWrites, target, clock } = this.#parts;
    const { source, version } = target;
    const known = this.#known();
    if (known.size === 0 && rejected.length === 0) return;
    const signatureNow = signaturesIn(groups);
    refusedWrites.forget(done.flatMap(stepsOf).flatMap((step) => known.get(nameOf(step)) ?? []));
    const at = clock.now();
    refusedWrites.put(
      rejected.flatMap(({ operation, photos, reason }) =>
        stepsOf({ ...operation, photos }).map((step) => {
          const before = known.get(nameOf(step));
          const isAgain = before !== undefined && this.#holds(before, signatureNow);
          const tries = isAgain ? before.tries + 1 : 1;
          return { ...step, source, signature: signatureNow(step.photo), version, tries, at, reason };
        }),
      ),
    );
  }

  /** Forgets what may be tried again; `groups` are all there are. */
  accept(groups: readonly Group[]): void {
    const signatureNow = signaturesIn(groups);
    const over = [...this.#known().values()].filter((write) => !this.#holds(write, signatureNow));
    if (over.length > 0) this.#parts.refusedWrites.forget(over);
  }

  #known(): Map<string, RefusedWrite> {
    const { refusedWrites, target } = this.#parts;
    return new Map(refusedWrites.list(target.source).map((write) => [nameOf(write), write]));
  }

  /** Nothing has changed since it was refused. */
  #holds(
    { at, photo, signature, version }: RefusedWrite,
    signatureNow: (photo: RefusedWrite['photo']) => string,
  ): boolean {
    const { target, clock } = this.#parts;
    return version === target.version && signature === signatureNow(photo) && clock.now() - at < refusedForMs;
  }
}

/** One line for each reason. */
export function restingNotes(resting: readonly RefusedWrite[]): string[] {
  const byReason = new Map<string, number>();
  for (const { source, kind, name, reason } of resting) {
    const what = `${source}: Immich refuses ${kind} ${name} again and again (${reason})`;
    byReason.set(what, (byReason.get(what) ?? 0) + 1);
  }
  return [...byReason].map(
    ([what, photos]) =>
      `${what}, ${photos === 1 ? '1 photo' : `${photos} photos`}: tried again when the group or Immich changes, or after a week`,
  );
}

/** Albums and tags that go, and stacks, are written as a whole. */
function isWhole(operation: Operation): boolean {
  return isStackOperation(operation) || operation.kind === 'delete-album' || operation.kind === 'delete-tag';
}

function stepsOf({ kind, name, photos }: Operation): Step[] {
  const keys: readonly RefusedWrite['photo'][] = photos.length === 0 ? [''] : photos;
  return keys.map((photo) => ({ kind, name, photo }));
}

function nameOf({ kind, name, photo }: Step): string {
  return `${kind}\n${name}\n${photo}`;
}

function signaturesIn(groups: readonly Group[]): (photo: RefusedWrite['photo']) => string {
  let groupOf: ReadonlyMap<PhotoKey | '', Group> | null = null;
  return (photo) => {
    groupOf ??= new Map(groups.flatMap((group) => group.members.map(({ key }) => [key, group] as const)));
    const group = groupOf.get(photo);
    return group === undefined ? '' : signatureOf(group);
  };
}
