import { isTagOperation, isValueOperation, type Operation } from '../sync/operation.js';

/**
 * What two labellings did, one after the other, as one list: an operation that was done again on other photos is one with all of
 * them. What makes, ends or rearranges an album or a stack stays as it is. Of one labelling alone the order is kept.
 */
export function joinedOperations(
  first: readonly Operation[],
  then: readonly Operation[],
): readonly Operation[] {
  if (first.length === 0) return then;
  const joined = new Map<string, Operation>();
  for (const [at, operation] of [...first, ...then].entries()) {
    const id = isOfSinglePhotos(operation) ? idOf(operation) : `${at}`;
    const before = joined.get(id);
    joined.set(id, before === undefined ? operation : join(before, operation));
  }
  return [...joined.values()];
}

/** Operations that do the same to each of their photos. */
function isOfSinglePhotos(operation: Operation): boolean {
  if (isTagOperation(operation)) return operation.kind !== 'delete-tag';
  const ofAlbums = ['add-to-album', 'remove-from-album', 'carry-to-album', 'take-back-from-album'];
  return isValueOperation(operation) || ofAlbums.includes(operation.kind);
}

/** Equal for operations that differ in their photos alone. */
function idOf({ kind, source, name, ...rest }: Operation): string {
  return JSON.stringify([kind, source, name, 'albumId' in rest ? rest.albumId : null]);
}

function join(one: Operation, other: Operation): Operation {
  const photos = [...one.photos, ...other.photos];
  const extras =
    'extras' in one && 'extras' in other ? { extras: [...(one.extras ?? []), ...(other.extras ?? [])] } : {};
  const changes =
    'changes' in one && 'changes' in other ? { changes: [...one.changes, ...other.changes] } : {};
  return { ...one, ...extras, ...changes, photos };
}
