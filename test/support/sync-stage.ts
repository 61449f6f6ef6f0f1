import type { Test } from 'tap';
import { isOurs } from '../../src/agent/standing-labels.js';
import { silentLog } from '../../src/logger.js';
import type { Group, PhotoKey } from '../../src/model.js';
import { immichKey } from '../../src/model.js';
import type { OwnLabel, Run, ValueKind } from '../../src/label-ports.js';
import type { Clock } from '../../src/ports.js';
import { createAccount, type ImmichAccount } from '../../src/sources/immich/account.js';
import { openState, type State } from '../../src/state/open-state.js';
import { Reconciler, type SyncRequest } from '../../src/sync/reconciler.js';
import type { SyncReport } from '../../src/sync/report.js';
import { emptyStage, scene, tagOnly, type AgentStage } from './agent-stage.js';
import type { StandInOptions } from './immich/stand-in.js';

export const run: Run = { id: 'run-1', command: 'test' };

/** A reconciler on a stand-in, with a journal, without the pipeline: groups are given by the test. */
export interface SyncStage extends Omit<AgentStage, 'key'> {
  readonly apiKey: string;
  readonly account: ImmichAccount;
  readonly state: State;
  readonly reconciler: Reconciler;
  /** Every sleep moves it on at once and lets the stand-in settle. */
  readonly clock: Clock & { turn: (ms: number) => void };
  addMany(prefix: string, count: number, more?: { libraryId?: string }): Promise<string[]>;
  key(name: string): PhotoKey;
  /** The photos of each list are one group, keeper first. */
  groups(...lists: readonly (readonly string[])[]): Group[];
  /** Reads the server into the index. */
  observe(): Promise<void>;
  readonly settle: () => Promise<void>;
  sync(groups: readonly Group[], more?: Partial<SyncRequest>, run?: Run): Promise<SyncReport>;
  undo(run?: string): Promise<SyncReport>;
  /** Photo name to state of its label. */
  states(tag?: string): Record<string, string>;
  /** The same of a label that is a value. */
  valueStates(kind: ValueKind): Record<string, string>;
}

/** Puts it together for one test. */
export async function syncStage(t: Test, options: StandInOptions = {}): Promise<SyncStage> {
  const stage = await emptyStage(t, options);
  const { standIn } = stage;
  let now = Date.UTC(2026, 0, 1);
  const clock = {
    now: () => now,
    turn: (ms: number): void => void (now += ms),
    sleep: async (ms: number) => {
      now += ms;
      await standIn.settled();
    },
  };
  const stopping = new AbortController().signal;
  const settings = { ...stage.config.accounts[0], name: 'home', server: 'home' };
  const account: ImmichAccount = createAccount(
    {
      ...settings,
      url: standIn.url,
      apiKey: stage.key,
      caPath: null,
      tlsVerify: true,
      concurrency: 8,
      requestsPerSecond: 1000,
      timeoutMs: 60_000,
    },
    () => [account],
    {
      ...{ patienceMs: 1_000, stopping, clock, log: silentLog },
      isOurFavorite: (source, photo) => isOurs(state.journal.values(source, 'favorite', [photo])),
    },
  );
  const state = await openState({ dir: stage.stateDir, command: 'test', clock, log: silentLog });
  t.teardown(() => state.close());
  await account.source.open();
  const photoOf: (key: PhotoKey) => ReturnType<State['photos']['get']> = (key) => state.photos.get(key);
  const { journal } = state;
  const reconciler = new Reconciler({
    wrote: () => undefined,
    target: account.labels,
    journal,
    albums: state.albums,
    knownTags: state.knownTags,
    refusedWrites: state.refusedWrites,
    photoOf,
    dismissals: state.dismissals,
    stopping,
    clock,
    log: silentLog,
  });
  const key = (name: string): PhotoKey => immichKey('home', stage.id(name));
  const observe = async (): Promise<void> => {
    for await (const { photos } of account.source.list()) state.photos.observe(photos);
  };
  const settle = async (): Promise<void> => {
    for (let n = 0; reconciler.unsettled() > 0 && n < 60; n++) {
      await clock.sleep(1_000);
      await reconciler.settleOnce(run);
    }
  };
  return {
    ...stage,
    apiKey: stage.key,
    ...{ account, state, reconciler, clock, key, settle },
    addMany: async (prefix, count, more = {}) => {
      const names = Array.from({ length: count }, (_, n) => `${prefix}${n}`);
      const bytes = await scene(1);
      for (const name of names) await stage.add(name, bytes, { width: 480, height: 320, ...more });
      return names;
    },
    groups: (...lists) =>
      lists.map((names, at) => ({
        number: at + 1,
        keeper: key(names[0] ?? ''),
        members: names.map((name, place) => ({
          key: key(name),
          role: place === 0 ? ('keeper' as const) : ('extra' as const),
          evidence: null,
          keptAs: place === 0 ? null : key(names[0] ?? ''),
        })),
      })),
    observe,
    sync: async (groups, more = {}, by = run) => {
      const request = { settings: tagOnly, groups, scope: null, complete: true, allowRemovals: false };
      const report = await reconciler.sync({ ...request, maxRemovalShare: 0.2, ...more }, by, {
        settle,
        refresh: observe,
      });
      await settle();
      return report;
    },
    undo: async (which) => {
      await observe();
      return reconciler.undo(
        { run: which ?? null, dryRun: false },
        { id: 'undo', command: 'undo' },
        { settle, refresh: observe },
      );
    },
    states: (tag = 'possible-duplicate') => statesOf(journal.labels(account.name, 'tag', tag)),
    valueStates: (kind) => statesOf(journal.values(account.name, kind)),
  };

  function statesOf(labels: readonly OwnLabel[]): Record<string, string> {
    const names = Object.keys(stage.ids);
    const nameOf = (photo: PhotoKey): string => names.find((name) => key(name) === photo) ?? photo;
    const rows = labels.map((label): [string, string] => [nameOf(label.photo), label.state]);
    return Object.fromEntries(rows.sort());
  }
}
