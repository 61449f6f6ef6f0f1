import type { Format, KeepRule, Photo } from '../../model.js';
import type { IndexedPhoto } from '../../store-ports.js';
import { colouringOf, type Colouring } from '../evidence/colours.js';

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
  | 'preference'
  | 'createdAt'
  | 'fileId'
  | 'thumbHash'
> &
  Pick<IndexedPhoto, 'albumCount' | 'shown'>;

function areaOf({ width, height }: Pick<Rankable, 'width' | 'height'>): number {
  return (width ?? 0) * (height ?? 0);
}

/** Pixels that show something: a plain canvas around a picture makes it no better. */
export function picturePixels(photo: Pick<Rankable, 'width' | 'height' | 'shown'>): number {
  return areaOf(photo) * photo.shown;
}

/** What stands on a canvas, screenshots above all, was often enlarged to fill it: it is worth more than its original from twice the pixels on. */
const canvasDiscount = 0.625;

/** As rules count them. The share that is shown has a discount of a fifth already. */
function worthOfPixels(photo: Rankable): number {
  return picturePixels(photo) * (photo.shown < 1 ? canvasDiscount : 1);
}

/** What cameras write above what anything writes: a JPEG is made of a PNG as often as a PNG of a JPEG. */
const formatWorth: Record<Format, number> = { raw: 2, heic: 1, jpeg: 0, other: 0 };

/** A grey copy is made of a sepia one as often as the other way round; the tint would be lost. */
const colouringWorth: Record<Colouring, number> = { full: 2, tinted: 1, grey: 0 };

/**
 * Each rule as a number: more is better. `far_more_pixels` goes by steps of two: an edit (turned, with a bar below, on a
 * canvas, enlarged) has a few more pixels than its original and has often lost what the camera noted; a small copy has far
 * fewer. The steps begin at 5.9, 11.9 and 23.7 megapixels, where no camera's size lies just below. `in_colour` comes before a few
 * pixels more, which an enlarged grey copy has too; where colours are not known a photo is as good as one in colour.
 */
const worth: Record<KeepRule, (photo: Rankable) => number> = {
  favorite: (photo) => Number(photo.favorite),
  in_album: (photo) => Number(photo.albumCount > 0),
  format: (photo) => formatWorth[photo.format],
  far_more_pixels: (photo) => Math.floor(Math.log2(Math.max(1, worthOfPixels(photo))) + 0.5),
  pixels: worthOfPixels,
  metadata: (photo) => Number(photo.takenAt !== null) + Number(photo.hasLocation),
  in_colour: (photo) => colouringWorth[colouringOf(photo)],
  preferred: (photo) => photo.preference,
  larger: (photo) => photo.byteSize ?? 0,
  older: (photo) => -photo.createdAt,
};

/** Of one size, a plain surround may be a canvas, or come of a sky that is blown out: which, nobody knows. */
function wordsOfPixels(photo: Rankable, other: Rankable): string {
  const more = areaOf(photo) - areaOf(other);
  if (more > 0) return 'more pixels';
  return more < 0 ? 'no plain canvas around it' : 'less of it is plain';
}

/** Each rule in words, for the photo that wins by it. */
const words: Record<KeepRule, (photo: Rankable, other: Rankable) => string> = {
  favorite: () => 'your favourite',
  in_album: () => 'in an album of yours',
  format: ({ format }) => (format === 'raw' ? 'RAW' : 'HEIC'),
  far_more_pixels: wordsOfPixels,
  pixels: wordsOfPixels,
  metadata: (photo, other) =>
    photo.takenAt !== null && other.takenAt === null ? 'has its capture time' : 'has its place',
  in_colour: (photo) => {
    if (photo.thumbHash === null) return 'not known to be grey';
    return colouringOf(photo) === 'tinted' ? 'not grey' : 'in colour';
  },
  preferred: () => 'where you prefer to keep photos',
  larger: () => 'larger file',
  older: ({ realm }) => (realm === 'local' ? 'older file' : 'in Immich longer'),
};

/**
 * Why `keeper` is worth more than each of the others: rules that it wins against all of them, the first ones first. Where there is
 * none, what decided against each of them; where nothing did, that all else is equal (the first by its key is kept then).
 * Never empty but for no others.
 */
export function reasonsToKeep(
  rules: readonly KeepRule[],
  keeper: Rankable,
  others: readonly Rankable[],
): string[] {
  const [first] = others;
  if (first === undefined) return [];
  if (keeper.realm !== 'local' && others.every(({ realm }) => realm === 'local')) return ['in Immich'];
  const reasons = rules.flatMap((rule) =>
    others.every((other) => worth[rule](keeper) > worth[rule](other)) ? [words[rule](keeper, first)] : [],
  );
  if (reasons.length > 0) return [...new Set(reasons)];
  const decided = others.map((other) => decidedBy(rules, keeper, other) ?? 'all else equal');
  return [...new Set(decided)];
}

/** What the first rule in which the two differ says of the keeper; null where none does. */
function decidedBy(rules: readonly KeepRule[], keeper: Rankable, other: Rankable): string | null {
  if (keeper.realm !== 'local' && other.realm === 'local') return 'in Immich';
  const rule = rules.find((one) => worth[one](keeper) > worth[one](other));
  return rule === undefined ? null : words[rule](keeper, other);
}

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
