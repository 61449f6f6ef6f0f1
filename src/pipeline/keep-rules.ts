import type { Format, KeepRule, Photo } from '../model.js';

/** What the keep rules look at. */
export type Rankable = Pick<
  Photo,
  | 'key'
  | 'realm'
  | 'favorite'
  | 'format'
  | 'width'
  | 'height'
  | 'takenAt'
  | 'hasLocation'
  | 'byteSize'
  | 'createdAt'
> & { readonly albumCount: number };

const formatWorth: Record<Format, number> = { raw: 3, heic: 2, jpeg: 1, other: 0 };

/** Each rule as a number: more is better. */
const worth: Record<KeepRule, (photo: Rankable) => number> = {
  favorite: (photo) => Number(photo.favorite),
  in_album: (photo) => Number(photo.albumCount > 0),
  format: (photo) => formatWorth[photo.format],
  pixels: (photo) => (photo.width ?? 0) * (photo.height ?? 0),
  metadata: (photo) => Number(photo.takenAt !== null) + Number(photo.hasLocation),
  larger: (photo) => photo.byteSize ?? 0,
  older: (photo) => -photo.createdAt,
};

/**
 * Order of worth, best first. Photos on a server come before local files, whatever the rules: a local copy does not make
 * a server's photo an extra. Ties end in the photo key, so that the answer never depends on the order of arrival.
 */
export function byWorth(rules: readonly KeepRule[]): (a: Rankable, b: Rankable) => number {
  return (a, b) => {
    const local = Number(a.realm === 'local') - Number(b.realm === 'local');
    if (local !== 0) return local;
    for (const rule of rules) {
      const difference = worth[rule](b) - worth[rule](a);
      if (difference !== 0) return difference;
    }
    return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
  };
}
