import type { LabelKind, OwnLabel, StandingLabels } from '../label-ports.js';
import type { SourceName } from '../model.js';
import { createPace } from '../pace.js';
import type { PhotoStore } from '../store-ports.js';
import { isOfPrefix } from '../sync/albums/album-sync.js';
import type { LabelSettings } from '../sync/desired.js';
import { tagNamesOf } from '../sync/tags/evidence-tags.js';
import { isFieldThatStays } from '../sync/value-rules.js';

/** Labels of ours of one account, kind and name, counted on photos that are still there. */
export interface CountedLabels {
  readonly source: SourceName;
  readonly kind: LabelKind;
  readonly name: string;
  readonly photos: number;
}

/** Without an index every photo counts as there. */
export async function countStanding(
  standing: readonly StandingLabels[],
  photos: Pick<PhotoStore, 'get'> | null,
): Promise<CountedLabels[]> {
  const pace = createPace();
  const counted: CountedLabels[] = [];
  for (const { photos: keys, ...what } of standing) {
    let there = 0;
    for (const key of keys) {
      await pace();
      if (photos === null || photos.get(key) !== null) there++;
    }
    if (there > 0) counted.push({ ...what, photos: there });
  }
  return counted;
}

/** Those of these accounts that a run with these settings neither writes nor takes off. What was carried over is the person's. */
export function otherLabels(
  standing: readonly StandingLabels[],
  accounts: readonly SourceName[],
  { tag, albums, values }: LabelSettings,
  ownTags: (source: SourceName) => ReadonlySet<string>,
): StandingLabels[] {
  return standing.filter(({ source, kind, name }) => {
    if (!accounts.includes(source)) return false;
    if (kind === 'tag') return ownTags(source).has(name) && (tag === null || !tagNamesOf(tag).includes(name));
    if (kind === 'carried-album' || isFieldThatStays(kind)) return false;
    if (kind !== 'album') return values?.kinds.has(kind) !== true;
    return albums === null || !isOfPrefix(name, albums.prefix);
  });
}

/** Whether there is a label among these that stands, or may stand. */
export function isOurs(labels: readonly OwnLabel[]): boolean {
  return labels.some(({ state }) => state !== 'by-hand' && state !== 'refused');
}
