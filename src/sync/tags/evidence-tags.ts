import type { Group, Member, PhotoKey } from '../../model.js';
import type { IndexedPhoto } from '../../store-ports.js';
import type { DesiredLabels, LabelSettings } from '../desired.js';
import type { Operation } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';
import type { TagPlan } from './tag-plan.js';
import type { TagPlanOptions, TagSync } from './tag-sync.js';

/** What a person may do with a photo of a group, by its evidence: the last part of its tag. */
export const verdicts = ['keep', 'safe-to-delete', 'archive', 'review'] as const;
export type Verdict = (typeof verdicts)[number];

export type TagSettings = NonNullable<LabelSettings['tag']>;

/** Every tag that these settings write. */
export function tagNamesOf(tag: TagSettings): readonly string[] {
  return tag.by === 'evidence' ? verdicts.map((verdict) => nameFor(tag.name, verdict)) : [tag.name];
}

/** Those that only an extra has: none for a tag that whole groups have. */
export function namesOfExtras(tag: TagSettings): readonly string[] {
  if (tag.by !== 'evidence') return tag.scope === 'all' ? [] : [tag.name];
  return verdicts.flatMap((verdict) => (verdict === 'keep' ? [] : [nameFor(tag.name, verdict)]));
}

function nameFor(name: string, verdict: Verdict): string {
  return `${name}/${verdict}`;
}

type Judged = Pick<IndexedPhoto, 'width' | 'height' | 'media' | 'format' | 'byteSize' | 'sha1'>;

/** What is written beside a picture (capture time, a small preview) makes a file so much larger at most. */
const mostBytesMore = 1.1;

/**
 * `safe-to-delete`: the same bytes as the photo that stays, or the same picture with no more pixels and in no larger file.
 * `archive`: the same picture with more of one of them, or of a size that is not known, or a JPEG beside a PNG, GIF or WebP of as
 * many pixels: something might be lost. `review`: an edit (a crop, a turn, a caption), a video of which only the still was compared,
 * what was developed from the RAW file that stays, a file just as long as the one that stays with other bytes (one may be
 * damaged), or proven only against another account's photo than the one that stays.
 */
export function verdictOf(
  { role, evidence, keptAs }: Member,
  keeper: PhotoKey,
  photo: Judged,
  kept: Judged,
): Verdict {
  if (role === 'keeper') return 'keep';
  if (keptAs !== keeper || evidence === null) return 'review';
  if (evidence.kind === 'same-bytes') return 'safe-to-delete';
  if (evidence.kind !== 'same-picture' || photo.media === 'video') return 'review';
  if (kept.format === 'raw' && photo.format !== 'raw') return 'review';
  if (areOfOneLength(photo, kept)) return 'review';
  return isNoLarger(photo, kept) ? 'safe-to-delete' : 'archive';
}

function areOfOneLength(one: Judged, other: Judged): boolean {
  const areOtherBytes = one.sha1 !== null && other.sha1 !== null && one.sha1 !== other.sha1;
  return areOtherBytes && one.byteSize !== null && one.byteSize === other.byteSize;
}

function isNoLarger(photo: Judged, kept: Judged): boolean {
  const [pixels, keptPixels] = [pixelsOf(photo), pixelsOf(kept)];
  if (pixels === null || keptPixels === null || pixels > keptPixels) return false;
  if (pixels === keptPixels && kept.format === 'other' && photo.format !== 'other') return false;
  const [bytes, keptBytes] = [photo.byteSize, kept.byteSize];
  return bytes === null || keptBytes === null || bytes <= mostBytesMore * keptBytes;
}

function pixelsOf({ width, height }: Judged): number | null {
  return width === null || height === null ? null : width * height;
}

export interface TagRequest {
  readonly tag: TagSettings;
  readonly groups: readonly Group[];
  readonly desired: DesiredLabels;
  /** Photos to look at; null = all. */
  readonly scope: ReadonlySet<PhotoKey> | null;
}

/** Plans the one tag, or those by evidence: each photo of a group then has the tag of its verdict. Writes nothing. */
export async function planTags(
  parts: SyncParts,
  tags: TagSync,
  { tag, groups, desired, scope }: TagRequest,
  options: TagPlanOptions,
): Promise<TagPlan> {
  if (tag.by !== 'evidence') return tags.plan(tag.name, desired.tagged, scope, options);
  const nameOf = namesByEvidence(tag, groups, parts);
  const plans: TagPlan[] = [];
  for (const name of tagNamesOf(tag)) {
    const wanted = [...desired.tagged].filter(([key]) => nameOf.get(key) === name);
    plans.push(await tags.plan(name, new Map(wanted), scope, options));
  }
  const all = {
    operations: plans.flatMap(({ operations }) => operations),
    observed: plans.flatMap(({ observed }) => observed),
    forgotten: plans.flatMap(({ forgotten }) => forgotten),
    left: plans.flatMap(({ left }) => left),
    refused: plans.flatMap(({ refused }) => refused),
    waiting: plans.flatMap(({ waiting }) => waiting),
  };
  // A plan that is only shown has all rounds of a run in it.
  return options.probeLibraries ? oneChangeAtATime(all, parts) : all;
}

function namesByEvidence(
  tag: TagSettings,
  groups: readonly Group[],
  { photoOf }: SyncParts,
): Map<PhotoKey, string> {
  const names = new Map<PhotoKey, string>();
  for (const { keeper, members } of groups) {
    const kept = photoOf(keeper);
    for (const member of members) {
      const photo = photoOf(member.key);
      if (photo !== null && kept !== null)
        names.set(member.key, nameFor(tag.name, verdictOf(member, keeper, photo, kept)));
    }
  }
  return names;
}

/** Immich loses tags of a photo that change one right after the other: a photo gets its next tag when the last change has settled. */
function oneChangeAtATime(plan: TagPlan, { journal, target }: SyncParts): TagPlan {
  const changing = new Map<PhotoKey, string>();
  for (const { photo, name } of journal.openLabels(target.source)) changing.set(photo, name);
  const waiting: PhotoKey[] = [];
  const operations: Operation[] = [];
  // What goes is taken off first.
  for (const kind of ['untag', 'tag'] as const)
    for (const operation of plan.operations) {
      if (operation.kind !== kind) continue;
      const isFree = (key: PhotoKey): boolean => (changing.get(key) ?? operation.name) === operation.name;
      const photos = operation.photos.filter(isFree);
      waiting.push(...operation.photos.filter((key) => !isFree(key)));
      for (const key of photos) changing.set(key, operation.name);
      if (photos.length > 0) operations.push({ ...operation, photos });
    }
  return { ...plan, operations, waiting: [...plan.waiting, ...waiting] };
}
