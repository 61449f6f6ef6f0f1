import {
  folderKey,
  immichKey,
  localRealm,
  type Photo,
  type PhotoKey,
  type Realm,
  type Revision,
  type SourceName,
} from '../../src/model.js';

/** A present JPEG of which little is known; what a test cares about is handed in. */
export function madePhoto(key: PhotoKey, facts: Partial<Photo> = {}): Photo {
  return {
    key,
    source: 'home' as SourceName,
    realm: key.startsWith('folder:') ? localRealm : ('immich:home:anna' as Realm),
    revision: 'r1' as Revision,
    media: 'image',
    presence: 'present',
    writable: !key.startsWith('folder:'),
    name: key,
    library: null,
    sha1: null,
    thumbHash: null,
    width: 4000,
    height: 3000,
    byteSize: 1_000_000,
    durationMs: null,
    frames: 1,
    preference: 0,
    format: 'jpeg',
    takenAt: null,
    camera: null,
    exposure: null,
    hasLocation: false,
    favorite: false,
    marks: null,
    createdAt: Date.UTC(2026, 0, 1),
    updatedAt: Date.UTC(2026, 0, 1),
    fileId: null,
    ...facts,
  };
}

/** Key of a photo on the server `home`. */
export const onServer = (id: string): PhotoKey => immichKey('home', id);
/** Key of a file in the folder `nas`. */
export const inFolder = (path: string): PhotoKey => folderKey('nas', path);
/** Somebody's photos on the server `home`. */
export const realmOf = (owner: string): Realm => `immich:home:${owner}` as Realm;
/** Forty hex digits that differ for each number. */
export const sha1Of = (n: number): string => n.toString(16).padStart(40, '0');
