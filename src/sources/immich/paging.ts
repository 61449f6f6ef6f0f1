import type { ServerTime } from '../../model.js';
import { isSearchPage, type SearchPage } from './answers.js';
import type { Answer, ImmichClient } from './client.js';

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
  /** Server's clock at the first page's answer. */
  readonly startedAt: ServerTime;
}

const pageSize = 1000;

/**
 * All pages of a search. The next page is asked for while the caller works on this one. Paging is by OFFSET in the order
 * of capture: rows shift when assets come or go meanwhile, so an asset may come twice or be skipped.
 */
export async function* searchAssets(client: ImmichClient, search: AssetSearch): AsyncGenerator<AssetPage> {
  const ask = (page: number): Promise<Answer<SearchPage>> => {
    const body = { ...search, page, size: pageSize };
    const request = { method: 'POST', route: '/search/metadata', body, priority: 1 } as const;
    const answer = client.json(request, isSearchPage);
    // Looked at when its turn comes; a caller that stopped early must not leave a rejection unhandled.
    answer.catch(() => undefined);
    return answer;
  };
  let next: Promise<Answer<SearchPage>> | null = ask(1);
  let startedAt: ServerTime | null = null;
  for (let page = 1; next !== null; page++) {
    const { body, date }: Answer<SearchPage> = await next;
    startedAt ??= date ?? (0 as ServerTime);
    next = body.assets.nextPage === null ? null : ask(page + 1);
    yield { items: body.assets.items, startedAt };
  }
}
