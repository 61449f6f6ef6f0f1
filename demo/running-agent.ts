import { createAgent, type Agent } from '../src/agent.js';
import { runService } from '../src/agent/run-service.js';
import { undoHere } from '../src/agent/undo.js';
import { systemClock } from '../src/clock.js';
import { runningAgent } from '../src/commands/remote.js';
import { labelSettings, noLabelFlags } from '../src/agent/label-settings.js';
import type { Config } from '../src/config.js';
import { createLog } from '../src/logger.js';
import { folderKey, immichKey, type Group, type PhotoKey, type SourceName } from '../src/model.js';
import type { IndexedPhoto } from '../src/store-ports.js';
import type { SyncReport } from '../src/sync/report.js';
import { waitUntil } from './wait.js';

/** The agent as a service in this process, as `photo-organizer agent` runs it. */
export class RunningAgent {
  readonly agent: Agent;
  readonly #until = new AbortController();
  readonly #failed = new AbortController();
  readonly #ended: Promise<void>;

  private constructor(agent: Agent) {
    this.agent = agent;
    const service = runService(agent, labelSettings(agent.config, noLabelFlags), this.#until.signal);
    this.#ended = service.catch((error: unknown) => this.#failed.abort(error));
  }

  /** Resolves when it listens; what it finds it does behind. Its warnings go to stderr. */
  static async start(config: Config): Promise<RunningAgent> {
    const log = createLog('warn', { pretty: process.stderr.isTTY });
    const common = { config, clock: systemClock, log };
    return new RunningAgent(
      await createAgent({ ...common, patience: 'service', command: 'demo', namedByPath: false }),
    );
  }

  /** Aborts with the reason when the service ended by itself. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Address of its HTTP interface. */
  async url(stopped: AbortSignal): Promise<string> {
    const { stateDir } = this.agent.config;
    let url: string | undefined;
    await waitUntil(() => (url = runningAgent(stateDir)?.url) !== undefined, { withinMs: 10_000, stopped });
    if (url === undefined) throw new Error('the agent does not listen');
    return url;
  }

  /** True when it has looked at everything that it knows of, and grouped it. */
  get isCalm(): boolean {
    const { queue, state, sources } = this.agent;
    return (
      sources.every(({ reader }) => reader.complete) &&
      queue.pending === 0 &&
      state.photos.counts().waiting === 0 &&
      state.groups.dirty().length === 0
    );
  }

  /** Labels whose fate on the server it still follows. */
  get unsettled(): number {
    const labels = this.agent.state.journal.labels('immich' as SourceName, 'tag');
    return labels.filter(({ state }) => state !== 'verified').length;
  }

  photo(key: PhotoKey): IndexedPhoto | null {
    return this.agent.state.photos.get(key);
  }

  groupOf(photo: IndexedPhoto): Group | null {
    return this.agent.state.groups.groupOf(photo.id);
  }

  /** `photo-organizer undo --all` */
  undoAll(): Promise<SyncReport> {
    return undoHere(this.agent, { what: 'all', dryRun: false });
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    this.#until.abort();
    await this.#ended;
  }
}

/** Key of a photo on the demonstration server. */
export const serverKey = (assetId: string): PhotoKey => immichKey('immich', assetId);
/** Key of a file in the watched folder. */
export const fileKey = (folder: string, name: string): PhotoKey => folderKey(folder, name);
