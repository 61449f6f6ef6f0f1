import PQueue from 'p-queue';
import type { Account, Server } from './server.js';

/** A photo: its labels, and in `facts` and `exif` all else that the server says of it, but not when it was last touched. */
export interface PhotoLabels {
  readonly name: string;
  readonly account: string;
  readonly library: string | null;
  /** Names, sorted. */
  tags: string[];
  /** Id of its stack. */
  stack: string | null;
  favorite: boolean;
  duplicateId: string | null;
  /** Key-value metadata, by key. */
  notes: Record<string, unknown>;
  /** Rating, description and location are here. */
  exif: Record<string, unknown>;
  readonly facts: Record<string, unknown>;
}

export interface AlbumLabels {
  readonly name: string;
  readonly account: string;
  readonly description: string;
  /** Ids of photos, sorted. */
  members: string[];
  /** Users, order, cover and so on. */
  facts: Record<string, unknown>;
}

/** Every label on a server that these accounts are shown, by the server's own ids. */
export interface Snapshot {
  readonly photos: Record<string, PhotoLabels>;
  readonly albums: Record<string, AlbumLabels>;
  readonly stacks: Record<string, { readonly lead: string; readonly members: string[] }>;
  readonly tags: Record<string, { readonly name: string; readonly account: string; readonly color: unknown }>;
}

/** Requests under way at once. */
const concurrency = 6;

/** Reads everything; changes nothing. The page of duplicates is not asked for: Immich tidies up when it is. */
export async function takeSnapshot(server: Server, accounts: readonly Account[]): Promise<Snapshot> {
  const snapshot: Snapshot = { photos: {}, albums: {}, stacks: {}, tags: {} };
  for (const account of accounts) {
    await addPhotos(snapshot, server, account);
    await addStacks(snapshot, server, account);
    await addAlbums(snapshot, server, account);
    const tags = (await server.get(account.apiKey, '/tags')) as {
      id: string;
      value: string;
      color?: string;
    }[];
    for (const { id, value, color } of tags)
      snapshot.tags[id] = { name: value, account: account.name, color: color ?? null };
  }
  return snapshot;
}

interface Asset extends Record<string, unknown> {
  readonly id: string;
  readonly originalFileName: string;
  readonly libraryId: string | null;
  readonly isFavorite: boolean;
  readonly duplicateId: string | null;
  readonly tags?: { value: string }[];
  readonly stack?: { id: string } | null;
  readonly exifInfo?: Record<string, unknown>;
}

async function addPhotos({ photos }: Snapshot, server: Server, account: Account): Promise<void> {
  const queue = new PQueue({ concurrency });
  const listed = await server.search(account.apiKey, {});
  const own = listed.filter(({ ownerId }) => ownerId === account.userId);
  const read = async (id: string): Promise<void> => {
    const asset = (await server.get(account.apiKey, `/assets/${id}`)) as Asset;
    const notes = (await server.get(account.apiKey, `/assets/${id}/metadata`)) as {
      key: string;
      value: unknown;
    }[];
    const {
      originalFileName,
      libraryId,
      isFavorite,
      duplicateId,
      tags = [],
      stack = null,
      exifInfo = {},
      ...rest
    } = asset;
    const { updatedAt: _touched, owner: _owner, ...facts } = rest;
    photos[id] = {
      ...{ name: originalFileName, account: account.name, library: libraryId },
      tags: tags.map(({ value }) => value).sort(),
      stack: stack?.id ?? null,
      ...{ favorite: isFavorite, duplicateId, exif: rounded(exifInfo), facts },
      notes: Object.fromEntries(notes.map(({ key, value }) => [key, value])),
    };
  };
  await queue.addAll(
    own.map(
      ({ id }) =>
        () =>
          read(id),
    ),
  );
}

/** A location goes through files as degrees and minutes: the last digits (below 0.2 m) may change. */
function rounded(exif: Record<string, unknown>): Record<string, unknown> {
  const round = (degrees: unknown): unknown =>
    typeof degrees === 'number' ? Math.round(degrees * 1e6) / 1e6 : degrees;
  return { ...exif, latitude: round(exif['latitude']), longitude: round(exif['longitude']) };
}

/** A photo itself does not tell of a stack whose other photos are archived; the list does not tell of those in the trash. */
async function addStacks({ photos, stacks }: Snapshot, server: Server, account: Account): Promise<void> {
  const listed = (await server.get(account.apiKey, '/stacks')) as {
    id: string;
    primaryAssetId: string;
    assets: { id: string }[];
  }[];
  for (const { id, primaryAssetId, assets } of listed) {
    stacks[id] = { lead: primaryAssetId, members: assets.map((asset) => asset.id).sort() };
    for (const asset of assets) {
      const photo = photos[asset.id];
      if (photo !== undefined) photo.stack = id;
    }
  }
}

interface Album extends Record<string, unknown> {
  readonly id: string;
  readonly albumName: string;
  readonly description: string;
  readonly albumUsers?: { role: string; user: { id: string } }[];
}

async function addAlbums({ albums }: Snapshot, server: Server, account: Account): Promise<void> {
  for (const album of (await server.get(account.apiKey, '/albums')) as Album[]) {
    const shown = await server.search(account.apiKey, { albumIds: [album.id] });
    const members = new Set([...(albums[album.id]?.members ?? []), ...shown.map(({ id }) => id)]);
    const {
      id,
      albumName,
      description,
      updatedAt: _touched,
      lastModifiedAssetTimestamp: _too,
      albumUsers,
      ...facts
    } = album;
    albums[id] ??= {
      ...{ name: albumName, account: account.name, description, members: [] },
      facts: { ...facts, users: (albumUsers ?? []).map(({ role, user }) => `${role} ${user.id}`).sort() },
    };
    albums[id].members = [...members].sort();
  }
}
