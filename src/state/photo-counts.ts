import type { SourceName } from '../model.js';
import type { FingerprintState, IndexCounts, SourceCounts } from '../store-ports.js';
import { pluck, type Db } from './sqlite.js';
import { countVideos } from './video-rows.js';

interface CountRow {
  source: SourceName;
  looks: FingerprintState;
  photos: number;
}

/** Photos that are present, by source; read from an index alone. */
export function countBySource(db: Db): ReadonlyMap<SourceName, SourceCounts> {
  const rows = db.prepare(
    `SELECT source, looks, count(*) AS photos FROM photos WHERE presence = 'present' GROUP BY source, looks`,
  );
  const found = new Map<SourceName, SourceCounts>();
  for (const { source, looks, photos } of rows.all() as CountRow[]) {
    const before = found.get(source) ?? { photos: 0, fingerprinted: 0, waiting: 0, failed: 0 };
    found.set(source, {
      photos: before.photos + photos,
      fingerprinted: before.fingerprinted + (looks === 'done' ? photos : 0),
      waiting: before.waiting + (looks === 'wanted' ? photos : 0),
      failed: before.failed + (looks === 'failed' ? photos : 0),
    });
  }
  return found;
}

/** Everything in the index added up. */
export function countIndex(db: Db): IndexCounts {
  const sources = [...countBySource(db).values()];
  const sum = (of: keyof SourceCounts): number => sources.reduce((total, counts) => total + counts[of], 0);
  const { videos, byBytesAlone } = countVideos(db);
  const [photos, fingerprinted] = [sum('photos'), sum('fingerprinted')];
  const [waiting, failed] = [sum('waiting'), sum('failed')];
  return {
    ...{ photos, fingerprinted, waiting, failed },
    unasked: photos - fingerprinted - waiting - failed,
    videos,
    videosByBytesAlone: byBytesAlone,
    groups: Number(pluck(db, 'SELECT count(DISTINCT number) FROM members')),
    extras: Number(pluck(db, `SELECT count(*) FROM members WHERE role = 'extra'`)),
  };
}
