import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Halves by content: rules are tried on one and must hold on the other. */
export type Half = 'tune' | 'held-out';
/** Ordinary photographs; things that look alike and are all different; papers of the same form with other words on them. */
export type Kind = 'general' | 'look-alike' | 'document';

export interface BenchPhoto {
  readonly path: string;
  /** File name without folders; seeds what attacks leave to chance. */
  readonly name: string;
  /** Hex SHA-1 of the file. */
  readonly sha1: string;
  readonly kind: Kind;
  readonly half: Half;
}

const kinds: Readonly<Record<string, Kind>> = {
  general: 'general',
  lookalike: 'look-alike',
  documents: 'document',
};

/**
 * All photos in the folders named `general`, `lookalike` and `documents` below (or equal to) the given ones, files with the same bytes
 * once, in the order of their SHA-1 read backwards: an order that has nothing to do with what they show, nor with the halves.
 */
export function readPhotos(folders: readonly string[]): BenchPhoto[] {
  const photos = new Map<string, BenchPhoto>();
  for (const folder of folders)
    for (const { path, kind } of pictureFiles(folder, kinds[basename(folder)] ?? null)) {
      const sha1 = createHash('sha1').update(readFileSync(path)).digest('hex');
      if (!photos.has(sha1)) photos.set(sha1, { path, name: basename(path), sha1, kind, half: halfOf(sha1) });
    }
  const backwards = (photo: BenchPhoto): string => Array.from(photo.sha1).reverse().join('');
  const keyed = [...photos.values()].map((photo) => ({ photo, key: backwards(photo) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ photo }) => photo);
}

/** By the first digit of the SHA-1: even = tune, odd = held-out. */
function halfOf(sha1: string): Half {
  return parseInt(sha1.charAt(0), 16) % 2 === 0 ? 'tune' : 'held-out';
}

function pictureFiles(folder: string, kind: Kind | null): { path: string; kind: Kind }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pictureFiles(path, kinds[entry.name] ?? kind);
    return kind !== null && /\.(jpe?g|png|webp|avif)$/iu.test(entry.name) ? [{ path, kind }] : [];
  });
}
