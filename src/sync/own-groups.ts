import type { Group, Member, PhotoKey } from '../model.js';
import type { IndexedPhoto } from '../store-ports.js';
import { signatureOf } from './desired.js';

/** The part of a group that lies in one account, where one of its photos is an extra. */
export interface OwnGroup {
  readonly group: Group;
  readonly signature: string;
  /** Photos of the account that may be labelled, keeper first. */
  readonly own: readonly Member[];
}

/** Groups that count for an account: one of its own photos is an extra in them. */
export function ownGroups(
  source: string,
  groups: readonly Group[],
  photoOf: (key: PhotoKey) => Pick<IndexedPhoto, 'source' | 'writable'> | null,
): OwnGroup[] {
  return groups.flatMap((group) => {
    const own = group.members.filter(({ key }) => {
      const photo = photoOf(key);
      return photo?.source === source && photo.writable;
    });
    return own.some(({ role }) => role === 'extra') ? [{ group, own, signature: signatureOf(group) }] : [];
  });
}
