import type { BigIntStats } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { folderAway, isMissing, reasonOf } from './folder-errors.js';
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
 * The file at any path, as a walk would find it; null when a walk would not (also below a symlinked directory).
 * Throws TransientError `FOLDER_AWAY` when it is missing and the root is missing or empty, other system errors as they are.
 */
export async function findFile(root: Buffer, path: Buffer): Promise<FoundFile | null> {
  try {
    const directory = joinPath(root, parentOf(path));
    const found = directory.equals(await realpath(directory, { encoding: 'buffer' }))
      ? await fileAt(root, path)
      : null;
    if (found !== null) return found;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await assertThere(root);
  return null;
}

/**
 * Throws TransientError `FOLDER_AWAY` unless the root is a directory with something in it. The mount point of a share
 * that is away is an empty directory, and must not look like a folder whose photos were all deleted.
 */
export async function assertThere(root: Buffer): Promise<void> {
  const state = await stateOf(root).catch((error: unknown) => {
    throw folderAway(textOf(root), reasonOf(error), error);
  });
  if (state === 'moved') throw folderAway(textOf(root), 'leads to another place now');
  if (state === 'empty') throw folderAway(textOf(root), 'is empty');
}

/** What a resolved directory looks like now. Throws system errors. */
export async function stateOf(root: Buffer): Promise<'moved' | 'empty' | 'filled'> {
  if (!root.equals(await realpath(root, { encoding: 'buffer' }))) return 'moved';
  const directory = await opendir(root);
  const first = await directory.read().finally(() => directory.close());
  return first === null ? 'empty' : 'filled';
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
