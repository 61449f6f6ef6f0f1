import type { Likeness, Photo, PhotoId, PhotoKey } from '../../src/model.js';
import type { IndexedPhoto } from '../../src/ports.js';
import type { State } from '../../src/state/open-state.js';

/** How two photos of a `LinkWorld` compare. */
export type Look = Pick<Likeness, 'phashBits' | 'detailBits' | 'orientation'>;

/** The same picture, without a doubt. */
export const certain: Look = { phashBits: 1, detailBits: 6, orientation: 0 };

/** Photos of which the test says which look alike, brought into the real stores without any pixels. */
export class LinkWorld {
  readonly #links = new Map<string, Look>();

  /** Says that two photos look alike; counts when the later of them is next examined. */
  link(a: PhotoKey, b: PhotoKey, look: Look = certain): void {
    this.#links.set([a, b].sort().join(), look);
  }

  unlink(a: PhotoKey, b: PhotoKey): void {
    this.#links.delete([a, b].sort().join());
  }

  /** Brings the photo into the index, or its new facts, and examines it next to all that are there. */
  arrive({ photos }: State, photo: Photo, others: Iterable<PhotoKey>): void {
    photos.observe([photo]);
    const { id, revision } = known(photos.get(photo.key), photo.key);
    const likenesses = [...others].flatMap((key): Omit<Likeness, 'a'>[] => {
      const look = this.#links.get([key, photo.key].sort().join());
      const other = photos.get(key);
      const isThere = other?.fingerprint === 'done' && other.id !== id;
      return look !== undefined && isThere ? [{ b: other.id, ...look }] : [];
    });
    const fingerprint = {
      algorithm: 'test',
      phash: new Uint8Array(8),
      detail: new Uint8Array(32),
      quality: 100,
    };
    photos.examined({ id, revision, facts: {}, fingerprint, likenesses });
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
