import type { Test } from 'tap';
import { createAgent, type Agent } from '../../src/agent.js';
import { scan, type ScanRequest, type ScanResult } from '../../src/agent/scan.js';
import { undoHere, type UndoRequest, type UndoResult } from '../../src/agent/undo.js';
import type { Config } from '../../src/config.js';
import { silentLog } from '../../src/logger.js';
import { carryOverNames, type CarryOver } from '../../src/model.js';
import type { ValueKind } from '../../src/label-ports.js';
import type { Clock, Log } from '../../src/ports.js';
import type { LabelSettings } from '../../src/sync/desired.js';
import { agentConfig, type ConfigForTest } from './agent-config.js';
import { hurriedClock } from './clocks.js';
import type { AddedUser, NewAsset } from './immich/set-up.js';
import { startStandIn, type StandIn, type StandInOptions } from './immich/stand-in.js';
import { drawScene, mirror, recompress, resizeTo } from './pictures.js';

/** Minutes of settling and backing off become seconds. */
export const hurry = 25;

export const tagOnly: LabelSettings = {
  tag: { name: 'possible-duplicate', scope: 'extras' },
  albums: null,
};
export const tagsAndAlbums: LabelSettings = { ...tagOnly, albums: { prefix: 'Similar-' } };
/** These kinds of label and no others. */
export const valuesOnly = (...kinds: readonly ValueKind[]): LabelSettings => ({
  tag: null,
  albums: null,
  values: { kinds: new Set(kinds), prefix: 'Similar-', algorithm: 'test' },
});
/** Nothing but what is carried over. */
export const carryOnly = (...names: readonly CarryOver[]): LabelSettings => ({
  ...valuesOnly(...names.map(valueKindOf)),
  carry: new Set((['albums', 'tags'] as const).filter((name) => names.includes(name))),
});
const valueKindOf = (name: CarryOver): ValueKind =>
  (name === 'favorite' ? 'carried-favorite' : name) as ValueKind;
export const albumsOnly: LabelSettings = { tag: null, albums: { prefix: 'Similar-' } };

