import { distance } from 'fastest-levenshtein';
import { FatalError, exitCodes } from '../errors.js';
import type { AlbumRef } from '../target-ports.js';
import type { PhotoKey, SourceName } from '../model.js';
import { problemWith } from '../sources/immich/capabilities.js';
import type { ImmichAccount } from '../sources/immich/account.js';
import type { Parts } from './parts.js';

/** What a scan is narrowed to. */
export interface AlbumRead {
  /** Photos of the album, as far as they are ours or known from elsewhere. */
  readonly keys: ReadonlySet<PhotoKey>;
  /** Accounts that have such an album, of their own or shared with them. */
  readonly accounts: readonly SourceName[];
  readonly listed: number;
}

/** Names that are told when there is no album of the one that was asked for. */
const mostNear = 3;

/**
 * Reads the photos of every album of that name, in these accounts, into the index, and nothing else. Other people's photos in
 * a shared album are left out, unless they are known already: no full listing would ever show them. Throws `NO_SUCH_ALBUM`.
 */
export async function readAlbum(
  parts: Parts,
  name: string,
  accounts: readonly SourceName[],
): Promise<AlbumRead> {
  const { state, queue, progress, stopping } = parts;
  const found = await albumsNamed(
    parts.accounts.filter((account) => accounts.includes(account.name)),
    name,
  );
  const keys = new Set<PhotoKey>();
  let listed = 0;
  for (const { account, album } of found)
    for await (const page of account.source.listAlbum(album.id, stopping)) {
      const photos = page.photos.filter(({ key, writable }) => writable || state.photos.get(key) !== null);
      queue.add(state.photos.observe(photos).wanted);
      for (const { key } of photos) keys.add(key);
      listed += photos.length;
      progress.emit('listed', account.name, listed, null);
    }
  state.photos.flush();
  return { keys, accounts: [...new Set(found.map(({ account }) => account.name))], listed };
}

interface Found {
  readonly account: ImmichAccount;
  readonly album: AlbumRef;
}

async function albumsNamed(accounts: readonly ImmichAccount[], name: string): Promise<Found[]> {
  const all: Found[] = [];
  for (const account of accounts) {
    const problem = problemWith(account.source.capabilities, 'know albums', true);
    if (problem !== null) throw problem;
    for (const album of await account.labels.albums()) all.push({ account, album });
  }
  const found = all.filter(({ album }) => album.name === name);
  if (found.length > 0) return found;
  const near = nearNames(name, [...new Set(all.map(({ album }) => album.name))]);
  const hint =
    near.length === 0 ? '' : `; did you mean ${near.map((one) => JSON.stringify(one)).join(', ')}?`;
  throw new FatalError(
    'NO_SUCH_ALBUM',
    `No album in Immich is named ${JSON.stringify(name)}${hint}`,
    exitCodes.usage,
  );
}

/** Names that differ by little, begin alike, or of which one holds the other; nearest first. */
function nearNames(name: string, names: readonly string[]): string[] {
  const lower = name.toLowerCase();
  const cost = (other: string): number => {
    const text = other.toLowerCase();
    const holds = text !== '' && (text.includes(lower) || lower.includes(text));
    const beginsAlike = text.startsWith(lower.slice(0, Math.max(3, Math.ceil(lower.length / 2))));
    const isAkin = holds || beginsAlike;
    return Math.min(distance(lower, text) / Math.max(lower.length, 1), isAkin ? 0.4 : Infinity);
  };
  return names
    .map((other) => ({ other, cost: cost(other) }))
    .filter((one) => one.cost <= 0.5)
    .sort((a, b) => a.cost - b.cost)
    .slice(0, mostNear)
    .map(({ other }) => other);
}
