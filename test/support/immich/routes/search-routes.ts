import { isTimelineOrArchive, toAssetResponse } from '../asset-response.js';
import { ApiError } from '../api-error.js';
import { booleanParam } from '../bulk-ids.js';
import { checked, oneOf, optional } from '../checks.js';
import type { AssetRecord } from '../records.js';
import type { Call, Route } from '../route.js';
import { searchFilter, toSearchBody, toStatisticsBody } from '../search-filter.js';

/** OFFSET paging over the rows as they are now: what comes or goes between two pages shifts them. */
async function searchMetadata({ immich, user, body }: Call): Promise<unknown> {
  const wanted = toSearchBody(body);
  const matches = searchFilter(immich, user, wanted);
  const { page = 1, size = 250 } = wanted;
  const rows = immich.state.assetsByTime();
  const found: AssetRecord[] = [];
  let skip = (page - 1) * size;
  for (let index = 0; index < rows.length && found.length <= size; index++) {
    const asset = rows[wanted.order === 'asc' ? index : rows.length - 1 - index];
    if (!asset || !matches(asset)) continue;
    if (skip > 0) skip--;
    else found.push(asset);
  }
  const hasNext = found.length > size;
  const shown = found.slice(0, size);
  const items = await Promise.all(
    shown.map((asset) => toAssetResponse(immich, asset, user, { exif: wanted.withExif === true })),
  );
  return {
    albums: { total: 0, count: 0, items: [], facets: [] },
    assets: {
      total: items.length,
      count: items.length,
      items,
      facets: [],
      nextPage: hasNext ? String(page + 1) : null,
      ...(immich.version.since('3.2')
        ? { nextCursor: hasNext ? `after ${shown.at(-1)?.id ?? ''}` : null }
        : {}),
    },
  };
}

function searchStatistics({ immich, user, body }: Call): unknown {
  const matches = searchFilter(immich, user, toStatisticsBody(body));
  return { total: immich.state.assetsByTime().filter(matches).length };
}

function assetStatistics({ immich, user, query }: Call): unknown {
  const { visibility } = checked<{ visibility?: string }>(query, {
    visibility: optional(oneOf('archive', 'timeline', 'hidden', 'locked')),
  });
  if (visibility === 'locked') throw new ApiError(401, 'Elevated permission is required');
  const isFavorite = booleanParam(query['isFavorite'], 'isFavorite');
  const isTrashed = booleanParam(query['isTrashed'], 'isTrashed') ?? false;
  const counted = [...immich.state.assets.values()].filter(
    (asset) =>
      asset.ownerId === user.id &&
      (visibility === undefined ? isTimelineOrArchive(asset) : asset.visibility === visibility) &&
      (isFavorite === undefined || asset.isFavorite === isFavorite) &&
      (asset.deletedAt !== null) === isTrashed,
  );
  const images = counted.filter(({ type }) => type === 'IMAGE').length;
  const videos = counted.filter(({ type }) => type === 'VIDEO').length;
  return { images, videos, total: counted.length };
}

/** Listing and counting. */
export const searchRoutes: Route[] = [
  { method: 'POST', path: '/search/metadata', permission: 'asset.read', answer: searchMetadata },
  {
    method: 'POST',
    path: '/search/statistics',
    permission: 'asset.statistics',
    from: '1.137',
    answer: searchStatistics,
  },
  { method: 'GET', path: '/assets/statistics', permission: 'asset.statistics', answer: assetStatistics },
];
