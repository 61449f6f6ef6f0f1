import type { Config } from '../config.js';
import { parseKey, type PhotoKey } from '../model.js';
import type { PhotoSource } from '../ports.js';
import type { IndexedPhoto } from '../store-ports.js';
import type { ImmichAccount } from '../sources/immich/account.js';

/**
 * Sources that may know the photo: its own one for a photo of the index, else those that its key names. Of several accounts
 * of one server each may know it; those that are not open yet are left out.
 */
export function sourcesOf(
  photo: IndexedPhoto | PhotoKey,
  sources: readonly { readonly source: PhotoSource }[],
  accounts: readonly ImmichAccount[],
): readonly PhotoSource[] {
  const all = sources.map(({ source }) => source);
  if (typeof photo !== 'string') return all.filter(({ name }) => name === photo.source);
  const key = parseKey(photo);
  if (key?.kind === 'folder') return all.filter(({ name, kind }) => kind === 'folder' && name === key.folder);
  return accounts.flatMap(({ server, source }) => (server === key?.server && source.isOpen ? [source] : []));
}

/** Names and kinds of the sources that the config names. */
export function kindsOf({
  accounts,
  folders,
}: Pick<Config, 'accounts' | 'folders'>): Pick<PhotoSource, 'name' | 'kind'>[] {
  return [
    ...accounts.map(({ name }) => ({ name, kind: 'immich' as const })),
    ...folders.map(({ name }) => ({ name, kind: 'folder' as const })),
  ];
}
