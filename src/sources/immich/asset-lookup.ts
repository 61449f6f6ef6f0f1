import { FatalError, TerminalError, TransientError, exitCodes } from '../../errors.js';
import { parseKey, type PhotoKey } from '../../model.js';
import type { Clock } from '../../ports.js';
import { isObject, isSearchPage, type Shape } from './answers.js';
import type { ImmichClient } from './client.js';
import { isUnreadable, readAsset, readIdentity, type ListedAsset } from './listed-asset.js';

/** So many photos are taken as gone, for so long, before the server's word is tried again. */
const trustFor = { photos: 20, ms: 60_000 };

/**
 * Asks for assets by id. Immich has one answer for "deleted" and "not yours to see" (400, all versions), and nothing tells
 * them apart; what can be told is a server that says so of photos that it lists: then nothing is taken as gone.
 */
export class AssetLookup {
  readonly #client: ImmichClient;
  readonly #clock: Clock;
  #trusted = 0;
  #trustedUntil = 0;
  #check: Promise<void> | null = null;
  #listed: string | null = null;

  constructor(client: ImmichClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Notes an asset that a listing has shown: asking for it tells whether the server's word can be trusted. */
  saw(assetId: string): void {
    this.#listed = assetId;
  }

  /**
   * The asset as it is now; null when the server says that it does not exist. Throws TerminalError `IMMICH_BAD_ASSET` for
   * one that cannot be used.
   */
  async look(key: PhotoKey): Promise<ListedAsset | null> {
    const asset = await this.#ask(assetIdOf(key));
    if (asset !== null) return asset;
    if (this.#trusted <= 0 || this.#clock.now() > this.#trustedUntil) {
      await (this.#check ??= this.#requireHonesty().finally(() => (this.#check = null)));
      this.#trusted = trustFor.photos;
      this.#trustedUntil = this.#clock.now() + trustFor.ms;
    }
    this.#trusted--;
    return null;
  }

  async #ask(id: string): Promise<ListedAsset | null> {
    try {
      const request = { method: 'GET', route: '/assets/{id}', params: { id }, priority: 1 } as const;
      const asset = readAsset((await this.#client.json(request, isAssetOf(id))).body);
      if (!isUnreadable(asset)) return asset;
      throw new TerminalError('IMMICH_BAD_ASSET', `${asset.name}: ${asset.reason}`);
    } catch (error) {
      if (isAbsent(error)) return null;
      // Any other refusal says nothing of this photo.
      if (error instanceof TerminalError && error.code !== 'IMMICH_BAD_ASSET')
        throw new TransientError('IMMICH_BAD_ANSWER', error.message, { cause: error });
      throw error;
    }
  }

  async #requireHonesty(): Promise<void> {
    if (this.#listed !== null && (await this.#isThere(this.#listed))) return;
    const body = { page: 1, size: 1 };
    const request = { method: 'POST', route: '/search/metadata', body, priority: 1 } as const;
    const [item] = (await this.#client.json(request, isSearchPage)).body.assets.items;
    const listed = readIdentity(item);
    if (listed === null || (await this.#isThere(listed.id))) return;
    throw new TransientError(
      'IMMICH_BAD_ANSWER',
      'Immich says of a photo that it lists that it does not exist; no photo is taken as gone',
    );
  }

  async #isThere(id: string): Promise<boolean> {
    try {
      return (await this.#ask(id)) !== null;
    } catch (error) {
      if (error instanceof TerminalError && error.code === 'IMMICH_BAD_ASSET') return true;
      throw error;
    }
  }
}

/** An answer about this asset, whatever it says of it. */
function isAssetOf(id: string): Shape<object> {
  return (body): body is object => isObject(body) && body['id'] === id;
}

/**
 * Whether this is Immich's word that a thing is not there, or not ours: "Not found or no asset.read access", "Asset not
 * found", "Album not found"; of an id that is none, that it is no UUID.
 */
export function isAbsent(error: unknown): boolean {
  if (!(error instanceof TerminalError)) return false;
  if (!['IMMICH_REJECTED', 'IMMICH_NOT_FOUND'].includes(error.code)) return false;
  return (
    /not found|Validation failed|must be a UUID/iu.test(error.message) &&
    !/Cannot [A-Z]+ \//u.test(error.message)
  );
}

/** The asset behind a photo key of an Immich source. */
export function assetIdOf(key: PhotoKey): string {
  const parsed = parseKey(key);
  if (parsed?.kind === 'immich') return parsed.assetId;
  throw new FatalError('KEY_NOT_IMMICH', `${key} is not a photo of an Immich server`, exitCodes.failed);
}
