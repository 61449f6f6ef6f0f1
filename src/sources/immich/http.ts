import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { TimeoutError, got, type Got, type OptionsOfBufferResponseBody, type Response } from 'got';
import { FatalError, TransientError, exitCodes, type OrganizerError } from '../../errors.js';
import type { Clock, Log } from '../../ports.js';
import { isStopping, networkError } from './http-errors.js';

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

export interface HttpOptions extends ConnectionSettings {
  /** Aborted when the agent stops. */
  readonly stopping: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

/** One question and its answer. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL. */
  readonly url: URL;
  readonly body?: unknown;
  /** For people. */
  readonly what: string;
  /** It changes nothing on the server: it may be cut off at any time. */
  readonly isReading: boolean;
  /** Tries after the first; 0 where a repeat would do the thing twice. */
  readonly repeats: number;
  /** Whether what came too late is tried again here too. */
  readonly repeatsLate: boolean;
  /** Milliseconds that a try may take in all, however it drips in. */
  readonly limitMs: number;
  /** Bytes of a body, unpacked; a larger one is given up at once. */
  readonly largest: number;
}

const retriedStatuses = [408, 413, 429, 500, 502, 503, 504];
const retriedCodes = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED', 'EAI_AGAIN', 'ENETUNREACH'];
/** After so long a time nothing is tried again here, but for a write that timed out: its repeat is quick where it was done. */
const retryForMs = 60_000;
/** What is being written when the agent stops may take so much longer. */
const graceMs = 20_000;
/** Who waits for an answer is told this often. */
const tellEveryMs = 30_000;

/** HTTP to one server: one kept-alive agent, time-outs, bounded jittered retries that honour Retry-After, bounded bodies. */
export class Http {
  readonly baseUrl: string;
  readonly #options: HttpOptions;
  readonly #got: Got;
  #toldAt = -Infinity;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.baseUrl = apiUrl(options.url);
    const sockets = { keepAlive: true, maxSockets: options.concurrency, scheduling: 'lifo' as const };
    this.#got = got.extend({
      agent: { http: new HttpAgent(sockets), https: new HttpsAgent(sockets) },
      headers: { 'x-api-key': options.apiKey, accept: 'application/json', 'user-agent': 'photo-organizer' },
      followRedirect: false,
      throwHttpErrors: false,
      https: {
        rejectUnauthorized: options.tlsVerify,
        ...(options.caPath === null ? {} : { certificateAuthority: readAuthority(options.caPath) }),
      },
    });
  }

  /**
   * Whatever the server answers. Reading ends when the agent stops; a write under way is let finish for a while, and not
   * tried again. Errors: see `networkError`; TransientError `STOPPING`, `IMMICH_BAD_ANSWER` for a body without end.
   */
  async send(exchange: Exchange): Promise<Response> {
    const { stopping, clock } = this.#options;
    if (stopping.aborted) throw isStopping();
    const [cut, over] = [new AbortController(), new AbortController()];
    let why: OrganizerError | null = null;
    let isResting = false;
    const giveUp = (error: OrganizerError): void => {
      why ??= error;
      cut.abort();
    };
    const onStop = (): void => {
      const leftMs = exchange.isReading || isResting ? 0 : graceMs;
      if (leftMs === 0) giveUp(isStopping());
      else void clock.sleep(leftMs, over.signal).then(() => giveUp(isStopping()));
    };
    stopping.addEventListener('abort', onStop, { once: true });
    const answered = this.#tellWhileWaiting(exchange.what);
    try {
      const request = this.#got(exchange.url, {
        ...this.#settings(exchange, (resting) => (isResting = resting)),
        signal: cut.signal,
      });
      void request.on('downloadProgress', ({ transferred, total = 0 }) => {
        if (Math.max(transferred, total) > exchange.largest) giveUp(this.#tooLarge(exchange));
      });
      return await request;
    } catch (error) {
      // Set in a callback, which the compiler does not see.
      throw (why as OrganizerError | null) ?? networkError(error, this.baseUrl, exchange.what);
    } finally {
      answered();
      over.abort();
      stopping.removeEventListener('abort', onStop);
    }
  }

  /** `resting` is told when a pause between two tries begins and ends. */
  #settings(exchange: Exchange, resting: (is: boolean) => void): OptionsOfBufferResponseBody {
    const { timeoutMs, stopping } = this.#options;
    const { method, body, repeats, repeatsLate, limitMs, isReading } = exchange;
    const startedAt = performance.now();
    return {
      method,
      responseType: 'buffer',
      ...(body === undefined ? {} : { json: body }),
      timeout: {
        lookup: 5_000,
        connect: 10_000,
        secureConnect: 10_000,
        socket: Math.min(timeoutMs, limitMs),
        request: limitMs,
      },
      retry: {
        limit: repeats,
        methods: [method],
        statusCodes: retriedStatuses,
        errorCodes: retriedCodes,
        maxRetryAfter: 30_000,
        noise: 100,
        backoffLimit: 5_000,
        calculateDelay: ({ attemptCount, computedValue, error }) => {
          const inTime = performance.now() - startedAt + computedValue <= retryForMs;
          const isWorth = inTime || (!isReading && attemptCount === 1);
          const isPossible = !stopping.aborted && (repeatsLate || !(error instanceof TimeoutError));
          const pauseMs = isWorth && isPossible ? computedValue : 0;
          resting(pauseMs > 0);
          return pauseMs;
        },
      },
      hooks: { beforeRetry: [() => resting(false)] },
    };
  }

  #tooLarge({ what, largest }: Exchange): TransientError {
    const megabytes = Math.round(largest / 2 ** 20);
    return new TransientError('IMMICH_BAD_ANSWER', `${what}: the answer is larger than ${megabytes} MB`);
  }

  /** Says aloud that an answer is waited for, one line for all that wait. Call what it returns when it has come. */
  #tellWhileWaiting(request: string): () => void {
    const { log, timeoutMs } = this.#options;
    const everyMs = Math.min(tellEveryMs, timeoutMs / 2);
    const since = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      if (now - this.#toldAt < everyMs * 0.9) return;
      this.#toldAt = now;
      log.warn({ request, seconds: Math.round((now - since) / 1000) }, 'no answer from Immich yet');
    }, everyMs).unref();
    return () => clearInterval(timer);
  }
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
