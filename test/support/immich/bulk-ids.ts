import type { Call } from './route.js';
import { mayShare, ownsAsset } from './access.js';
import { booleanWord, checked, listOf, optional, uuid } from './checks.js';

/** Immich's answer per id of a batch. */
export type BulkIdResult = {
  id: string;
  success: boolean;
  error?: 'duplicate' | 'no_permission' | 'not_found';
};

/** The `ids` of a body, checked. */
export const idsOf = (body: unknown): string[] => checked<{ ids: string[] }>(body, { ids: listOf(uuid) }).ids;

/** Adds to a tag or an album: AssetShare is enough, so a partner's assets go in. Repeats count as duplicates. */
export function addMembers(
  { immich, user }: Call,
  ids: readonly string[],
  members: (id: string) => boolean,
): BulkIdResult[] {
  const added = new Set<string>();
  return ids.map((id) => {
    if (added.has(id) || members(id)) return { id, success: false, error: 'duplicate' };
    const asset = immich.state.assets.get(id);
    if (!asset || !mayShare(immich.state, user, asset)) return { id, success: false, error: 'no_permission' };
    added.add(id);
    return { id, success: true };
  });
}

/** Removes from a tag or an album; what is not in it is `not_found`. */
export function removeMembers(
  { immich, user }: Call,
  ids: readonly string[],
  members: (id: string) => boolean,
  isOwner: boolean,
): BulkIdResult[] {
  const removed = new Set<string>();
  return ids.map((id) => {
    if (removed.has(id) || !members(id)) return { id, success: false, error: 'not_found' };
    const asset = immich.state.assets.get(id);
    if (!isOwner && (!asset || !ownsAsset(user, asset)))
      return { id, success: false, error: 'no_permission' };
    removed.add(id);
    return { id, success: true };
  });
}

/** The ids that went through. */
export const succeeded = (results: readonly BulkIdResult[]): string[] =>
  results.filter(({ success }) => success).map(({ id }) => id);

/** A query parameter that is a boolean in words; anything else is refused. */
export function booleanParam(value: string | undefined, name: string): boolean | undefined {
  checked({ [name]: value }, { [name]: optional(booleanWord) });
  return value === undefined ? undefined : value === 'true';
}
