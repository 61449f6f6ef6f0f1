import { localRealm, type Evidence, type Group, type Member, type PhotoKey, type Realm } from '../model.js';
import type { Rankable } from './keep-rules.js';

/** A group before it has its number. */
export type UnnumberedGroup = Omit<Group, 'number'>;

/** A photo that may be a member, with what proves it against others. */
export interface Candidate {
  readonly photo: Rankable;
  /** Proven duplicates of the photo. Symmetric: both ends list each other. */
  readonly proven: ReadonlyMap<PhotoKey, Evidence>;
}

/**
 * Groups without chains: the best photo left becomes a keeper and takes those of its proven duplicates that are left.
 * A function of the set of candidates alone. Each extra is proven against the group's keeper and, where another account
 * keeps its own copy, against that copy too. Cost: the number of links.
 */
export function groupCandidates(
  candidates: readonly Candidate[],
  order: (a: Rankable, b: Rankable) => number,
): UnnumberedGroup[] {
  const ranked = [...candidates].sort((a, b) => order(a.photo, b.photo));
  const byKey = new Map(ranked.map((candidate) => [candidate.photo.key, candidate]));
  const taken = new Set<PhotoKey>();
  const groups: UnnumberedGroup[] = [];
  for (const centre of ranked) {
    if (taken.has(centre.photo.key)) continue;
    const near = [...centre.proven.keys()]
      .flatMap((key) => (taken.has(key) ? [] : (byKey.get(key) ?? [])))
      .sort((a, b) => order(a.photo, b.photo));
    const group = groupAround(centre, near);
    if (group === null) continue;
    for (const member of group.members) taken.add(member.key);
    groups.push(group);
  }
  return groups;
}

/** The group around a keeper; null when nobody in it has a better copy. */
function groupAround(centre: Candidate, near: readonly Candidate[]): UnnumberedGroup | null {
  const keepers = new Map<Realm, Candidate>([[centre.photo.realm, centre]]);
  const members: Member[] = [{ key: centre.photo.key, role: 'keeper', evidence: null, keptAs: null }];
  for (const candidate of near) {
    const { key, realm } = candidate.photo;
    const evidence = centre.proven.get(key) ?? null;
    // A local file is an extra of whatever keeper it has; an account's photo only of a photo of that account.
    const keptAs = realm === localRealm ? centre : keepers.get(realm);
    if (keptAs === undefined) {
      keepers.set(realm, candidate);
      members.push({ key, role: 'keeper', evidence, keptAs: null });
    } else if (keptAs === centre || keptAs.proven.has(key)) {
      members.push({ key, role: 'extra', evidence, keptAs: keptAs.photo.key });
    }
  }
  return members.some((member) => member.role === 'extra') ? { keeper: centre.photo.key, members } : null;
}
