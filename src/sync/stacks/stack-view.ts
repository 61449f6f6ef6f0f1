import type { LabelValue, MadeThing, ValueLabel } from '../../label-ports.js';
import type { StackRef } from '../../target-ports.js';
import type { PhotoKey } from '../../model.js';
import type { SyncParts } from '../sync-parts.js';

/** One look at the stacks of an account. */
export interface StackView {
  readonly stacks: readonly StackRef[];
  /** Our stacks that are there, by the number of their group, each with what the journal has of it. */
  readonly ours: ReadonlyMap<string, { readonly made: MadeThing; readonly ref: StackRef }>;
  /** Number of our stack, something else for any other; null = in none, undefined = not known. */
  readonly of: (key: PhotoKey) => LabelValue | undefined;
}

/** So many photos are asked for one by one rather than by listing all stacks, which come with all that is known of their photos. */
const handful = 8;

/** `keys` are all photos that matter; null = any. */
export async function viewStacks(
  parts: SyncParts,
  own: readonly ValueLabel[],
  keys: ReadonlySet<PhotoKey> | null,
): Promise<StackView> {
  const { target, journal } = parts;
  const made = journal.made(target.source, 'stack');
  const isSure = made.every(({ serverId }) => serverId !== null);
  const few = keys !== null && keys.size <= handful && isSure;
  const asked = few ? await lookAtEach(parts, keys) : null;
  const stacks = asked === null ? await target.stacks.list() : asked.stacks;
  const ours = new Map<string, { made: MadeThing; ref: StackRef }>();
  for (const thing of made) {
    const ref = find(thing, stacks, own, ours);
    if (ref !== undefined) ours.set(thing.name, { made: thing, ref });
  }
  const numberOf = new Map([...ours].map(([name, { ref }]) => [ref.id, name]));
  const stackOf = new Map(stacks.flatMap((ref) => [...ref.members].map((key) => [key, ref.id] as const)));
  return {
    stacks,
    ours,
    of: (key) => {
      if (asked?.gone.has(key) === true || (asked !== null && !asked.seen.has(key))) return undefined;
      const id = stackOf.get(key);
      return id === undefined ? null : (numberOf.get(id) ?? `of others: ${id}`);
    },
  };
}

async function lookAtEach(
  { target }: SyncParts,
  keys: ReadonlySet<PhotoKey>,
): Promise<{ stacks: StackRef[]; seen: ReadonlySet<PhotoKey>; gone: ReadonlySet<PhotoKey> }> {
  const stacks = new Map<string, StackRef>();
  const gone = new Set<PhotoKey>();
  await Promise.all(
    [...keys].map(async (key) => {
      const ref = await target.stacks.of(key);
      if (ref === undefined) gone.add(key);
      if (ref == null) return;
      const members = new Set([...(stacks.get(ref.id)?.members ?? []), ...ref.members]);
      stacks.set(ref.id, { ...ref, members });
    }),
  );
  return { stacks: [...stacks.values()], seen: keys, gone };
}

/**
 * The stack that the journal means. One that was being made when we were cut off has no id yet: it is the one that holds just
 * what we were about to stack, or still the one that was to be swallowed by it (`version`).
 */
function find(
  { name, serverId, version }: MadeThing,
  stacks: readonly StackRef[],
  own: readonly ValueLabel[],
  taken: ReadonlyMap<string, { readonly ref: StackRef }>,
): StackRef | undefined {
  if (serverId !== null) return stacks.find(({ id }) => id === serverId);
  const before = stacks.find(({ id }) => id === version);
  if (before !== undefined) return before;
  const planned = new Set(own.filter(({ value }) => value === name).map(({ photo }) => photo));
  const isTaken = (id: string): boolean => [...taken.values()].some(({ ref }) => ref.id === id);
  return stacks.find(
    ({ id, members }) => members.size > 1 && !isTaken(id) && [...members].every((key) => planned.has(key)),
  );
}
