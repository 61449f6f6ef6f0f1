import type { Immich } from './immich.js';
import { createAsset, processUpload, sha1Base64, takeInFacts } from './intake.js';
import { makeThumbnail } from './media.js';
import { readFileFacts } from './read-exif.js';
import type { AssetRecord, ExifRecord } from './records.js';
import { defaultPreferences } from './routes/user-routes.js';
import { queueExtraction, queueSidecarWrite, tagsChanged } from './sidecar.js';
import { upsertTags } from './tag-tree.js';
import { restore, trash } from './trash.js';

export type AddedUser = { id: string; name: string; email: string };

type UserRef = { id: string };

/** A photo or video to put into the stand-in. */
export type NewAsset = {
  bytes: Buffer;
  fileName: string;
  /** ISO; default: the picture's EXIF, else 2026-01-01T12:00:00Z plus a minute per asset. */
  takenAt?: string;
  libraryId?: string;
  make?: string;
  model?: string;
  favorite?: boolean;
  visibility?: AssetRecord['visibility'];
  type?: AssetRecord['type'];
  livePhotoVideoId?: string;
  durationMs?: number;
  /** The frame a video's thumbnail is made of. */
  poster?: Buffer;
  /** More of what the file says; wins over what was read out of it. */
  exif?: Partial<ExifRecord>;
  /** Given width and height spare the look into the file. */
  width?: number;
  height?: number;
  /** Given (base64), it spares the decoding for listings of thousands. */
  thumbhash?: string;
  /**
   * False (default): it has been there, metadata and thumbnail ready. True: it was uploaded this moment; hooks fire,
   * metadata and thumbnail come after their delays.
   */
  justUploaded?: boolean;
};

const FIRST_TAKEN_MS = Date.UTC(2026, 0, 1, 12);

/** What a test does to the stand-in from inside, as a person at the web page or an administrator would. */
export class SetUp {
  protected readonly immich: Immich;

  constructor(immich: Immich) {
    this.immich = immich;
  }

  addUser(name: string): AddedUser {
    const { state } = this.immich;
    const id = state.newId('user');
    const email = `${name.toLowerCase()}@example.com`;
    state.users.set(id, {
      id,
      name,
      email,
      isAdmin: state.users.size === 0,
      createdAt: state.now(),
      preferences: defaultPreferences(this.immich.version.since('3.0')),
    });
    return { id, name, email };
  }

  /** A key with exactly these permissions ('all' = everything); gives back the secret. */
  addKey(user: UserRef, permissions: readonly string[], name = 'key'): string {
    const { state } = this.immich;
    const id = state.newId('key');
    const secret = sha1Base64(`secret:${id}`);
    state.keys.set(secret, {
      id,
      secret,
      userId: user.id,
      name,
      permissions: [...permissions],
      createdAt: state.now(),
    });
    return secret;
  }

  /** An external library; read-only means that its folder is, so sidecars cannot be written. */
  addLibrary(user: UserRef, options: { readOnly: boolean }): string {
    const { state } = this.immich;
    const id = state.newId('library');
    state.libraries.set(id, {
      id,
      ownerId: user.id,
      readOnly: options.readOnly,
      folder: `/libraries/${state.libraries.size + 1}`,
    });
    return id;
  }

  /** `from` shows all its assets to `to`. */
  sharePartner(from: UserRef, to: UserRef, options: { inTimeline: boolean }): void {
    this.immich.state.partners.push({ from: from.id, to: to.id, inTimeline: options.inTimeline });
  }

  /** Puts a photo or video in; see NewAsset for the defaults. */
  async addAsset(user: UserRef, added: NewAsset): Promise<string> {
    const { immich } = this;
    const facts = await this.#factsOf(added);
    const takenMs = added.takenAt === undefined ? undefined : Date.parse(added.takenAt);
    const createdMs = takenMs ?? facts.takenAtMs ?? FIRST_TAKEN_MS + immich.state.assets.size * 60_000;
    const asset = createAsset(immich, {
      ...added,
      ownerId: user.id,
      fileCreatedAt: createdMs * 1000,
      fileModifiedAt: createdMs * 1000,
      isFavorite: added.favorite,
    });
    asset.thumbhash = added.thumbhash;
    if (added.justUploaded) processUpload(immich, asset);
    else {
      takeInFacts(immich, asset, facts);
      asset.thumbnail = 'ready';
    }
    return asset.id;
  }

