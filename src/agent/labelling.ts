import { FatalError } from '../errors.js';
import type { Group, PhotoId, PhotoKey, SourceName } from '../model.js';
import type { Journal, Run } from '../label-ports.js';
import type { Clock, Log } from '../ports.js';
import type { AlbumStore, CopyStore, GroupStore, PhotoStore } from '../store-ports.js';
import { readAlbums } from '../pipeline/album-reader.js';
import type { Grouper } from '../pipeline/groups/grouper.js';
import { hasFeature, problemWith } from '../sources/immich/capabilities.js';
import type { LabelSettings } from '../sync/desired.js';
import type { Reconciler, SyncRequest } from '../sync/reconciler.js';
import { addUp, type SyncReport } from '../sync/report.js';
import type { RemoveTagWhat, TagRemoval } from '../sync/remove-tag.js';
import type { UndoWhat } from '../sync/undo.js';
import type { LabelledAccount } from './labelled-account.js';
import { neededFor, possibleLabels } from './possible-labels.js';
import { NewExtras } from './new-extras.js';
import { takeBack } from './take-back.js';

export interface LabellingOptions {
  readonly accounts: readonly LabelledAccount[];
  readonly grouper: Grouper;
  readonly photos: PhotoStore;
  readonly copies: CopyStore;
  readonly groups: GroupStore;
  readonly albums: AlbumStore;
  readonly journal: Journal;
  readonly maxRemovalShare: number;
  /** How long the server may take to settle a tag. */
  readonly settleMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface LabelRequest {
  readonly run: Run;
  readonly settings: LabelSettings;
  /** Accounts to label; others are left as they are. */
  readonly accounts: readonly SourceName[];
  /** Photos to look at; null = all. */
  readonly scope: ReadonlySet<PhotoKey> | null;
  readonly allowRemovals: boolean;
  readonly forceVersion: boolean;
}

/** Why labels cannot be written to an account. */
export interface LabelProblem {
  readonly source: SourceName;
  readonly error: FatalError;
}

/** A service copies its journal this often at most. */
const backUpEveryMs = 60 * 60_000;

/** The last part of the flow: groups brought up to date, then the labels of every account, one run at a time. */
export class Labelling {
  readonly #options: LabellingOptions;
  readonly #newExtras: NewExtras;
  #turn: Promise<unknown> = Promise.resolve();
  #backedUpAt = 0;
  #heldBecause: string | null = null;

  constructor(options: LabellingOptions) {
    this.#options = options;
    this.#newExtras = new NewExtras(options);
  }

  /** Why the last run that compared everything held labels back for a person; null when it did not. */
  get heldBecause(): string | null {
    return this.#heldBecause;
  }

  /** See `Grouper`. */
  get rulesStand(): boolean {
    return this.#options.grouper.rulesStand;
  }

  /** Throws when a server or key cannot do what is asked, naming what is missing: before hours of reading, not after. */
  check(request: Pick<LabelRequest, 'settings' | 'accounts' | 'forceVersion'>): void {
    const [first] = this.problems(request);
    if (first !== undefined) throw first.error;
  }

  /** What `check` throws, of every account. */
  problems({
    settings,
    accounts,
    forceVersion,
  }: Pick<LabelRequest, 'settings' | 'accounts' | 'forceVersion'>): LabelProblem[] {
    return this.#options.accounts.flatMap(({ account: { name, source } }) =>
      !accounts.includes(name) || !source.isOpen
        ? []
        : neededFor(settings).flatMap((feature) => {
            const error = problemWith(source.capabilities, feature, forceVersion);
            return error === null ? [] : [{ source: name, error }];
          }),
    );
  }

