import type { PhotoKey } from '../../model.js';
import type { MadeThing, OwnLabel } from '../../label-ports.js';
import type { AlbumContents, AlbumRef } from '../../target-ports.js';
import { isDescribedByUs, type DesiredAlbum } from '../desired.js';
import type { AlbumOperation } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';

export interface AlbumPlan {
  readonly operations: readonly AlbumOperation[];
  /** Labels that a person took away, or that went with their photo. */
  readonly observed: readonly OwnLabel[];
  readonly forgotten: readonly OwnLabel[];
  /** Albums that a person deleted: not made again while the group stays the same. */
  readonly deletedByHand: readonly MadeThing[];
  /** Photos that would be in albums, had a person not taken them out or deleted the album. */
  readonly left: number;
}

/** Our album as it is now. */
interface Standing {
  readonly made: MadeThing;
  readonly album: AlbumRef;
  readonly members: ReadonlySet<PhotoKey>;
  /** Null where it was not read, because it has not moved since our last write. */
  readonly contents: AlbumContents | null;
  readonly own: ReadonlyMap<PhotoKey, OwnLabel>;
}

/** Albums of one account, one per group, known by the id that the journal keeps: reads and plans. `AlbumWriter` writes. */
export class AlbumSync {
  readonly #parts: SyncParts;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /**
   * Compares what should be with what is, for albums whose name begins with `prefix`; `scope` narrows it to albums that
   * hold some of these photos, null = all. Writes nothing anywhere.
   */
  async plan(
    prefix: string | null,
    desired: readonly DesiredAlbum[],
    scope: ReadonlySet<PhotoKey> | null,
  ): Promise<AlbumPlan> {
    const { target, journal } = this.#parts;
    const wanted = new Map(desired.map((album) => [album.name, album]));
    const isConcerned = ({ name, serverId }: MadeThing): boolean =>
      scope === null ||
      wanted.has(name) ||
      journal.labelsOn(target.source, 'album', serverId ?? '', scope).length > 0;
    const made = journal
      .made(target.source, 'album')
      .filter((thing) => isOfPrefix(thing.name, prefix) && isConcerned(thing));
    // Who never made an album needs no permission to read them.
    const onServer = made.length === 0 ? [] : await target.albums();
    const plan = {
      operations: [] as AlbumOperation[],
      observed: [] as OwnLabel[],
      forgotten: [] as OwnLabel[],
      deletedByHand: [] as MadeThing[],
      left: 0,
    };
    const standing = new Map<string, Standing>();
    for (const thing of made) {
      const album = findAlbum(thing, onServer);
      if (album !== undefined) standing.set(thing.name, await this.#look(thing, album));
      else if (thing.serverId !== null && thing.state === 'here') plan.deletedByHand.push(thing);
      else if (scope === null && !wanted.has(thing.name)) plan.operations.push(...begun(thing, onServer));
    }
    for (const album of desired) this.#planAlbum(album, standing.get(album.name), made, plan);
    for (const there of standing.values())
      if (!wanted.has(there.made.name)) plan.operations.push(...(await this.#ending(there)));
    return plan;
  }

  /** What takes all our albums away. */
  async planEnding(): Promise<AlbumPlan> {
    return this.plan(null, [], null);
  }

  #planAlbum(
    album: DesiredAlbum,
    there: Standing | undefined,
    made: readonly MadeThing[],
    plan: { operations: AlbumOperation[]; observed: OwnLabel[]; forgotten: OwnLabel[]; left: number },
  ): void {
    const { source } = this.#parts.target;
    const { name, description, photos } = album;
    if (there === undefined) {
      const before = made.find((thing) => thing.name === name);
      const deleted = before !== undefined && (before.serverId !== null || before.state === 'by-hand');
      if (!deleted || before.signature !== album.signature)
        plan.operations.push({ kind: 'create-album', source, name, description, photos });
      else plan.left += photos.length;
      return;
    }
    const { own, members } = there;
    const wanted = new Set(photos);
    const leave = new Set<PhotoKey>();
    for (const label of own.values()) {
      const gone = !members.has(label.photo);
      // Put back by a person, it is the person's.
      if (!gone && label.state === 'by-hand') plan.forgotten.push(label);
      else if (!gone && label.state === 'pending') plan.observed.push({ ...label, state: 'verified' });
      else if (gone && label.state === 'verified' && wanted.has(label.photo)) {
        plan.observed.push({ ...label, state: 'by-hand', signature: album.signature });
        leave.add(label.photo);
      } else if (gone && label.state === 'by-hand' && label.signature === album.signature)
        leave.add(label.photo);
      else if (gone) plan.forgotten.push(label);
    }
    plan.left += leave.size;
    const add = photos.filter((key) => !members.has(key) && !leave.has(key));
    const remove = [...members].filter((key) => isOurs(own.get(key)) && !wanted.has(key));
    const id = { source, name, albumId: there.album.id };
    if (add.length > 0) plan.operations.push({ kind: 'add-to-album', ...id, photos: add });
    if (remove.length > 0) plan.operations.push({ kind: 'remove-from-album', ...id, photos: remove });
  }

  /** Takes our part of an album away: the album itself only when it holds nothing but that. */
  async #ending({ made, album, contents, own }: Standing): Promise<AlbumOperation[]> {
    // What can be deleted once only is never judged by what was read before.
    const now = contents ?? (await this.#parts.target.albumContents(album));
    const ours = now.own.filter((key) => isOurs(own.get(key)));
    const id = { source: made.source, name: made.name, albumId: album.id, photos: ours };
    const onlyOurs = ours.length === now.own.length && now.others === 0;
    if (onlyOurs && !album.shared && album.name === made.name) return [{ kind: 'delete-album', ...id }];
    return ours.length > 0 ? [{ kind: 'remove-from-album', ...id }] : [];
  }

  /** Members are read only where the album moved since our last write. */
  async #look(made: MadeThing, album: AlbumRef): Promise<Standing> {
    const { target, journal } = this.#parts;
    const own = new Map(journal.labels(target.source, 'album', album.id).map((l) => [l.photo, l]));
    const unmoved = made.version === album.version;
    const contents = unmoved ? null : await target.albumContents(album);
    const known = [...own.values()].filter((label) => label.state === 'verified').map((label) => label.photo);
    return { made, album, members: new Set(contents?.own ?? known), contents, own };
  }

  accept(plan: AlbumPlan): void {
    const { journal } = this.#parts;
    journal.together(() => {
      journal.put(plan.observed);
      journal.forget(plan.forgotten);
      for (const thing of plan.deletedByHand) {
        journal.forget(journal.labels(thing.source, 'album', thing.serverId ?? ''));
        journal.putMade({ ...thing, state: 'by-hand' });
      }
    });
  }

  /** After the writes: albums that hold just what we put there need not be read again while they stay untouched. */
  async rememberVersions(): Promise<void> {
    const { target, journal } = this.#parts;
    const unknown = journal.made(target.source, 'album').filter((made) => made.version === '');
    if (unknown.length === 0) return;
    const onServer = await target.albums();
    for (const made of unknown) {
      const album = findAlbum(made, onServer);
      const own = journal.labels(target.source, 'album', made.serverId ?? '');
      const count = own.filter((label) => label.state === 'verified').length;
      if (album?.assetCount === count) journal.putMade({ ...made, version: album.version });
    }
  }
}

/** Whether an album of ours has a name that this prefix makes; null = any. */
export function isOfPrefix(name: string, prefix: string | null): boolean {
  return prefix === null || (name.startsWith(prefix) && /^\d+$/u.test(name.slice(prefix.length)));
}

function isOurs(label: OwnLabel | undefined): boolean {
  return label !== undefined && label.state !== 'by-hand';
}

/** One that was made, empty, by a run that was cut off before it knew the id. */
function begun({ serverId, source, name }: MadeThing, albums: readonly AlbumRef[]): AlbumOperation[] {
  const isBegun = (album: AlbumRef): boolean =>
    album.owned && !album.shared && album.name === name && album.assetCount === 0 && isDescribedByUs(album);
  const album = serverId === null ? albums.find(isBegun) : undefined;
  return album === undefined ? [] : [{ kind: 'delete-album', source, name, albumId: album.id, photos: [] }];
}

function findAlbum(thing: MadeThing, albums: readonly AlbumRef[]): AlbumRef | undefined {
  return albums.find((album) => album.id === thing.serverId);
}
