import { isDeepStrictEqual } from 'node:util';
import { parseKey, type PhotoKey } from '../../src/model.js';
import type { Operation } from '../../src/sync/operation.js';
import type { PhotoLabels, Snapshot } from './snapshot.js';

/** What the server should carry after these operations of a plan. Things that they make are named, having no id yet. */
export function expectedAfter(before: Snapshot, operations: readonly Operation[]): Snapshot {
  const after = structuredClone(before);
  for (const operation of operations) applyTo(after, operation);
  return after;
}

/** What Immich derives from a label by itself. */
const derived = 'as Immich has it';

/**
 * `after` with the same names for what is new in it, and without what no plan says of it: ids, covers, what Immich itself
 * derives from a location, or from who is in an album.
 */
export function asFarAsPlanned(after: Snapshot, before: Snapshot, expected: Snapshot): Snapshot {
  const named = structuredClone(after);
  for (const [id, photo] of Object.entries(named.photos))
    if (expected.photos[id]?.exif['timeZone'] === derived) photo.exif['timeZone'] = derived;
  for (const [id, album] of Object.entries(named.albums))
    if (expected.albums[id]?.facts['assetCount'] === derived)
      for (const fact of ['assetCount', 'startDate', 'endDate']) album.facts[fact] = derived;
  for (const [id, { account, name, description, members }] of Object.entries(named.albums)) {
    if (before.albums[id] !== undefined) continue;
    Reflect.deleteProperty(named.albums, id);
    named.albums[newId(account, name)] = { account, name, description, members, facts: {} };
  }
  for (const [id, { account, name }] of Object.entries(named.tags)) {
    if (before.tags[id] !== undefined) continue;
    Reflect.deleteProperty(named.tags, id);
    named.tags[newId(account, name)] = { account, name, color: null };
  }
  for (const [id, stack] of Object.entries(named.stacks)) {
    if (before.stacks[id] !== undefined) continue;
    Reflect.deleteProperty(named.stacks, id);
    named.stacks[newId('stack', stack.lead)] = stack;
    for (const photo of Object.values(named.photos))
      if (photo.stack === id) photo.stack = newId('stack', stack.lead);
  }
  return named;
}

/**
 * Libraries that kept nothing of a plan that Immich writes into files (tags, ratings, descriptions, locations), their folders
 * being read-only: that is taken out of `expected` again, and counted. One change kept is enough for all to be expected.
 */
export function withoutRefused(
  expected: Snapshot,
  actual: Snapshot,
  before: Snapshot,
  operations: readonly Operation[],
): number {
  const planned = operations.flatMap(({ kind, name, photos }) =>
    photos.map((key) => ({ ...fileChange(kind, name), id: assetOf(key) })),
  );
  const inFiles = planned.filter(({ of }) => of !== null);
  const libraryOf = ({ id }: { id: string }): string | null => expected.photos[id]?.library ?? null;
  const isThere = ({ of, id }: (typeof inFiles)[number]): boolean =>
    isDeepStrictEqual(of?.read(photoOf(actual, id)), of?.read(photoOf(expected, id)));
  const keeping = new Set<string | null>([null, ...inFiles.filter(isThere).map(libraryOf)]);
  const refused = inFiles.filter((change) => !keeping.has(libraryOf(change)));
  for (const { of, id } of refused) of?.putBack(photoOf(expected, id), photoOf(before, id));
  return refused.length;
}

interface InFile {
  read(photo: PhotoLabels): unknown;
  putBack(expected: PhotoLabels, before: PhotoLabels): void;
}

function fileChange(kind: string, name: string): { readonly of: InFile | null } {
  if (kind === 'tag' || kind === 'carry-tag')
    return {
      of: {
        read: (photo) => photo.tags.includes(name),
        putBack: (photo) => (photo.tags = photo.tags.filter((tag) => tag !== name)),
      },
    };
  const field = { rating: 'rating', description: 'description', location: 'latitude' }[
    kind.replace(/^put-on-/u, '')
  ];
  if (field === undefined) return { of: null };
  const fields = field === 'latitude' ? ['latitude', 'longitude'] : [field];
  return {
    of: {
      read: (photo) => fields.map((one) => photo.exif[one]),
      putBack: (photo, before) => {
        for (const one of [...fields, 'timeZone']) photo.exif[one] = before.exif[one];
      },
    },
  };
}

function applyTo(after: Snapshot, operation: Operation): void {
  const { source, name } = operation;
  const ids = operation.photos.map(assetOf);
  const photos = ids.map((id) => photoOf(after, id));
  switch (operation.kind as string) {
    case 'tag':
    case 'carry-tag':
      addTag(after, source, name);
      for (const photo of photos) photo.tags = sorted([...photo.tags, name]);
      return;
    case 'create-album':
      after.albums[newId(source, name)] = {
        ...{
          account: source,
          name,
          description: (operation as { description: string } & Operation).description,
        },
        ...{ members: sorted(ids), facts: {} },
      };
      return;
    case 'add-to-album':
    case 'carry-to-album': {
      const album = after.albums[(operation as { albumId: string } & Operation).albumId];
      if (album === undefined) throw new Error(`The plan has an album that is not there: ${name}`);
      album.members = sorted([...album.members, ...ids]);
      for (const fact of ['assetCount', 'startDate', 'endDate']) album.facts[fact] = derived;
      return;
    }
    case 'create-stack': {
      const [lead = ''] = ids;
      after.stacks[newId('stack', lead)] = { lead, members: sorted(ids) };
      for (const photo of photos) photo.stack = newId('stack', lead);
      return;
    }
    default:
      addValues(operation, photos);
  }
}

/** Values, by what the operation is called after `put-on-`. */
const setters: Record<string, (photo: PhotoLabels, value: string) => void> = {
  favorite: (photo) => (photo.favorite = true),
  'carried-favorite': (photo) => (photo.favorite = true),
  duplicate: (photo, value) => (photo.duplicateId = value),
  scores: (photo, value) => (photo.notes['photo-organizer'] = JSON.parse(value) as unknown),
  rating: (photo, value) => (photo.exif['rating'] = Number(value)),
  description: (photo, value) => (photo.exif['description'] = value),
  location: ({ exif }, value) => {
    [exif['latitude'], exif['longitude']] = value.split(',').map(Number);
    exif['timeZone'] = derived;
  },
};

function addValues(operation: Operation, photos: readonly PhotoLabels[]): void {
  const set = setters[operation.kind.replace(/^put-on-/u, '')];
  if (set === undefined || !('changes' in operation))
    throw new Error(`The first plan for a server has no operation of this kind: ${operation.kind}`);
  photos.forEach((photo, at) => set(photo, operation.changes[at]?.to ?? ''));
}

/** With its parents, where they are missing. */
function addTag({ tags }: Snapshot, account: string, name: string): void {
  const parts = name.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const isThere = Object.values(tags).some((tag) => tag.account === account && tag.name === part);
    if (!isThere) tags[newId(account, part)] = { account, name: part, color: null };
  }
}

function photoOf({ photos }: Snapshot, id: string): PhotoLabels {
  const photo = photos[id];
  if (photo === undefined) throw new Error(`The plan has a photo that no account owns: ${id}`);
  return photo;
}

function assetOf(key: PhotoKey): string {
  const parsed = parseKey(key);
  if (parsed?.kind !== 'immich') throw new Error(`Not a photo of Immich: ${key}`);
  return parsed.assetId;
}

function newId(account: string, name: string): string {
  return `new: ${account} ${name}`;
}

function sorted(words: readonly string[]): string[] {
  return [...new Set(words)].sort();
}