  /**
   * Brings the groups up to date; returns the photos whose group may have changed. Which photos lie in a person's albums is
   * asked when a photo changed, and with `askAlbums` in any case.
   */
  async group(askAlbums = false): Promise<readonly PhotoKey[]> {
    return this.#alone(async () => {
      const { accounts, albums, journal, grouper } = this.#options;
      if (!grouper.isDue && !askAlbums) return [];
      for (const { account } of accounts)
        if (account.source.isOpen && hasFeature(account.source.capabilities, 'know albums'))
          await readAlbums(account.labels, albums, (source) => ourAlbums(journal, source)).catch(
            this.#unlessForbidden,
          );
      this.#newExtras.begin();
      const { regrouped } = await grouper.run();
      await this.#newExtras.tell(regrouped);
      return regrouped;
    });
  }

  /** A server before 1.140 does not tell beforehand what the key may do: then albums do not count for the keep rules. */
  readonly #unlessForbidden = (error: unknown): void => {
    if (!(error instanceof FatalError) || error.code !== 'IMMICH_FORBIDDEN') throw error;
    this.#options.log.debug({ reason: error.message }, 'albums do not count for the keep rules');
  };

  /** What `apply` would do now. */
  async plan(request: LabelRequest): Promise<SyncReport> {
    return this.#alone(() => this.#forEach(request, ({ reconciler }, sync) => reconciler.plan(sync)));
  }

  /** Writes the labels. `wait` = until the server has settled what was written; else `settle` must be called later. */
  async apply(request: LabelRequest, when: 'wait' | 'later'): Promise<SyncReport> {
    return this.#alone(async () => {
      const { run } = request;
      this.check(request);
      const report = await this.#forEach(request, async ({ reader, reconciler }, sync) => {
        const settle = (): Promise<void> => this.#settle(reconciler, run);
        const refresh = (): Promise<void> => reader.readChanges();
        const synced = await reconciler.sync(sync, run, { settle, refresh });
        if (when === 'later') return synced;
        const refused = this.#refusedIn(run);
        await settle();
        return { ...synced, refused: synced.refused + this.#refusedIn(run) - refused };
      });
      if (request.scope === null || report.heldBecause !== null) this.#heldBecause = report.heldBecause;
      if (report.operations.length > 0) await this.#backUp(when === 'wait' ? 0 : backUpEveryMs);
      return report;
    });
  }

  /** Takes labels back wherever they can be reached, see `takeBack`; then nothing is written until a person asks for it. */
  async undo(what: UndoWhat, run: Run): Promise<SyncReport> {
    return this.#alone(async () => {
      const { accounts, journal } = this.#options;
      const settle = (reconciler: Reconciler): Promise<void> => this.#settle(reconciler, run);
      try {
        return await takeBack({ accounts, journal, settle }, what, run);
      } finally {
        // Also when it was cut off: what was taken off must not come back by itself.
        if (journal.entries(run.id).length > 0)
          journal.setHold('labels', 'labels were taken back; `photo-organizer scan` writes them again');
        if (!what.dryRun) await this.#backUp(0);
      }
    });
  }

  /** Takes one tag of ours away in these accounts. */
  async removeTag(what: RemoveTagWhat, names: readonly SourceName[], run: Run): Promise<TagRemoval> {
    return this.#alone(async () => {
      const removals: TagRemoval[] = [];
      for (const { account, reader, reconciler } of this.#options.accounts) {
        if (!names.includes(account.name)) continue;
        const settle = (): Promise<void> => this.#settle(reconciler, run);
        const refresh = (): Promise<void> => reader.readChanges();
        removals.push(await reconciler.removeTag(what, run, { settle, refresh }));
      }
      if (!what.dryRun) await this.#backUp(0);
      return {
        report: addUp(removals.map(({ report }) => report)),
        notes: removals.flatMap(({ notes }) => notes),
      };
    });
  }

  /** One look at what became of tags that were written; returns how many are still open. */
  async settleOnce(run: Run): Promise<number> {
    return this.#alone(async () => {
      let open = 0;
      for (const { reconciler } of this.#options.accounts)
        if (reconciler.unsettled() > 0) open += await reconciler.settleOnce(run);
      return open;
    });
  }

  async #settle(reconciler: Reconciler, run: Run): Promise<void> {
    const { clock, settleMs, log } = this.#options;
    const deadline = clock.now() + settleMs;
    let pauseMs = 250;
    while (reconciler.unsettled() > 0 && clock.now() < deadline) {
      await clock.sleep(pauseMs);
      pauseMs = Math.min(5_000, pauseMs * 1.5);
      await reconciler.settleOnce(run);
    }
    const open = reconciler.unsettled();
    if (open > 0) log.warn({ open }, 'Immich has not settled all tags yet; the next run looks at them again');
  }

  async #forEach(
    request: LabelRequest,
    work: (labelled: LabelledAccount, sync: SyncRequest) => Promise<SyncReport>,
  ): Promise<SyncReport> {
    const { scope, allowRemovals } = request;
    const { accounts, photos, copies, maxRemovalShare } = this.#options;
    const allCompared = !copies.hasUnproven();
    const groups = this.#groupsIn(scope);
    const reports: SyncReport[] = [];
    for (const labelled of accounts) {
      if (!request.accounts.includes(labelled.account.name)) continue;
      const isAllLookedAt = photos.countWanted(labelled.account.name, 0 as PhotoId) === 0;
      const complete = allCompared && labelled.reader.complete && isAllLookedAt;
      const { settings, unable, notes } = possibleLabels(labelled.account, request, complete);
      const sync = { settings, groups, scope, complete, allowRemovals, maxRemovalShare };
      const report = await work(labelled, sync);
      reports.push({
        ...report,
        unable: [...unable, ...report.unable],
        notes: [...notes, ...report.notes],
      });
    }
    return addUp(reports);
  }

  #refusedIn(run: Run): number {
    return this.#options.journal.refusedIn(run.id).length;
  }

  async #backUp(everyMs: number): Promise<void> {
    const { clock, journal } = this.#options;
    if (clock.now() - this.#backedUpAt < everyMs) return;
    this.#backedUpAt = clock.now();
    await journal.backUp();
  }

  #groupsIn(scope: ReadonlySet<PhotoKey> | null): readonly Group[] {
    const { groups, photos } = this.#options;
    if (scope === null) return groups.groups();
    const found = new Map<number, Group>();
    for (const key of scope) {
      const photo = photos.get(key);
      const group = photo === null ? null : groups.groupOf(photo.id);
      if (group !== null) found.set(group.number, group);
    }
    return [...found.values()];
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function ourAlbums(journal: Journal, source: SourceName): ReadonlySet<string> {
  return new Set(journal.made(source, 'album').flatMap(({ serverId }) => serverId ?? []));
}
