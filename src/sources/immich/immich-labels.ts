import { TerminalError } from '../../errors.js';
import { immichKey, type PhotoKey, type SourceName } from '../../model.js';
import type {
  AlbumContents,
  AlbumRef,
  BatchAnswer,
  LabelTarget,
  Mark,
  MarksNow,
  TagRef,
} from '../../target-ports.js';
import {
  isAlbum,
  isAlbums,
  isBulkResults,
  isMetadata,
  isNothing,
  isTagCount,
  isTags,
  type ListedAlbum,
  type Shape,
} from './answers.js';
import { assetIdOf, isAbsent } from './asset-lookup.js';
import type { ImmichRequest, LabelRequest } from './client.js';
import { metadataKey } from './requests.js';
import { isUnreadable, readAsset, readIdentity } from './listed-asset.js';
import { fieldsOf } from './mark-fields.js';
import { marksOfAsset } from './map-asset.js';
import { ImmichStacks, type ImmichStacksOptions } from './immich-stacks.js';
import { searchAssets, type AssetSearch } from './paging.js';

export interface ImmichLabelsOptions extends ImmichStacksOptions {
  readonly source: SourceName;
  readonly userId: () => string;
  readonly version: () => string;
}

/** Labels of one Immich account. What of a photo itself it can set `requests.ts` says. */
export class ImmichLabels implements LabelTarget {
  readonly source: SourceName;
  readonly stacks: ImmichStacks;
  readonly #options: ImmichLabelsOptions;

  constructor(options: ImmichLabelsOptions) {
    this.source = options.source;
    this.stacks = new ImmichStacks(options);
    this.#options = options;
  }

  get version(): string {
    return this.#options.version();
  }

  async tags(): Promise<readonly TagRef[]> {
    const tags = await this.#json({ method: 'GET', route: '/tags' }, isTags);
    return tags.map(({ id, value }) => ({ id, name: value }));
  }

  /** `PUT /tags` upserts and answers with the present id, which changes when a tag was deleted and came back. */
  async ensureTag(name: string): Promise<TagRef> {
    const tags = await this.#json({ method: 'PUT', route: '/tags', body: { tags: [name] } }, isTags);
    const tag = tags.find(({ value }) => value === name);
    if (tag === undefined) throw new TerminalError('IMMICH_REJECTED', `Immich did not make the tag ${name}`);
    return { id: tag.id, name };
  }

  /**
   * The search leaves out the locked folder, and so does every count that a key may ask for: that a tag has no carriers is
   * true of the photos that can be seen only.
   */
  async carriers(tag: TagRef): Promise<ReadonlyMap<PhotoKey, number>> {
    return this.#search({ tagIds: [tag.id], withDeleted: true });
  }

  async tagsOf(key: PhotoKey): Promise<{ tags: readonly string[]; updatedAt: number } | null> {
    const asset = await this.#options.lookup.look(key);
    if (asset === null) return null;
    const { tags, updatedAt } = asset;
    if (tags === null)
      throw new TerminalError('IMMICH_BAD_ASSET', `Immich does not tell the tags of ${asset.id}`);
    return { tags, updatedAt: updatedAt ?? 0 };
  }

  /** The bulk route takes own assets only; the route of one tag would also tag a partner's, in the partner's account. */
  async tagPhotos(tag: TagRef, keys: readonly PhotoKey[]): Promise<void> {
    const body = { tagIds: [tag.id], assetIds: keys.map(assetIdOf) };
    await this.#json({ method: 'PUT', route: '/tags/assets', body }, isTagCount);
  }

  async untagPhotos(tag: TagRef, keys: readonly PhotoKey[]): Promise<BatchAnswer> {
    const params = { id: tag.id };
    return this.#batch({ method: 'DELETE', route: '/tags/{id}/assets', params }, keys);
  }

