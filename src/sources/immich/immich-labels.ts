import type { AlbumResponseDto, BulkIdResponseDto, TagResponseDto } from '@immich/sdk';
import { TerminalError } from '../../errors.js';
import { immichKey, type PhotoKey, type SourceName } from '../../model.js';
import type { AlbumRef, LabelTarget, TagRef } from '../../label-ports.js';
import type { ImmichClient, ImmichRequest } from './client.js';
import { assetIdOf, lookAtAsset } from './immich-source.js';
import { searchAssets, type AssetSearch } from './paging.js';

export interface ImmichLabelsOptions {
  readonly source: SourceName;
  readonly server: string;
  readonly client: ImmichClient;
  readonly userId: () => string;
}

/** Albums as v1 to v3 list them: v3 has the owner among the users, before it stood beside them. */
type ListedAlbum = Omit<AlbumResponseDto, 'albumUsers'> & {
  readonly ownerId?: string;
  readonly albumUsers: readonly { readonly role: string; readonly user: { readonly id: string } }[];
};

/** Labels of one Immich account. Sends only tag, album and look-up requests; there is no route here that touches a photo. */
export class ImmichLabels implements LabelTarget {
  readonly source: SourceName;
  readonly #options: ImmichLabelsOptions;

  constructor(options: ImmichLabelsOptions) {
    this.source = options.source;
    this.#options = options;
  }

  async tags(): Promise<readonly TagRef[]> {
    const tags = await this.#json<TagResponseDto[]>({ method: 'GET', route: '/tags' });
    return tags.map(({ id, value }) => ({ id, name: value }));
  }

  /** `PUT /tags` upserts and answers with the present id, which changes when a tag was deleted and came back. */
  async ensureTag(name: string): Promise<TagRef> {
    const tags = await this.#json<TagResponseDto[]>({
      method: 'PUT',
      route: '/tags',
      body: { tags: [name] },
    });
    const tag = tags.find(({ value }) => value === name);
    if (tag === undefined) throw new TerminalError('IMMICH_REJECTED', `Immich did not make the tag ${name}`);
    return { id: tag.id, name };
  }

  async carriers(tag: TagRef): Promise<ReadonlyMap<PhotoKey, number>> {
    return this.#search({ tagIds: [tag.id], withDeleted: true });
  }

  async tagsOf(key: PhotoKey): Promise<{ tags: readonly string[]; updatedAt: number } | null> {
    const asset = await lookAtAsset(this.#options.client, key);
    if (asset === null) return null;
    return {
      tags: (asset.tags ?? []).map((tag) => tag.value),
      updatedAt: Date.parse(asset.updatedAt),
    };
  }

  /** The bulk route takes own assets only; the route of one tag would also tag a partner's, in the partner's account. */
  async tagPhotos(tag: TagRef, keys: readonly PhotoKey[]): Promise<void> {
    const body = { tagIds: [tag.id], assetIds: keys.map(assetIdOf) };
    await this.#json<unknown>({ method: 'PUT', route: '/tags/assets', body });
  }

  async untagPhotos(tag: TagRef, keys: readonly PhotoKey[]): Promise<void> {
    await this.#json<BulkIdResponseDto[]>({
      method: 'DELETE',
      route: '/tags/{id}/assets',
      params: { id: tag.id },
      body: { ids: keys.map(assetIdOf) },
    });
  }

  async deleteTag(tag: TagRef): Promise<void> {
    await this.#gone({ method: 'DELETE', route: '/tags/{id}', params: { id: tag.id } });
  }

  async albums(): Promise<readonly AlbumRef[]> {
    const albums = await this.#json<ListedAlbum[]>({ method: 'GET', route: '/albums' });
    return albums.map((album) => this.#albumRef(album));
  }

  async albumMembers(id: string): Promise<readonly PhotoKey[]> {
    return [...(await this.#search({ albumIds: [id], withDeleted: true })).keys()];
  }

  async createAlbum(name: string, description: string, keys: readonly PhotoKey[]): Promise<AlbumRef> {
    const album = await this.#json<ListedAlbum>({
      method: 'POST',
      route: '/albums',
      body: { albumName: name, description, assetIds: keys.map(assetIdOf) },
      repeatable: false,
    });
    return this.#albumRef(album);
  }

  async addToAlbum(id: string, keys: readonly PhotoKey[]): Promise<void> {
    const body = { ids: keys.map(assetIdOf) };
    await this.#json<unknown>({ method: 'PUT', route: '/albums/{id}/assets', params: { id }, body });
  }

  async removeFromAlbum(id: string, keys: readonly PhotoKey[]): Promise<void> {
    const body = { ids: keys.map(assetIdOf) };
    await this.#gone({ method: 'DELETE', route: '/albums/{id}/assets', params: { id }, body });
  }

  async deleteAlbum(id: string): Promise<void> {
    await this.#gone({ method: 'DELETE', route: '/albums/{id}', params: { id } });
  }

  async #search(search: AssetSearch): Promise<Map<PhotoKey, number>> {
    const { client, server, userId } = this.#options;
    const found = new Map<PhotoKey, number>();
    for await (const { assets } of searchAssets(client, search))
      for (const asset of assets)
        if (asset.ownerId === userId()) found.set(immichKey(server, asset.id), Date.parse(asset.updatedAt));
    return found;
  }

  #albumRef(album: ListedAlbum): AlbumRef {
    const owner = album.albumUsers.find(({ role }) => role === 'owner')?.user.id ?? album.ownerId;
    return {
      id: album.id,
      name: album.albumName,
      description: album.description,
      version: `${album.updatedAt} ${album.assetCount}`,
      owned: owner === this.#options.userId(),
      shared: album.shared,
      assetCount: album.assetCount,
    };
  }

  async #json<T>(request: ImmichRequest): Promise<T> {
    return (await this.#options.client.json<T>({ ...request, priority: 1 })).body;
  }

  /** Taking away what is gone already is done. */
  async #gone(request: ImmichRequest): Promise<void> {
    try {
      await this.#json<unknown>(request);
    } catch (error) {
      if (!(error instanceof TerminalError) || error.code !== 'IMMICH_REJECTED') throw error;
    }
  }
}
