import type { OwnLabel } from '../../label-ports.js';
import type { PhotoKey } from '../../model.js';
import { keptWithin, type KeptWith } from './carry-rules.js';
import type { CarryTag } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';
import { planTag, type TagPlan } from '../tags/tag-plan.js';
import { lookAtEach } from '../tags/tag-view.js';
import type { OwnGroup } from '../own-groups.js';
import type { NotCarried } from '../values/value-kind.js';

export interface CarriedTagsPlan extends Omit<TagPlan, 'operations' | 'left'> {
  readonly operations: readonly CarryTag[];
  readonly notCarried: readonly NotCarried[];
}

export interface CarriedTagsOptions {
  readonly probeLibraries: boolean;
  /** Names of the tags that say something of ours now. */
  readonly ours: readonly string[];
}

const nothing: CarriedTagsPlan = {
  ...{ operations: [], observed: [], forgotten: [], refused: [], waiting: [], notCarried: [] },
};

/** So many photos are asked for one by one, whatever else there is. */
const handful = 8;

/** A person's tags of one account that keepers get because their extras have them: reads and plans. `TagSync` writes. */
export class CarriedTags {
  readonly #parts: SyncParts;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** Asks the server for photos that it touched since they were last asked for. Writes nothing to it. */
  async plan(groups: readonly OwnGroup[], options: CarriedTagsOptions): Promise<CarriedTagsPlan> {
    const kept = keptWithin(groups);
    if (kept.length === 0) return nothing;
    const isOurs = this.#ownNames(options.ours);
    await this.#learn(kept, isOurs);
    const { operations } = this.#planAll(kept, isOurs, options);
    if (operations.length === 0 || !options.probeLibraries) return this.#planAll(kept, isOurs, options);
    // What a person has tagged a moment ago is not ours: those that are to be written are asked once more.
    await lookAtEach(this.#parts, '', [...new Set(operations.flatMap(({ photos }) => photos))]);
    return this.#planAll(kept, isOurs, options);
  }

  #planAll(
    kept: readonly KeptWith[],
    isOurs: (name: string) => boolean,
    options: CarriedTagsOptions,
  ): CarriedTagsPlan {
    const { journal, knownTags, target } = this.#parts;
    const keepers = new Map(kept.map((one) => [one.keeper, one]));
    const own = journal
      .labels(target.source, 'tag')
      .filter(({ photo, name }) => keepers.has(photo) && !isOurs(name));
    const tagsOf = (key: PhotoKey): readonly string[] => knownTags.of(key)?.tags ?? [];
    const holders = new Map<string, Map<PhotoKey, PhotoKey[]>>();
    for (const { keeper, extras } of kept)
      for (const extra of extras)
        for (const name of tagsOf(extra)) {
          if (isOurs(name)) continue;
          const byKeeper = holders.get(name) ?? new Map<PhotoKey, PhotoKey[]>();
          holders.set(name, byKeeper.set(keeper, [...(byKeeper.get(keeper) ?? []), extra]));
        }
    const plans = [...new Set([...holders.keys(), ...own.map(({ name }) => name)])].map((name) => {
      const byKeeper = holders.get(name) ?? new Map<PhotoKey, PhotoKey[]>();
      const labels = own.filter((label) => label.name === name);
      // What was given stays, whoever has it still.
      const given = labels.filter(({ state }) => state !== 'pending' && state !== 'refused');
      const desired = new Map(given.map(({ photo, signature }) => [photo, signature]));
      for (const key of byKeeper.keys()) desired.set(key, keepers.get(key)?.signature ?? '');
      const plan = this.#planOne(name, desired, labels, options);
      return { ...plan, ...this.#carried(name, plan, byKeeper, labels) };
    });
    return {
      operations: plans.flatMap(({ operations }) => operations),
      observed: plans.flatMap(({ observed }) => observed),
      forgotten: plans.flatMap(({ forgotten }) => forgotten),
      refused: plans.flatMap(({ refused }) => refused),
      waiting: plans.flatMap(({ waiting }) => waiting),
      notCarried: plans.flatMap(({ notCarried }) => notCarried),
    };
  }

  #planOne(
    name: string,
    desired: ReadonlyMap<PhotoKey, string>,
    own: readonly OwnLabel[],
    { probeLibraries }: CarriedTagsOptions,
  ): TagPlan {
    const { journal, knownTags, target, photoOf, clock } = this.#parts;
    const of = (key: PhotoKey): { carried: boolean; updatedAt: number } | undefined => {
      const known = knownTags.of(key);
      return known === null ? undefined : { carried: known.tags.includes(name), updatedAt: known.updatedAt };
    };
    return planTag({
      ...{ source: target.source, name, desired, own, photoOf, probeLibraries, now: clock.now() },
      allOwn: () => journal.labels(target.source, 'tag'),
      view: { tagId: null, of },
      fromTrash: false,
    });
  }

