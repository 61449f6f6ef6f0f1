import type { Likeness, Photo, PhotoId, PhotoKey } from '../../src/model.js';
import type { PixelComparer } from '../../src/pipeline/proof/alike.js';
import type { Neighbours } from '../../src/pipeline/search/neighbours.js';
import type { IndexedPhoto } from '../../src/store-ports.js';
import type { State } from '../../src/state/open-state.js';

/** How two photos of a `LinkWorld` compare. */
export type Look = Pick<Likeness, 'phashBits' | 'detailBits' | 'orientation'>;

/** The same picture, without a doubt. */
export const certain: Look = { phashBits: 1, detailBits: 6, orientation: 0 };

/** Pictures agree in their pixels as their hashes say. */
export const pixelsAgree: PixelComparer = {
  proofOf: ({ orientation }) => ({ verdict: 'proven', agreement: 0.99, inPlace: orientation === 0 }),
};

/** Photos of which the test says which look alike, brought into the real stores without any pixels. */
export class LinkWorld {
  readonly #links = new Map<string, Look>();
  /** Links of photos that have been looked at: what the search would find. */
  readonly #found = new Map<PhotoKey, Map<PhotoKey, Look>>();

  /** Says that two photos look alike; counts when the later of them is next examined. */
  link(a: PhotoKey, b: PhotoKey, look: Look = certain): void {
    this.#links.set([a, b].sort().join(), look);
  }

  unlink(a: PhotoKey, b: PhotoKey): void {
    this.#links.delete([a, b].sort().join());
  }

  /** Brings the photo into the index, or its new facts, and examines it next to all that are there. */
  arrive(state: State, photo: Photo, others: Iterable<PhotoKey>): void {
    const { photos } = state;
    photos.observe([photo]);
    const { id, revision } = known(photos.get(photo.key), photo.key);
    const near = this.#nearTo(state, photo.key);
    this.#forget(photo.key);
    for (const key of others) {
      const look = this.#links.get([key, photo.key].sort().join());
      if (look === undefined || key === photo.key || photos.get(key)?.fingerprint !== 'done') continue;
      this.#put(key, photo.key, look);
      this.#put(photo.key, key, look);
    }
    const fingerprint = {
      algorithm: 'test',
      phash: new Uint8Array(8),
      detail: new Uint8Array(32),
      quality: 100,
      isPaper: false,
      shown: 1,
      laterFrames: null,
      pixels: new Uint8Array(),
      aspect: 1,
    };
    photos.examined({ id, revision, facts: {}, fingerprint }, near);
  }

  remove(state: State, ...keys: readonly PhotoKey[]): void {
    for (const key of keys) {
      state.photos.remove(key, this.#nearTo(state, key));
      this.#forget(key);
    }
  }

  /** The search, as the grouper asks it. */
  neighbours({ photos }: State): Neighbours {
    return {
      sameLooks: (id) => id,
      likenessesOf: (a) => {
        const key = photos.byId(a)?.key;
        const found = key === undefined ? [] : [...(this.#found.get(key) ?? [])];
        return found.flatMap(([other, look]) => {
          const photo = photos.get(other);
          return photo === null ? [] : [{ a, b: photo.id, ...look }];
        });
      },
    };
  }

  #nearTo(state: State, key: PhotoKey): PhotoId[] {
    const id = state.photos.get(key)?.id;
    return id === undefined
      ? []
      : this.neighbours(state)
          .likenessesOf(id)
          .map(({ b }) => b);
  }

  #put(a: PhotoKey, b: PhotoKey, look: Look): void {
    const found = this.#found.get(a) ?? new Map<PhotoKey, Look>();
    this.#found.set(a, found.set(b, look));
  }

  #forget(key: PhotoKey): void {
    this.#found.delete(key);
    for (const found of this.#found.values()) found.delete(key);
  }
}

/** The row of a photo that must be there. */
export function idOf({ photos }: State, key: PhotoKey): PhotoId {
  return known(photos.get(key), key).id;
}

function known(photo: IndexedPhoto | null, key: PhotoKey): IndexedPhoto {
  if (photo === null) throw new Error(`${key} is not in the index`);
  return photo;
}
