import { realpath } from 'node:fs/promises';
import { FatalError, OrganizerError, TerminalError, exitCodes } from '../../errors.js';
import {
  folderKey,
  parseKey,
  type Checkpoint,
  type Photo,
  type PhotoKey,
  type ServerTime,
  type SourceName,
} from '../../model.js';
import type { Clock, ListingPage, Log, PhotoSource, Picture } from '../../ports.js';
import { photoOfFile } from './file-facts.js';
import { fileError, folderAway, isLasting, isMissing, reasonOf } from './folder-errors.js';
import { assertThere, findFile, stateOf, type FoundFile } from './folder-root.js';
import { createFolderRules, type FolderRules } from './folder-rules.js';
import { decodePath, encodePath, textOf } from './path-bytes.js';
import { readPicture } from './read-picture.js';
import { walkFolder } from './walk.js';

export interface FolderSourceOptions {
  /** Name in photo keys. */
  readonly name: SourceName;
  /** Absolute path. */
  readonly root: string;
  /** Picomatch globs on the path below the root; what they match is not looked at. */
  readonly ignore: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** The photos of one local folder. Nothing in it is ever written. */
export class FolderSource implements PhotoSource {
  readonly kind = 'folder';
  readonly name: SourceName;
  readonly #options: FolderSourceOptions;
  readonly #rules: FolderRules;
  #root: Buffer | null = null;
  #heldPhotos = false;

  constructor(options: FolderSourceOptions) {
    this.name = options.name;
    this.#options = options;
    this.#rules = createFolderRules(options.name, options.ignore);
  }

  /**
   * Throws FatalError `FOLDER_MISSING` when there is no readable directory. Once it was opened, or when the disk or the share
   * behind it fails, TransientError `FOLDER_AWAY`.
   */
  async open(): Promise<void> {
    const { root, log } = this.#options;
    try {
      const resolved = await realpath(root, { encoding: 'buffer' });
      const state = await stateOf(resolved);
      if (state === 'empty')
        log.warn({ source: this.name, folder: root }, 'folder is empty; if it is a share, is it mounted?');
      this.#root = resolved;
    } catch (error) {
      const known = this.#root !== null || !(isMissing(error) || isLasting(error));
      if (known) throw folderAway(root, reasonOf(error), error);
      const text = `folder ${this.name}: ${root} is not a directory that can be read (${reasonOf(error)})`;
      throw new FatalError('FOLDER_MISSING', text, exitCodes.usage, { cause: error });
    }
  }

  /** Throws TransientError `FOLDER_AWAY` rather than show a folder that is away as empty. */
  async *list(signal?: AbortSignal): AsyncGenerator<ListingPage> {
    const startedAt = this.#options.clock.now() as ServerTime;
    let photosSeen = 0;
    for await (const { files, unreadable } of walkFolder(this.#opened, this.#rules, signal)) {
      const photos = files.map((file) => this.#photoOf(file));
      photosSeen += photos.length;
      this.#heldPhotos ||= photosSeen > 0;
      if (photosSeen === 0 && this.#heldPhotos) await assertThere(this.#opened);
      yield { photos, unreadable, startedAt, expected: null };
    }
  }

  /** A folder tells no changes: everything. */
  changes(_since: Checkpoint, signal?: AbortSignal): AsyncIterable<ListingPage> {
    return this.list(signal);
  }

  /** Counting would cost as much as listing. */
  count(): Promise<null> {
    return Promise.resolve(null);
  }

  /**
   * Null for what a listing would not show. Throws TransientError `FOLDER_AWAY` when the file is missing and so is
   * everything else.
   */
  async look(key: PhotoKey): Promise<Photo | null> {
    const file = await this.#find(key);
    if (file === null) return null;
    this.#heldPhotos = true;
    return this.#photoOf(file);
  }

  /** Throws TerminalError `PHOTO_GONE`, and what `readPicture` and `look` throw. */
  async picture(photo: Photo): Promise<Picture> {
    const file = await this.#find(photo.key);
    if (file === null) throw new TerminalError('PHOTO_GONE', `${photo.name}: the file is no longer there`);
    return readPicture(file);
  }

  get #opened(): Buffer {
    if (this.#root === null) throw new Error(`source ${this.name} was not opened`);
    return this.#root;
  }

  #photoOf(file: FoundFile): Photo {
    return photoOfFile(file, this.name, folderKey(this.name, encodePath(file.path)));
  }

  async #find(key: PhotoKey): Promise<FoundFile | null> {
    const parsed = parseKey(key);
    if (parsed?.kind !== 'folder' || parsed.folder !== this.name)
      throw new FatalError(
        'KEY_NOT_OF_FOLDER',
        `${key} is not a photo of the folder ${this.name}`,
        exitCodes.failed,
      );
    const path = decodePath(parsed.path);
    if (path === null || !this.#rules.accepts(textOf(path))) return null;
    try {
      return await findFile(this.#opened, path);
    } catch (error) {
      throw error instanceof OrganizerError ? error : fileError(error, textOf(path));
    }
  }
}
