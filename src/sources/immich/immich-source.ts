import { FatalError, TerminalError, TransientError } from '../../errors.js';
import type { Checkpoint, Photo, PhotoKey, ServerTime, SourceName } from '../../model.js';
import type { Clock, ListingPage, Log, PhotoSource, Picture } from '../../ports.js';
import { isStatistics } from './answers.js';
import { assetIdOf, isAbsent, type AssetLookup } from './asset-lookup.js';
import { hasFeature, probeCapabilities, type Capabilities } from './capabilities.js';
import type { ImmichClient } from './client.js';
import { isUnreadable, readAsset, type ListedAsset } from './listed-asset.js';
import type { Preference } from '../preferred-places.js';
import { photoOfAsset, type Viewer } from './map-asset.js';
import { searchAssets, type AssetSearch } from './paging.js';

export interface ImmichSourceOptions {
  readonly name: SourceName;
  /** Name of the server in photo keys. */
  readonly server: string;
  readonly client: ImmichClient;
  readonly lookup: AssetLookup;
  readonly clock: Clock;
  readonly log: Log;
  /** User ids of other configured accounts of the same server: they list their own photos. */
  readonly listedElsewhere: () => ReadonlySet<string>;
  readonly isOurFavorite: (key: PhotoKey) => boolean;
  readonly preferenceOf: Preference;
}

/** The server's clock and ours may be so far apart, milliseconds. */
const clocksApartMs = 60 * 60_000;

/** The photos of one Immich account, with those of partners who share with it. */
export class ImmichSource implements PhotoSource {
  readonly kind = 'immich';
  readonly name: SourceName;
  readonly #options: ImmichSourceOptions;
  #capabilities: Capabilities | null = null;
  /** Outages of the server before the last probe, and full listings since. */
  #probedAfter = 0;
  #listings = 0;
  /** The server's clock was far ahead of ours at the last look. */
  #isAhead = false;

  constructor(options: ImmichSourceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  async open(): Promise<void> {
    const { client } = this.#options;
    this.#probedAfter = client.outages;
    this.#listings = 0;
    this.#capabilities = await probeCapabilities(client, this.#capabilities?.userId);
  }

  /** A server that was away may be another release now, and a key's permissions may change at any time. */
  async #probeAgain(isListing: boolean): Promise<void> {
    const isDue = isListing && this.#listings > 0;
    if (isDue || this.#probedAfter !== this.#options.client.outages) await this.open();
    if (isListing) this.#listings++;
  }

  get isOpen(): boolean {
    return this.#capabilities !== null;
  }

  /** What the server and the key allow. Call `open` first. */
  get capabilities(): Capabilities {
    if (this.#capabilities === null) throw new Error(`source ${this.name} was not opened`);
    return this.#capabilities;
  }

  list(signal?: AbortSignal): AsyncIterable<ListingPage> {
    return this.#pages({}, signal);
  }

  changes(since: Checkpoint, signal?: AbortSignal): AsyncIterable<ListingPage> {
    // A checkpoint from when a clock was wrong: nothing has been "updated after" it for long, whatever changed.
    const isUsable = since !== null && since <= this.#latest();
    return this.#pages(isUsable ? { updatedAfter: new Date(since).toISOString() } : {}, signal);
  }

  /** Every photo in an album that the account sees, other people's too. */
  listAlbum(id: string, signal?: AbortSignal): AsyncIterable<ListingPage> {
    return this.#pages({ albumIds: [id] }, signal);
  }

  async *#pages(search: AssetSearch, signal?: AbortSignal): AsyncGenerator<ListingPage> {
    const { client, lookup } = this.#options;
    const all = search.updatedAfter === undefined && search.albumIds === undefined;
    await this.#probeAgain(all);
    const expected = all ? await this.count() : null;
    const { release } = this.capabilities;
    const wanted = { ...search, withDeleted: true, withExif: true };
    const pages = searchAssets(client, release, wanted, expected);
    let startedAt: ServerTime | null = null;
    for await (const page of pages) {
      signal?.throwIfAborted();
      startedAt ??= this.#credible(page.startedAt ?? (0 as ServerTime));
      const assets = page.items.map(readAsset);
      const readable = assets.filter((asset): asset is ListedAsset => !isUnreadable(asset));
      const [first] = readable;
      if (first !== undefined) lookup.saw(first.id);
      const photos = this.#photosOf(readable);
      yield { photos, unreadable: assets.filter(isUnreadable), startedAt, expected };
    }
  }

  /**
   * The server's clock, unless it is far ahead of ours: a checkpoint in the future would hide every change until then, so
   * it is never later than our own clock. Where ours is the wrong one, some changes are read twice.
   */
  #credible(serverTime: ServerTime): ServerTime {
    const { clock, log, name } = this.#options;
    const isAhead = serverTime > this.#latest();
    if (isAhead && !this.#isAhead)
      log.warn(
        { source: name, serverTime: new Date(serverTime).toISOString() },
        'the clock of Immich is far ahead of ours; set both right',
      );
    this.#isAhead = isAhead;
    return isAhead ? (clock.now() as ServerTime) : serverTime;
  }

  #latest(): number {
    return this.#options.clock.now() + clocksApartMs;
  }

