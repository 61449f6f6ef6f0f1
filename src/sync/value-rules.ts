import { createHash } from 'node:crypto';
import type { FieldKind, ValueKind } from '../label-ports.js';
import type { Group, PhotoKey } from '../model.js';
import type { IndexedPhoto } from '../store-ports.js';
import { groupName, signatureOf } from './desired.js';
import { carryRules } from './carry-rules.js';
import { heart, ofMarks } from './mark-rules.js';
import { scores } from './score-rules.js';
import type { OwnGroup, ValueRules, ValueWorld } from './value-kind.js';
import type { WantedValue } from './value-plan.js';

const favorite: ValueRules = {
  kind: 'favorite',
  foreign: 'leave',
  wanted: ({ groups }) => {
    const wanted = new Map<PhotoKey, WantedValue>();
    for (const { own, signature } of groups)
      for (const { key, role } of own)
        if (role === 'keeper') wanted.set(key, { value: heart, name: heart, signature });
    return wanted;
  },
  ...ofMarks(
    (marks) => (marks.favorite ? heart : null),
    (value) => ({ favorite: value !== null }),
  ),
};

/** Immich's page shows photos that share an id, and only where at least two of them do. */
const duplicate: ValueRules = {
  kind: 'duplicate',
  foreign: 'replace',
  wanted: ({ groups, actual, own, owner }) => {
    const wanted = new Map<PhotoKey, WantedValue>();
    for (const { group, own: members, signature } of groups) {
      if (members.length < 2) continue;
      const keys = members.map(({ key }) => key);
      const value = standingId(keys, actual, own) ?? duplicateIdOf(owner, group.number);
      for (const key of keys)
        wanted.set(key, { value, name: groupName('Similar-', group.number), signature });
    }
    return wanted;
  },
  ...ofMarks(
    (marks) => marks.duplicateId,
    (duplicateId) => ({ duplicateId }),
  ),
};

/** An id that Immich, or somebody, gave some of the photos: the others join it, so that no group of theirs is torn apart. */
function standingId(
  keys: readonly PhotoKey[],
  actual: ValueWorld['actual'],
  own: ValueWorld['own'],
): string | null {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const id = actual(key);
    if (id != null && !own.has(key)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return most?.[0] ?? null;
}

/** The same for the same group whenever it is asked, and a version 4 UUID: Immich takes no other. */
function duplicateIdOf(owner: string, number: number): string {
  const hex = createHash('sha1').update(`photo-organizer ${owner} ${number}`).digest('hex');
  const variant = '89ab'.charAt(parseInt(hex.charAt(16), 16) % 4);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Each kind for people, of several photos. */
export const labelWords: Readonly<Record<ValueKind, string>> = {
  favorite: 'favourites',
  duplicate: "Immich's Duplicates page",
  scores: 'scores',
  stack: 'stacks',
  'carried-favorite': 'carried favourites',
  rating: 'carried ratings',
  description: 'carried descriptions',
  location: 'carried locations',
};

export const valueRules: Readonly<Record<FieldKind, ValueRules>> = {
  favorite,
  duplicate,
  scores,
  ...carryRules,
};

export const fieldKinds = Object.keys(valueRules) as FieldKind[];

/** Whether it is the photo's own once it was given. */
export function isFieldThatStays(kind: string): boolean {
  return fieldKinds.some((field) => field === kind && valueRules[field].stays === true);
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
