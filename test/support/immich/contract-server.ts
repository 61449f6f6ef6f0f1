import { randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import { drawScene } from '../pictures.js';
import { startStandIn } from './stand-in.js';

/** What the contract suite's key is allowed on the stand-in; on a real server a test that misses one is skipped aloud. */
export const CONTRACT_PERMISSIONS = [
  ...[
    'asset.read',
    'asset.view',
    'asset.statistics',
    'asset.download',
    'asset.update',
    'asset.upload',
    'asset.delete',
  ],
  ...[
    'tag.create',
    'tag.read',
    'tag.asset',
    'tag.delete',
    'album.create',
    'album.read',
    'album.update',
    'album.delete',
  ],
  ...['albumAsset.create', 'albumAsset.delete', 'stack.create', 'stack.read', 'stack.update', 'stack.delete'],
  ...['duplicate.read', 'duplicate.delete', 'server.about', 'user.read', 'userPreference.read', 'job.create'],
  ...['workflow.create', 'workflow.read', 'workflow.delete'],
];

/** An answer; `body` is the parsed JSON, undefined when there is none. */
export type Answer = { status: number; body: unknown; headers: Headers; bytes: Buffer };

/** The fields of an asset the suite looks at. */
export type ContractAsset = {
  id: string;
  ownerId: string;
  updatedAt: string;
  thumbhash: string | null;
  width: number | null;
  isTrashed: boolean;
  checksum: string;
  fileCreatedAt: string;
  tags?: { id: string; value: string }[];
  stack?: { id: string; primaryAssetId: string; assetCount: number } | null;
};

const DEADLINE_MS = 30_000;
const PROBE_EVERY_MS = 25;

const sleep = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));

/** A server under test, with the means to fill it and to leave it as it was. */
export class ContractServer {
  readonly url: string;
  readonly isReal: boolean;
  /** Unlike any other run's: part of every file, tag and album name. */
  readonly mark = `contract-${randomUUID().slice(0, 8)}`;
  readonly key: string;
  #permissions: string[] = [];
  readonly #assets: string[] = [];
  readonly #albums: string[] = [];
  #drawn = 0;

  constructor(url: string, key: string, isReal: boolean) {
    this.url = url;
    this.key = key;
    this.isReal = isReal;
  }

  /** Learns what the key may do. */
  async open(): Promise<void> {
    const { body } = await this.call('GET', '/api-keys/me');
    this.#permissions = (body as { permissions: string[] }).permissions;
  }

  may(...permissions: string[]): boolean {
    return this.#permissions.includes('all') || permissions.every((name) => this.#permissions.includes(name));
  }

