import picomatch from 'picomatch';
import { folderKey, type Media, type PhotoKey, type SourceName } from '../../model.js';
import { rawEndings } from '../shot-facts.js';
import { encodePath } from './path-bytes.js';

/** What of a folder is looked at. Paths are relative to the root, with `/`, as people read them. */
export interface FolderRules {
  /** Whether an entry is looked at, given that its directory is: not hidden, not set aside by a NAS, not ignored. */
  passes(path: string): boolean;
  /** The same for a path of its own: every directory above it passes too. */
  enters(path: string): boolean;
  /** Whether a file of that path is a photo of the folder. */
  accepts(path: string): boolean;
  /** Key of the photo; null where the text does not tell the bytes of the name (it holds U+FFFD). */
  keyOf(path: string): PhotoKey | null;
}

const pictureEndings = new Set([
  ...'jpg jpeg jpe jfif png webp avif tif tiff gif heic heif hif'.split(' '),
  ...rawEndings,
]);
const videoEndings = new Set('mp4 mov m4v avi mkv webm 3gp mts'.split(' '));

/** Directories in which a NAS keeps thumbnails, snapshots and what was deleted. */
const setAside = new Set([
  '@eaDir',
  '#recycle',
  '#snapshot',
  '@Recycle',
  '@Recently-Snapshot',
  '$RECYCLE.BIN',
]);

/** Kind of photo by the ending of its name; null for everything that is none. */
export function mediaOf(path: string): Media | null {
  const dot = path.lastIndexOf('.');
  const ending = dot === -1 ? '' : path.slice(dot + 1).toLowerCase();
  if (pictureEndings.has(ending)) return 'image';
  return videoEndings.has(ending) ? 'video' : null;
}

/**
 * The rules of one folder; the walk and the watcher go by the same. `ignore` holds picomatch globs on the path below the
 * root; one that matches a directory covers all below it.
 */
export function createFolderRules(name: SourceName, ignore: readonly string[]): FolderRules {
  const globs = ignore.map((glob) => glob.replace(/^(\.?\/)+|\/+$/gu, '')).filter((glob) => glob !== '');
  const isIgnored = globs.length === 0 ? () => false : picomatch(globs, { dot: true });
  const passes = (path: string): boolean => {
    const entry = path.slice(path.lastIndexOf('/') + 1);
    return !entry.startsWith('.') && !setAside.has(entry) && !isIgnored(path);
  };
  const enters = (path: string): boolean => {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1))
      if (!passes(path.slice(0, end))) return false;
    return passes(path);
  };
  return {
    passes,
    enters,
    accepts: (path) => mediaOf(path) !== null && enters(path),
    keyOf: (path) => (path.includes('\uFFFD') ? null : folderKey(name, encodePath(Buffer.from(path)))),
  };
}
