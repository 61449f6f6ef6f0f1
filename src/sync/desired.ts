import { createHash } from 'node:crypto';
import type { ValueKind } from '../label-ports.js';
import type { Group, PhotoKey, SourceName } from '../model.js';
import { createPace } from '../pace.js';
import type { IndexedPhoto } from '../store-ports.js';

const madeBy = 'Made by photo-organizer (group';

/** Whether the album's description is one that we give. */
export function isDescribedByUs({ description }: { readonly description: string }): boolean {
  return description.includes(madeBy);
}

/** Which labels a run was asked for; null = that kind is left as it is. */
export interface LabelSettings {
  /** Labels that are values, and what goes into them; absent = none. */
  readonly values?: ValueSettings;
  readonly tag: {
    readonly name: string;
    readonly scope: 'extras' | 'all';
    /** `evidence`: tags below that name say what may be done with the photo. Absent: the one tag. */
    readonly by?: 'evidence';
  } | null;
  readonly albums: { readonly prefix: string } | null;
  /** Memberships of extras that keepers get too; absent = none. */
  readonly carry?: ReadonlySet<'albums' | 'tags'>;
}

export interface ValueSettings {
  readonly kinds: ReadonlySet<ValueKind>;
  /** Beginning of the names of groups. */
  readonly prefix: string;
  /** Version of the rules that the evidence was found by. */
  readonly algorithm: string;
}

export interface DesiredAlbum {
  readonly name: string;
  readonly description: string;
  readonly signature: string;
  readonly photos: readonly PhotoKey[];
}

/** Labels that one account's photos should carry. */
export interface DesiredLabels {
  /** Photo to the signature of its group. */
  readonly tagged: ReadonlyMap<PhotoKey, string>;
  readonly albums: readonly DesiredAlbum[];
}

/**
 * What the account's photos should carry. A group counts for an account only when one of the account's own photos is an
 * extra in it; photos of others are never labelled.
 */
export async function desiredLabels(
  source: SourceName,
  groups: readonly Group[],
  settings: LabelSettings,
  photoOf: (key: PhotoKey) => Pick<IndexedPhoto, 'source' | 'writable'> | null,
): Promise<DesiredLabels> {
  const tagged = new Map<PhotoKey, string>();
  const albums: DesiredAlbum[] = [];
  const pace = createPace();
  for (const group of groups) {
    await pace();
    const own = group.members.filter(({ key }) => {
      const photo = photoOf(key);
      return photo?.source === source && photo.writable;
    });
    const extras = own.filter(({ role }) => role === 'extra');
    if (extras.length === 0) continue;
    const signature = signatureOf(group);
    for (const { key } of settings.tag?.scope === 'all' ? own : extras) tagged.set(key, signature);
    if (settings.albums !== null)
      albums.push({
        name: groupName(settings.albums.prefix, group.number),
        description: `The same picture ${own.length} times: 1 to keep, ${extras.length} extra. ${madeBy} ${group.number}).`,
        signature,
        photos: own.map(({ key }) => key),
      });
  }
  return { tagged, albums };
}

/** `Similar-0012` */
export function groupName(prefix: string, number: number): string {
  return prefix + String(number).padStart(4, '0');
}

/** Members whose digests a signature holds; of a larger group it holds one digest of all. */
const mostListed = 50;

/** Which photos the group has, so that two moments of it can be compared: see `isNewReason`. */
export function signatureOf(group: Pick<Group, 'members'>): string {
  const keys = group.members.map(({ key }) => key).sort();
  return keys.length > mostListed ? digest(keys.join('\n'), 16) : keys.map((key) => digest(key, 8)).join('.');
}

/** True when the group has a member that it did not have before: one that only lost members is no new reason to label. */
export function isNewReason(now: string, before: string): boolean {
  const known = new Set(before.split('.'));
  return now.split('.').some((member) => !known.has(member));
}

/** True when the group of that signature had the photo as a member; where the signature does not tell, it may have had. */
export function mayHold(signature: string, key: PhotoKey): boolean {
  const members = signature.split('.');
  return members.length < 2 || members.includes(digest(key, 8));
}

function digest(text: string, length: number): string {
  return createHash('sha1').update(text).digest('hex').slice(0, length);
}
