import { basename } from 'node:path';
import type { SourceName } from '../model.js';
import { readEntry, type SourceNames } from './entry.js';
import * as kinds from './kinds.js';
import { absolutePath, type Origin } from './paths.js';
import type { Problems } from './problems.js';

/** One local folder. */
export interface FolderConfig {
  readonly name: SourceName;
  /** Absolute. */
  readonly path: string;
  /** Patterns of paths that are not looked at. */
  readonly ignore: readonly string[];
  /** Look for changes by polling, for network shares that send no events. */
  readonly polling: boolean;
}

const folderFields = {
  name: kinds.sourceName,
  path: kinds.requiredPath,
  ignore: kinds.texts,
  polling: kinds.flag,
};

/** Reads `folders`. One without a name is named by its last path part, numbered when that is taken. */
export function readFolders(
  list: readonly unknown[],
  origin: Origin,
  home: string,
  names: SourceNames,
  problems: Problems,
): readonly FolderConfig[] {
  const entries = list.map((value, i) => {
    const at = `folders[${i}]`;
    const before = problems.count;
    const given = typeof value === 'string' ? { path: value } : value;
    const entry = readEntry(given, folderFields, at, origin.where, problems);
    if (problems.count > before) return null;
    if (entry.path === undefined) {
      problems.add(`${at}.path`, 'missing', origin.where);
      return null;
    }
    // Names that were chosen go first: a made-up one must not push them aside.
    if (entry.name !== undefined) names.take(entry.name, at, origin.where, problems);
    return { ...entry, at, path: absolutePath(entry.path, origin.base, home) };
  });
  const folders: FolderConfig[] = [];
  for (const entry of entries) {
    if (entry === null) continue;
    if (folders.some(({ path }) => path === entry.path)) {
      problems.add(`${entry.at}.path`, `${entry.path} is there twice`, origin.where);
    }
    folders.push({
      name: (entry.name ?? names.takeFree(nameOfPath(entry.path), entry.at)) as SourceName,
      path: entry.path,
      ignore: entry.ignore ?? [],
      polling: entry.polling ?? false,
    });
  }
  return folders;
}

/** A name that photo keys can hold: `/mnt/My Photos` is `My-Photos`. */
export function nameOfPath(path: string): string {
  const name = basename(path)
    .replace(/[^a-z0-9_-]+/giu, '-')
    .replace(/^[_-]+|-+$/gu, '');
  return name === '' ? 'folder' : name;
}
