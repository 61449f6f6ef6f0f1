import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seededRandom } from '../seeded-random.js';
import { Background } from './background.js';
import { systemClock } from './clock.js';
import type { Clock } from './clock.js';
import { Faults } from './faults.js';
import { createApp } from './http-app.js';
import type { Immich } from './immich.js';
import { RequestLog } from './request-log.js';
import { albumRoutes } from './routes/album-routes.js';
import { duplicateRoutes } from './routes/duplicate-routes.js';
import { metadataRoutes } from './routes/metadata-routes.js';
import { stackRoutes } from './routes/stack-routes.js';
import { workflowRoutes } from './routes/workflow-routes.js';
import { assetRoutes } from './routes/asset-routes.js';
import { mediaRoutes } from './routes/media-routes.js';
import { searchRoutes } from './routes/search-routes.js';
import { serverRoutes } from './routes/server-routes.js';
import { tagRoutes } from './routes/tag-routes.js';
import { userRoutes } from './routes/user-routes.js';
import { SetUp } from './set-up.js';
import { takeSnapshot } from './snapshot.js';
import type { Snapshot } from './snapshot.js';
import { State } from './state.js';
import { toVersion } from './version.js';
import type { VersionName } from './version.js';

export type StandInOptions = {
  /** Default 3.1.0. */
  version?: VersionName;
  /** Default: a free one. */
  port?: number;
  /** The tag round trip; default 60. */
  sidecarDelayMs?: number;
  /** From an upload to its thumbnail; default 150, 0 = at once. */
  thumbnailDelayMs?: number;
  /** Where time and delays come from; default the machine's clock. */
  clock?: Clock;
  /** Ids are made of it: equal seeds, equal ids in equal order. Default 'stand-in'. */
  idSeed?: string;
};

const ROUTES = [
  serverRoutes,
  userRoutes,
  searchRoutes,
  assetRoutes,
  mediaRoutes,
  tagRoutes,
  albumRoutes,
  stackRoutes,
  duplicateRoutes,
  metadataRoutes,
  workflowRoutes,
].flat();

/** A running stand-in for an Immich server, on 127.0.0.1 only. */
export class StandIn extends SetUp {
  /** Every request since the start or `requests.reset()`. */
  readonly requests: RequestLog;
  /** What shall go wrong; see Fault. */
  readonly faults: Faults;
  readonly #server: Server;
  readonly #app: FastifyInstance;
  #port: number;

  constructor(
    immich: Immich,
    parts: { app: FastifyInstance; requests: RequestLog; faults: Faults; port: number },
  ) {
    super(immich);
    this.requests = parts.requests;
    this.faults = parts.faults;
    this.#app = parts.app;
    this.#port = parts.port;
    this.#server = createServer({ keepAliveTimeout: 5_000 }, (request, response) =>
      parts.app.routing(request, response),
    );
  }

  /** The address without /api, for example http://127.0.0.1:40123. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What Immich would have written into its log (warnings and errors). */
  get log(): readonly string[] {
    return this.immich.log;
  }

  /** Everything a person could care about, as plain values. */
  snapshot(): Snapshot {
    return takeSnapshot(this.immich.state);
  }

  /** Resolves when all that happens after an answer has happened: sidecars, extractions, thumbnails, hooks, deletions. */
  settled(): Promise<void> {
    return this.immich.background.settled();
  }

  /** Opens the port again after `pause` (the same one). */
  async resume(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Closes the port: connections break, new ones are refused. State and background work go on. */
  async pause(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Ends it for good; calling it twice is safe. */
  async close(): Promise<void> {
    this.immich.background.stop();
    await this.pause();
    await this.#app.close();
  }
}

/** Starts a stand-in with nothing in it. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const clock = options.clock ?? systemClock;
  const random = seededRandom(20_261_122);
  const immich: Immich = {
    state: new State(clock, options.idSeed ?? 'stand-in'),
    background: new Background(clock),
    version: toVersion(options.version ?? '3.1.0'),
    timing: {
      sidecarDelayMs: options.sidecarDelayMs ?? 60,
      thumbnailDelayMs: options.thumbnailDelayMs ?? 150,
    },
    log: [],
    random: () => random.next(),
  };
  const requests = new RequestLog();
  const faults = new Faults();
  const app = await createApp({ immich, requests, faults, routes: ROUTES });
  const standIn = new StandIn(immich, { app, requests, faults, port: options.port ?? 0 });
  await standIn.resume();
  return standIn;
}
