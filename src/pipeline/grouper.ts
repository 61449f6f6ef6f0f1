import type { Evidence, Group, KeepRule, Likeness, PhotoId, PhotoKey, SourceName } from '../model.js';
import type { GroupNumbers, GroupStore, IndexedPhoto, PhotoStore } from '../ports.js';
import {
  automaticBits,
  certainBits,
  crowdedNeighbours,
  evidenceBetween,
  evidenceVersion,
  isDuplicate,
} from './evidence.js';
import { groupCandidates, type Candidate, type UnnumberedGroup } from './grouping.js';
import { byWorth } from './keep-rules.js';
import { createPace } from '../pace.js';

export interface GrouperOptions {
  readonly photos: PhotoStore;
  readonly groups: GroupStore;
  readonly numbers: GroupNumbers;
  readonly keep: readonly KeepRule[];
  /** Largest distance of the 64-bit hash, 0 to 12 bits. */
  readonly threshold: number;
  /** Sources that are configured: photos of others may be gone by now, and are members of no group. */
  readonly sources: readonly SourceName[];
}

/** Keeps groups true: looks again at what is linked to photos that changed, and only at that. */
export class Grouper {
  readonly #options: GrouperOptions;
  readonly #order;

  constructor(options: GrouperOptions) {
    this.#options = options;
    this.#order = byWorth(options.keep);
  }

  /** Regroups around every dirty photo. Safe to stop and repeat: what was not reached stays dirty. */
  async run(): Promise<{ readonly regrouped: readonly PhotoKey[] }> {
    const { groups, threshold, keep, sources } = this.#options;
    groups.useRules(JSON.stringify({ evidenceVersion, threshold, keep, sources: [...sources].sort() }));
    const pace = createPace();
    const done = new Set<PhotoId>();
    const regrouped: PhotoKey[] = [];
    for (const id of groups.dirty()) {
      await pace();
      if (done.has(id)) continue;
      const component = this.#componentOf(id);
      for (const member of component.scope) done.add(member);
      const found = groupCandidates(component.candidates, this.#order);
      groups.regroup([...component.scope], this.#numbered(found, component.scope));
      if (component.grouped || found.length > 0) regrouped.push(...component.keys);
    }
    return { regrouped };
  }

  /** Everything that is proven, step by step, to be linked to the photo, and the members that its group had so far. */
  #componentOf(start: PhotoId): Component {
    const reader = new LinkReader(this.#options);
    const scope = new Set<PhotoId>([start]);
    const candidates: Candidate[] = [];
    const keys: PhotoKey[] = [];
    let grouped = false;
    for (const id of scope) {
      const mates = this.#options.groups.groupMates(id);
      grouped ||= mates.length > 0;
      for (const mate of mates) scope.add(mate);
      const photo = reader.photo(id);
      if (photo === null) continue;
      keys.push(photo.key);
      const links = reader.provenLinks(photo);
      for (const other of links.ids) scope.add(other);
      if (canBeMember(photo, this.#options.sources)) candidates.push({ photo, proven: links.proven });
    }
    return { scope, candidates, keys, grouped };
  }

  /** The keeper's number goes on, else the lowest that any member had and nobody else has now. */
  #numbered(found: readonly UnnumberedGroup[], scope: ReadonlySet<PhotoId>): Group[] {
    const { groups, numbers } = this.#options;
    const had = numbers.numbersOf(found.flatMap(({ members }) => members.map(({ key }) => key)));
    const given = new Map<PhotoKey, number>();
    const used = new Set<number>();
    const give = (keeper: PhotoKey, keys: readonly PhotoKey[]): void => {
      if (given.has(keeper)) return;
      const wishes = keys.flatMap((key) => had.get(key) ?? []).sort((a, b) => a - b);
      const number = wishes.find(
        (wish) => !used.has(wish) && groups.membersOf(wish).every((id) => scope.has(id)),
      );
      if (number === undefined) return;
      given.set(keeper, number);
      used.add(number);
    };
    // All keepers before any other member: a photo that takes some extras does not take the number too.
    for (const { keeper } of found) give(keeper, [keeper]);
    for (const { keeper, members } of found)
      give(
        keeper,
        members.map(({ key }) => key),
      );
    const numbered = found.map((group) => ({
      number: given.get(group.keeper) ?? this.#freshNumber(),
      ...group,
    }));
    if (numbered.length > 0) numbers.remember(numbered);
    return numbered;
  }

  /** A journal that was lost or restored may have forgotten numbers that groups have. */
  #freshNumber(): number {
    const { groups, numbers } = this.#options;
    for (;;) {
      const number = numbers.take();
      if (groups.membersOf(number).length === 0) return number;
    }
  }
}

interface Component {
  readonly scope: ReadonlySet<PhotoId>;
  readonly candidates: readonly Candidate[];
  readonly keys: readonly PhotoKey[];
  /** True when any of them was in a group before. */
  readonly grouped: boolean;
}

function canBeMember(photo: IndexedPhoto, sources: readonly SourceName[]): boolean {
  return photo.presence === 'present' && sources.includes(photo.source);
}

/** Reads links of photos, each photo once. */
class LinkReader {
  readonly #options: GrouperOptions;
  readonly #photos = new Map<PhotoId, IndexedPhoto | null>();
  readonly #likenesses = new Map<PhotoId, readonly Likeness[]>();

  constructor(options: GrouperOptions) {
    this.#options = options;
  }

  photo(id: PhotoId): IndexedPhoto | null {
    const known = this.#photos.get(id);
    if (known !== undefined) return known;
    const photo = this.#options.photos.byId(id);
    this.#photos.set(id, photo);
    return photo;
  }

  provenLinks(photo: IndexedPhoto): { ids: PhotoId[]; proven: Map<PhotoKey, Evidence> } {
    const likenesses = new Map(this.#likenessesOf(photo.id).map((likeness) => [likeness.b, likeness]));
    const linked = new Set([...likenesses.keys(), ...this.#options.groups.sameBytes(photo.id)]);
    const proven = new Map<PhotoKey, Evidence>();
    const ids: PhotoId[] = [];
    for (const id of linked) {
      const other = this.photo(id);
      if (other === null || !canBeMember(other, this.#options.sources)) continue;
      const evidence = evidenceBetween(photo, other, likenesses.get(id) ?? null, {
        threshold: this.#options.threshold,
        detailBound: this.#isCrowded(photo.id) || this.#isCrowded(id) ? certainBits : automaticBits,
      });
      if (!isDuplicate(evidence)) continue;
      proven.set(other.key, evidence);
      ids.push(id);
    }
    return { ids, proven };
  }

  #isCrowded(id: PhotoId): boolean {
    const uncertain = this.#likenessesOf(id).filter((likeness) => likeness.detailBits > certainBits);
    return uncertain.length > crowdedNeighbours;
  }

  #likenessesOf(id: PhotoId): readonly Likeness[] {
    const known = this.#likenesses.get(id) ?? this.#options.groups.likenessesOf(id);
    this.#likenesses.set(id, known);
    return known;
  }
}
