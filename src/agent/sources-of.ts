import { parseKey, type PhotoKey } from '../model.js';
import type { IndexedPhoto, PhotoSource } from '../ports.js';
import type { ImmichAccount } from '../sources/immich/account.js';

/**
 * Sources that may know the photo: its own one for a photo of the index, else those that its key names. Of several accounts
 * of one server each may know it; those that are not open yet are left out.
 */
export function sourcesOf(
  photo: IndexedPhoto | PhotoKey,
  sources: readonly PhotoSource[],
  accounts: readonly ImmichAccount[],
): readonly PhotoSource[] {
  if (typeof photo !== 'string') return sources.filter(({ name }) => name === photo.source);
  const key = parseKey(photo);
  if (key?.kind === 'folder')
    return sources.filter(({ name, kind }) => kind === 'folder' && name === key.folder);
  return accounts.flatMap(({ server, source }) => (server === key?.server && source.isOpen ? [source] : []));
}
