import { isUtf8 } from 'node:buffer';

/**
 * File names are bytes. In photo keys a path is text: valid UTF-8 stands as it is, every other byte and the percent sign
 * itself as `%` and two hex digits. Each path has exactly one such text.
 */
export function encodePath(path: Uint8Array): string {
  if (isUtf8(path)) return textOf(path).replaceAll('%', '%25');
  const parts: string[] = [];
  for (let at = 0; at < path.length;) {
    const length = sequenceLength(path, at);
    const piece = path.subarray(at, at + Math.max(1, length));
    parts.push(length === 0 ? percent(piece[0] ?? 0) : encodePath(piece));
    at += piece.length;
  }
  return parts.join('');
}

/**
 * The bytes behind a path in a photo key; null where `encodePath` never gives that text, or where it does not lie
 * below the root (`..`, absolute, empty parts, NUL).
 */
export function decodePath(text: string): Buffer | null {
  const pieces = text.split(/(%[0-9A-F]{2})/u);
  const bytes = Buffer.concat(
    pieces.map((piece, index) =>
      index % 2 === 1 ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece, 'utf8'),
    ),
  );
  const inside = bytes
    .toString('latin1')
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'));
  return inside && encodePath(bytes) === text ? bytes : null;
}

/** The path for people: bytes that are not UTF-8 become U+FFFD. */
export function textOf(path: Uint8Array): string {
  return Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString('utf8');
}

const slash = Buffer.from('/');

/** `directory/name`; either may be empty. */
export function joinPath(directory: Uint8Array, name: Uint8Array): Buffer {
  if (directory.length === 0) return Buffer.from(name);
  if (name.length === 0) return Buffer.from(directory);
  const endsInSlash = directory[directory.length - 1] === slash[0];
  return Buffer.concat(endsInSlash ? [directory, name] : [directory, slash, name]);
}

/** The directory of a path below the root; empty for the root itself. */
export function parentOf(path: Buffer): Buffer {
  return path.subarray(0, Math.max(0, path.lastIndexOf(slash)));
}

/** Whether an absolute path lies below an absolute directory; both resolved. */
export function isBelow(directory: Buffer, path: Buffer): boolean {
  const prefix = directory.equals(slash) ? directory : Buffer.concat([directory, slash]);
  return path.length > prefix.length && path.subarray(0, prefix.length).equals(prefix);
}

/** Bytes of the valid UTF-8 sequence that starts there; 0 when none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
