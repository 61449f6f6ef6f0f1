import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { FatalError, OrganizerError, TerminalError, exitCodes } from '../../errors.js';
import {
  folderKey,
  parseKey,
  type Checkpoint,
  type Photo,
  type PhotoKey,
  type ReadFacts,
  type ServerTime,
  type SourceName,
} from '../../model.js';
import type { Clock, ListingPage, Log, PhotoSource, Picture } from '../../ports.js';
import type { Preference } from '../preferred-places.js';
import { photoOfFile } from './file-facts.js';
import { fileError, folderAway, folderEmptied, isLasting, isMissing, reasonOf } from './folder-errors.js';
import { findFile, stateOf, type FoundFile } from './folder-root.js';
import { createFolderRules, type FolderRules } from './folder-rules.js';
import { decodePath, encodePath, textOf } from './path-bytes.js';
import { readPicture, readSha1 } from './read-picture.js';
import { walkFolder } from './walk.js';

export interface FolderSourceOptions {
  /** Name in photo keys. */
  readonly name: SourceName;
  /** Absolute path. */
  readonly root: string;
  /** Picomatch globs on the path below the root; what they match is not looked at. */
  readonly ignore: readonly string[];
  /** Default: no place is preferred. */
  readonly preferenceOf?: Preference;
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
  /** The last listing showed no photo at all. */
  #listedNone = false;
  #mayBeEmpty = false;

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
      const state = await stateOf(resolved, this.#rules);
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

  /** A person says that the folder may hold no photos now: good until it holds some again. */
  agreeToEmpty(): void {
    this.#mayBeEmpty = true;
  }

  /** Throws TransientError `FOLDER_AWAY` rather than show a folder that is away, or lost all its photos, as empty. */
  async *list(signal?: AbortSignal): AsyncGenerator<ListingPage> {
    const startedAt = this.#options.clock.now() as ServerTime;
    let photosSeen = 0;
    for await (const { files, unreadable } of walkFolder(this.#opened, this.#rules, signal)) {
      const photos = files.map((file) => this.#photoOf(file));
      photosSeen += photos.length;
      yield { photos, unreadable, startedAt, expected: null };
    }
    this.#listedNone = photosSeen === 0;
    if (photosSeen > 0) [this.#heldPhotos, this.#mayBeEmpty] = [true, false];
    else if (this.#heldPhotos) await this.#assertThere();
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
   * everything else, as far as the last listing knows.
   */
  async look(key: PhotoKey): Promise<Photo | null> {
    const file = await this.#find(key);
    if (file === null) return null;
    this.#heldPhotos = true;
    return this.#photoOf(file);
  }

  /** Throws TerminalError `PHOTO_GONE`, and what `readPicture` and `look` throw. */
  async picture(photo: Photo): Promise<Picture> {
    return readPicture(await this.#fileOf(photo));
  }

  /** Reads the whole file, a piece at a time. Throws the same, but for files that are too large for a picture. */
  readonly bytes = async (photo: Photo): Promise<ReadFacts> => readSha1(await this.#fileOf(photo));

  async #fileOf(photo: Photo): Promise<FoundFile> {
    const file = await this.#find(photo.key);
    if (file === null) throw new TerminalError('PHOTO_GONE', 'the file is no longer there');
    return file;
  }

  get #opened(): Buffer {
    if (this.#root === null) throw new Error(`source ${this.name} was not opened`);
    return this.#root;
  }

  #photoOf(file: FoundFile): Photo {
    const { root, preferenceOf } = this.#options;
    const preference = preferenceOf?.(this.name, join(root, textOf(file.path))) ?? 0;
    return photoOfFile(file, this.name, folderKey(this.name, encodePath(file.path)), preference);
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
      const file = await findFile(this.#opened, path);
      if (file === null) await this.#assertThere();
      return file;
    } catch (error) {
      throw error instanceof OrganizerError ? error : fileError(error);
    }
  }

  /** For what is missing: throws TransientError `FOLDER_AWAY` unless the folder is there and holds, or may lack, photos. */
  async #assertThere(): Promise<void> {
    const root = textOf(this.#opened);
    const state = await stateOf(this.#opened, this.#rules).catch((error: unknown) => {
      throw folderAway(root, reasonOf(error), error);
    });
    if (state === 'moved') throw folderAway(root, 'leads to another place now');
    if ((state === 'empty' || this.#listedNone) && !this.#mayBeEmpty) throw folderEmptied(root);
  }
}
