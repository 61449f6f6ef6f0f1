import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { OrganizerError, TerminalError, TransientError } from '../../errors.js';
import type { ReadFacts } from '../../model.js';
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
 * `PICTURE_UNREADABLE` (empty, no permission); TransientError `PICTURE_NOT_READY` (changed meanwhile), `FOLDER_IO`. Their
 * messages say why and leave the name to whoever tells of the photo.
 */
export async function readPicture(file: FoundFile): Promise<Picture> {
  const name = textOf(file.path);
  return readStill(file, async (handle, size) => {
    if (size > mostBytes)
      throw new TerminalError('PICTURE_TOO_LARGE', `larger than ${mostBytes / 1024 / 1024} MiB`);
    const bytes = Buffer.allocUnsafe(size);
    const sha1 = await hashOf(handle, size, (at, length) => bytes.subarray(at, at + length));
    return sha1 === null ? null : { bytes, facts: { sha1, ...(await factsOfBytes(bytes, name)) } };
  });
}

/** The SHA-1 of a file of any size. Memory: one piece. Throws what `readPicture` throws. */
export async function readSha1(file: FoundFile): Promise<ReadFacts> {
  return readStill(file, async (handle, size) => {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, size));
    const sha1 = await hashOf(handle, size, (_at, length) => piece.subarray(0, length));
    return sha1 === null ? null : { sha1, byteSize: size };
  });
}

/** What `read` makes of a file that stays as it is meanwhile; null from it: the file ended early. */
async function readStill<T>(
  file: FoundFile,
  read: (handle: FileHandle, size: number) => Promise<T | null>,
): Promise<T> {
  try {
    // Not through a symlink, and without waiting, should a pipe have taken the place of the file.
    const handle = await open(file.place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const before = await handle.stat({ bigint: true });
      if (!before.isFile() || before.dev !== file.stats.dev || before.ino !== file.stats.ino)
        throw notReady('was replaced while it was opened');
      if (before.size === 0n) throw new TerminalError('PICTURE_UNREADABLE', 'the file is empty');
      const found = await read(handle, Number(before.size));
      const after = await handle.stat({ bigint: true });
      if (found === null || revisionOf(after) !== revisionOf(before))
        throw notReady('is still being written');
      return found;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof OrganizerError ? error : fileError(error);
  }
}

/** SHA-1 of the file, read into what `place` gives; null when it ends early. */
async function hashOf(
  handle: FileHandle,
  size: number,
  place: (at: number, length: number) => Buffer,
): Promise<string | null> {
  const hash = createHash('sha1');
  for (let at = 0; at < size;) {
    const piece = place(at, Math.min(pieceBytes, size - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return null;
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}

function notReady(why: string): TransientError {
  return new TransientError('PICTURE_NOT_READY', `the file ${why}`);
}
