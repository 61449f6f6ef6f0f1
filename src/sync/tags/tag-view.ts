import type { PhotoKey } from '../../model.js';
import type { SyncParts } from '../sync-parts.js';

/** What the server says of one tag on one photo. */
export interface TagSeen {
  readonly carried: boolean;
  /** The photo's `updatedAt` at that moment; null where only the carriers were listed and it is none. */
  readonly updatedAt: number | null;
}

/** One look at a tag on the server. */
export interface TagView {
  /** Id of the tag; null when there is no such tag. */
  readonly tagId: string | null;
  /** Null = the photo is not there; undefined = it was not looked at. */
  of(key: PhotoKey): TagSeen | null | undefined;
}

/** Photos that are asked for one by one in one look at most, where a listing does not tell. */
export const fewPhotos = 50;
/** Carriers on a page of a listing. */
const pageSize = 1000;
/** So many photos are asked for one by one rather than by listing all carriers, however few those are. */
const handful = 8;

/** Reads the tag of that name on these photos; null = on all. */
export async function viewTag(
  parts: SyncParts,
  name: string,
  keys: ReadonlySet<PhotoKey> | null,
): Promise<TagView> {
  const pages = parts.journal.countLabels(parts.target.source) / pageSize;
  if (keys !== null && keys.size <= Math.min(fewPhotos, Math.max(handful, pages))) {
    const seen = await lookAtEach(parts, name, [...keys]);
    return { tagId: null, of: (key) => seen.get(key) };
  }
  const { target } = parts;
  const tags = await target.tags();
  const tag = tags.find((there) => there.name === name);
  if (tag === undefined) return { tagId: null, of: () => ({ carried: false, updatedAt: null }) };
  const carriers = await target.carriers(tag);
  // The server lists carriers of child tags as carriers of the parent: those are asked one by one.
  const children = tags.filter((other) => other.name.startsWith(`${name}/`));
  const unclear = new Set<PhotoKey>();
  for (const child of children)
    for (const key of (await target.carriers(child)).keys()) if (carriers.has(key)) unclear.add(key);
  const asked = await lookAtEach(parts, name, [...unclear]);
  return {
    tagId: tag.id,
    of: (key) => {
      if (asked.has(key)) return asked.get(key);
      const updatedAt = carriers.get(key);
      return { carried: updatedAt !== undefined, updatedAt: updatedAt ?? null };
    },
  };
}

/** Tags of each photo, exactly. */
export async function lookAtEach(
  { target, knownTags }: SyncParts,
  name: string,
  keys: readonly PhotoKey[],
): Promise<Map<PhotoKey, TagSeen | null>> {
  const seen = new Map<PhotoKey, TagSeen | null>();
  await Promise.all(
    keys.map(async (key) => {
      const now = await target.tagsOf(key);
      if (now !== null) knownTags.put(key, now);
      seen.set(key, now && { carried: now.tags.includes(name), updatedAt: now.updatedAt });
    }),
  );
  return seen;
}
