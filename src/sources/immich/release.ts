/** What a release of Immich (1.137 to 3.x) wants to be asked differently than others. No other file goes by the version for that. */
export interface Release {
  /** Verb that changes what is there (`/assets`, `/stacks/{id}`): PATCH came with 3.0, which deprecates PUT. */
  readonly update: 'PUT' | 'PATCH';
  /** One search for each of these finds everything but the locked folder: before 3.0 a search that names none sees the timeline alone. */
  readonly searches: readonly { readonly visibility?: 'timeline' | 'archive' | 'hidden' }[];
  /** Queries of `GET /albums` that together list all albums: before 3.0 those of other people come only when asked for. */
  readonly albumLists: readonly Readonly<Record<string, string>>[];
}

const since3: Release = { update: 'PATCH', searches: [{}], albumLists: [{}] };

const before3: Release = {
  update: 'PUT',
  searches: [{ visibility: 'timeline' }, { visibility: 'archive' }, { visibility: 'hidden' }],
  albumLists: [{}, { shared: 'true' }],
};

/** How a server of this version (`3.1.0`) is asked. */
export function releaseOf(version: string): Release {
  return isAtLeast(version, '3.0.0') ? since3 : before3;
}

/** Compares `major.minor.patch`. */
export function isAtLeast(version: string, wanted: string): boolean {
  const a = version.split('.').map(Number);
  const b = wanted.split('.').map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
