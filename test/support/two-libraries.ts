import type { Test } from 'tap';
import type { StandIn } from './immich/stand-in.js';
import { emptyStage, type AgentStage } from './agent-stage.js';

/** What a person sees of one photo, others told by their names. */
export interface SeenPhoto {
  readonly tags: readonly string[];
  readonly isFavorite: boolean;
  readonly isTrashed: boolean;
  /** Names of all photos of its stack, the one on top first. */
  readonly stack: readonly string[];
  readonly page: readonly string[];
  readonly description: string | null;
  readonly rating: number | null;
  readonly metadata: Readonly<Record<string, object>>;
}

export interface SeenLibrary {
  readonly photos: Readonly<Record<string, SeenPhoto>>;
  /** Names of members by name of album. */
  readonly albums: Readonly<Record<string, readonly string[]>>;
  readonly tags: readonly string[];
}

/**
 * Anna's library twice: one that an agent works on, and one that it never sees. Whatever a person does is done to both, as
 * far as that is something: what is ours there is not in the other. In the end, with everything undone, both look the same.
 */
export class TwoLibraries {
  readonly stage: AgentStage;
  readonly #twin: AgentStage;
  #count = 0;

  private constructor(stage: AgentStage, twin: AgentStage) {
    this.stage = stage;
    this.#twin = twin;
  }

  static async open(t: Test): Promise<TwoLibraries> {
    return new TwoLibraries(await emptyStage(t), await emptyStage(t));
  }

  get standIn(): StandIn {
    return this.stage.standIn;
  }

  /** Names of the photos that exist, oldest first. */
  get names(): readonly string[] {
    return Object.keys(this.seen().photos);
  }

  /** One of the photos: any number means one, where there are any. */
  pick(nth: number): string | null {
    return this.names[nth % Math.max(1, this.names.length)] ?? null;
  }

  seen(): SeenLibrary {
    return seenOf(this.stage);
  }

  /** The library as if there were no agent. */
  untouched(): SeenLibrary {
    return seenOf(this.#twin);
  }

  async settled(): Promise<void> {
    for (const { standIn } of this.#both) await standIn.settled();
  }

  async upload(bytes: Buffer): Promise<void> {
    const name = `p${++this.#count}`;
    for (const stage of this.#both) await stage.add(name, bytes);
  }

  trash(name: string): void {
    this.#each(name, (standIn, id) => {
      standIn.trash([id]);
    });
  }

  restore(name: string): void {
    if (this.seen().photos[name]?.isTrashed !== true) return;
    this.#each(name, (standIn, id) => {
      standIn.restore([id]);
    });
  }

  deleteForever(name: string): void {
    this.#each(name, (standIn, id) => {
      standIn.deleteForever([id]);
    });
  }

  async exchange(name: string, bytes: Buffer): Promise<void> {
    for (const stage of this.#both) await stage.standIn.replaceBytes(stage.id(name), bytes);
  }

  /** Clicks on the heart. */
  heart(name: string): void {
    const isFavorite = this.seen().photos[name]?.isFavorite !== true;
    this.#each(name, (standIn, id) => {
      standIn.setFavorite(id, isFavorite);
    });
  }

  /** Tags it, or takes the tag off where it has it. */
  tag(name: string, tag: string): void {
    const has = this.seen().photos[name]?.tags.includes(tag) === true;
    for (const stage of this.#both)
      stage.standIn[has ? 'untagByHand' : 'tagByHand'](stage.anna, tag, [stage.id(name)]);
  }

  /** Makes an album of it. */
  async album(name: string): Promise<void> {
    const albumName = `Summer ${++this.#count}`;
    await this.#ask('POST', '/albums', (stage) => ({ albumName, assetIds: [stage.id(name)] }));
  }

  /** Stacks two photos that are in none. */
  async stack(lead: string, other: string): Promise<void> {
    const { photos } = this.seen();
    const free = [lead, other].every((name) => photos[name]?.stack.length === 0 && !photos[name].isTrashed);
    if (lead !== other && free)
      await this.#ask('POST', '/stacks', (stage) => ({ assetIds: [stage.id(lead), stage.id(other)] }));
  }

  /** The job of an administrator: files and their sidecars are read again. */
  refreshMetadata(): void {
    for (const { standIn } of this.#both) standIn.refreshMetadata(Object.keys(standIn.snapshot().assets));
  }

  get #both(): readonly AgentStage[] {
    return [this.stage, this.#twin];
  }

  #each(name: string, act: (standIn: StandIn, id: string) => void): void {
    for (const stage of this.#both) act(stage.standIn, stage.id(name));
  }

  async #ask(method: string, path: string, body: (stage: AgentStage) => object): Promise<void> {
    for (const stage of this.#both) {
      const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
      const answer = await fetch(`${stage.standIn.url}/api${path}`, {
        ...{ method, headers, body: JSON.stringify(body(stage)) },
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    }
  }
}

function seenOf({ standIn, ids }: AgentStage): SeenLibrary {
  const { assets, albums, tags } = standIn.snapshot();
  const names = Object.entries(ids).filter(([, id]) => assets[id] !== undefined);
  const nameOf = (id: string | null): string => names.find(([, other]) => other === id)?.[0] ?? '?';
  const mates = (field: 'stackId' | 'duplicateId', of: string | null): string[] =>
    of === null ? [] : names.flatMap(([name, id]) => (assets[id]?.[field] === of ? [name] : [])).sort();
  const photos = names.flatMap(([name, id]) => {
    const asset = assets[id];
    if (asset === undefined) return [];
    const { stackId, stackPrimaryId, duplicateId, isFavorite, isTrashed, description, rating } = asset;
    const top = stackPrimaryId === null ? [] : [nameOf(stackPrimaryId)];
    const stack = [...new Set([...top, ...mates('stackId', stackId)])];
    const seen: SeenPhoto = {
      ...{ tags: asset.tags, isFavorite, isTrashed, stack, page: mates('duplicateId', duplicateId) },
      ...{ description, rating, metadata: asset.metadata },
    };
    return [[name, seen] as const];
  });
  return {
    photos: Object.fromEntries(photos),
    albums: Object.fromEntries(
      Object.values(albums)
        .map(({ name, assetIds }) => [name, assetIds.map(nameOf).sort()] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    tags: [...tags].sort(),
  };
}
