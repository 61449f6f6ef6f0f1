import type { Group, KeepRule, PhotoId, PhotoKey } from '../../model.js';
import { createPace, type Pace } from '../../pace.js';
import type { Dismissals, GroupNumbers } from '../../store-ports.js';
import { Dismissed } from './dismissed.js';
import { evidenceVersion } from '../evidence/evidence.js';
import { groupCandidates, type Candidate, type UnnumberedGroup } from './grouping.js';
import { byWorth } from './keep-rules.js';
import { Links, type LinkOptions } from './links.js';

export interface GrouperOptions extends LinkOptions {
  readonly numbers: GroupNumbers;
  readonly dismissals: Dismissals;
  readonly keep: readonly KeepRule[];
}

/** Times that a component is worked out while the index may move. */
const mostTries = 3;

/** Keeps groups true: looks again at what is linked to photos that changed, and only at that. */
export class Grouper {
  readonly #options: GrouperOptions;
  readonly #order;
  #dismissed = new Dismissed([]);
  #dismissedVersion = 0;
  #readAt = -1;

  constructor(options: GrouperOptions) {
    this.#options = options;
    this.#order = byWorth(options.keep);
  }

  /** True when a run may change a group. */
  get isDue(): boolean {
    const { groups, dismissals } = this.#options;
    return groups.isDirty() || groups.dismissalsUsed() !== dismissals.version;
  }

  /** True when the groups were made by the rules that the next run goes by: then it looks only at what changed. */
  get rulesStand(): boolean {
    return this.#options.groups.rules() === this.#rules();
  }

  /** Regroups around every dirty photo. Safe to stop and repeat: what was not reached stays dirty. */
  async run(): Promise<{ readonly regrouped: readonly PhotoKey[] }> {
    const { groups } = this.#options;
    groups.useRules(this.#rules());
    this.#useDismissals();
    const pace = createPace();
    let links = this.#newLinks();
    const done = new Set<PhotoId>();
    const regrouped: PhotoKey[] = [];
    for (const { id, wide } of groups.dirty()) {
      // What hangs on the photo goes first: were it cut off here, the photo would still be dirty.
      for (const root of [...this.#alsoConcerned(links, id, wide), id]) {
        if (done.has(root)) continue;
        await pace();
        if (!links.isFresh) links = this.#newLinks();
        const { scope, keys } = await this.#regroupAround(root, links, pace);
        for (const member of scope) done.add(member);
        regrouped.push(...keys);
      }
    }
    return { regrouped };
  }

  #rules(): string {
    const { threshold, keep, sources } = this.#options;
    return JSON.stringify({ evidenceVersion, threshold, keep, sources: [...sources].sort() });
  }

  #newLinks(): Links {
    return new Links(this.#options, this.#dismissed);
  }

  /** What a person said or took back since the groups were last made: whom it concerns is looked at again. */
  #useDismissals(): void {
    const { dismissals, groups, photos } = this.#options;
    this.#refreshDismissed();
    if (this.#readAt !== photos.version) {
      this.#readAt = photos.version;
      for (const key of this.#dismissed.unread)
        dismissals.learn({ key, sha1: photos.get(key)?.sha1 ?? null });
      this.#refreshDismissed();
    }
    const version = this.#dismissedVersion;
    const used = groups.dismissalsUsed();
    if (used === version) return;
    const isUnknown = used === null || used > version;
    const changed = isUnknown ? [] : dismissals.changedSince(used);
    const all = isUnknown && (used ?? version) > 0;
    groups.useDismissals(version, all ? null : changed.flatMap(({ pair }) => pair));
  }

  #refreshDismissed(): void {
    const { dismissals } = this.#options;
    if (dismissals.version === this.#dismissedVersion) return;
    this.#dismissedVersion = dismissals.version;
    this.#dismissed = new Dismissed(dismissals.standing());
  }

  /** Returns what was looked at, and the photos whose labels may have to change. */
  async #regroupAround(
    root: PhotoId,
    known: Links,
    pace: Pace,
  ): Promise<{ readonly scope: ReadonlySet<PhotoId>; readonly keys: readonly PhotoKey[] }> {
    for (let links = known, tries = 1; ; links = this.#newLinks(), tries++) {
      // The index may move while large components yield to the event loop; in the end they do not.
      const breathe = tries < mostTries ? pace : (): undefined => undefined;
      const { scope, candidates, keys, grouped } = await this.#componentOf(root, links, breathe);
      const found = await groupCandidates(candidates, this.#order, {
        apart: this.#dismissed,
        pace: breathe,
      });
      if (!links.isFresh) continue;
      const crowded = new Set([...scope].filter((member) => links.isCrowded(member)));
      this.#options.groups.regroup([...scope], this.#numbered(found, scope), crowded);
      return { scope, keys: grouped || found.length > 0 ? keys : [] };
    }
  }

  /**
   * Photos whose links may be others because of this one although none leads to it: those whose place has become crowded,
   * and where links may have ended (`wide`) those that they led to.
   */
  #alsoConcerned(links: Links, id: PhotoId, wide: boolean): readonly PhotoId[] {
    const becameCrowded = links
      .uncertain(id)
      .filter((other) => links.isCrowded(other) !== this.#options.groups.wasCrowded(other));
    return wide ? [...becameCrowded, ...links.provable(id)] : becameCrowded;
  }

  /** Everything that may be linked to the photo, step by step, and the members that its group had so far. */
  async #componentOf(start: PhotoId, links: Links, pace: Pace): Promise<Component> {
    const scope = new Set<PhotoId>([start]);
    const candidates: Candidate[] = [];
    const keys: PhotoKey[] = [];
    /** Of groups that are in the scope as a whole. */
    const mates = new Set<PhotoId>();
    for (const id of scope) {
      await pace();
      for (const mate of mates.has(id) ? [] : this.#options.groups.groupMates(id)) {
        mates.add(mate);
        scope.add(mate);
      }
      const photo = links.photo(id);
      if (photo === null) continue;
      keys.push(photo.key);
      for (const other of links.perhapsProven(photo, scope)) scope.add(other);
      if (links.canBeMember(photo)) candidates.push({ photo, proofs: () => links.proofs(photo) });
    }
    return { scope, candidates, keys, grouped: mates.size > 0 };
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
