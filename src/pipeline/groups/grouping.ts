import {
  localRealm,
  type Content,
  type Evidence,
  type Group,
  type Member,
  type Photo,
  type PhotoKey,
  type Realm,
} from '../../model.js';
import type { Pace } from '../../pace.js';
import { withCompanion, type Shot } from '../evidence/companions.js';
import { picturePixels, type Rankable } from './keep-rules.js';
import { mayStandFor } from '../evidence/several-frames.js';

/** A group before it has its number. */
export type UnnumberedGroup = Omit<Group, 'number'>;

/** A photo that may be a member, with what proves it against others. */
export interface Candidate {
  readonly photo: Rankable & Content & Shot & Pick<Photo, 'frames'>;
  /** Proven duplicates of the photo. Symmetric: both ends list each other. Worked out when asked for. */
  readonly proofs: () => ReadonlyMap<PhotoKey, Evidence>;
}

type Order = (a: Rankable, b: Rankable) => number;

/** Pairs that never are in one group. */
export interface Apart {
  has(a: Content, b: Content): boolean;
  /** True when the photo is one of some such pair. */
  concerns(photo: Content): boolean;
}

const nobodyApart: Apart = { has: () => false, concerns: () => false };

/**
 * Groups without chains: the best photo left becomes a keeper and takes those of its proven duplicates that are left.
 * A function of the set of candidates and of `apart` alone. Each extra is proven against the group's keeper and, where
 * another account keeps its own copy, against that copy too. Where a photo is proven against two that are kept apart, it
 * shares a group with the better one. A RAW file is no extra of what was developed from it, and what the camera developed of
 * it is no extra of another RAW file of the shot. Cost: the links of keepers.
 */
export async function groupCandidates(
  candidates: readonly Candidate[],
  order: Order,
  { apart = nobodyApart, pace = () => undefined }: { readonly apart?: Apart; readonly pace?: Pace } = {},
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
    const keep: Keep = (candidate, proven = candidate.proofs()) => keptOf(candidate, proven, byKey);
    const group = groupAround(keep(centre, proofs), near, keep, { apart, order });
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
  centre: Kept,
  near: readonly Candidate[],
  keep: Keep,
  { apart, order }: { readonly apart: Apart; readonly order: Order },
): UnnumberedGroup | null {
  const keepers = new Map<Realm, Kept>([[centre.photo.realm, centre]]);
  const members: Member[] = [{ key: centre.photo.key, role: 'keeper', evidence: null, keptAs: null }];
  const wary = apart.concerns(centre.photo) ? [centre.photo] : [];
  for (const candidate of near) {
    const isWary = apart.concerns(candidate.photo);
    if (isWary && wary.some((member) => apart.has(member, candidate.photo))) continue;
    const { key, realm } = candidate.photo;
    const evidence = centre.proven.get(key) ?? null;
    const isLesserFile = realm === localRealm && !isBetterFile(candidate.photo, centre.photo);
    const keptAs = isLesserFile ? centre : keepers.get(realm);
    if (keptAs === undefined) {
      keepers.set(realm, keep(candidate));
      members.push({ key, role: 'keeper', evidence, keptAs: null });
    } else if (canStandFor(keptAs, candidate.photo, order)) {
      members.push({ key, role: 'extra', evidence, keptAs: keptAs.photo.key });
    } else continue;
    if (isWary) wary.push(candidate.photo);
  }
  return members.some((member) => member.role === 'extra') ? { keeper: centre.photo.key, members } : null;
}

/** A photo that stays when its extras go. */
interface Kept {
  readonly photo: Candidate['photo'];
  readonly proven: ReadonlyMap<PhotoKey, Evidence>;
  /** Of a RAW file: proven photos that lie beside a proven RAW file of their own shot, which they stay with. */
  readonly developed: ReadonlySet<Candidate['photo']>;
}

type Keep = (candidate: Candidate, proven?: Kept['proven']) => Kept;

function keptOf({ photo }: Candidate, proven: Kept['proven'], byKey: ReadonlyMap<PhotoKey, Candidate>): Kept {
  if (photo.format !== 'raw') return { photo, proven, developed: new Set() };
  return {
    photo,
    proven,
    developed: withCompanion([...proven.keys()].flatMap((key) => byKey.get(key)?.photo ?? [])),
  };
}

/**
 * Proven; and neither is a RAW file an extra of what was developed, nor what is worth more to a person an extra of a RAW file. The
 * same of an animation and its stills.
 */
function canStandFor(
  { photo: kept, proven, developed }: Kept,
  extra: Candidate['photo'],
  order: Order,
): boolean {
  const evidence = proven.get(extra.key);
  if (evidence === undefined || developed.has(extra)) return false;
  const isOfOneKind = (extra.format === 'raw') === (kept.format === 'raw');
  if (!isOfOneKind && (kept.format !== 'raw' || order(kept, extra) > 0)) return false;
  // Of the same bytes one source may know more than another.
  if (evidence.kind === 'same-bytes' || mayStandFor(kept, extra) === mayStandFor(extra, kept)) return true;
  return mayStandFor(kept, extra) && order(kept, extra) < 0;
}

/**
 * A local file is an extra of the account's photo that is as good, whatever else differs; with more pixels it stays beside
 * it: deleting it would lose them.
 */
function isBetterFile(file: Rankable, kept: Rankable): boolean {
  return kept.realm !== localRealm && picturePixels(file) > picturePixels(kept);
}
