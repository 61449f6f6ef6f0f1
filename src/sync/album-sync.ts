import { describeError } from '../errors.js';
import type { PhotoKey } from '../model.js';
import type { AlbumRef, MadeThing, OwnLabel, Run } from '../label-ports.js';
import type { DesiredAlbum } from './desired.js';
import { batches, type AlbumOperation, type ChangeAlbum, type CreateAlbum } from './operation.js';
import type { SyncParts } from './sync-parts.js';

export interface AlbumPlan {
  readonly operations: readonly AlbumOperation[];
  /** Labels that a person took away, or that went with their photo. */
  readonly observed: readonly OwnLabel[];
  readonly forgotten: readonly OwnLabel[];
  /** Albums that a person deleted: not made again while the group stays the same. */
  readonly deletedByHand: readonly MadeThing[];
}

/** Our album as it is now. */
interface Standing {
  readonly made: MadeThing;
  readonly album: AlbumRef;
  readonly members: ReadonlySet<PhotoKey>;
  readonly own: ReadonlyMap<PhotoKey, OwnLabel>;
}

/** Albums of one account, one per group, known by the id that the journal keeps. Album writes take effect at once. */
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
    const made = journal.made(target.source, 'album').filter(({ name }) => isOfPrefix(name, prefix));
    // Who never made an album needs no permission to read them.
    const onServer = made.length === 0 ? [] : await target.albums();
    const plan = {
      operations: [] as AlbumOperation[],
      observed: [] as OwnLabel[],
      forgotten: [] as OwnLabel[],
      deletedByHand: [] as MadeThing[],
    };
    const standing = new Map<string, Standing>();
    for (const thing of made) {
      const album = findAlbum(thing, onServer);
      if (album !== undefined) standing.set(thing.name, await this.#look(thing, album));
      else if (thing.serverId !== null && thing.state === 'here') plan.deletedByHand.push(thing);
    }
    for (const album of desired) this.#planAlbum(album, standing.get(album.name), made, plan);
    for (const { made: thing, album, members, own } of standing.values())
      if (!wanted.has(thing.name) && isIn(scope, own))
        plan.operations.push(...this.#ending(thing, album, members, own));
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
    plan: { operations: AlbumOperation[]; observed: OwnLabel[]; forgotten: OwnLabel[] },
  ): void {
    const { source } = this.#parts.target;
    const { name, description, photos } = album;
    if (there === undefined) {
      const before = made.find((thing) => thing.name === name);
      const deleted = before !== undefined && (before.serverId !== null || before.state === 'by-hand');
      if (!deleted || before.signature !== album.signature)
        plan.operations.push({ kind: 'create-album', source, name, description, photos });
      return;
    }
    const { own, members } = there;
    const wanted = new Set(photos);
    const leave = new Set<PhotoKey>();
    for (const label of own.values()) {
      const gone = !members.has(label.photo);
      if (gone && label.state === 'verified' && wanted.has(label.photo)) {
        plan.observed.push({ ...label, state: 'by-hand', signature: album.signature });
        leave.add(label.photo);
      } else if (gone && label.state === 'by-hand' && label.signature === album.signature)
        leave.add(label.photo);
      else if (gone) plan.forgotten.push(label);
    }
    const add = photos.filter((key) => !members.has(key) && !leave.has(key));
    const remove = [...own.keys()].filter((key) => members.has(key) && !wanted.has(key));
    const id = { source, name, albumId: there.album.id };
    if (add.length > 0) plan.operations.push({ kind: 'add-to-album', ...id, photos: add });
    if (remove.length > 0) plan.operations.push({ kind: 'remove-from-album', ...id, photos: remove });
  }

  /** Takes our part of an album away: the album itself only when nothing in it is a person's. */
  #ending(
    thing: MadeThing,
    album: AlbumRef,
    members: ReadonlySet<PhotoKey>,
    own: ReadonlyMap<PhotoKey, OwnLabel>,
  ): AlbumOperation[] {
    const ours = [...members].filter((key) => own.has(key));
    const id = { source: thing.source, name: thing.name, albumId: album.id, photos: ours };
    if (ours.length === members.size && !album.shared && album.name === thing.name)
      return [{ kind: 'delete-album', ...id }];
    return ours.length > 0 ? [{ kind: 'remove-from-album', ...id }] : [];
  }

  /** Members are read only where the album moved since our last write. */
  async #look(made: MadeThing, album: AlbumRef): Promise<Standing> {
    const { target, journal } = this.#parts;
    const own = new Map(journal.labels(target.source, 'album', album.id).map((l) => [l.photo, l]));
    const unmoved = made.version === album.version;
    const members = unmoved
      ? [...own.values()].filter((label) => label.state === 'verified').map((label) => label.photo)
      : await target.albumMembers(album.id);
    return { made, album, members: new Set(members), own };
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

  /** Journalled before and after each call. Throws what stops the rest. */
  async apply(operation: AlbumOperation, run: Run, signature: string): Promise<void> {
    const { target, journal } = this.#parts;
    const { kind, source, name } = operation;
    const number = journal.begin(run, { source, kind, name, photos: operation.photos });
    try {
      if (kind === 'create-album') await this.#create(operation, signature, number);
      else if (kind === 'delete-album') {
        await target.deleteAlbum(operation.albumId);
        journal.forget(journal.labels(source, 'album', operation.albumId));
        journal.forgetMade({ source, kind: 'album', name });
      } else await this.#changeMembers(operation, signature, number);
    } catch (error) {
      journal.end(number, describeError(error));
      throw error;
    }
    journal.end(number);
  }

  /** An album of that name and description may stand there from a run that was cut off: it is taken up again. */
  async #create(operation: CreateAlbum, signature: string, number: number): Promise<void> {
    const { target, journal } = this.#parts;
    const { source, name, description, photos } = operation;
    const begun = journal.made(source, 'album').some((made) => made.name === name && made.serverId === null);
    const isCutOff = (album: AlbumRef): boolean =>
      album.owned && album.name === name && album.description === description;
    const made = { source, kind: 'album' as const, name, signature, version: '', state: 'here' as const };
    const cutOff = begun ? (await target.albums()).find(isCutOff) : undefined;
    journal.putMade({ ...made, serverId: null });
    const album = cutOff ?? (await target.createAlbum(name, description, []));
    journal.putMade({ ...made, serverId: album.id });
    await this.#changeMembers(
      { kind: 'add-to-album', source, name, albumId: album.id, photos },
      signature,
      number,
    );
  }

  async #changeMembers(operation: ChangeAlbum, signature: string, number: number): Promise<void> {
    const { target, journal, clock } = this.#parts;
    const { kind, source, name, albumId } = operation;
    const since = clock.now();
    for (const photos of batches(operation.photos)) {
      const labels = photos.map((photo): OwnLabel => {
        const what = { source, kind: 'album' as const, name: albumId, photo };
        return { ...what, state: 'pending', tries: 1, baseline: 0, since, signature, operation: number };
      });
      if (kind === 'add-to-album') {
        journal.put(labels);
        await target.addToAlbum(albumId, photos);
        journal.put(labels.map((label) => ({ ...label, state: 'verified' })));
      } else {
        await target.removeFromAlbum(albumId, photos);
        journal.forget(labels);
      }
    }
    const made = journal.made(source, 'album').find((thing) => thing.name === name);
    if (made !== undefined) journal.putMade({ ...made, signature, version: '' });
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

function isIn(scope: ReadonlySet<PhotoKey> | null, own: ReadonlyMap<PhotoKey, OwnLabel>): boolean {
  return scope === null || [...own.keys()].some((key) => scope.has(key));
}

function findAlbum(thing: MadeThing, albums: readonly AlbumRef[]): AlbumRef | undefined {
  return albums.find((album) => album.id === thing.serverId);
}
