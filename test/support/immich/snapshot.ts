import type { State } from './state.js';

/** Everything about one asset a person could care about. */
export type AssetSnapshot = {
  /** Values, sorted. */
  tags: string[];
  /** The tags in the sidecar file, sorted; null when there is no sidecar. */
  sidecarTags: string[] | null;
  isFavorite: boolean;
  visibility: string;
  isTrashed: boolean;
  stackId: string | null;
  stackPrimaryId: string | null;
  duplicateId: string | null;
  description: string | null;
  rating: number | null;
  /** Latitude and longitude. */
  location: [number, number] | null;
  metadata: Record<string, object>;
};

export type AlbumSnapshot = { name: string; description: string; assetIds: string[] };

/** Plain values, so that two moments can be compared with t.same. */
export type Snapshot = {
  assets: Record<string, AssetSnapshot>;
  /** By album id. */
  albums: Record<string, AlbumSnapshot>;
  /** All tag values of all users, as 'name of user: value', sorted. */
  tags: string[];
};

/** Takes the picture; nothing in it is shared with the state. */
export function takeSnapshot(state: State): Snapshot {
  const assets: Snapshot['assets'] = {};
  for (const asset of state.assets.values()) {
    const sidecarTags = asset.sidecar?.tags;
    assets[asset.id] = {
      tags: [...asset.tagIds].flatMap((id) => state.tags.get(id)?.value ?? []).sort(),
      sidecarTags: sidecarTags ? [...sidecarTags].sort() : null,
      isFavorite: asset.isFavorite,
      visibility: asset.visibility,
      isTrashed: asset.deletedAt !== null,
      stackId: asset.stackId,
      stackPrimaryId:
        asset.stackId === null ? null : (state.stacks.get(asset.stackId)?.primaryAssetId ?? null),
      duplicateId: asset.duplicateId,
      description: asset.exif.description,
      rating: asset.exif.rating,
      location:
        asset.exif.latitude === null || asset.exif.longitude === null
          ? null
          : [asset.exif.latitude, asset.exif.longitude],
      metadata: Object.fromEntries(
        [...asset.metadata].map(([key, { value }]) => [key, structuredClone(value)]),
      ),
    };
  }
  const albums: Snapshot['albums'] = {};
  for (const { id, name, description, assetIds } of state.albums.values())
    albums[id] = { name, description, assetIds: [...assetIds].sort() };
  const tags = [...state.tags.values()].map(
    (tag) => `${state.users.get(tag.userId)?.name ?? '?'}: ${tag.value}`,
  );
  return { assets, albums, tags: tags.sort() };
}
