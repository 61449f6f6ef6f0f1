import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { got, type Got, type OptionsOfBufferResponseBody, type Response } from 'got';
import { FatalError, exitCodes } from '../../errors.js';
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
  /** It changes nothing on the server: it may be cut off at any time. */
  readonly isReading: boolean;
  /** Tries after the first; 0 where a repeat would do the thing twice. */
  readonly repeats: number;
}

/** An answer that comes byte by byte is given up after this, milliseconds. */
const longestAnswerMs = 300_000;
const retriedStatuses = [408, 413, 429, 500, 502, 503, 504];
const retriedCodes = [
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'EAI_AGAIN',
  'ENETUNREACH',
]; /** What is being written when the agent stops may take so much longer. */
const graceMs = 20_000;

/** HTTP to one server: one kept-alive agent, time-outs, bounded jittered retries that honour Retry-After. */
export class Http {
  readonly baseUrl: string;
  readonly #options: HttpOptions;
  readonly #got: Got;

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
   * tried again. Errors: see `networkError`; TransientError `STOPPING`.
   */
  async send(exchange: Exchange): Promise<Response> {
    const { stopping, clock } = this.#options;
    if (stopping.aborted) throw isStopping();
    const [cut, over] = [new AbortController(), new AbortController()];
    let isResting = false;
    const onStop = (): void => {
      const leftMs = exchange.isReading || isResting ? 0 : graceMs;
      if (leftMs === 0) cut.abort();
      else void clock.sleep(leftMs, over.signal).then(() => cut.abort());
    };
    stopping.addEventListener('abort', onStop, { once: true });
    try {
      return await this.#got(exchange.url, {
        ...this.#settings(exchange, (resting) => (isResting = resting)),
        signal: cut.signal,
      });
    } catch (error) {
      throw networkError(error, this.baseUrl);
    } finally {
      over.abort();
      stopping.removeEventListener('abort', onStop);
    }
  }

  /** `resting` is told when a pause between two tries begins and ends. */
  #settings(exchange: Exchange, resting: (is: boolean) => void): OptionsOfBufferResponseBody {
    const { timeoutMs, stopping } = this.#options;
    const { method, body, repeats } = exchange;
    return {
      method,
      responseType: 'buffer',
      ...(body === undefined ? {} : { json: body }),
      timeout: {
        lookup: 5_000,
        connect: 10_000,
        secureConnect: 10_000,
        socket: timeoutMs,
        request: Math.max(longestAnswerMs, timeoutMs),
      },
      retry: {
        limit: repeats,
        methods: [method],
        statusCodes: retriedStatuses,
        errorCodes: retriedCodes,
        maxRetryAfter: 30_000,
        noise: 100,
        backoffLimit: 5_000,
        calculateDelay: ({ computedValue }) => {
          const pauseMs = stopping.aborted ? 0 : computedValue;
          resting(pauseMs > 0);
          return pauseMs;
        },
      },
      hooks: { beforeRetry: [() => resting(false)] },
    };
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
