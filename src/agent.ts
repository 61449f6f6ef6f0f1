import { setMaxListeners } from 'node:events';
import { EventEmitter } from 'eventemitter3';
import { Labelling } from './agent/labelling.js';
import { isOurs } from './agent/standing-labels.js';
import { fillSearch } from './agent/fill-search.js';
import { keepFolderNames } from './agent/folder-names.js';
import { requireSameAccount } from './agent/identity.js';
import { refusalsIn } from './agent/refusals.js';
import { kindsOf, sourcesOf } from './agent/sources-of.js';
import type { Parts, ProgressEvents, ReadSource } from './agent/parts.js';
import type { Config } from './config.js';
import type { FatalError } from './errors.js';
import type { PhotoKey, Signal, SourceName } from './model.js';
import { AlikePairs } from './pipeline/proof/alike.js';
import { Backlog } from './pipeline/backlog.js';
import { searchByThumbHash } from './pipeline/thumb/candidate-search.js';
import { Examiner, longestDelayOf, triesOf } from './pipeline/examiner.js';
import { createFingerprinter } from './pipeline/fingerprint/fingerprint.js';
import { FirstPass } from './pipeline/first-pass.js';
import { Grouper } from './pipeline/groups/grouper.js';
import { LookIndex } from './pipeline/search/look-index.js';
import { Prover } from './pipeline/proof/prover.js';
import { KeyedQueue } from './pipeline/queue.js';
import { SourceReader } from './pipeline/source-reader.js';
import type { Clock, Log, PhotoSource } from './ports.js';
import type { IndexedPhoto } from './store-ports.js';
import { createFolderRules } from './sources/folder/folder-rules.js';
import { FolderSource } from './sources/folder/folder-source.js';
import { createAccount, type ImmichAccount } from './sources/immich/account.js';
import { preferenceFor } from './sources/preferred-places.js';
import { openState } from './state/open-state.js';
import { Reconciler } from './sync/reconciler.js';
import { FolderWatcher } from './watchers/folder-watcher.js';
import { ImmichPoller } from './watchers/immich-poller.js';
import { Schedule } from './watchers/schedule.js';

