import { OrganizerError, TerminalError, TransientError, describeError } from '../errors.js';
import type { Fingerprint, Photo, PhotoId, PhotoKey, ReadFacts, Revision } from '../model.js';
import { parseKey } from '../model.js';
import type { Log, PhotoSource } from '../ports.js';
import type { CopyStore, Dismissals, FileLooks, IndexedPhoto, PhotoStore } from '../store-ports.js';
import type { Backlog } from './backlog.js';
import type { Fingerprinter } from './fingerprint/fingerprint.js';
import type { LookIndex } from './search/look-index.js';
import { thumbHashOfBytes } from './thumb/local-thumb-hash.js';
import { asStill } from './evidence/videos.js';

export interface ExaminerOptions {
  readonly photos: PhotoStore;
  readonly looks: LookIndex;
  /** With `dismissals`: what was said of a photo holds on when a program wrote a rating, say, into its file. */
  readonly copies: Pick<CopyStore, 'bytesOfSameLook'>;
  readonly dismissals: Pick<Dismissals, 'follow'>;
  readonly fingerprinter: Fingerprinter;
  /** Told of each local photo: those of a server that look like it are worth being next. */
  readonly thumbs?: Pick<Backlog, 'lookNextFor'>;
  /** Open sources that may know the photo, its own one for a photo of the index; empty when none is configured now. */
  readonly sourcesOf: (photo: IndexedPhoto | PhotoKey) => readonly PhotoSource[];
  /** Other photos that became wanted because of one that was looked at. */
  readonly alsoWanted?: (keys: readonly PhotoKey[]) => void;
  readonly log: Log;
}

export interface ExaminerTally {
  /** Pictures read from a source. */
  downloads: number;
  fingerprinted: number;
  failed: number;
}

/** Looks at one photo: is it still there, is it new, what does it look like? */
export class Examiner {
  readonly tally: ExaminerTally = { downloads: 0, fingerprinted: 0, failed: 0 };
  readonly #options: ExaminerOptions;
  readonly #suspects = new Set<PhotoKey>();
  /** What was read of pictures that could not be decoded. */
  readonly #undecoded = new Map<PhotoKey, { readonly revision: Revision; readonly facts: ReadFacts }>();

  constructor(options: ExaminerOptions) {
    this.#options = options;
  }

  /** Photos that were looked at, whatever came of it. */
  get lookedAt(): number {
    return this.tally.fingerprinted + this.tally.failed;
  }

  /** Says that something happened to the photos: the next look asks their source first. */
  suspect(keys: readonly PhotoKey[]): void {
    for (const key of keys) this.#suspects.add(key);
  }

  /** Safe to repeat. Ends at one comparison of the revision when nothing is new. */
  async examine(key: PhotoKey): Promise<void> {
    const photo = await this.#known(key);
    if (photo?.fingerprint !== 'wanted') return;
    const [source] = this.#options.sourcesOf(photo);
    if (source === undefined) return;
    try {
      await this.#fingerprint(photo, source);
    } catch (error) {
      if (!(error instanceof OrganizerError)) throw error;
      // The next look asks the source first: it may have another revision by then, or be gone.
      if (error.code === 'PICTURE_NOT_READY' || error.code === 'PHOTO_GONE') this.suspect([key]);
      if (error.code !== 'PHOTO_GONE') throw error;
      await this.#known(key);
    }
  }

  /** Forgets a photo that its source says is gone. */
  remove(key: PhotoKey): void {
    const { photos } = this.#options;
    const photo = photos.get(key);
    if (photo === null) return;
    photos.remove(key, this.#near(photo.id));
    this.#options.looks.remove(photo.id);
  }

  #near(id: PhotoId): PhotoId[] {
    return this.#options.looks.likenessesOf(id).map(({ b }) => b);
  }

