import { TerminalError, TransientError, type OrganizerError } from '../../errors.js';

/** `code` of a system error; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Nothing stands at that path. Says nothing yet of the photo: the whole folder may be away. */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');
}

/** The process or the machine is out of something: concerns every file, and passes. */
export function isShortage(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'].includes(codeOf(error) ?? '');
}

/** Trying again does not help until somebody changes the file or its permissions. */
export function isLasting(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'EISDIR', 'ENXIO'].includes(codeOf(error) ?? '');
}

/** What the system said, without the path: `EACCES: permission denied`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return codeOf(error) === undefined ? error.message : (error.message.split(',')[0] ?? error.message);
}

/** The folder itself cannot be had, so nothing is known of its photos. */
export function folderAway(root: string, why: string, cause?: unknown): TransientError {
  return new TransientError('FOLDER_AWAY', `${root}: ${why}; is it mounted?`, { cause });
}

/** Nothing is left of its photos, which is how an empty mount point looks: a person must say that it is so. */
export function folderEmptied(root: string): TransientError {
  const text = `${root}: none of its photos is there any more; is it mounted? If it was emptied on purpose, scan it with --allow-removals`;
  return new TransientError('FOLDER_AWAY', text);
}

/** A system error on one file, by what the caller must do; it names no file. A missing file is told apart before. */
export function fileError(error: unknown): OrganizerError {
  const text = reasonOf(error);
  if (isLasting(error)) return new TerminalError('PICTURE_UNREADABLE', text, { cause: error });
  return new TransientError('FOLDER_IO', text, { cause: error });
}
