import { TerminalError, TransientError, describeError } from '../../errors.js';
import type { OwnLabel, Run } from '../../label-ports.js';
import type { BatchAnswer } from '../../target-ports.js';
import type { PhotoKey } from '../../model.js';
import {
  batches,
  refusalOf,
  type AlbumOperation,
  type CarryToAlbum,
  type ChangeAlbum,
  type CreateAlbum,
  type Outcome,
  type TakeBackFromAlbum,
} from '../operation.js';
import type { SyncParts } from '../sync-parts.js';
import { fewPhotos, lookAtEach } from '../tags/tag-view.js';

/** A request whose answer was lost is sent so often at most, after pauses that grow. */
const mostTries = 3;
const pauseMs = 1_000;
const longestPauseMs = 30_000;

/** What a change of members is written down with. */
interface Change {
  readonly operation: ChangeAlbum | CarryToAlbum | TakeBackFromAlbum;
  readonly signature: string | ReadonlyMap<PhotoKey, string>;
  /** Number in the journal. */
  readonly number: number;
}

/** Carries out operations on albums. They take effect at once. */
export class AlbumWriter {
  readonly #parts: SyncParts;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** Journalled before and after each call. Throws what stops the rest of the operation. */
  async apply(operation: AlbumOperation, run: Run, signature: Change['signature']): Promise<Outcome> {
    const { journal } = this.#parts;
    const { kind, source, name } = operation;
    const number = journal.begin(run, { source, kind, name, photos: operation.photos });
    try {
      const outcome = await this.#write(operation, signature, number);
      journal.end(number, refusalOf(outcome));
      return outcome;
    } catch (error) {
      journal.end(number, describeError(error));
      throw error;
    }
  }

