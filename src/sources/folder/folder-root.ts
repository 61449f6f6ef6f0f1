import type { BigIntStats } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { folderAway, isMissing, reasonOf } from './folder-errors.js';
import type { FolderRules } from './folder-rules.js';
import { isBelow, joinPath, parentOf, textOf } from './path-bytes.js';

/** A regular file below a root. */
export interface FoundFile {
  /** Relative to the root: the photo's path. */
  readonly path: Buffer;
  /** Absolute, symlinks resolved: where the bytes are. */
  readonly place: Buffer;
  readonly stats: BigIntStats;
}

/**
 * The file at a path whose directory is known to lie below the root; null when nothing regular stands there, or a symlink
 * that leads out of the root or nowhere. Throws system errors.
 */
export async function fileAt(root: Buffer, path: Buffer): Promise<FoundFile | null> {
  const full = joinPath(root, path);
  const stats = await lstat(full, { bigint: true });
  if (stats.isFile()) return { path, place: full, stats };
  if (!stats.isSymbolicLink()) return null;
  try {
    const place = await realpath(full, { encoding: 'buffer' });
    if (!isBelow(root, place)) return null;
    const target = await stat(place, { bigint: true });
    return target.isFile() ? { path, place, stats: target } : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * The file at any path, as a walk would find it; null when a walk would not (also below a symlinked directory). Throws system
 * errors.
 */
export async function findFile(root: Buffer, path: Buffer): Promise<FoundFile | null> {
  try {
    const directory = joinPath(root, parentOf(path));
    const isPlain = directory.equals(await realpath(directory, { encoding: 'buffer' }));
    return isPlain ? await fileAt(root, path) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * What a resolved directory looks like now. Entries that do not pass the `rules` do not count: the mount point of a share that
 * is away may hold a hidden trash. Throws system errors.
 */
export async function stateOf(
  root: Buffer,
  rules: Pick<FolderRules, 'passes'>,
): Promise<'moved' | 'empty' | 'filled'> {
  if (!root.equals(await realpath(root, { encoding: 'buffer' }))) return 'moved';
  for await (const { name } of await opendir(root)) if (rules.passes(name)) return 'filled';
  return 'empty';
}

/** Device and inode: what stands at the root right now. Throws TransientError `FOLDER_AWAY`. */
export async function identityOf(root: Buffer): Promise<string> {
  try {
    const { dev, ino } = await stat(root, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    throw folderAway(textOf(root), reasonOf(error), error);
  }
}