  /** The picture cannot be had. Remembered when the picture is at fault; else the photo stays wanted for the next run. */
  gaveUp(key: PhotoKey, error: unknown): void {
    const { photos, log } = this.#options;
    const reason = error instanceof OrganizerError ? error.message : describeError(error);
    this.tally.failed++;
    const photo = photos.get(key);
    const read = this.#undecoded.get(key);
    this.#undecoded.delete(key);
    const isPicture =
      error instanceof TerminalError || (error instanceof TransientError && isOfPicture(error));
    if (photo === null || !isPicture) {
      log.error(
        { photo: key, name: photo?.name, reason },
        'photo could not be looked at; the next run tries again',
      );
      return;
    }
    // Its bytes may be compared all the same.
    photos.failed(key, reason, this.#near(photo.id), read?.revision === photo.revision ? read.facts : {});
    this.#options.looks.remove(photo.id);
    log.info({ photo: key, name: photo.name, reason }, 'photo cannot be compared by look');
  }

  async #known(key: PhotoKey): Promise<IndexedPhoto | null> {
    const { photos } = this.#options;
    const photo = photos.get(key);
    if (photo !== null && !this.#suspects.has(key)) return photo;
    const sources = this.#options.sourcesOf(photo ?? key);
    if (sources.length === 0) return null;
    let fresh: Photo | null = null;
    for (const source of sources) fresh ??= await source.look(key);
    this.#suspects.delete(key);
    if (fresh === null) {
      this.remove(key);
      return null;
    }
    const others = photos.observe([fresh]).wanted.filter((one) => one !== key);
    if (others.length > 0) this.#options.alsoWanted?.(others);
    return photos.get(key);
  }

  async #fingerprint(photo: IndexedPhoto, source: PhotoSource): Promise<void> {
    const { photos, looks, fingerprinter } = this.#options;
    if (photo.media === 'video' && source.bytes !== undefined) return this.#readBytes(photo, source.bytes);
    const picture = await source.picture(photo);
    this.tally.downloads++;
    const ofSameFile = this.#ofSameFile(photo.key, picture.facts.sha1);
    const listed = source.kind === 'immich' ? photo.thumbHash : null;
    this.#undecoded.set(photo.key, { revision: photo.revision, facts: picture.facts });
    const made = ofSameFile?.fingerprint ?? (await fingerprinter.fingerprint(picture.bytes, listed));
    this.#undecoded.delete(photo.key);
    const fingerprint = photo.media === 'video' ? asStill(made) : made;
    const thumbHash =
      source.kind === 'folder' ? (ofSameFile?.thumbHash ?? (await thumbHashOfBytes(picture.bytes))) : null;
    // Removed or replaced while its picture was read: what was learned is of no photo that is there.
    const now = photos.get(photo.key);
    if (now?.id !== photo.id || now.revision !== photo.revision) return;
    const { id, revision } = photo;
    const facts = thumbHash === null ? picture.facts : { ...picture.facts, thumbHash };
    this.#followDismissed(photo, fingerprint, picture.facts.sha1 ?? photo.sha1);
    photos.examined({ id, revision, facts, fingerprint }, this.#near(id));
    looks.put(id, fingerprint, photo.media);
    this.tally.fingerprinted++;
    if (thumbHash !== null) this.#options.thumbs?.lookNextFor(thumbHash);
  }

  #followDismissed({ id, key }: IndexedPhoto, looks: Fingerprint, sha1: string | null): void {
    const { copies, dismissals } = this.#options;
    if (sha1 === null) return;
    for (const before of copies.bytesOfSameLook(id, looks))
      if (before !== sha1) dismissals.follow({ key, sha1: before }, sha1);
  }

  /** A video in a folder: its pictures cannot be had. */
  async #readBytes(photo: IndexedPhoto, bytes: (photo: Photo) => Promise<ReadFacts>): Promise<void> {
    const { photos } = this.#options;
    const facts = await bytes(photo);
    this.tally.downloads++;
    const now = photos.get(photo.key);
    if (now?.id !== photo.id || now.revision !== photo.revision) return;
    photos.examined({ id: photo.id, revision: photo.revision, facts, fingerprint: null }, []);
  }

  /** Local files only: Immich's thumbnail of the same bytes may hash a bit or two differently. */
  #ofSameFile(key: PhotoKey, sha1: string | null | undefined): FileLooks | null {
    if (sha1 == null || parseKey(key)?.kind !== 'folder') return null;
    return this.#options.photos.looksOfFile(sha1, this.#options.fingerprinter.algorithm);
  }
}

/** How often a photo is tried before it is given up: for ever when its server is at fault, not when only it is missing. */
export function triesOf(
  patience: 'one-shot' | 'service',
): (error: TransientError, waiting: number) => number {
  return (error, waiting) => {
    if (patience === 'one-shot') return isOfPicture(error) ? 4 : 6;
    if (!isOfPicture(error)) return Infinity;
    return error.code === 'PICTURE_NOT_READY' && waiting <= mostInHaste ? triesInHaste + 12 : 12;
  };
}

const triesInHaste = 60;
/** Where more wait, thumbnails are missing rather than about to come. */
const mostInHaste = 200;

/**
 * Most milliseconds until the next try. A thumbnail comes within seconds of the upload: for a minute it is asked for every
 * second, by up to 13 a second when many wait, then every minute.
 */
export function longestDelayOf({ code }: TransientError, tries: number, waiting: number): number {
  const isInHaste = code === 'PICTURE_NOT_READY' && tries <= triesInHaste;
  return isInHaste ? Math.min(60_000, Math.max(1_000, 75 * waiting)) : 60_000;
}

/** Not the server is at fault, only this picture: it is not there yet, or another one is in its place. */
function isOfPicture({ code }: TransientError): boolean {
  return code === 'PICTURE_NOT_READY' || code === 'PICTURE_WRONG';
}
