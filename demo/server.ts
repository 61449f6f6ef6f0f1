import { featureNeeds } from '../src/sources/immich/capabilities.js';
import type { AddedUser } from '../test/support/immich/set-up.js';
import { startStandIn, type StandIn } from '../test/support/immich/stand-in.js';
import type { DemoPicture } from './library.js';

/** What a person could see of labels: compared before and after. */
export interface Labels {
  /** Of each photo, by its id; with what its sidecar file says. Photos without any are left out. */
  readonly photos: Readonly<Record<string, { readonly tags: string[]; readonly inFile: string[] }>>;
  /** All tags that exist on the server. */
  readonly tags: readonly string[];
  /** Names of all albums. */
  readonly albums: readonly string[];
}

/** Everything that changes nothing, and tags. */
const usedFeatures = Object.entries(featureNeeds).filter(
  ([name, needs]) => !('writes' in needs) || name === 'tags' || name === 'delete empty tags',
);
/** What the agent's key may do: read, and write tags. */
export const agentPermissions: readonly string[] = [
  ...new Set(usedFeatures.flatMap(([, { permissions }]) => permissions)),
];

/** The demonstration server: the stand-in Immich of the tests, with one user and her pictures. */
export class DemoServer {
  readonly url: string;
  /** The agent's key. */
  readonly apiKey: string;
  readonly thumbnailDelayMs: number;
  readonly #standIn: StandIn;
  readonly #user: AddedUser;
  readonly #phoneKey: string;
  readonly #pictures = new Map<string, DemoPicture>();

  private constructor(standIn: StandIn, thumbnailDelayMs: number) {
    this.#standIn = standIn;
    this.#user = standIn.addUser('Anna');
    this.url = standIn.url;
    this.thumbnailDelayMs = thumbnailDelayMs;
    this.apiKey = standIn.addKey(this.#user, agentPermissions, 'photo-organizer');
    this.#phoneKey = standIn.addKey(this.#user, ['asset.upload', 'workflow.create'], 'phone');
  }

  /** Starts it with these pictures; Anna has tagged a few of them herself. */
  static async start(pictures: readonly DemoPicture[], tagsByHand: readonly string[]): Promise<DemoServer> {
    const thumbnailDelayMs = 150;
    const server = new DemoServer(await startStandIn({ thumbnailDelayMs }), thumbnailDelayMs);
    for (const picture of pictures) await server.#add(picture);
    const byHand = [...server.#pictures].filter(([, { name }]) => tagsByHand.includes(name));
    server.#standIn.tagByHand(
      server.#user,
      'holiday',
      byHand.map(([id]) => id),
    );
    await server.#standIn.settled();
    return server;
  }

  /** Every picture that is on it, by its asset id. */
  get pictures(): ReadonlyMap<string, DemoPicture> {
    return this.#pictures;
  }

  /** Requests answered so far. */
  get requests(): number {
    return this.#standIn.requests.count();
  }

  /** Uploads over HTTP as a phone does; returns the asset id. */
  async upload(picture: DemoPicture): Promise<string> {
    const now = new Date().toISOString();
    const form = new FormData();
    form.append('fileCreatedAt', now);
    form.append('fileModifiedAt', now);
    form.append('assetData', new Blob([new Uint8Array(picture.bytes)]), picture.name);
    const { id } = (await this.#call('/assets', form)) as { id: string };
    this.#pictures.set(id, picture);
    return id;
  }

  /** Has the server tell `url` of every new photo, as Immich 3's workflows do. */
  async installWebhook(url: string, secret: string): Promise<void> {
    const config = { url, method: 'POST', headerName: 'x-webhook-secret', headerValue: secret };
    for (const trigger of ['AssetCreate', 'AssetMetadataExtraction']) {
      const steps = [{ method: 'immich-plugin-core#webhook', config }];
      const workflow = { trigger, name: 'photo-organizer', steps };
      await this.#call('/workflows', JSON.stringify(workflow), { 'content-type': 'application/json' });
    }
  }

  /** Ids of the photos that carry the tag. */
  carriers(tag: string): Set<string> {
    const { assets } = this.#standIn.snapshot();
    return new Set(Object.keys(assets).filter((id) => assets[id]?.tags.includes(tag)));
  }

  /** Id of a tag as the server's API tells it; empty when there is none of that name. */
  async tagId(name: string): Promise<string> {
    const answer = await fetch(`${this.url}/api/tags`, { headers: { 'x-api-key': this.apiKey } });
    const tags = (await answer.json()) as { id: string; value: string }[];
    return tags.find(({ value }) => value === name)?.id ?? '';
  }

  labels(): Labels {
    const { assets, tags, albums } = this.#standIn.snapshot();
    const photos = Object.entries(assets).map(
      ([id, asset]) => [id, { tags: asset.tags, inFile: asset.sidecarTags ?? [] }] as const,
    );
    return {
      photos: Object.fromEntries(photos.filter(([, { tags, inFile }]) => tags.length + inFile.length > 0)),
      tags,
      albums: Object.values(albums)
        .map(({ name }) => name)
        .sort(),
    };
  }

  /** Resolves when all that the server does in the background is done. */
  settled(): Promise<void> {
    return this.#standIn.settled();
  }

  /** Reads every file and sidecar anew, as Immich's "refresh metadata" does: what is left in a file comes back by it. */
  async rereadFiles(): Promise<void> {
    this.#standIn.refreshMetadata([...this.#pictures.keys()]);
    await this.#standIn.settled();
  }

  /** Safe to call twice. */
  close(): Promise<void> {
    return this.#standIn.close();
  }

  async #add(picture: DemoPicture): Promise<void> {
    const { name: fileName, bytes } = picture;
    this.#pictures.set(await this.#standIn.addAsset(this.#user, { fileName, bytes }), picture);
  }

  async #call(path: string, body: FormData | string, headers: Record<string, string> = {}): Promise<unknown> {
    const answer = await fetch(`${this.url}/api${path}`, {
      method: 'POST',
      headers: { 'x-api-key': this.#phoneKey, ...headers },
      body,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`POST ${path} on the demonstration server: ${answer.status} ${text}`);
    return JSON.parse(text) as unknown;
  }
}