export interface AgentOptions {
  readonly config: Config;
  /** `service` waits for an absent server for ever, `one-shot` gives up after a minute. */
  readonly patience: 'service' | 'one-shot';
  /** Folders were given by path alone: each keeps the name that it was first given. */
  readonly namedByPath: boolean;
  /** For whoever finds the state directory in use. */
  readonly command: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The machine with its watchers standing still. */
export interface Agent extends Parts {
  /** Fills the search from the index. Call once, before photos are looked at. */
  load(): Promise<void>;
  /** Opens all sources of these kinds, then `load`. Throws FatalErrors. */
  open(kinds?: readonly PhotoSource['kind'][]): Promise<void>;
  /** Called when the queue has stopped taking photos. */
  onBroken(listener: (error: FatalError) => void): void;
  /** Called when groups may have to change. */
  onChange(changed: () => void): void;
  /** Stops what runs, `first` what stands on it, and closes the state directory. */
  close(first?: () => Promise<void>): Promise<void>;
}

const oneShotPatienceMs = 60_000;

/** Puts the whole machine together, in the order in which a photo flows through it. */
export async function createAgent(options: AgentOptions): Promise<Agent> {
  const { patience, clock, log } = options;
  const state = await openState({ dir: options.config.stateDir, ...options });
  const config = options.namedByPath ? await keepFolderNames(options.config, state.json) : options.config;
  const stop = new AbortController();
  // Every request under way listens to it.
  setMaxListeners(0, stop.signal);
  const signals = new EventEmitter<{ signal: [Signal] }>();
  const progress = new EventEmitter<ProgressEvents>();
  const emit = (signal: Signal): void => void signals.emit('signal', signal);
  let broken: FatalError | null = null;
  let changed: () => void = () => undefined;
  let brokenBy: (error: FatalError) => void = () => undefined;

  // Sources
  const patienceMs = patience === 'service' ? Infinity : oneShotPatienceMs;
  const accounts: ImmichAccount[] = [];
  const isOurFavorite = (source: SourceName, key: PhotoKey): boolean =>
    isOurs(state.journal.values(source, 'favorite', [key]));
  const refusalsOf = refusalsIn(state.json, log);
  const preferenceOf = preferenceFor(config.prefer);
  const stopping = stop.signal;
  const toServer = { refusalsOf, patienceMs, stopping, isOurFavorite, preferenceOf, clock, log };
  for (const account of config.accounts) accounts.push(createAccount(account, () => accounts, toServer));

  // Pipeline: queue, fingerprint, search, groups
  const looks = new LookIndex();
  const fingerprinter = await createFingerprinter();
  const alike = new AlikePairs(state.copies);
  const prover = new Prover({
    ...{ photos: state.photos, copies: state.copies, neighbours: looks, alike },
    progress: (done, of) => progress.emit('compared', done, of),
  });
  const firstPass = new FirstPass({ photos: state.photos, search: searchByThumbHash, looks });
  const backlog = new Backlog({ sources: kindsOf(config), photos: state.photos, firstPass });
  const examiner = new Examiner({
    ...{ photos: state.photos, copies: state.copies, dismissals: state.dismissals },
    ...{ looks, fingerprinter, log },
    thumbs: backlog,
    alsoWanted: (keys) => queue.add(keys),
    sourcesOf: (photo) => sourcesOf(photo, sources, accounts),
  });
  const queue: KeyedQueue<PhotoKey> = new KeyedQueue({
    work: async (key: PhotoKey) => {
      await examiner.examine(key);
      progress.emit('examined', examiner.lookedAt, backlog.leftAfterLook(queue.pending));
      changed();
    },
    gaveUp: (key, error) => {
      examiner.gaveUp(key, error);
      changed();
    },
    stopped: (error) => {
      broken = error;
      brokenBy(error);
    },
    supply: backlog,
    concurrency: Math.max(...config.accounts.map((account) => account.concurrency), 4),
    maxTries: triesOf(patience),
    longestDelayMs: longestDelayOf,
    clock,
    log,
  });
  // Readers, each with its watcher, which only says where to look
  const readerOf = (source: PhotoSource): SourceReader =>
    new SourceReader({
      source,
      photos: state.photos,
      checkpoints: state.json,
      clock,
      log,
      wanted: (keys) => backlog.offer(source.name, keys, queue),
      changed: () => changed(),
      remove: (key) => examiner.remove(key),
      progress: (seen, expected) => progress.emit('listed', source.name, seen, expected),
    });
  const servers = accounts.map((account) => {
    const { source } = account;
    const reader = readerOf(source);
    const lastTookMs = (): number => reader.lastTookMs;
    const watcher = new ImmichPoller({ source: source.name, ...config.watch, lastTookMs, clock, emit });
    return { account, source, reader, watcher };
  });
  const disks = config.folders.map((folder) => {
    const { name, path: root, ignore, polling } = folder;
    const source = new FolderSource({ name, root, ignore, preferenceOf, clock, log });
    const rules = createFolderRules(name, ignore);
    const settleMs = config.watch.folderSettleMs;
    const watcher = new FolderWatcher({ source: name, root, polling, settleMs, ...rules, emit, clock, log });
    return { source, reader: readerOf(source), watcher };
  });
  const sources: ReadSource[] = [...servers, ...disks];
  const names = sources.map(({ source }) => source.name);
  const schedule = new Schedule({ sweep: config.watch.sweep, sources: names, emit });

  const grouper = new Grouper({
    ...state,
    ...{ neighbours: looks, alike },
    ...{ keep: config.keep, threshold: config.detection.threshold, sources: names },
  });

  // Labels
  const photoOf = (key: PhotoKey): IndexedPhoto | null => state.photos.get(key);
  const labelling = new Labelling({
    ...state,
    grouper,
    accounts: servers.map(({ account, reader }) => ({
      account,
      reader,
      reconciler: new Reconciler({
        ...state,
        target: account.labels,
        photoOf,
        stopping: stop.signal,
        wrote: (done, of) => progress.emit('labelled', account.name, done, of),
        clock,
        log,
      }),
    })),
    ...config.sync,
    clock,
    log,
  });

  async function openSource({ source }: ReadSource): Promise<void> {
    await source.open();
    const account = accounts.find((candidate) => candidate.source === source);
    if (account !== undefined) await requireSameAccount(account, accounts, state.json);
  }

  const load = (): Promise<void> => fillSearch(looks, state.photos, fingerprinter.algorithm, log);

  return {
    ...{ config, clock, log, state, accounts, sources, queue, backlog, examiner, prover },
    ...{ labelling, signals, progress, neighbours: looks, schedule, openSource, load },
    stopping: stop.signal,
    broken: () => broken,
    open: async (kinds = ['immich', 'folder']) => {
      for (const one of sources) if (kinds.includes(one.source.kind)) await openSource(one);
      await load();
    },
    onChange: (listener) => (changed = listener),
    onBroken: (listener) => (brokenBy = listener),
    close: async (first) => {
      stop.abort();
      await queue.close();
      await first?.();
      await state.json.settled();
      state.close();
    },
  };
}