  /** A partner who is an account of ours lists those photos itself. */
  #photosOf(assets: readonly ListedAsset[]): Photo[] {
    const viewer = this.#viewer();
    const elsewhere = this.#options.listedElsewhere();
    return assets
      .filter((asset) => asset.ownerId === viewer.userId || !elsewhere.has(asset.ownerId))
      .map((asset) => photoOfAsset(asset, viewer));
  }

  #viewer(): Viewer {
    const { server, isOurFavorite, preferenceOf } = this.#options;
    const { userId } = this.capabilities;
    return { source: this.name, server, userId, isOurFavorite, preferenceOf };
  }

  /** `POST /search/statistics` (1.137): trashed assets are not counted. */
  async count(): Promise<number | null> {
    if (!hasFeature(this.capabilities, 'notice deletions')) return null;
    try {
      let total = 0;
      for (const body of this.capabilities.release.searches) {
        const request = { method: 'POST', route: '/search/statistics', body, priority: 1 } as const;
        total += (await this.#options.client.json(request, isStatistics)).body.total;
      }
      return total;
    } catch (error) {
      // A server before 1.140 does not tell beforehand that the key may not.
      if (error instanceof TerminalError) return null;
      if (error instanceof FatalError && error.code === 'IMMICH_FORBIDDEN') return null;
      throw error;
    }
  }

  async look(key: PhotoKey): Promise<Photo | null> {
    const asset = await this.#options.lookup.look(key);
    return asset === null ? null : (this.#photosOf([asset])[0] ?? null);
  }

  async picture(photo: Photo): Promise<Picture> {
    if (photo.thumbHash === null) throw notReady();
    try {
      const bytes = await this.#options.client.bytes({
        method: 'GET',
        route: '/assets/{id}/thumbnail',
        params: { id: assetIdOf(photo.key) },
        query: { size: 'thumbnail' },
      });
      return { bytes, facts: {} };
    } catch (error) {
      // "Not generated yet" and "never will be" look the same here.
      if (error instanceof TerminalError && error.code === 'IMMICH_NOT_FOUND') throw notReady(error);
      if (isAbsent(error))
        throw new TerminalError('PHOTO_GONE', 'the photo is not there any more', { cause: error });
      // Any other refusal says nothing of the picture.
      if (error instanceof TerminalError)
        throw new TransientError('IMMICH_BAD_ANSWER', error.message, { cause: error });
      throw error;
    }
  }
}

/** A listing shows no ThumbHash exactly while there is no thumbnail: asking for it would only give a 404. */
function notReady(cause?: unknown): TransientError {
  return new TransientError('PICTURE_NOT_READY', 'Immich has no thumbnail of it', { cause });
}
