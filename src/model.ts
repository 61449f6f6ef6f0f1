/** The words of the project as types: plain values that flow one way, from sources to labels. */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Name of a source in the config: one Immich account, or one local folder. */
export type SourceName = Brand<string, 'SourceName'>;

/** Identity of a photo: `immich:<server>:<asset id>` or `folder:<name>:<relative path>`. */
export type PhotoKey = Brand<string, 'PhotoKey'>;

/** Opaque; equal means the same content. Made by the source, compared by everyone else. */
export type Revision = Brand<string, 'Revision'>;

/** Whose photo it is: `immich:<server>:<owner id>`, or `local` for all folders. An extra has its keeper in its own realm. */
export type Realm = Brand<string, 'Realm'>;

/** Row of a photo in the index; means nothing outside one index file. */
export type PhotoId = Brand<number, 'PhotoId'>;
/** A grey copy in the index; photos of the same bytes share one. Never given out again. */
export type CopyId = Brand<number, 'CopyId'>;

/** The realm of every local file. */
export const localRealm = 'local' as Realm;

export type Media = 'image' | 'video';

/** `hidden` is a part of another photo (the video of a live photo); neither trashed nor hidden photos are members of groups. */
export type Presence = 'present' | 'trashed' | 'hidden';

/** Order of worth of the kinds of file that hold the same picture. */
export type Format = 'raw' | 'heic' | 'jpeg' | 'other';

/** What a server says of a photo in fields that a person sets there, and we too. */
export interface Marks {
  readonly favorite: boolean;
  /** Id that the photos of one group on Immich's own Duplicates page share; null = on none. */
  readonly duplicateId: string | null;
  /** Stars, 1 to 5; -1 = rejected; null = not rated. */
  readonly rating: number | null;
  /** Never empty; null = none. */
  readonly description: string | null;
  readonly location: Location | null;
}

/** A place on earth, in degrees. */
export interface Location {
  readonly latitude: number;
  readonly longitude: number;
}

/** One picture in one place, as its source describes it. Unknown facts are null, never guessed. */
export interface Photo {
  readonly key: PhotoKey;
  readonly source: SourceName;
  readonly realm: Realm;
  readonly revision: Revision;
  readonly media: Media;
  readonly presence: Presence;
  /** False where our account may look but not label (a partner's photo, a local file). */
  readonly writable: boolean;
  /** File name, or path below the folder: for people, and to know the files of one shot by. */
  readonly name: string;
  /** External library of an Immich asset; null for uploads and local files. */
  readonly library: string | null;
  /** SHA-1 of the bytes, 40 hex digits; null where the source does not know it. */
  readonly sha1: string | null;
  /** ThumbHash bytes as Immich lists them; null while there is no thumbnail. */
  readonly thumbHash: Uint8Array | null;
  /** Pixels, after orientation. */
  readonly width: number | null;
  readonly height: number | null;
  readonly byteSize: number | null;
  /** How long a video or an animation runs, in milliseconds; null for other images, and where it is not known. */
  readonly durationMs: number | null;
  /** Frames or pages of an image; null where it may hold several and their number is not known, and for videos. */
  readonly frames: number | null;
  /** How much its place is preferred to others (config `prefer`); 0 = not at all. */
  readonly preference: number;
  readonly format: Format;
  /** Capture time: the wall clock at the camera, in milliseconds as if it were UTC. */
  readonly takenAt: number | null;
  /** Make and model, lower case, single spaces. */
  readonly camera: string | null;
  /** Exposure settings of the shot (time, aperture, ISO), for telling brackets apart. */
  readonly exposure: string | null;
  readonly hasLocation: boolean;
  /** A person's favourite; one that we set does not count. */
  readonly favorite: boolean;
  /** As last read, whoever set them; null where the source has none, or was not read since we keep them. */
  readonly marks: Marks | null;
  /** When it came to its source, in milliseconds since 1970. */
  readonly createdAt: number;
  /** When its source last touched it, in milliseconds since 1970: a hint to look again, nothing more. */
  readonly updatedAt: number;
  /** Device and inode of a local file; two photos with the same one are one file. */
  readonly fileId: string | null;
}

/** Facts that are only known once the bytes were read. */
export type ReadFacts = Partial<
  Pick<
    Photo,
    | 'sha1'
    | 'width'
    | 'height'
    | 'byteSize'
    | 'durationMs'
    | 'frames'
    | 'takenAt'
    | 'camera'
    | 'exposure'
    | 'hasLocation'
    | 'thumbHash'
    | 'fileId'
  >
>;

