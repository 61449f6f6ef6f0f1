import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { got, type Got, type Response } from 'got';
import PQueue from 'p-queue';
import { FatalError, exitCodes } from '../../errors.js';
import type { ServerTime } from '../../model.js';
import type { Clock, Log } from '../../ports.js';
import { answerError, networkError, notImmich } from './http-errors.js';
import { Outage } from './outage.js';

/** How to reach a server, and how hard it may be asked. */
export interface ConnectionSettings {
  /** Base URL, with or without `/api`. */
  readonly url: string;
  readonly apiKey: string;
  /** PEM file of a private certificate authority; null = the system's. */
  readonly caPath: string | null;
  readonly tlsVerify: boolean;
  /** Requests under way at a time. */
  readonly concurrency: number;
  readonly requestsPerSecond: number;
  /** Milliseconds without a byte from the server after which a request is given up. */
  readonly timeoutMs: number;
}

export interface ImmichClientOptions extends ConnectionSettings {
  /** How long a call waits for a server that is away. */
  readonly patienceMs: number;
  /** Aborted when the agent stops: reading ends at once, a write under way is let finish. */
  readonly stopping: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ImmichRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Route pattern below /api as in the API's documentation: `/assets/{id}`. Requests are counted by it. */
  readonly route: string;
  /** Values for the `{names}` of the route. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** False where a repeat would do the thing twice: then nothing is repeated that may have arrived. */
  readonly repeatable?: boolean;
  /** 1 = before the background's requests. */
  readonly priority?: 0 | 1;
}

export interface Answer<T> {
  readonly body: T;
  /** The server's clock, whole seconds; null when it did not say. */
  readonly date: ServerTime | null;
}

/** An answer that comes byte by byte is given up after this, milliseconds. */
const longestAnswerMs = 300_000;
const retriedStatuses = [408, 413, 429, 500, 502, 503, 504];
const retriedCodes = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED', 'EAI_AGAIN', 'ENETUNREACH'];

/**
 * HTTP to one Immich server: one kept-alive agent, time-outs, bounded jittered retries that honour Retry-After, limits on
 * concurrency and rate. Errors: see `http-errors.ts`. Nothing here can delete a photo.
 */
export class ImmichClient {
  /** Requests so far, by `METHOD /route`. */
  readonly requests = new Map<string, number>();
  readonly baseUrl: string;
  readonly #got: Got;
  readonly #queue: PQueue;
  readonly #outage: Outage;
  readonly #stopping: AbortSignal;

  constructor(options: ImmichClientOptions) {
    this.baseUrl = apiUrl(options.url);
    this.#stopping = options.stopping;
    this.#queue = new PQueue({
      concurrency: options.concurrency,
      interval: 1000,
      intervalCap: options.requestsPerSecond,
    });
    const sockets = { keepAlive: true, maxSockets: options.concurrency, scheduling: 'lifo' as const };
    this.#got = got.extend({
      agent: { http: new HttpAgent(sockets), https: new HttpsAgent(sockets) },
      headers: { 'x-api-key': options.apiKey, accept: 'application/json', 'user-agent': 'photo-organizer' },
      followRedirect: false,
      throwHttpErrors: false,
      responseType: 'buffer',
      timeout: {
        lookup: 5_000,
        connect: 10_000,
        secureConnect: 10_000,
        socket: options.timeoutMs,
        request: Math.max(longestAnswerMs, options.timeoutMs),
      },
      https: {
        rejectUnauthorized: options.tlsVerify,
        ...(options.caPath === null ? {} : { certificateAuthority: readAuthority(options.caPath) }),
      },
    });
    this.#outage = new Outage({
      patienceMs: options.patienceMs,
      stopping: options.stopping,
      clock: options.clock,
      log: options.log,
      probe: async () => {
        const request = { method: 'GET', route: '/server/ping' } as const;
        parseJson(await this.#send(request), request);
      },
    });
  }

  /** How often the server was away and came back: it may be another release since. */
  get outages(): number {
    return this.#outage.ended;
  }

  /** When the server went away, our clock; null while it is there. */
  get awaySince(): number | null {
    return this.#outage.since;
  }

  async json<T>(request: ImmichRequest): Promise<Answer<T>> {
    return this.#limited(request, (response) => {
      const date = Date.parse(response.headers.date ?? '');
      const body = parseJson(response, request) as T;
      return { body, date: Number.isNaN(date) ? null : (date as ServerTime) };
    });
  }

  async bytes(request: ImmichRequest): Promise<Uint8Array> {
    return this.#limited(request, (response) => response.rawBody);
  }

  async #limited<T>(request: ImmichRequest, read: (response: Response) => T): Promise<T> {
    const priority = request.priority ?? 0;
    const call = (): Promise<T> => this.#queue.add(async () => read(await this.#send(request)), { priority });
    return this.#outage.during(call, request.repeatable);
  }

  async #send(request: ImmichRequest): Promise<Response> {
    const counted = `${request.method} ${request.route}`;
    this.requests.set(counted, (this.requests.get(counted) ?? 0) + 1);
    let response: Response;
    try {
      response = await this.#got(this.#urlOf(request), {
        method: request.method,
        ...(request.body === undefined ? {} : { json: request.body }),
        ...(isReading(request) ? { signal: this.#stopping } : {}),
        retry: {
          limit: request.repeatable === false ? 0 : 2,
          methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
          statusCodes: retriedStatuses,
          errorCodes: retriedCodes,
          maxRetryAfter: 30_000,
          noise: 100,
          backoffLimit: 5_000,
        },
      });
    } catch (error) {
      throw networkError(error, this.baseUrl);
    }
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    throw answerError(response, counted, this.baseUrl);
  }

  #urlOf({ route, params = {}, query = {} }: ImmichRequest): URL {
    const path = route.replace(/\{(\w+)\}/gu, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const url = new URL(this.baseUrl + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }
}

function isReading({ method, route }: ImmichRequest): boolean {
  return method === 'GET' || route.startsWith('/search/');
}

/** `http://host:2283`, `…/` and `…/api/` all mean the same server. */
function apiUrl(url: string): string {
  return `${url.replace(/\/+$/u, '').replace(/\/api$/u, '')}/api`;
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new FatalError('CONFIG_INVALID', `immich.ca_path: cannot read ${path}`, exitCodes.usage, {
      cause: error,
    });
  }
}

function parseJson(response: Response, request: ImmichRequest): unknown {
  if (response.rawBody.length === 0) return null;
  try {
    return JSON.parse(Buffer.from(response.rawBody).toString('utf8'));
  } catch (error) {
    throw notImmich(`${request.method} ${request.route}`, error);
  }
}
