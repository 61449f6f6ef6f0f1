import { orientations, type Orientation } from '../fingerprint/hashes.js';

/** Places of the brightness coefficients: frequencies (x, y) with x + y < 7 but for (0, 0). Every ThumbHash has some of them. */
export const places = 27;
const rowByRow = Array.from({ length: 49 }, (_, i) => ({ x: i % 7, y: Math.floor(i / 7) })).filter(
  ({ x, y }) => x + y > 0 && x + y < 7,
);

/** How far out a frequency is; photographs have little far out. */
const rankOf = ({ x, y }: { x: number; y: number }): number => (x + 1) * (y + 1);

/** Horizontal and vertical frequency of each place, those that mostly are strong first: (1, 0) and (0, 1), which all hashes have. */
export const frequencyAt: readonly { readonly x: number; readonly y: number }[] = [...rowByRow].sort(
  (a, b) => rankOf(a) - rankOf(b),
);

/** The leading places come first: frequencies 1 to 3 along one side, and (1, 1). */
export const leadingPlaces = frequencyAt.filter((frequency) => rankOf(frequency) <= 4).length;
/** After them come those that still help to tell parts of a library apart. */
export const boxedPlaces = frequencyAt.filter((frequency) => rankOf(frequency) <= 6).length;

/** The brightness of a ThumbHash, ready to be compared. */
export interface ThumbLuma {
  /** Longest side of the grid of frequencies: 7, and 5 where the picture is in parts transparent. */
  readonly limit: 5 | 7;
  /**
   * How far the picture is from square, in steps of 1 / `limit` of its longer side: 0 = square, positive = wide, negative
   * = high; -6 to 6. The short side is `limit - |wide|` steps long, rounded.
   */
  readonly wide: number;
  /**
   * The coefficients by place, odd numbers from -15 to 15; 0 = this hash has none there. Their unit is the hash's own, so
   * that only their proportions mean something.
   */
  readonly luma: Int8Array;
}

/**
 * Reads a ThumbHash as the package thumbhash 0.1 writes it (evanw/thumbhash). Null for bytes that are none: the length must
 * be the one that the header asks for. Null too for the hash of one even colour: it says nothing about looks.
 */
export function parseThumbHash(bytes: Uint8Array): ThumbLuma | null {
  const [, , b2 = 0, b3 = 0, b4 = 0] = bytes;
  const isLandscape = b4 >> 7 === 1;
  const hasAlpha = b2 >> 7 === 1;
  const limit = hasAlpha ? 5 : 7;
  const short = b3 & 7;
  if (short < 1 || short > limit) return null;
  const [nx, ny] = isLandscape ? [limit, Math.max(3, short)] : [Math.max(3, short), limit];
  const held = placesOf(nx, ny);
  const start = hasAlpha ? 6 : 5;
  const colours = hasAlpha ? 10 + 14 : 10;
  if (bytes.length !== start + Math.ceil((held.length + colours) / 2)) return null;
  const luma = new Int8Array(places);
  held.forEach((place, i) => {
    const pair = bytes[start + (i >> 1)] ?? 0;
    luma[place] = 2 * ((i & 1) === 0 ? pair & 15 : pair >> 4) - 15;
  });
  if (held.every((place) => luma[place] === -15)) return null;
  return { limit, wide: isLandscape ? limit - short : short - limit, luma };
}

const placeCache = new Map<number, readonly number[]>();

/** Places of a grid of `nx` by `ny` frequencies, in the order of the format. */
export function placesOf(nx: number, ny: number): readonly number[] {
  const key = nx * 8 + ny;
  const known = placeCache.get(key);
  if (known !== undefined) return known;
  const held = rowByRow.flatMap(({ x, y }) => (x * ny < nx * (ny - y) ? [placeAt(x, y)] : []));
  placeCache.set(key, held);
  return held;
}

/** For each orientation: the place that each place comes from, and its sign. */
const turns = orientations.map((orientation) => {
  const from = frequencyAt.map(({ x, y }) => ((orientation & 4) === 0 ? placeAt(x, y) : placeAt(y, x)));
  const signs = frequencyAt.map(({ x, y }) => {
    const flips = (orientation & 1) * (x & 1) + ((orientation & 2) >> 1) * (y & 1);
    return flips === 1 ? -1 : 1;
  });
  return { from: Uint8Array.from(from), signs: Int8Array.from(signs) };
});

function placeAt(x: number, y: number): number {
  return frequencyAt.findIndex((frequency) => frequency.x === x && frequency.y === y);
}

/** The hash of the picture in another orientation, numbered as in `hashes.ts`. Exact but for what rounding did to the hash. */
export function turnedThumb(thumb: ThumbLuma, orientation: Orientation): ThumbLuma {
  const luma = new Int8Array(places);
  turnInto(luma, thumb.luma, orientation);
  // `0 - wide`, since -0 is not 0 to some.
  return { ...thumb, luma, wide: orientation < 4 ? thumb.wide : 0 - thumb.wide };
}

/** Writes the coefficients in another orientation to `out`, which must be another array. */
export function turnInto(out: Int8Array, luma: Int8Array, orientation: Orientation): void {
  const turn = turns[orientation];
  if (turn === undefined) return;
  for (let place = 0; place < places; place++)
    out[place] = (luma[turn.from[place] ?? 0] ?? 0) * (turn.signs[place] ?? 1);
}

/**
 * Writes the coefficients of the picture laid on its long side and mirrored such that both lowest frequencies are positive:
 * the same, mostly, for all orientations of a picture.
 */
export function layDown(out: Int8Array, luma: Int8Array, wide: number): void {
  const isHigh = wide < 0;
  const [alongX = 0, alongY = 0] = isHigh ? [luma[1], luma[0]] : [luma[0], luma[1]];
  turnInto(out, luma, ((alongX < 0 ? 1 : 0) | (alongY < 0 ? 2 : 0) | (isHigh ? 4 : 0)) as Orientation);
}