  async deleteTag(tag: TagRef): Promise<void> {
    const stands = async (): Promise<boolean> => (await this.tags()).some(({ id }) => id === tag.id);
    await this.#gone(
      this.#json({ method: 'DELETE', route: '/tags/{id}', params: { id: tag.id } }, isNothing),
      stands,
    );
  }

  async albums(): Promise<readonly AlbumRef[]> {
    const found = new Map<string, AlbumRef>();
    for (const query of this.#options.release().albumLists)
      for (const album of await this.#json({ method: 'GET', route: '/albums', query }, isAlbums))
        found.set(album.id, this.#albumRef(album));
    return [...found.values()];
  }

  async albumMembers(id: string): Promise<readonly PhotoKey[]> {
    return [...(await this.#search({ albumIds: [id], withDeleted: true })).keys()];
  }

  /** `assetCount` also has what a search may not show us (a partner's photo, before v3); it leaves out trashed and hidden ones. */
  async albumContents({ id, assetCount }: AlbumRef): Promise<AlbumContents> {
    const { client, server, userId, release } = this.#options;
    const own = new Set<PhotoKey>();
    const others = new Set<string>();
    let counted = 0;
    for await (const { items } of searchAssets(client, release(), { albumIds: [id], withDeleted: true }))
      for (const item of items) {
        const asset = readAsset(item);
        if (isUnreadable(asset)) continue;
        const key = immichKey(server, asset.id);
        if (asset.ownerId !== userId()) others.add(asset.id);
        else if (!own.has(key)) {
          own.add(key);
          if (!asset.isTrashed && asset.visibility !== 'hidden') counted++;
        }
      }
    return { own: [...own], others: Math.max(others.size, assetCount - counted) };
  }

  async createAlbum(name: string, description: string, keys: readonly PhotoKey[]): Promise<AlbumRef> {
    const body = { albumName: name, description, assetIds: keys.map(assetIdOf) };
    const request = { method: 'POST', route: '/albums', body, repeatable: false } as const;
    return this.#albumRef(await this.#json(request, isAlbum));
  }

  /** Repeated by itself, an answer of `duplicate` would not tell whether a person or we put the photo there. */
  async addToAlbum(id: string, keys: readonly PhotoKey[]): Promise<BatchAnswer> {
    const request = {
      method: 'PUT',
      route: '/albums/{id}/assets',
      params: { id },
      repeatable: false,
    } as const;
    return this.#batch(request, keys);
  }

  async removeFromAlbum(id: string, keys: readonly PhotoKey[]): Promise<BatchAnswer> {
    const answer = this.#batch({ method: 'DELETE', route: '/albums/{id}/assets', params: { id } }, keys);
    const gone = await this.#gone(answer, () => this.#albumStands(id));
    return gone ?? { already: new Set(keys), refused: new Map() };
  }

  async deleteAlbum(id: string): Promise<void> {
    const request = { method: 'DELETE', route: '/albums/{id}', params: { id } } as const;
    await this.#gone(this.#json(request, isNothing), () => this.#albumStands(id));
  }

  /** The bulk update refuses all when one asset is unknown; the row and its `updatedAt` change at once. */
  async mark(mark: Mark, keys: readonly PhotoKey[]): Promise<void> {
    const ids = keys.map(assetIdOf);
    const { update } = this.#options.release();
    await this.#json({ method: update, route: '/assets', body: { ids, ...fieldsOf(mark) } }, isNothing);
  }

  async marksOf(key: PhotoKey): Promise<MarksNow | null> {
    const asset = await this.#options.lookup.look(key);
    return asset && { ...marksOfAsset(asset), updatedAt: asset.updatedAt ?? 0 };
  }

  /** `PUT /assets/metadata` (2.5) writes any number of keys of any assets: only ours here. It does not touch `updatedAt`. */
  async writeNotes(notes: ReadonlyMap<PhotoKey, object>): Promise<void> {
    const items = [...notes].map(([key, value]) => ({ assetId: assetIdOf(key), key: metadataKey, value }));
    await this.#json({ method: 'PUT', route: '/assets/metadata', body: { items } }, isMetadata);
  }

  /** `DELETE /assets/metadata` (2.5). */
  async removeNotes(keys: readonly PhotoKey[]): Promise<void> {
    const items = keys.map((key) => ({ assetId: assetIdOf(key), key: metadataKey }));
    await this.#json({ method: 'DELETE', route: '/assets/metadata', body: { items } }, isNothing);
  }

  /** `GET /assets/{id}/metadata` (1.140). */
  async noteOf(key: PhotoKey): Promise<object | null | undefined> {
    try {
      const params = { id: assetIdOf(key) };
      const notes = await this.#json({ method: 'GET', route: '/assets/{id}/metadata', params }, isMetadata);
      return notes.find((note) => note.key === metadataKey)?.value ?? null;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async #albumStands(id: string): Promise<boolean> {
    return (await this.albums()).some((album) => album.id === id);
  }

  async #search(search: AssetSearch): Promise<Map<PhotoKey, number>> {
    const { client, server, userId, release } = this.#options;
    const found = new Map<PhotoKey, number>();
    for await (const { items } of searchAssets(client, release(), search))
      for (const item of items) {
        const asset = readIdentity(item);
        if (asset?.ownerId === userId()) found.set(immichKey(server, asset.id), asset.updatedAt ?? 0);
      }
    return found;
  }

  #albumRef(album: ListedAlbum): AlbumRef {
    const owner = album.albumUsers.find(({ role }) => role === 'owner')?.user.id ?? album.ownerId;
    const userId = this.#options.userId();
    const role = album.albumUsers.find(({ user }) => user.id === userId)?.role;
    return {
      id: album.id,
      name: album.albumName,
      description: album.description ?? '',
      version: `${album.updatedAt} ${album.assetCount}`,
      owned: owner === userId,
      editable: owner === userId || role === 'editor',
      shared: album.shared,
      assetCount: album.assetCount,
    };
  }

  async #json<T>(request: ImmichRequest, isShape: Shape<T>): Promise<T> {
    return (await this.#options.client.json({ ...request, priority: 1 }, isShape)).body;
  }

  /** Sends the photos as `ids`, and reads what the server says of each. */
  async #batch(request: LabelRequest, keys: readonly PhotoKey[]): Promise<BatchAnswer> {
    const body = { ids: keys.map(assetIdOf) };
    const results = await this.#json({ ...request, body }, isBulkResults);
    const said = new Map(results.map((result) => [result.id, result]));
    const already = new Set<PhotoKey>();
    const refused = new Map<PhotoKey, string>();
    for (const key of keys) {
      const result = said.get(assetIdOf(key));
      const word: string = result?.error ?? 'unknown';
      if (result?.success === true) continue;
      if (word === 'duplicate' || word === 'not_found') already.add(key);
      else refused.set(key, word);
    }
    return { already, refused };
  }

  /** Taking away what is gone already is done. Immich says 400 to "not there" and to "not yours" alike: the list tells. */
  async #gone<T>(answer: Promise<T>, stands: () => Promise<boolean>): Promise<T | null> {
    try {
      return await answer;
    } catch (error) {
      if (!isAbsent(error) || (await stands())) throw error;
      return null;
    }
  }
}
