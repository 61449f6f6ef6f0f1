import { immichKey, type PhotoKey } from '../../model.js';
import type { StackRef, StackTarget } from '../../label-ports.js';
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
    if (stack === null) return null;
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

  #ref({ id, primaryAssetId, assets }: ListedStack): StackRef {
    const keyOf = (assetId: string): PhotoKey => immichKey(this.#options.server, assetId);
    const members = new Set(assets.map((asset) => keyOf(asset.id)));
    return { id, lead: keyOf(primaryAssetId), members, count: members.size };
  }

  async #json<T>(request: ImmichRequest, isShape: Shape<T>): Promise<T> {
    return (await this.#options.client.json({ ...request, priority: 1 }, isShape)).body;
  }
}