/** What a test may say of how an agent is run. */
export interface RunOptions {
  readonly settings?: LabelSettings;
  readonly sources?: ScanRequest['sources'];
  readonly album?: string;
  readonly removeTag?: ScanRequest['removeTag'];
  readonly dryRun?: boolean;
  readonly allowRemovals?: boolean;
  readonly forceVersion?: boolean;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** Opens an agent for a while; closed whatever happens. */
export async function withAgent<T>(
  config: Config,
  work: (agent: Agent) => Promise<T>,
  options: RunOptions = {},
): Promise<T> {
  const clock = options.clock ?? hurriedClock(hurry);
  const log = options.log ?? silentLog;
  const agent = await createAgent({
    config,
    patience: 'one-shot',
    namedByPath: false,
    command: 'test',
    clock,
    log,
  });
  try {
    const { sources } = options;
    await agent.open(sources === 'immich' ? ['immich'] : sources === 'local' ? ['folder'] : undefined);
    return await work(agent);
  } finally {
    await agent.close();
  }
}

/** What is asked of a scan that shall write these labels. */
export function scanRequest(settings: LabelSettings = tagOnly, options: RunOptions = {}): ScanRequest {
  const { tag, albums, values } = settings;
  return {
    command: 'scan',
    sources: options.sources ?? 'all',
    labels: {
      tagOnly: tag !== null && albums === null && values === undefined,
      tag: tag?.name,
      tagScope: tag?.scope,
      albums: albums !== null,
      albumPrefix: albums?.prefix,
      favorite: values?.kinds.has('favorite') === true,
      nativeDuplicates: values?.kinds.has('duplicate') === true,
      scores: values?.kinds.has('scores') === true,
      stack: values?.kinds.has('stack') === true,
      carryOver: carryOverNames.filter(
        (name) =>
          settings.carry?.has(name as 'tags') === true || values?.kinds.has(valueKindOf(name)) === true,
      ),
    },
    album: options.album ?? null,
    removeTag: options.removeTag ?? null,
    dryRun: options.dryRun ?? false,
    allowRemovals: options.allowRemovals ?? false,
    forceVersion: options.forceVersion ?? false,
  };
}

/** What `scan` and `plan` do, in this process. */
export async function runScan(config: Config, options: RunOptions = {}): Promise<ScanResult> {
  const { settings = tagOnly } = options;
  const asked = { ...config, labels: { ...config.labels, tags: settings.tag !== null } };
  return withAgent(asked, (agent) => scan(agent, scanRequest(settings, options)), options);
}

export async function runUndo(
  config: Config,
  what: UndoRequest['what'],
  options: RunOptions = {},
): Promise<UndoResult> {
  const request = { what, dryRun: options.dryRun ?? false };
  return withAgent(config, (agent) => undoHere(agent, request), { sources: 'immich', ...options });
}

const size = { width: 480, height: 320 };
const drawn = new Map<number, Promise<Buffer>>();

/** A scene, drawn once per process. */
export function scene(seed: number): Promise<Buffer> {
  const picture = drawn.get(seed) ?? drawScene(seed, size);
  drawn.set(seed, picture);
  return picture;
}

const copies = new Map<string, Promise<Buffer>>();

/** A copy of a scene as people come by one, made once per process. */
export function copyOf(seed: number, how: 'messenger' | 'small' | 'mirrored' | 'smaller'): Promise<Buffer> {
  const name = `${seed} ${how}`;
  const made =
    copies.get(name) ??
    scene(seed).then((picture) => {
      if (how === 'messenger') return recompress(picture, 70);
      if (how === 'mirrored') return mirror(picture);
      return resizeTo(picture, how === 'small' ? 360 : 300);
    });
  copies.set(name, made);
  return made;
}

/** A stand-in with Anna's library, and an agent's config for it. */
export interface AgentStage {
  readonly standIn: StandIn;
  readonly anna: AddedUser;
  readonly key: string;
  readonly stateDir: string;
  readonly config: Config;
  /** Ids by file name without ending. */
  readonly ids: Record<string, string>;
  add(name: string, bytes: Buffer, more?: Partial<NewAsset>, owner?: { id: string }): Promise<string>;
  id(name: string): string;
  /** Name to tags, of photos that carry any; after everything has settled. */
  tags(): Promise<Record<string, string[]>>;
  /** Names of photos, of those with a favourite. */
  favorites(): string[];
  /** Album name to names of members. */
  albums(): Record<string, string[]>;
  with(more: ConfigForTest): Config;
}

/** Starts a stand-in for one test; nothing is in it. Stopped when the test ends. */
export async function emptyStage(
  t: Test,
  options: StandInOptions = {},
  more: ConfigForTest = {},
): Promise<AgentStage> {
  const standIn = await startStandIn({ sidecarDelayMs: 15, thumbnailDelayMs: 60, ...options });
  t.teardown(() => standIn.close());
  const anna = standIn.addUser('Anna');
  const key = standIn.addKey(anna, ['all']);
  const stateDir = `${t.testdir({})}/state`;
  const ids: Record<string, string> = {};
  const nameOf = (id: string): string => Object.entries(ids).find(([, other]) => other === id)?.[0] ?? id;
  const make = (extra: ConfigForTest): Config =>
    agentConfig(stateDir, { accounts: [{ url: standIn.url, apiKey: key }], ...more, ...extra });
  return {
    ...{ standIn, anna, key, stateDir, ids },
    config: make({}),
    with: make,
    add: async (name, bytes, asset = {}, owner = anna) =>
      (ids[name] = await standIn.addAsset(owner, { bytes, fileName: `${name}.jpg`, ...asset })),
    id: (name) => {
      const id = ids[name];
      if (id === undefined) throw new Error(`no photo ${name}`);
      return id;
    },
    tags: async () => {
      await standIn.settled();
      const tagged = Object.entries(standIn.snapshot().assets).filter(([, { tags }]) => tags.length > 0);
      return Object.fromEntries(tagged.map(([id, { tags }]) => [nameOf(id), tags]));
    },
    favorites: () =>
      Object.entries(standIn.snapshot().assets)
        .filter(([, { isFavorite }]) => isFavorite)
        .map(([id]) => nameOf(id))
        .sort(),
    albums: () =>
      Object.fromEntries(
        Object.values(standIn.snapshot().albums).map(({ name, assetIds }) => [
          name,
          assetIds.map(nameOf).sort(),
        ]),
      ),
  };
}

/**
 * Anna's library: `beach` with the copies `beach-chat` and `beach-small`, `lake` with `lake-mirrored`, and `hut`, `road`
 * alone.
 */
export async function libraryStage(
  t: Test,
  options: StandInOptions = {},
  more: ConfigForTest = {},
): Promise<AgentStage> {
  const stage = await emptyStage(t, options, more);
  await stage.add('beach', await scene(1));
  await stage.add('beach-chat', await copyOf(1, 'messenger'));
  await stage.add('beach-small', await copyOf(1, 'small'));
  await stage.add('lake', await scene(2));
  await stage.add('lake-mirrored', await copyOf(2, 'mirrored'));
  await stage.add('hut', await scene(3));
  await stage.add('road', await scene(4));
  return stage;
}

/** Tags of the extras of `libraryStage`, and nothing else. */
export const libraryTags = {
  'beach-chat': ['possible-duplicate'],
  'beach-small': ['possible-duplicate'],
  'lake-mirrored': ['possible-duplicate'],
};
