import type { OwnLabel } from '../../label-ports.js';
import type { AlbumRef } from '../../target-ports.js';
import type { PhotoKey } from '../../model.js';
import { keptWithin } from './carry-rules.js';
import { isNewReason } from '../desired.js';
import type { CarryToAlbum, TakeBackFromAlbum } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';
import type { OwnGroup } from '../own-groups.js';
import type { NotCarried } from '../values/value-kind.js';

export interface CarriedAlbumsPlan {
  readonly operations: readonly CarryToAlbum[];
  readonly observed: readonly OwnLabel[];
  readonly forgotten: readonly OwnLabel[];
  readonly notCarried: readonly NotCarried[];
}

/** A photo that should be in an album, and why. */
interface Wanted {
  readonly extras: readonly PhotoKey[];
  readonly signature: string;
}

type Draft = { [K in keyof CarriedAlbumsPlan]: CarriedAlbumsPlan[K][number][] };

/** A person's albums of one account that keepers join because their extras are in them: reads and plans. */
export class CarriedAlbums {
  readonly #parts: SyncParts;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** By what was last read of a person's albums; asks the server only where something is to be done. Writes nothing anywhere. */
  async plan(groups: readonly OwnGroup[]): Promise<CarriedAlbumsPlan> {
    const draft: Draft = { operations: [], observed: [], forgotten: [], notCarried: [] };
    const wanted = await this.#wanted(groups, draft);
    if (wanted.size === 0) return draft;
    const { target } = this.#parts;
    const albums = new Map((await target.albums()).map((album) => [album.id, album]));
    for (const [albumId, keepers] of wanted) {
      const album = albums.get(albumId);
      if (album === undefined) continue;
      if (!album.editable) draft.notCarried.push(...notOurs(album, keepers));
      else
        draft.operations.push({
          ...{ kind: 'carry-to-album', source: target.source, name: album.name, albumId },
          photos: [...keepers.keys()],
          extras: [...keepers.values()].map(({ extras }) => extras),
        });
    }
    return draft;
  }

  /** What takes keepers out of albums again, of those labels. A photo that is in the album no more stays out of it. */
  async planTakingBack(only: (label: OwnLabel) => boolean): Promise<{
    readonly operations: readonly TakeBackFromAlbum[];
    readonly forgotten: readonly OwnLabel[];
  }> {
    const { journal, target } = this.#parts;
    const labels = journal
      .labels(target.source, 'carried-album')
      .filter((label) => isOurs(label) && only(label));
    const operations: TakeBackFromAlbum[] = [];
    const forgotten: OwnLabel[] = [];
    const albums = labels.length === 0 ? [] : await target.albums();
    for (const albumId of new Set(labels.map(({ name }) => name))) {
      const here = labels.filter(({ name }) => name === albumId);
      const album = albums.find(({ id }) => id === albumId);
      const members = new Set(album === undefined ? [] : await target.albumMembers(albumId));
      forgotten.push(...here.filter(({ photo }) => !members.has(photo)));
      const photos = here.map(({ photo }) => photo).filter((key) => members.has(key));
      if (album !== undefined && photos.length > 0)
        operations.push({
          kind: 'take-back-from-album',
          source: target.source,
          name: album.name,
          albumId,
          photos,
        });
    }
    return { operations, forgotten };
  }

  accept({ observed, forgotten }: Pick<CarriedAlbumsPlan, 'observed' | 'forgotten'>): void {
    const { journal } = this.#parts;
    journal.together(() => {
      journal.forget(forgotten);
      journal.put(observed);
    });
  }

  /** By album: keepers that are not in it and should be. */
  async #wanted(groups: readonly OwnGroup[], draft: Draft): Promise<Map<string, Map<PhotoKey, Wanted>>> {
    const { albums, journal, target } = this.#parts;
    const { source } = target;
    const wanted = new Map<string, Map<PhotoKey, Wanted>>();
    for (const { keeper, extras, signature } of keptWithin(groups)) {
      const has = new Set(albums.albumsOf(source, keeper));
      const holders = new Map<string, PhotoKey[]>();
      for (const extra of extras)
        for (const id of albums.albumsOf(source, extra)) holders.set(id, [...(holders.get(id) ?? []), extra]);
      for (const [id, some] of holders) {
        if (has.has(id)) continue;
        const [label] = journal.labelsOn(source, 'carried-album', id, [keeper]);
        if (label !== undefined && (await this.#stands(label, signature, draft))) {
          const why = 'you took the photo that is kept out of it';
          if (label.state !== 'pending')
            draft.notCarried.push(...some.map((extra) => ({ extra, keeper, what: 'album', why })));
          continue;
        }
        const keepers = wanted.get(id) ?? new Map<PhotoKey, Wanted>();
        wanted.set(id, keepers.set(keeper, { extras: some, signature }));
      }
    }
    return wanted;
  }

  /** A label of a photo that is not in the album, as far as we know: false when it is as if there had never been one. */
  async #stands(label: OwnLabel, signature: string, draft: Draft): Promise<boolean> {
    if (label.state === 'by-hand' && !isNewReason(signature, label.signature)) return true;
    if (label.state === 'verified') {
      draft.observed.push({ ...label, state: 'by-hand', signature });
      return true;
    }
    // Whether a write that was cut off arrived only the album tells.
    if (
      label.state === 'pending' &&
      (await this.#parts.target.albumMembers(label.name)).includes(label.photo)
    ) {
      draft.observed.push({ ...label, state: 'verified' });
      return true;
    }
    draft.forgotten.push(label);
    return false;
  }
}

function isOurs({ state }: OwnLabel): boolean {
  return state !== 'by-hand' && state !== 'refused';
}

function notOurs({ name }: AlbumRef, keepers: ReadonlyMap<PhotoKey, Wanted>): NotCarried[] {
  const why = `this account may look at the album ${name}, not add to it`;
  return [...keepers].flatMap(([keeper, { extras }]) =>
    extras.map((extra) => ({ extra, keeper, what: 'album', why })),
  );
}