  async #factsOf(added: NewAsset): Promise<Awaited<ReturnType<typeof readFileFacts>>> {
    const { width, height, takenAt, make, model } = added;
    const isKnown = added.justUploaded === true || (width !== undefined && height !== undefined);
    const read = isKnown
      ? { width: null, height: null, takenAtMs: null, localMs: null, exif: {} }
      : await readFileFacts(added.poster ?? added.bytes);
    const taken =
      takenAt === undefined ? {} : { takenAtMs: Date.parse(takenAt), localMs: Date.parse(takenAt) };
    const exif: Partial<ExifRecord> = { ...read.exif };
    if (width !== undefined && height !== undefined)
      Object.assign(exif, { exifImageWidth: width, exifImageHeight: height });
    if (takenAt !== undefined) exif.dateTimeOriginal = new Date(takenAt).toISOString();
    if (make !== undefined) exif.make = make;
    if (model !== undefined) exif.model = model;
    return {
      ...read,
      ...taken,
      width: width ?? read.width,
      height: height ?? read.height,
      exif: { ...exif, ...added.exif },
    };
  }

  trash(ids: readonly string[]): void {
    for (const asset of this.#assets(ids)) trash(this.immich, asset);
  }

  restore(ids: readonly string[]): void {
    for (const asset of this.#assets(ids)) restore(this.immich, asset);
  }

  deleteForever(ids: readonly string[]): void {
    for (const asset of this.#assets(ids)) this.immich.state.removeAsset(asset);
  }

  /** The file behind the asset was exchanged (an edit on disk): other checksum, size and thumbnail. */
  async replaceBytes(id: string, bytes: Buffer): Promise<void> {
    const facts = await readFileFacts(bytes);
    for (const asset of this.#assets([id])) {
      asset.bytes = bytes;
      if (asset.libraryId === null) asset.checksum = sha1Base64(bytes);
      asset.exif.fileSizeInByte = bytes.length;
      asset.thumbhash = undefined;
      takeInFacts(this.immich, asset, facts);
      await makeThumbnail(this.immich, asset);
    }
  }

  /** As the heart in the web page does it: PUT /assets, sidecar round trip included. */
  setFavorite(id: string, isFavorite: boolean): void {
    for (const asset of this.#assets([id])) {
      asset.isFavorite = isFavorite;
      this.immich.state.touch(asset);
      queueSidecarWrite(this.immich, id);
    }
  }

  /** Whose it is: the name of its owner. */
  ownerOf(id: string): string {
    const [asset] = this.#assets([id]);
    return this.immich.state.users.get(asset?.ownerId ?? '')?.name ?? '';
  }

  /** A person puts it into the archive, or takes it out again. */
  setVisibility(id: string, visibility: AssetRecord['visibility']): void {
    for (const asset of this.#assets([id])) {
      asset.visibility = visibility;
      this.immich.state.touch(asset);
    }
  }

  /** A person makes an album, and shares it with others who may add to it. */
  addAlbum(owner: UserRef, name: string, ids: readonly string[], others: readonly UserRef[] = []): string {
    const { state } = this.immich;
    const id = state.newId('album');
    const now = state.now();
    const users = new Map<string, 'owner' | 'editor'>([[owner.id, 'owner']]);
    for (const other of others) users.set(other.id, 'editor');
    const rest = { description: '', thumbnailAssetId: ids[0] ?? null, isActivityEnabled: true } as const;
    state.albums.set(id, {
      ...{ id, name, ...rest, order: 'desc', createdAt: now, updatedAt: now },
      ...{ users, assetIds: new Set(ids) },
    });
    return id;
  }

  /** An album is shared with a user, who puts photos into it. */
  joinAlbum(id: string, user: UserRef, ids: readonly string[]): void {
    const album = this.immich.state.albums.get(id);
    if (!album) throw new Error(`no album ${id}`);
    album.users.set(user.id, 'editor');
    for (const assetId of ids) album.assetIds.add(assetId);
    album.updatedAt = this.immich.state.now();
  }

  /** A person tags in the web page; the tag is made when it is not there. */
  tagByHand(user: UserRef, tagValue: string, ids: readonly string[]): void {
    const tag = upsertTags(this.immich.state, user.id, [tagValue]).at(-1);
    if (!tag) throw new Error(`not a tag: '${tagValue}'`);
    for (const asset of this.#assets(ids)) {
      if (asset.tagIds.has(tag.id)) continue;
      asset.tagIds.add(tag.id);
      tagsChanged(this.immich, asset);
    }
  }

  untagByHand(user: UserRef, tagValue: string, ids: readonly string[]): void {
    const tag = this.immich.state.tagByValue(user.id, tagValue);
    for (const asset of this.#assets(ids))
      if (tag && asset.tagIds.delete(tag.id)) tagsChanged(this.immich, asset);
  }

  /** The album becomes another user's, who shares it. */
  giveAlbum(albumId: string, owner: UserRef, member: UserRef & { role: 'editor' | 'viewer' }): void {
    const album = this.immich.state.albums.get(albumId);
    if (!album) throw new Error(`no album ${albumId}`);
    album.users = new Map([
      [owner.id, 'owner'],
      [member.id, member.role],
    ]);
    album.updatedAt = this.immich.state.now();
  }

  /** The refresh-metadata job: reads file and sidecar again. */
  refreshMetadata(ids: readonly string[]): void {
    for (const { id } of this.#assets(ids)) queueExtraction(this.immich, id);
  }

  #assets(ids: readonly string[]): AssetRecord[] {
    return ids.map((id) => {
      const asset = this.immich.state.assets.get(id);
      if (!asset) throw new Error(`no asset ${id}`);
      return asset;
    });
  }
}
