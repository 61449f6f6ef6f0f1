import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { OrganizerError, TerminalError, TransientError } from '../../errors.js';
import type { Picture } from '../../ports.js';
import { factsOfBytes, revisionOf } from './file-facts.js';
import { fileError } from './folder-errors.js';
import type { FoundFile } from './folder-root.js';
import { textOf } from './path-bytes.js';

/** Larger files are not read: they would be held in memory as a whole. */
const mostBytes = 512 * 1024 * 1024;
const pieceBytes = 1024 * 1024;

/**
 * The bytes of a file with their SHA-1 and facts. Memory: the file. Throws TerminalError `PICTURE_TOO_LARGE`,
 * `PICTURE_UNREADABLE` (empty, no permission); TransientError `PICTURE_NOT_READY` (changed meanwhile), `FOLDER_IO`.
 */
export async function readPicture(file: FoundFile): Promise<Picture> {
  const name = textOf(file.path);
  try {
    const { bytes, sha1 } = await readStill(file, name);
    return { bytes, facts: { sha1, ...(await factsOfBytes(bytes, name)) } };
  } catch (error) {
    throw error instanceof OrganizerError ? error : fileError(error, name);
  }
}

async function readStill(file: FoundFile, name: string): Promise<{ bytes: Buffer; sha1: string }> {
  // Not through a symlink, and without waiting, should a pipe have taken the place of the file.
  const handle = await open(file.place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile() || before.dev !== file.stats.dev || before.ino !== file.stats.ino)
      throw notReady(name, 'was replaced while it was opened');
    if (before.size > mostBytes)
      throw new TerminalError('PICTURE_TOO_LARGE', `${name}: larger than ${mostBytes / 1024 / 1024} MiB`);
    if (before.size === 0n) throw new TerminalError('PICTURE_UNREADABLE', `${name}: the file is empty`);
    const read = await readAll(handle, Number(before.size));
    const after = await handle.stat({ bigint: true });
    if (read === null || revisionOf(after) !== revisionOf(before))
      throw notReady(name, 'is still being written');
    return read;
  } finally {
    await handle.close();
  }
}

/** Null when the file ends early. */
async function readAll(handle: FileHandle, size: number): Promise<{ bytes: Buffer; sha1: string } | null> {
  const bytes = Buffer.allocUnsafe(size);
  const hash = createHash('sha1');
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(pieceBytes, size - at), at);
    if (bytesRead === 0) return null;
    hash.update(bytes.subarray(at, at + bytesRead));
    at += bytesRead;
  }
  return { bytes, sha1: hash.digest('hex') };
}

function notReady(name: string, why: string): TransientError {
  return new TransientError('PICTURE_NOT_READY', `${name}: ${why}`);
}
