/** A value of ours in the key-value metadata of one asset. */
export interface MetadataItem {
  readonly assetId: string;
  readonly key: typeof metadataKey;
}

/** The one key in the metadata of assets that is ours; others are never read or written. */
export const metadataKey = 'photo-organizer' as const;

/** Bulk update of assets, `PUT /assets` (1.113 to 3.x) or `PATCH /assets` (3.0): one of these, never another. */
type MarkAssets = { readonly method: 'PUT' | 'PATCH'; readonly route: '/assets' } & {
  readonly body: { readonly ids: readonly string[] } & MarkFields;
};

interface Fields {
  readonly isFavorite: boolean;
  readonly duplicateId: string | null;
  readonly rating: number | null;
  readonly description: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** These fields, and none of the others. */
type Just<K extends keyof Fields> = Pick<Fields, K> & { readonly [P in Exclude<keyof Fields, K>]?: never };

/** One label, as the fields of an asset. */
export type MarkFields =
  | Just<'isFavorite'>
  | Just<'duplicateId'>
  | Just<'rating'>
  | Just<'description'>
  | Just<'latitude' | 'longitude'>;

/** `PUT` and `DELETE /assets/metadata` (2.5). */
type WriteMetadata = { readonly route: '/assets/metadata' } & (
  | {
      readonly method: 'PUT';
      readonly body: { readonly items: readonly (MetadataItem & { readonly value: object })[] };
    }
  | { readonly method: 'DELETE'; readonly body: { readonly items: readonly MetadataItem[] } }
);

/** Labels, searches: requests that cannot touch a photo, whatever they carry. */
export type WriteOthers = {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly route: `/${'tags' | 'albums' | 'stacks' | 'search'}${'' | `/${string}`}`;
  readonly body?: unknown;
};

type Read = { readonly method: 'GET'; readonly route: string; readonly body?: never };

/**
 * Every request that the client can send: the compiler refuses any other. None deletes a photo or changes an original; of
 * what belongs to a photo only its favourite, its group of duplicates, its stack, its rating, description and location, and
 * our own metadata can be written.
 */
export type Sendable = Read | MarkAssets | WriteMetadata | WriteOthers;
