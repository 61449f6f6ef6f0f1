import { TransientError } from '../../errors.js';
import type { ServerTime } from '../../model.js';
import { isSearchPage, type SearchPage } from './answers.js';
import type { Answer, ImmichClient } from './client.js';
import { readIdentity } from './listed-asset.js';
import type { Release } from './release.js';

/** Filters of `POST /search/metadata` (1.113 to 3.x) that we use. */
export interface AssetSearch {
  /** ISO time, inclusive. */
  readonly updatedAfter?: string;
  readonly tagIds?: readonly string[];
  readonly albumIds?: readonly string[];
  readonly withDeleted?: boolean;
  readonly withExif?: boolean;
}

export interface AssetPage {
  /** As they were sent: each may be anything. */
  readonly items: readonly unknown[];
  /** Server's clock at the first page's answer; null when it did not say. */
  readonly startedAt: ServerTime | null;
}

const pageSize = 1000;
/** Where nobody knows how many there are: ten million photos. */
const mostPages = 10_000;

/**
 * All pages of a search, the locked folder left out. The next page is asked for while the caller works on this one. Paging is by OFFSET in the order
 * of capture: rows shift when assets come or go meanwhile, so an asset may come twice or be skipped. `expected` assets, as
 * far as known, bound the pages. Throws TransientError `IMMICH_BAD_ANSWER` for a listing that does not end.
 */
export async function* searchAssets(
  client: ImmichClient,
  { searches }: Release,
  search: AssetSearch,
  expected: number | null = null,
): AsyncGenerator<AssetPage> {
  let startedAt: ServerTime | null = null;
  for (const [index, part] of searches.entries())
    for await (const page of pagesOf(client, { ...search, ...part }, expected)) {
      if (index === 0) ({ startedAt } = page);
      yield { ...page, startedAt };
    }
}

/** `startedAt` of all is that of the first. */
async function* pagesOf(
  client: ImmichClient,
  search: object,
  expected: number | null,
): AsyncGenerator<AssetPage> {
  const ask = (page: number): Promise<Answer<SearchPage>> => {
    const body = { ...search, page, size: pageSize };
    const request = { method: 'POST', route: '/search/metadata', body, priority: 1 } as const;
    const answer = client.json(request, isSearchPage);
    // Looked at when its turn comes; a caller that stopped early must not leave a rejection unhandled.
    answer.catch(() => undefined);
    return answer;
  };
  const progress = new Progress(expected);
  let next: Promise<Answer<SearchPage>> | null = ask(1);
  let startedAt: ServerTime | null = null;
  for (let page = 1; next !== null; page++) {
    const { body, date }: Answer<SearchPage> = await next;
    if (page === 1) startedAt = date;
    const { items, nextPage }: SearchPage['assets'] = body.assets;
    if (nextPage !== null) progress.require(items);
    next = nextPage === null ? null : ask(page + 1);
    yield { items, startedAt };
  }
}

/** Sees to it that a listing comes to an end. */
class Progress {
  readonly #seen = new Set<string>();
  readonly #most: number;
  #pages = 0;
  #idle = 0;

  constructor(expected: number | null) {
    // The count leaves out what is in the trash, and photos come while they are listed.
    this.#most = expected === null ? mostPages : Math.min(mostPages, 1_000 + (10 * expected) / pageSize);
  }

  /** Rows shift while they are paged, so that one page may bring nothing new; two in a row are the same page again. */
  require(items: readonly unknown[]): void {
    const before = this.#seen.size;
    for (const item of items) this.#seen.add(readIdentity(item)?.id ?? '');
    this.#pages++;
    this.#idle = this.#seen.size > before ? 0 : this.#idle + 1;
    if (this.#idle < 2 && this.#pages <= this.#most) return;
    throw new TransientError(
      'IMMICH_BAD_ANSWER',
      `the listing does not end: page ${this.#pages} of ${this.#seen.size} photos ${this.#idle < 2 ? 'promises more still' : 'brings nothing new'}`,
    );
  }
}