  #carried(
    name: string,
    plan: TagPlan,
    holders: ReadonlyMap<PhotoKey, readonly PhotoKey[]>,
    own: readonly OwnLabel[],
  ): Pick<CarriedTagsPlan, 'operations' | 'notCarried'> {
    const { source } = this.#parts.target;
    const operations = plan.operations.flatMap(({ kind, photos }): CarryTag[] =>
      kind === 'tag'
        ? [{ kind: 'carry-tag', source, name, photos, extras: photos.map((key) => holders.get(key) ?? []) }]
        : [],
    );
    const tell = (keeper: PhotoKey, why: string): NotCarried[] =>
      (holders.get(keeper) ?? []).map((extra) => ({ extra, keeper, what: `tag ${name}`, why }));
    const before = own.filter(
      ({ state }) => state === 'by-hand' && !plan.forgotten.some((one) => one.name === name),
    );
    const byHand = [...before, ...plan.observed.filter(({ state }) => state === 'by-hand')];
    const notCarried = [
      ...plan.refused.flatMap((key) => tell(key, 'the library of the photo that is kept does not keep it')),
      ...byHand.flatMap(({ photo }) => tell(photo, 'you took it off the photo that is kept')),
    ];
    return { operations, notCarried };
  }

  /** Brings up to date what is known of the tags of these photos, by as few requests as will do. */
  async #learn(kept: readonly KeptWith[], isOurs: (name: string) => boolean): Promise<void> {
    const { knownTags, photoOf, target } = this.#parts;
    const keys = kept.flatMap(({ keeper, extras }) => [keeper, ...extras]);
    const stale = keys.filter(
      (key) => (knownTags.of(key)?.updatedAt ?? -1) < (photoOf(key)?.updatedAt ?? -1),
    );
    const tags = stale.length <= handful ? [] : await target.tags();
    const theirs = tags.filter(({ name }) => !isOurs(name));
    if (stale.length <= Math.max(handful, theirs.length)) {
      await lookAtEach(this.#parts, '', stale);
      return;
    }
    const found = new Map(stale.map((key) => [key, [] as string[]]));
    const unclear = new Set<PhotoKey>();
    for (const { name, id } of theirs)
      for (const key of (await target.carriers({ id, name })).keys()) {
        const there = found.get(key);
        // The server lists carriers of child tags as carriers of the parent: those are asked one by one.
        if (tags.some((other) => other.name.startsWith(`${name}/`))) unclear.add(key);
        there?.push(name);
      }
    for (const [key, names] of found)
      if (!unclear.has(key)) knownTags.put(key, { tags: names, updatedAt: photoOf(key)?.updatedAt ?? 0 });
    await lookAtEach(
      this.#parts,
      '',
      [...unclear].filter((key) => found.has(key)),
    );
  }

  /** Whether a tag is, or ever was, one that we write to say something of ours. */
  #ownNames(now: readonly string[]): (name: string) => boolean {
    const { journal, target } = this.#parts;
    const ever = journal.ownTags(target.source);
    return (name) => ever.has(name) || now.some((ours) => name === ours || name.startsWith(`${ours}/`));
  }
}
