import { immichKey, type PhotoKey } from '../../model.js';
import type { StackRef, StackTarget } from '../../target-ports.js';
import { isNothing, isStack, isStacks, type ListedStack, type Shape } from './answers.js';
import { assetIdOf, type AssetLookup } from './asset-lookup.js';
import type { ImmichClient, ImmichRequest } from './client.js';
import type { Release } from './release.js';

export interface ImmichStacksOptions {
  readonly server: string;
  readonly client: ImmichClient;
  readonly lookup: AssetLookup;
  readonly release: () => Release;
}

/** Stacks of one Immich account (routes of 1.113 to 3.x). Making one, or leaving it, moves `updatedAt` of its photos once. */
export class ImmichStacks implements StackTarget {
  readonly #options: ImmichStacksOptions;
  #listing: Promise<readonly StackRef[]> | null = null;

  constructor(options: ImmichStacksOptions) {
    this.#options = options;
  }

  /** `GET /stacks` has no pages; each stack comes with its assets, but for those that are trashed or hidden. */
  async list(): Promise<readonly StackRef[]> {
    const stacks = await this.#json({ method: 'GET', route: '/stacks' }, isStacks);
    return stacks.map((stack) => this.#ref(stack));
  }

  async of(key: PhotoKey): Promise<StackRef | null | undefined> {
    const asset = await this.#options.lookup.look(key);
    if (asset === null) return undefined;
    const { stack } = asset;
    if (stack === null) return this.#untold(key, asset.visibility);
    const lead = immichKey(this.#options.server, stack.leadId);
    return { id: stack.id, lead, members: new Set([key]), count: stack.count };
  }

  async create(keys: readonly PhotoKey[]): Promise<StackRef> {
    const body = { assetIds: keys.map(assetIdOf) };
    return this.#ref(await this.#json({ method: 'POST', route: '/stacks', body }, isStack));
  }

  async lead(id: string, key: PhotoKey): Promise<void> {
    const method = this.#options.release().update;
    const body = { primaryAssetId: assetIdOf(key) };
    await this.#json({ method, route: '/stacks/{id}', params: { id }, body }, isStack);
  }

  async leave(id: string, key: PhotoKey): Promise<void> {
    const params = { id, assetId: assetIdOf(key) };
    await this.#json({ method: 'DELETE', route: '/stacks/{id}/assets/{assetId}', params }, isNothing);
  }

  async dissolve(ids: readonly string[]): Promise<void> {
    await this.#json({ method: 'DELETE', route: '/stacks', body: { ids } }, isNothing);
  }

  /**
   * An asset does not tell of its stack where all others in it, but for the one that leads, are archived or trashed (seen of
   * 3.1). One that is in the timeline itself can then only be the one that leads.
   */
  async #untold(key: PhotoKey, visibility: string | null): Promise<StackRef | null> {
    if (visibility === 'archive') {
      this.#listing ??= this.list().finally(() => (this.#listing = null));
      return (await this.#listing).find(({ members }) => members.has(key)) ?? null;
    }
    const query = { primaryAssetId: assetIdOf(key) };
    const [led] = await this.#json({ method: 'GET', route: '/stacks', query }, isStacks);
    return led === undefined ? null : this.#ref(led);
  }

  #ref({ id, primaryAssetId, assets }: ListedStack): StackRef {
    const keyOf = (assetId: string): PhotoKey => immichKey(this.#options.server, assetId);
    const members = new Set(assets.map((asset) => keyOf(asset.id)));
    return { id, lead: keyOf(primaryAssetId), members, count: members.size };
  }

  async #json<T>(request: ImmichRequest, isShape: Shape<T>): Promise<T> {
    return (await this.#options.client.json({ ...request, priority: 1 }, isShape)).body;
  }
}
