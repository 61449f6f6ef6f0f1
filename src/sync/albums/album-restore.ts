import type { JournalEntry, OwnLabel } from '../../label-ports.js';
import type { PhotoKey } from '../../model.js';
import type { AlbumOperation } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';

const changes: readonly string[] = ['add-to-album', 'remove-from-album', 'delete-album'];

/**
 * What puts the albums back that a run changed or took away: members as they were before its `entries` (oldest first), as
 * far as they are ours. An album that a person deleted since stays deleted.
 */
export async function planAlbumRestore(
  { target, journal, photoOf }: SyncParts,
  entries: readonly JournalEntry[],
): Promise<AlbumOperation[]> {
  const before = membershipBefore(entries);
  if (before.size === 0) return [];
  const { source } = target;
  const onServer = await target.albums();
  const made = journal.made(source, 'album');
  const operations: AlbumOperation[] = [];
  for (const [name, wasIn] of before) {
    const album = made.find((thing) => thing.name === name);
    const there = [...wasIn].filter(([key, was]) => was && photoOf(key) !== null).map(([key]) => key);
    if (album === undefined) {
      const description = 'Put back by photo-organizer.';
      if (there.length > 0)
        operations.push({ kind: 'create-album', source, name, description, photos: there });
      continue;
    }
    const standing = onServer.find(({ id }) => id === album.serverId);
    if (standing === undefined) continue;
    const members = new Set(await target.albumMembers(standing.id));
    const own = ownOf(journal.labels(source, 'album', standing.id));
    const add = there.filter((key) => !members.has(key));
    const remove = [...wasIn].flatMap(([key, was]) =>
      !was && members.has(key) && own.has(key) ? [key] : [],
    );
    const id = { source, name, albumId: standing.id };
    if (add.length > 0) operations.push({ kind: 'add-to-album', ...id, photos: add });
    if (remove.length > 0) operations.push({ kind: 'remove-from-album', ...id, photos: remove });
  }
  return operations;
}

/** By album name: whether each photo that the run touched was a member before. */
function membershipBefore(entries: readonly JournalEntry[]): Map<string, Map<PhotoKey, boolean>> {
  const albums = new Map<string, Map<PhotoKey, boolean>>();
  for (const { kind, name, photos } of entries) {
    if (!changes.includes(kind)) continue;
    const wasIn = albums.get(name) ?? new Map<PhotoKey, boolean>();
    albums.set(name, wasIn);
    for (const key of photos) if (!wasIn.has(key)) wasIn.set(key, kind !== 'add-to-album');
  }
  return albums;
}

function ownOf(labels: readonly OwnLabel[]): Set<PhotoKey> {
  return new Set(labels.filter(({ state }) => state !== 'by-hand').map(({ photo }) => photo));
}
