import { join, resolve } from 'node:path';

/** Where a value came from: for messages, and for what its relative paths are relative to. */
export interface Origin {
  /** Reads on from a problem: `in /etc/config.yaml`. */
  readonly where: string;
  /** Directory that relative paths start from. */
  readonly base: string;
}

/** Makes a path absolute; `~` at its start is the home directory. */
export function absolutePath(path: string, base: string, home: string): string {
  if (path === '~') return resolve(home);
  return path.startsWith('~/') ? join(resolve(home), path.slice(2)) : resolve(base, path);
}
