import { createHash } from 'node:crypto';
import type { PhotoKey } from '../../model.js';
import { groupName } from '../desired.js';
import { ofMarks } from './mark-rules.js';
import type { ValueRules, ValueWorld } from './value-kind.js';
import type { WantedValue } from './value-plan.js';

/** Immich's page shows photos that share an id, and only where at least two of them do. */
export const duplicate: ValueRules = {
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
