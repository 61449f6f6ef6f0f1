import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { got, type Got, type Response } from 'got';
import { FatalError, exitCodes } from '../../errors.js';
import type { Clock, Log } from '../../ports.js';
import { networkError } from './http-errors.js';

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
const retriedCodes = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED', 'EAI_AGAIN', 'ENETUNREACH'];
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

  /** Whatever the server answers. Reading ends when the agent stops, a write is let finish. Errors: see `networkError`. */
  async send({ method, url, body, isReading, repeats }: Exchange): Promise<Response> {
    const { timeoutMs, stopping } = this.#options;
    try {
      return await this.#got(url, {
        method,
        responseType: 'buffer',
        ...(body === undefined ? {} : { json: body }),
        ...(isReading ? { signal: stopping } : {}),
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
        },
      });
    } catch (error) {
      throw networkError(error, this.baseUrl);
    }
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