/** How a photo looks. Two fingerprints compare only when their `algorithm` is the same. */
export interface Fingerprint {
  readonly algorithm: string;
  /** 64-bit perceptual hash, 8 bytes: as of sharp-phash, 0 to 4 bits from the package's own; first bit highest. */
  readonly phash: Uint8Array;
  /** 256-bit hash of finer detail, 32 bytes. */
  readonly detail: Uint8Array;
  /** 0 (flat) to 100 (full of detail). */
  readonly quality: number;
  /** A document, or something on white: too much alike at this size to be told apart by hashes. */
  readonly isPaper: boolean;
  /** Share of its pixels that count as picture, 0 to 1: less than 1 where it stands on a plain canvas (`shownShare`). */
  readonly shown: number;
  /** 256-bit hashes (32 bytes each) of the middle and the last frame; null for one frame, and where they could not be had. */
  readonly laterFrames: Uint8Array | null;
  /** The grey copy of 64x64 pixels that the hashes were made from, packed (`unpackCopy`); about 1.6 kB. */
  readonly pixels: Uint8Array;
  /** Width by height as the picture is shown. */
  readonly aspect: number;
}

/** What laying two pictures over each other came to: `proven`, or `likely` and for a person to judge. */
export interface PixelProof {
  readonly verdict: 'proven' | 'likely';
  /** Correlation (0 to 1) that nine of ten blocks of the picture reach; where not all agrees, the share of the blocks that do. */
  readonly agreement: number;
  /** True when neither picture is cropped, moved, turned, or covered in part, against the other. */
  readonly inPlace: boolean;
}

/** Looks of two photos compared: bits that differ, in the orientation (0-7, 0 = as they stand) where they differ least. */
export interface Likeness {
  readonly a: PhotoId;
  readonly b: PhotoId;
  readonly phashBits: number;
  readonly detailBits: number;
  readonly orientation: number;
}

export const evidenceKinds = ['same-bytes', 'same-picture', 'edited', 'burst', 'similar'] as const;

/** Why two photos are linked. */
export type EvidenceKind = (typeof evidenceKinds)[number];

/** Evidence with the figures behind it. `distance` is null where no pixels were compared. */
export interface Evidence {
  readonly kind: EvidenceKind;
  /** 0 to 1; 1 = the same bytes. */
  readonly score: number;
  readonly distance: { readonly phash: number; readonly detail: number } | null;
  /** Where the pixels were laid over each other: correlation (0 to 1) that nine of ten blocks reach; else null. */
  readonly agreement: number | null;
}

export interface Member {
  readonly key: PhotoKey;
  readonly role: 'keeper' | 'extra';
  /** Proof against the group's keeper; null for the keeper itself. */
  readonly evidence: Evidence | null;
  /** For an extra: the photo of its own realm that stays when it goes. */
  readonly keptAs: PhotoKey | null;
}

/** A keeper and at least one extra, each extra proven against the keeper. */
export interface Group {
  /** Survives restarts and new members; never given to another group. */
  readonly number: number;
  readonly keeper: PhotoKey;
  /** Keeper first, then by worth. */
  readonly members: readonly Member[];
}

/** Something happened somewhere: it says where to look, never what to do. */
export type Signal =
  | { readonly kind: 'photos'; readonly keys: readonly PhotoKey[] }
  | { readonly kind: 'changes'; readonly source: SourceName }
  | { readonly kind: 'sweep'; readonly source: SourceName };

/** Milliseconds since 1970 on the server's clock. */
export type ServerTime = Brand<number, 'ServerTime'>;

/** How far a source has been read; null = never. */
export type Checkpoint = ServerTime | null;

/** What a photo is whatever its place: the SHA-1 of its bytes, or its key as long as nobody has read them. */
export type Content = Pick<Photo, 'key' | 'sha1'>;

export function contentIdOf({ key, sha1 }: Content): string {
  return sha1 ?? key;
}

export type ParsedKey =
  | { readonly kind: 'immich'; readonly server: string; readonly assetId: string }
  | { readonly kind: 'folder'; readonly folder: string; readonly path: string };

export function immichKey(server: string, assetId: string): PhotoKey {
  return `immich:${server}:${assetId}` as PhotoKey;
}

export function folderKey(folder: string, path: string): PhotoKey {
  return `folder:${folder}:${path}` as PhotoKey;
}

/** Takes a key apart; null when it is not one. Names of sources hold no colon (the config sees to it). */
export function parseKey(key: string): ParsedKey | null {
  const match = /^(immich|folder):([^:]+):(.+)$/su.exec(key);
  const [, kind, name, rest] = match ?? [];
  if (name === undefined || rest === undefined) return null;
  return kind === 'immich'
    ? { kind: 'immich', server: name, assetId: rest }
    : { kind: 'folder', folder: name, path: rest };
}

/** The keep rules, in their usual order. */
export const keepRuleNames = [
  'favorite',
  'in_album',
  'format',
  'far_more_pixels',
  'metadata',
  'in_colour',
  'pixels',
  'preferred',
  'larger',
  'older',
] as const;

/** One rule for which photo of a group is worth keeping. */
export type KeepRule = (typeof keepRuleNames)[number];

/** What of its extras a keeper can be given. */
export const carryOverNames = ['albums', 'tags', 'favorite', 'rating', 'description', 'location'] as const;
export type CarryOver = (typeof carryOverNames)[number];