  /** Runs a test, or skips it aloud when the key lacks a permission it needs. */
  test(t: Test, title: string, permissions: string[], body: (t: Test) => Promise<void>): Promise<unknown> {
    const missing = permissions.filter((name) => !this.may(name));
    return t.test(title, missing.length > 0 ? { skip: `the key lacks ${missing.join(', ')}` } : {}, body);
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const isForm = body instanceof FormData;
    const sent = body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) };
    const answer = await fetch(`${this.url}/api${path}`, {
      method,
      redirect: 'manual',
      headers: {
        'x-api-key': this.key,
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...sent,
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isJson = answer.headers.get('content-type')?.includes('json') === true && bytes.length > 0;
    return {
      status: answer.status,
      headers: answer.headers,
      bytes,
      body: isJson ? JSON.parse(bytes.toString('utf8')) : undefined,
    };
  }

  /** Small drawn picture with bytes no server has seen. */
  async picture(): Promise<Buffer> {
    const seed = Math.floor(Math.random() * 2 ** 31) + this.#drawn++;
    return drawScene(seed, { width: 480, height: 320 });
  }

  /** Sends a file the way a client does; what was made is deleted in `close`. */
  async send(
    bytes: Buffer,
    fileName: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const form = new FormData();
    const dates = { fileCreatedAt: '2024-03-01T10:00:00.000Z', fileModifiedAt: '2024-03-01T10:00:00.000Z' };
    const device = { deviceAssetId: fileName, deviceId: 'contract' };
    for (const [name, value] of Object.entries({ ...device, ...dates, ...fields })) form.append(name, value);
    form.append('assetData', new Blob([new Uint8Array(bytes)]), fileName);
    const answer = await this.call('POST', '/assets', form, headers);
    if (answer.status === 201) this.#assets.push((answer.body as { id: string }).id);
    return answer;
  }

  /** Uploads fresh pictures taken a minute apart and waits until the server has done all it does about them. */
  async photos(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index++) {
      const fileCreatedAt = new Date(Date.UTC(2024, 2, 1, 10, this.#drawn)).toISOString();
      const { body } = await this.send(await this.picture(), `${this.mark}-${this.#drawn}.jpg`, {
        fileCreatedAt,
        fileModifiedAt: fileCreatedAt,
      });
      ids.push((body as { id: string }).id);
    }
    for (const id of ids) await this.rest(id);
    return ids;
  }

  async asset(id: string): Promise<ContractAsset> {
    const { status, body } = await this.call('GET', `/assets/${id}`);
    if (status !== 200) throw new Error(`GET /assets/${id}: ${status} ${JSON.stringify(body)}`);
    return body as ContractAsset;
  }

  async tagsOf(id: string): Promise<string[]> {
    return ((await this.asset(id)).tags ?? []).map(({ value }) => value).sort();
  }

  /** Asks again and again until the answer is neither undefined nor false; throws after half a minute. */
  async until<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> {
    for (const end = Date.now() + DEADLINE_MS; Date.now() < end; await sleep()) {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
    }
    throw new Error(`not within ${DEADLINE_MS / 1000} s: ${what}`);
  }

  /** Waits until the asset has its thumbnail and its updatedAt has stood still for a while. */
  async rest(id: string, stillMs = 400): Promise<ContractAsset> {
    let last = '';
    let since = Date.now();
    return this.until(`asset ${id} comes to rest`, async () => {
      const asset = await this.asset(id);
      if (asset.updatedAt !== last || asset.thumbhash === null) since = Date.now();
      last = asset.updatedAt;
      return Date.now() - since >= stillMs ? asset : undefined;
    });
  }

  /** Makes sure the asset's updatedAt stays what it is. */
  async staysAt(id: string, updatedAt: string, forMs = 400): Promise<boolean> {
    for (const end = Date.now() + forMs; Date.now() < end; await sleep()) {
      if ((await this.asset(id)).updatedAt !== updatedAt) return false;
    }
    return true;
  }

  /** Makes tags below the run's own root; ids in the order of the names. */
  async tags(...names: string[]): Promise<string[]> {
    const { body } = await this.call('PUT', '/tags', { tags: names.map((name) => `${this.mark}/${name}`) });
    return (body as { id: string }[]).map(({ id }) => id);
  }

  async album(name: string, assetIds: string[] = []): Promise<string> {
    const { body } = await this.call('POST', '/albums', { albumName: `${this.mark} ${name}`, assetIds });
    const { id } = body as { id: string };
    this.#albums.push(id);
    return id;
  }

  /** Leaves nothing behind that the key may take away. */
  async close(): Promise<void> {
    for (const id of this.#albums) await this.call('DELETE', `/albums/${id}`);
    if (this.#assets.length > 0)
      await this.call('DELETE', '/assets', { ids: await this.#alive(), force: true });
    const { body } = await this.call('GET', '/tags');
    const own = Array.isArray(body)
      ? (body as { id: string; value: string }[]).filter(({ value }) => value === this.mark)
      : [];
    for (const { id } of own) await this.call('DELETE', `/tags/${id}`);
  }

  async #alive(): Promise<string[]> {
    const alive: string[] = [];
    for (const id of this.#assets)
      if ((await this.call('GET', `/assets/${id}`)).status === 200) alive.push(id);
    return alive;
  }
}

/**
 * The server the contract is held against: the one IMMICH_URL and IMMICH_API_KEY name, else a stand-in of its own.
 * Cleaned up (and the stand-in stopped) when the test ends.
 */
export async function openContractServer(t: Test): Promise<ContractServer> {
  const { IMMICH_URL, IMMICH_API_KEY } = process.env;
  if (IMMICH_URL !== undefined && IMMICH_API_KEY !== undefined) {
    t.comment(`against the real server at ${IMMICH_URL}`);
    return prepare(t, new ContractServer(IMMICH_URL.replace(/\/(api\/?)?$/, ''), IMMICH_API_KEY, true));
  }
  const standIn = await startStandIn();
  const key = standIn.addKey(standIn.addUser('Anna'), CONTRACT_PERMISSIONS);
  t.teardown(() => standIn.close());
  return prepare(t, new ContractServer(standIn.url, key, false));
}

async function prepare(t: Test, server: ContractServer): Promise<ContractServer> {
  await server.open();
  if (!server.may('asset.upload')) t.comment('the key lacks asset.upload: hardly anything can be tried');
  if (!server.may('asset.delete'))
    t.comment('the key lacks asset.delete: uploaded pictures stay on the server');
  t.teardown(() => server.close());
  return server;
}
