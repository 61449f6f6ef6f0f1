import type { Photo } from '../../model.js';

/** What says that two files were made by one release of the shutter. */
export type Shot = Pick<Photo, 'source' | 'realm' | 'library' | 'name' | 'format' | 'takenAt'>;

/**
 * A RAW file and what the camera developed of it: in one folder, or of one owner in one library, of one name but for the ending,
 * taken in the same second. Both are kept: neither is a copy of the other.
 */
export function areCompanions(a: Shot, b: Shot): boolean {
  const [raw, developed] = a.format === 'raw' ? [a, b] : [b, a];
  if (raw.format !== 'raw' || !isDeveloped(developed)) return false;
  const shot = shotName(raw);
  return shot !== null && shot === shotName(developed);
}

/** Those of the photos that lie beside a RAW file of their own shot, which is one of them. */
export function withCompanion<T extends Shot>(photos: readonly T[]): ReadonlySet<T> {
  const shots = new Set(photos.flatMap((photo) => (photo.format === 'raw' ? (shotName(photo) ?? []) : [])));
  if (shots.size === 0) return new Set();
  return new Set(photos.filter((photo) => isDeveloped(photo) && shots.has(shotName(photo) ?? '')));
}

function isDeveloped({ format }: Shot): boolean {
  return format === 'jpeg' || format === 'heic';
}

/** The same for all files of a shot; null where no capture time is known. */
function shotName({ source, realm, library, name, takenAt }: Shot): string | null {
  if (takenAt === null) return null;
  // A path below a folder begins with the place; an account's photos are known by their owner, through whomever they are seen.
  const place = realm === 'local' ? source : library;
  return JSON.stringify([realm, place, stemOf(name), Math.floor(takenAt / 1000)]);
}

/** Pixel phones end the two names `.RAW-01.COVER.jpg` and `.RAW-02.ORIGINAL.dng`. */
function stemOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.[^./]*$/u, '')
    .replace(/\.raw-\d+\.[a-z]+$/u, '');
}
