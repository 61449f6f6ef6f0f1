import { readFileSync } from 'node:fs';

/** What a secret file holds, without its last newline; or, in words, why there is nothing. */
export type SecretRead = { readonly secret: string } | { readonly failure: string };

/** Reads a secret from a file. Never throws; the failure names the path and no content. */
export function readSecretFile(path: string): SecretRead {
  try {
    const secret = readFileSync(path, 'utf8').replace(/\r?\n$/u, '');
    return secret.trim() === '' ? { failure: `the file ${path} is empty` } : { secret };
  } catch (error) {
    return { failure: `the file ${path} cannot be read: ${errorWord(error)}` };
  }
}

/** Says in words why a file could not be read. */
export function errorWord(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const words: Partial<Record<string, string>> = {
    ENOENT: 'no such file',
    ENOTDIR: 'no such file',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'it is a directory',
  };
  return words[code] ?? code;
}
