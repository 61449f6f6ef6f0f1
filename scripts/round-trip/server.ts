import { setTimeout as sleep } from 'node:timers/promises';

/** One account of the server under test, as its API key shows it. */
export interface Account {
  /** Its name in the config of the organizer. */
  readonly name: string;
  readonly userId: string;
  readonly userName: string;
  readonly apiKey: string;
}

/** The server, asked with plain requests of our own: what it says must not pass through the code under test. */
export class Server {
  readonly url: string;
  readonly #adminKey: string;

  constructor(url: string, adminKey: string) {
    this.url = url.replace(/\/+(api\/?)?$/u, '');
    this.#adminKey = adminKey;
  }

  async account(name: string, apiKey: string): Promise<Account> {
    const user = (await this.get(apiKey, '/users/me')) as { id: string; name: string };
    return { name, apiKey, userId: user.id, userName: user.name };
  }

  get(apiKey: string, path: string): Promise<unknown> {
    return this.#call(apiKey, 'GET', path);
  }

  /** Every photo that the key is shown for this filter, those in the trash too. */
  async search(apiKey: string, filter: object): Promise<{ id: string; ownerId: string }[]> {
    const found: { id: string; ownerId: string }[] = [];
    for (let page: number | null = 1; page !== null;) {
      const body = { ...filter, withDeleted: true, size: 1000, page };
      const answer = (await this.#call(apiKey, 'POST', '/search/metadata', body)) as {
        assets: { items: { id: string; ownerId: string }[]; nextPage: string | null };
      };
      found.push(...answer.assets.items);
      page = answer.assets.nextPage === null ? null : Number(answer.assets.nextPage);
    }
    return found;
  }

  /** Has the metadata of every photo on the server read again from its files, and waits until that is done. */
  async refreshMetadata(): Promise<void> {
    await this.#call(this.#adminKey, 'PUT', '/jobs/metadataExtraction', { command: 'start', force: true });
    await this.rest();
  }

  /** Waits until the queues that write and read files beside photos have been empty for a while. */
  async rest(): Promise<void> {
    for (let looksAtNothing = 0; looksAtNothing < 4;) {
      await sleep(500);
      const queues = (await this.get(this.#adminKey, '/jobs')) as Record<
        string,
        { jobCounts: { active: number; waiting: number; delayed: number } }
      >;
      const left = ['metadataExtraction', 'sidecar'].reduce((sum, name) => {
        const { active = 0, waiting = 0, delayed = 0 } = queues[name]?.jobCounts ?? {};
        return sum + active + waiting + delayed;
      }, 0);
      looksAtNothing = left === 0 ? looksAtNothing + 1 : 0;
    }
  }

  async #call(apiKey: string, method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.url}/api${path}`, {
      method,
      headers: { 'x-api-key': apiKey, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 200)}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
}
