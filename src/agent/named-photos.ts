import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Config } from '../config.js';
import { FatalError, exitCodes } from '../errors.js';
import { folderKey, immichKey, type Group, type PhotoKey } from '../model.js';
import { encodePath } from '../sources/folder/path-bytes.js';
import type { DismissedPhoto } from '../store-ports.js';
import type { State } from '../state/open-state.js';

/** What a person named on the command line: groups, or photos. */
export type Named =
  | { readonly kind: 'groups'; readonly groups: readonly Group[] }
  | { readonly kind: 'photos'; readonly photos: readonly DismissedPhoto[] };

/** Where names are looked up. */
export interface NameBook {
  readonly config: Pick<Config, 'accounts' | 'folders' | 'labels'>;
  readonly state: Pick<State, 'photos' | 'groups' | 'json'>;
}

/**
 * Finds what the words name: numbers or names of groups (`12`, `Similar-0012`), or photos by key, by the id or page of their
 * asset in Immich, or by path. Throws `NO_SUCH_GROUP`, `NO_SUCH_PHOTO`, and `USAGE` for both kinds in one list.
 */
export function findNamed(book: NameBook, words: readonly string[]): Named {
  const numbers = words.flatMap((word) => groupNumberOf(word, book.config) ?? []);
  if (numbers.length === 0) return { kind: 'photos', photos: words.map((word) => photoNamed(book, word)) };
  if (numbers.length === words.length)
    return { kind: 'groups', groups: [...new Set(numbers)].map((number) => groupOf(book, number)) };
  throw new FatalError('USAGE', 'Name groups or photos, not both at once', exitCodes.usage);
}

/** The number that a word gives; null when it names no group. */
export function groupNumberOf(word: string, { labels }: Pick<Config, 'labels'>): number | null {
  const rest = word.startsWith(labels.albumPrefix) ? word.slice(labels.albumPrefix.length) : word;
  const digits = /^(?:Similar-)?(\d{1,15})$/u.exec(rest)?.[1];
  return digits === undefined ? null : Number(digits);
}

/**
 * Keys that a word may stand for, likeliest first. A path may lie in a folder of the config, or in one that `-s` once gave; it
 * may also be the one below such a folder, as `groups` prints it, where one folder alone has it. Throws `NO_SUCH_PHOTO` where several do.
 */
export function keysNamed(book: NameBook, word: string): PhotoKey[] {
  const { config, state } = book;
  const { accounts } = config;
  const id = /(?:^|\/photos\/)([0-9a-f]{8}-[0-9a-f-]{27})$/iu.exec(word)?.[1]?.toLowerCase();
  const assets =
    id === undefined ? [] : [...new Set(accounts.map(({ server }) => server))].map((s) => immichKey(s, id));
  const path = resolve(word);
  const folders = foldersOf(book);
  const files = folders.flatMap((folder) => {
    const below = relative(folder.path, path);
    const isBelow = below !== '' && below !== '..' && !below.startsWith(`..${sep}`);
    return isBelow ? [folderKey(folder.name, encodePath(Buffer.from(below)))] : [];
  });
  const keys = [word as PhotoKey, ...assets, ...files];
  const isKnown = (key: PhotoKey): boolean => state.photos.get(key) !== null;
  if (isAbsolute(word) || keys.some(isKnown)) return keys;
  const printed = [...new Set(folders.map(({ name }) => folderKey(name, encodePath(Buffer.from(word)))))];
  if (printed.filter(isKnown).length > 1) throw inSeveralFolders(word);
  return [...keys, ...printed];
}

function foldersOf({ config, state }: NameBook): { readonly name: string; readonly path: string }[] {
  const remembered = Object.entries(state.json.folders()).map(([name, path]) => ({ name, path }));
  return [...config.folders, ...remembered];
}

/** The group of that number. Throws `NO_SUCH_GROUP`. */
export function groupOf({ config, state }: NameBook, number: number): Group {
  const [first] = state.groups.membersOf(number);
  const group = first === undefined ? null : state.groups.groupOf(first);
  if (group !== null) return group;
  throw new FatalError(
    'NO_SUCH_GROUP',
    `There is no group ${config.labels.albumPrefix}${String(number).padStart(4, '0')} now; \`photo-organizer groups\` lists them`,
    exitCodes.usage,
  );
}

function photoNamed(book: NameBook, word: string): DismissedPhoto {
  for (const key of keysNamed(book, word)) {
    const photo = book.state.photos.get(key);
    if (photo !== null) return { key: photo.key, sha1: photo.sha1, name: photo.name };
  }
  throw noSuchPhoto(word);
}

function inSeveralFolders(word: string): FatalError {
  return new FatalError(
    'NO_SUCH_PHOTO',
    `Several folders have a photo at ${JSON.stringify(word)}: name it by its whole path`,
    exitCodes.usage,
  );
}

export function noSuchPhoto(word: string): FatalError {
  return new FatalError(
    'NO_SUCH_PHOTO',
    `No photo is known as ${JSON.stringify(word)}; \`photo-organizer groups --json\` prints the keys`,
    exitCodes.usage,
  );
}
