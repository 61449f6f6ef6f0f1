import { localRealm, type Evidence, type Group, type Member, type PhotoKey, type Realm } from '../model.js';
import type { Pace } from '../pace.js';
import type { Rankable } from './keep-rules.js';

/** A group before it has its number. */
export type UnnumberedGroup = Omit<Group, 'number'>;

/** A photo that may be a member, with what proves it against others. */
export interface Candidate {
  readonly photo: Rankable;
  /** Proven duplicates of the photo. Symmetric: both ends list each other. Worked out when asked for. */
  readonly proofs: () => ReadonlyMap<PhotoKey, Evidence>;
}

type Order = (a: Rankable, b: Rankable) => number;

/**
 * Groups without chains: the best photo left becomes a keeper and takes those of its proven duplicates that are left.
 * A function of the set of candidates alone. Each extra is proven against the group's keeper and, where another account
 * keeps its own copy, against that copy too. Cost: the links of keepers.
 */
export async function groupCandidates(
  candidates: readonly Candidate[],
  order: Order,
  pace: Pace = () => undefined,
): Promise<UnnumberedGroup[]> {
  const ranked = oncePerFile([...candidates].sort((a, b) => order(a.photo, b.photo)));
  const byKey = new Map(ranked.map((candidate) => [candidate.photo.key, candidate]));
  const taken = new Set<PhotoKey>();
  const groups: UnnumberedGroup[] = [];
  for (const centre of ranked) {
    await pace();
    if (taken.has(centre.photo.key)) continue;
    const proofs = centre.proofs();
    const near = [...proofs.keys()]
      .flatMap((key) => (taken.has(key) ? [] : (byKey.get(key) ?? [])))
      .sort((a, b) => order(a.photo, b.photo));
    const group = groupAround(centre, proofs, near);
    if (group === null) continue;
    for (const member of group.members) taken.add(member.key);
    groups.push(group);
  }
  return groups;
}

/** A file that is seen in two places (folders that overlap, a hard link) is one photo, not its own duplicate. */
function oncePerFile(ranked: readonly Candidate[]): readonly Candidate[] {
  const seen = new Set<string>();
  return ranked.filter(({ photo: { fileId } }) => {
    if (fileId === null) return true;
    const isNew = !seen.has(fileId);
    seen.add(fileId);
    return isNew;
  });
}

/** The group around a keeper; null when nobody in it has a better copy. */
function groupAround(
  centre: Candidate,
  proofs: ReadonlyMap<PhotoKey, Evidence>,
  near: readonly Candidate[],
): UnnumberedGroup | null {
  const keepers = new Map<Realm, Kept>([[centre.photo.realm, { ...centre, proven: proofs }]]);
  const members: Member[] = [{ key: centre.photo.key, role: 'keeper', evidence: null, keptAs: null }];
  for (const candidate of near) {
    const { key, realm } = candidate.photo;
    const evidence = proofs.get(key) ?? null;
    const isLesserFile = realm === localRealm && !isBetterFile(candidate.photo, centre.photo);
    const keptAs = isLesserFile ? { ...centre, proven: proofs } : keepers.get(realm);
    if (keptAs === undefined) {
      keepers.set(realm, { ...candidate, proven: candidate.proofs() });
      members.push({ key, role: 'keeper', evidence, keptAs: null });
    } else if (keptAs.photo === centre.photo || keptAs.proven.has(key)) {
      members.push({ key, role: 'extra', evidence, keptAs: keptAs.photo.key });
    }
  }
  return members.some((member) => member.role === 'extra') ? { keeper: centre.photo.key, members } : null;
}

type Kept = Candidate & { readonly proven: ReadonlyMap<PhotoKey, Evidence> };

/**
 * A local file is an extra of the account's photo that is as good, whatever else differs; with more pixels it stays beside
 * it: deleting it would lose them.
 */
function isBetterFile(file: Rankable, kept: Rankable): boolean {
  const pixels = ({ width, height }: Rankable): number => (width ?? 0) * (height ?? 0);
  return kept.realm !== localRealm && pixels(file) > pixels(kept);
}
