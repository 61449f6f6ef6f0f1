import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { TransientError } from '../../errors.js';
import { codeOf, folderAway, isMissing, isShortage, reasonOf } from './folder-errors.js';
import { fileAt, identityOf, type FoundFile } from './folder-root.js';
import { mediaOf, type FolderRules } from './folder-rules.js';
import { joinPath, textOf } from './path-bytes.js';

/** Something that is there and could not be read: path for people, and why. */
interface Unreadable {
  readonly name: string;
  readonly reason: string;
}

/** A part of a walk; at most `pageSize` of both kinds together. */
export interface WalkPage {
  readonly files: readonly FoundFile[];
  readonly unreadable: readonly Unreadable[];
}

const pageSize = 500;

/** An entry of a directory that the walk has to do with. */
type Entry = { readonly kind: 'file' | 'directory'; readonly path: Buffer } | Unreadable;

/**
 * Every photo file below the root, depth first, one directory open at a time; memory is one page and the names of the
 * directories still to come. Directories that are symlinks are not entered. Throws TransientError: `FOLDER_AWAY` when the
 * root goes away or is replaced on the way, `FOLDER_IO` when the process is out of file handles.
 */
export async function* walkFolder(
  root: Buffer,
  rules: FolderRules,
  signal?: AbortSignal,
): AsyncGenerator<WalkPage> {
  const identity = await identityOf(root);
  const directories = [Buffer.alloc(0)];
  let candidates: Buffer[] = [];
  let unreadable: Unreadable[] = [];
  for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
    for await (const entry of entriesOf(root, next, rules)) {
      if (!('kind' in entry)) unreadable.push(entry);
      else (entry.kind === 'file' ? candidates : directories).push(entry.path);
      if (candidates.length + unreadable.length < pageSize) continue;
      signal?.throwIfAborted();
      yield await pageOf(root, candidates, unreadable);
      [candidates, unreadable] = [[], []];
    }
    signal?.throwIfAborted();
  }
  const last = await pageOf(root, candidates, unreadable);
  if ((await identityOf(root)) !== identity)
    throw folderAway(textOf(root), 'was replaced while it was listed');
  yield last;
}

/** Entries of one directory that pass the rules. An error ends the directory, and is handed on as its last entry. */
async function* entriesOf(root: Buffer, directory: Buffer, rules: FolderRules): AsyncGenerator<Entry> {
  try {
    for await (const { name, dirent } of namesIn(joinPath(root, directory))) {
      const path = joinPath(directory, name);
      const text = textOf(path);
      if (dirent.isDirectory()) {
        if (rules.passes(text)) yield { kind: 'directory', path };
      } else if ((dirent.isFile() || dirent.isSymbolicLink()) && mediaOf(text) !== null && rules.passes(text))
        yield { kind: 'file', path };
    }
  } catch (error) {
    const refused = refusal(error, directory);
    if (directory.length === 0) throw folderAway(textOf(root), reasonOf(error), error);
    if (refused !== null) yield refused;
  }
}

/** Node hands out names as bytes when asked; its types do not know. */
async function* namesIn(directory: Buffer): AsyncGenerator<{ name: Buffer; dirent: Dirent }> {
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: 256 };
  for await (const dirent of await opendir(directory, options))
    yield { name: dirent.name as unknown as Buffer, dirent };
}

async function pageOf(root: Buffer, paths: readonly Buffer[], refused: Unreadable[]): Promise<WalkPage> {
  const files: FoundFile[] = [];
  const unreadable = [...refused];
  const looks = await Promise.all(
    paths.map((path) => fileAt(root, path).catch((error: unknown) => refusal(error, path))),
  );
  for (const look of looks) {
    if (look === null) continue;
    if ('reason' in look) unreadable.push(look);
    else files.push(look);
  }
  return { files, unreadable };
}

/** Null for what is no longer there. Throws where the error is not about this entry. */
function refusal(error: unknown, path: Buffer): Unreadable | null {
  if (isMissing(error)) return null;
  const refused = { name: textOf(path), reason: reasonOf(error) };
  if (isShortage(error))
    throw new TransientError('FOLDER_IO', `${refused.name}: ${refused.reason}`, { cause: error });
  if (codeOf(error) === undefined) throw error;
  return refused;
}
