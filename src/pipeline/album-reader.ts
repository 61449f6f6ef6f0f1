import type { SourceName } from '../model.js';
import type { LabelTarget } from '../target-ports.js';
import type { AlbumStore } from '../store-ports.js';

/** What reading albums needs of an account. */
export type AlbumLister = Pick<LabelTarget, 'source' | 'albums' | 'albumMembers'>;

/**
 * Notes which photos lie in a person's albums, for the keep rules. Our own albums do not count. One request while no album
 * moved, one more for each that did.
 */
export async function readAlbums(
  lister: AlbumLister,
  store: AlbumStore,
  ours: (source: SourceName) => ReadonlySet<string>,
): Promise<void> {
  const { source } = lister;
  const skip = ours(source);
  const albums = (await lister.albums()).filter(({ id }) => !skip.has(id));
  const known = store.versions(source);
  const standing = new Set(albums.map(({ id }) => id));
  store.drop(
    source,
    [...known.keys()].filter((id) => !standing.has(id)),
  );
  for (const album of albums)
    if (known.get(album.id) !== album.version)
      store.setMembers(source, album.id, album.version, await lister.albumMembers(album.id));
}
