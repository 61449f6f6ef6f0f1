import type { Group, PhotoKey } from '../../model.js';
import { keptWithin } from './carry-rules.js';
import { CarriedAlbums, type CarriedAlbumsPlan } from './carried-albums.js';
import { CarriedTags, type CarriedTagsPlan } from './carried-tags.js';
import type { LabelSettings } from '../desired.js';
import { tagNamesOf } from '../tags/evidence-tags.js';
import type { Operation } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';
import type { NotCarried } from '../values/value-kind.js';
import { ownGroups } from '../own-groups.js';

/** What is planned of memberships that keepers get from their extras; null = that kind was not asked for. */
export interface CarriedPlan {
  readonly albums: CarriedAlbumsPlan | null;
  readonly tags: CarriedTagsPlan | null;
  /** Photo that is kept to the signature of its group. */
  readonly signatures: ReadonlyMap<PhotoKey, string>;
}

/** Tags and albums of a person that keepers get because only their extras have them. */
export class Carried {
  readonly albums: CarriedAlbums;
  readonly #tags: CarriedTags;
  readonly #parts: SyncParts;

  constructor(parts: SyncParts) {
    this.albums = new CarriedAlbums(parts);
    this.#tags = new CarriedTags(parts);
    this.#parts = parts;
  }

  /** Writes nothing to the server. */
  async plan(
    { carry, tag }: LabelSettings,
    groups: readonly Group[],
    probeLibraries: boolean,
  ): Promise<CarriedPlan> {
    if (carry === undefined || carry.size === 0) return { albums: null, tags: null, signatures: new Map() };
    const { target, photoOf } = this.#parts;
    const own = ownGroups(target.source, groups, photoOf);
    const options = { probeLibraries, ours: tag === null ? [] : tagNamesOf(tag) };
    return {
      albums: carry.has('albums') ? await this.albums.plan(own) : null,
      tags: carry.has('tags') ? await this.#tags.plan(own, options) : null,
      signatures: new Map(keptWithin(own).map(({ keeper, signature }) => [keeper, signature])),
    };
  }
}

export function carriedOperations({ albums, tags }: CarriedPlan): Operation[] {
  return [...(albums?.operations ?? []), ...(tags?.operations ?? [])];
}

export function notCarriedOf({ albums, tags }: CarriedPlan): NotCarried[] {
  return [...(albums?.notCarried ?? []), ...(tags?.notCarried ?? [])];
}
