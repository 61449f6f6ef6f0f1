import { EventEmitter } from 'eventemitter3';
import { Labelling } from './agent/labelling.js';
import { keepFolderNames } from './agent/folder-names.js';
import { requireSameAccount } from './agent/identity.js';
import type { Parts, ProgressEvents, ReadSource } from './agent/parts.js';
import type { Watcher } from './agent/service.js';
import type { Config } from './config.js';
import { FatalError } from './errors.js';
import { parseKey, type PhotoKey, type Signal } from './model.js';
import { Examiner, triesOf } from './pipeline/examiner.js';
import { createFingerprinter } from './pipeline/fingerprint.js';
import { Grouper } from './pipeline/grouper.js';
import { LookIndex } from './pipeline/look-index.js';
import { KeyedQueue } from './pipeline/queue.js';
import { SourceReader } from './pipeline/source-reader.js';
import type { Clock, IndexedPhoto, Log, PhotoSource } from './ports.js';
import { createPace } from './pace.js';
import { createFolderRules } from './sources/folder/folder-rules.js';
import { FolderSource } from './sources/folder/folder-source.js';
import { createAccount, type ImmichAccount } from './sources/immich/account.js';
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
  readonly watchers: readonly Watcher[];
  /** Checks every chosen source and who its account is. Throws FatalErrors; safe to repeat. */
  open(kinds?: readonly PhotoSource['kind'][]): Promise<void>;
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
  const signals = new EventEmitter<{ signal: [Signal] }>();
  const progress = new EventEmitter<ProgressEvents>();
  const emit = (signal: Signal): void => void signals.emit('signal', signal);
  let broken: FatalError | null = null;
  let changed: () => void = () => undefined;

  // Sources
  const patienceMs = patience === 'service' ? Infinity : oneShotPatienceMs;
  const accounts: ImmichAccount[] = [];
  for (const account of config.accounts)
    accounts.push(createAccount(account, () => accounts, { patienceMs, stopping: stop.signal, clock, log }));
  const folders = config.folders.map((folder) => {
    const source = new FolderSource({ ...folder, root: folder.path, clock, log });
    return { folder, source, rules: createFolderRules(folder.name, folder.ignore) };
  });

  // Pipeline: queue, fingerprint, search, groups
  const looks = new LookIndex();
  const fingerprinter = await createFingerprinter();
  const examiner = new Examiner({ photos: state.photos, looks, fingerprinter, sourceOf, log });
  const queue: KeyedQueue<PhotoKey> = new KeyedQueue({
    work: async (key: PhotoKey) => {
      await examiner.examine(key);
      progress.emit('examined', examiner.tally.fingerprinted + examiner.tally.failed, queue.pending);
      changed();
    },
    gaveUp: (key, error) => {
      examiner.gaveUp(key, error);
      changed();
    },
    stopped: (error) => (broken = error),
    concurrency: Math.max(...config.accounts.map((account) => account.concurrency), 4),
    maxTries: triesOf(patience),
    clock,
    log,
  });
  const sources: ReadSource[] = [...accounts, ...folders].map(({ source }) => ({
    source,
    reader: new SourceReader({
      source,
      photos: state.photos,
      checkpoints: state.json,
      clock,
      log,
      wanted: (keys) => queue.add(keys),
      changed: () => changed(),
      removed: (ids) => ids.forEach((id) => looks.remove(id)),
      progress: (seen, expected) => progress.emit('listed', source.name, seen, expected),
    }),
  }));
  const grouper = new Grouper({ ...state, keep: config.keep, threshold: config.detection.threshold });

  // Labels
  const photoOf = (key: PhotoKey): IndexedPhoto | null => state.photos.get(key);
  const labelling = new Labelling({
    ...state,
    grouper,
    accounts: accounts.map((account) => ({
      account,
      reader: readerOf(sources, account.source),
      reconciler: new Reconciler({ target: account.labels, journal: state.journal, photoOf, clock, log }),
    })),
    ...config.sync,
    clock,
    log,
  });

  // Watchers: each only says where to look
  const watchers: Watcher[] = [
    ...accounts.map(({ name, source }) => {
      const lastTookMs = (): number => readerOf(sources, source).lastTookMs;
      return new ImmichPoller({ source: name, ...config.watch, lastTookMs, clock, emit });
    }),
    ...folders.map(({ folder, rules }) => {
      const { name, path, polling } = folder;
      const settleMs = config.watch.folderSettleMs;
      return new FolderWatcher({ source: name, root: path, polling, settleMs, ...rules, emit, clock, log });
    }),
    new Schedule({ sweep: config.watch.sweep, sources: sources.map(({ source }) => source.name), emit }),
  ];

  function sourceOf(photo: IndexedPhoto | PhotoKey): PhotoSource | null {
    if (typeof photo !== 'string')
      return sources.find(({ source }) => source.name === photo.source)?.source ?? null;
    const key = parseKey(photo);
    if (key?.kind === 'folder')
      return folders.find(({ folder }) => folder.name === key.folder)?.source ?? null;
    return accounts.find(({ server }) => server === key?.server)?.source ?? null;
  }

  async function open(kinds: readonly PhotoSource['kind'][] = ['immich', 'folder']): Promise<void> {
    for (const { source } of sources) if (kinds.includes(source.kind)) await source.open();
    for (const account of accounts) if (account.source.isOpen) await requireSameAccount(account, state.json);
    const outdated = state.photos.outdate(fingerprinter.algorithm);
    if (outdated > 0) log.info({ photos: outdated }, 'the hash algorithm changed; photos are read again');
    const pace = createPace();
    for (const { id, ...fingerprint } of state.photos.fingerprints(fingerprinter.algorithm)) {
      looks.put(id, fingerprint);
      await pace();
    }
  }

  return {
    ...{ config, clock, log, state, accounts, sources, queue, examiner, labelling, signals, progress },
    watchers,
    stopping: stop.signal,
    broken: () => broken,
    open,
    onChange: (listener) => (changed = listener),
    close: async (first) => {
      stop.abort();
      await queue.close();
      await first?.();
      state.close();
    },
  };
}

function readerOf(sources: readonly ReadSource[], source: PhotoSource): SourceReader {
  const found = sources.find((one) => one.source === source);
  if (found === undefined) throw new Error(`source ${source.name} has no reader`);
  return found.reader;
}