  async #write(operation: AlbumOperation, signature: Change['signature'], number: number): Promise<Outcome> {
    const { target, journal } = this.#parts;
    const { source, name, photos } = operation;
    if (operation.kind === 'create-album')
      return this.#create(operation, typeof signature === 'string' ? signature : '', number);
    if (operation.kind !== 'delete-album') {
      const change = { operation, signature, number };
      return isAdding(operation) ? this.#addAbsent(change) : this.#inBatches(change, photos);
    }
    await target.deleteAlbum(operation.albumId);
    journal.forget(journal.labels(source, 'album', operation.albumId));
    journal.forgetMade({ source, kind: 'album', name });
    return { written: photos, refused: new Map() };
  }

  /** An album of that name and description may stand there from a run that was cut off: it is taken up again. */
  async #create(operation: CreateAlbum, signature: string, number: number): Promise<Outcome> {
    const { target, journal } = this.#parts;
    const { source, name, description, photos } = operation;
    const begun = journal.made(source, 'album').some((made) => made.name === name && made.serverId === null);
    const made = { source, kind: 'album' as const, name, signature, version: '', state: 'here' as const };
    const cutOff = begun
      ? (await target.albums()).find(
          (album) => album.owned && album.name === name && album.description === description,
        )
      : undefined;
    journal.putMade({ ...made, serverId: null });
    const album = cutOff ?? (await target.createAlbum(name, description, []));
    journal.putMade({ ...made, serverId: album.id });
    const filling = { kind: 'add-to-album' as const, source, name, albumId: album.id, photos };
    const change = { operation: filling, signature, number };
    return cutOff === undefined ? this.#inBatches(change, photos) : this.#addAbsent(change);
  }

  /** A photo that a person has put there meanwhile is not ours. */
  async #addAbsent(change: Change): Promise<Outcome> {
    const { albumId, photos } = change.operation;
    const members = new Set(await this.#parts.target.albumMembers(albumId));
    return this.#inBatches(
      change,
      photos.filter((key) => !members.has(key)),
    );
  }

  async #inBatches(change: Change, photos: readonly PhotoKey[]): Promise<Outcome> {
    const { journal } = this.#parts;
    const { operation, signature } = change;
    const made = journal.made(operation.source, 'album').find((thing) => thing.name === operation.name);
    if (made !== undefined && typeof signature === 'string')
      journal.putMade({ ...made, signature, version: '' });
    const written: PhotoKey[] = [];
    const refused = new Map<PhotoKey, string>();
    for (const batch of batches(photos)) {
      const outcome = await (isAdding(operation) ? this.#add(change, batch) : this.#remove(change, batch));
      written.push(...outcome.written);
      for (const [key, word] of outcome.refused) refused.set(key, word);
    }
    return { written, refused };
  }

  async #add(change: Change, photos: readonly PhotoKey[]): Promise<Outcome> {
    const { journal, albums } = this.#parts;
    const { operation } = change;
    journal.put(this.#labels(change, photos, 'pending'));
    const { already, refused } = await this.#send(change, photos);
    const isWritten = (key: PhotoKey): boolean => !already.has(key) && !refused.has(key);
    const written = photos.filter(isWritten);
    const notOurs = photos.filter((key) => !isWritten(key));
    // Until the album is read again it must not look as if somebody had taken them out.
    if (operation.kind === 'carry-to-album') albums.add(operation.source, operation.albumId, written);
    journal.together(() => {
      journal.put(this.#labels(change, written, 'verified'));
      journal.forget(this.#labels(change, notOurs, 'pending'));
    });
    return { written, refused: await this.#stillThere(refused) };
  }

  /** Sends it again when the answer was lost, but for what arrived: the album tells. */
  async #send(change: Change, photos: readonly PhotoKey[]): Promise<BatchAnswer> {
    const { target, journal, clock, stopping } = this.#parts;
    const { albumId } = change.operation;
    let left = photos;
    for (let tries = 1; left.length > 0; tries++) {
      try {
        return await target.addToAlbum(albumId, left);
      } catch (error) {
        // A refused request has done nothing; one whose answer was lost may have.
        if (error instanceof TerminalError) journal.forget(this.#labels(change, left, 'pending'));
        if (!isLost(error) || tries === mostTries) throw error;
        const afterMs = error.retryAfterMs ?? pauseMs * tries;
        await clock.sleep(Math.min(longestPauseMs, afterMs), stopping);
        const arrived = new Set(await target.albumMembers(albumId));
        left = left.filter((key) => !arrived.has(key));
      }
    }
    return { already: new Set(), refused: new Map() };
  }

  async #remove(change: Change, photos: readonly PhotoKey[]): Promise<Outcome> {
    const { target, journal } = this.#parts;
    const { already, refused } = await target.removeFromAlbum(change.operation.albumId, photos);
    const gone = photos.filter((key) => !refused.has(key));
    journal.forget(this.#labels(change, gone, 'pending'));
    return { written: gone.filter((key) => !already.has(key)), refused };
  }

  /** Immich refuses a photo that was deleted meanwhile as one that is not ours: that one is no failure. */
  async #stillThere(refused: Outcome['refused']): Promise<Outcome['refused']> {
    const looks = await lookAtEach(this.#parts, '', [...refused.keys()].slice(0, fewPhotos));
    return new Map([...refused].filter(([key]) => looks.get(key) !== null));
  }

  #labels(
    { operation, signature, number }: Change,
    photos: readonly PhotoKey[],
    state: OwnLabel['state'],
  ): OwnLabel[] {
    const { source, albumId: name } = operation;
    const since = this.#parts.clock.now();
    const isCarried = operation.kind === 'carry-to-album' || operation.kind === 'take-back-from-album';
    const kind = isCarried ? ('carried-album' as const) : ('album' as const);
    const same = { source, kind, name, state, tries: 1, baseline: 0, since };
    const signed = (photo: PhotoKey): string =>
      typeof signature === 'string' ? signature : (signature.get(photo) ?? '');
    return photos.map((photo) => ({ ...same, photo, signature: signed(photo), operation: number }));
  }
}

function isAdding({ kind }: Change['operation']): boolean {
  return kind === 'add-to-album' || kind === 'carry-to-album';
}

/** The request may have been carried out, or not. */
function isLost(error: unknown): error is TransientError {
  return error instanceof TransientError && error.code !== 'STOPPING';
}
