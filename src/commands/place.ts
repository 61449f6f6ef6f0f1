import type { Config } from '../config.js';
import { parseKey, type PhotoKey } from '../model.js';

/** Where a photo is, as far as its key and the config tell. */
export interface Place {
  readonly assetId?: string;
  /** Its page in Immich; missing where its account is not set up here. */
  readonly url?: string;
  /** Of a local photo; below its folder, where that is not in the config. */
  readonly path?: string;
}

interface Placed {
  readonly key: PhotoKey;
  readonly source: string | null;
  readonly name: string | null;
}

type Places = Pick<Config, 'accounts' | 'folders'>;

export function placeOf(photo: Placed, { accounts, folders }: Places): Place {
  const key = parseKey(photo.key);
  if (key?.kind === 'immich') {
    const url = accounts.find(({ name }) => name === photo.source)?.url;
    return { assetId: key.assetId, ...(url === undefined ? {} : { url: `${url}/photos/${key.assetId}` }) };
  }
  const root = folders.find(({ name }) => name === key?.folder)?.path;
  const path = photo.name ?? key?.path ?? '';
  return { path: root === undefined ? path : `${root}/${path}` };
}

/** Characters that do not come through a terminal as they are. */
const unprintable = /[\p{Cc}\ufffd]/u;

/** What opens a photo and what commands take for it: its page in Immich or its whole path; its key where neither is known. */
export function openableOf(photo: Placed, places: Places): string {
  const { url, path } = placeOf(photo, places);
  const isWhole = path?.startsWith('/') === true && !unprintable.test(path);
  return url ?? (isWhole ? path : photo.key);
}

/** As a shell takes it for one word. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
