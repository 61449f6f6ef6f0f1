import picomatch from 'picomatch';
import type { SourceName } from '../model.js';

/** How much photos of a place are preferred to others: 0 = not at all, more = more. `path` as its source has it, where it has one. */
export type Preference = (source: SourceName, path: string | null) => number;

/**
 * `places` are names of accounts and folders, or picomatch globs on whole paths (for Immich, those that the server has), the
 * most preferred first.
 */
export function preferenceFor(places: readonly string[]): Preference {
  const matches = places.map((place) => {
    const isPath = picomatch(place, { dot: true });
    return (source: SourceName, path: string | null): boolean =>
      place === source || (path !== null && isPath(path));
  });
  return (source, path) => {
    const at = matches.findIndex((match) => match(source, path));
    return at < 0 ? 0 : places.length - at;
  };
}
