import type { Response } from 'got';
import PQueue from 'p-queue';
import { FatalError, OrganizerError, TransientError, exitCodes } from '../../errors.js';
import type { ServerTime } from '../../model.js';
import { isPong, type Shape } from './answers.js';
import { answerError, notImmich, ofThisPhoto, permissionIn } from './http-errors.js';
import { Http, type Exchange, type HttpOptions } from './http.js';
import { Outage } from './outage.js';
import { whyNoPicture } from './picture-answer.js';
import { PicturePatience } from './picture-patience.js';
import { Refusals } from './refusals.js';
import type { Sendable, WriteOthers } from './requests.js';

export interface ImmichClientOptions extends HttpOptions {
  /** How long a call waits for a server that is away. */
  readonly patienceMs: number;
  /** Default: nothing was refused, and nobody else wants to know. */
  readonly refusals?: Refusals;
}

/** Routes are patterns below /api as in the API's documentation: `/assets/{id}`. Requests are counted by them. */
export type ImmichRequest = Sendable & RequestOptions;

/** One that says what it is about, and not yet of which photos. */
export type LabelRequest = WriteOthers & RequestOptions;

interface RequestOptions {
  /** Values for the `{names}` of the route. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** False where a repeat would do the thing twice: then nothing is repeated that may have arrived. */
  readonly repeatable?: boolean;
  /** True for a route that every Immich has and answers to anybody: it is not Immich that refuses it. */
  readonly isPublic?: boolean;
  /** 1 = before the background's requests. */
  readonly priority?: 0 | 1;
}

export interface Answer<T> {
  readonly body: T;
  /** The server's clock, whole seconds; null when it did not say. */
  readonly date: ServerTime | null;
}

type Limits = Pick<Exchange, 'limitMs' | 'largest' | 'repeats' | 'repeatsLate'>;

const megabyte = 2 ** 20;
/** A page of 1000 photos has about 1 MB, all albums or tags of an account a few: nothing is lost, and memory stays bounded. */
const largestJson = 64 * megabyte;
/** A thumbnail has some kB, and a few MB where an administrator makes them as large as originals. Eight come at a time. */
const largestPicture = 20 * megabyte;
/** An answer in JSON that comes byte by byte is given up after this, milliseconds. */
const longestJsonMs = 300_000;
const longestPingMs = 10_000;
const ping = { method: 'GET', route: '/server/ping', isPublic: true } as const;
/** Failures of a request for one photo that may be the server's or this photo's. */
const doubtful = [
  'IMMICH_UNREACHABLE',
  'IMMICH_SLOW',
  'IMMICH_NOT_IMMICH',
  'IMMICH_NO_PICTURE',
  'IMMICH_BAD_ANSWER',
];

/**
 * One Immich server: what is asked of it, limited in number and rate, through its outages. Every answer is checked for the
 * shape that we use. Errors: see `http-errors.ts` and `outage.ts`. Nothing here can delete a photo.
 */
export class ImmichClient {
  /** Requests so far, by `METHOD /route`. */
  readonly requests = new Map<string, number>();
  readonly refusals: Refusals;
  readonly #options: ImmichClientOptions;
  readonly #http: Http;
  readonly #queue: PQueue;
  readonly #outage: Outage;
  readonly #pictures: PicturePatience;

  constructor(options: ImmichClientOptions) {
    this.#options = options;
    this.refusals = options.refusals ?? new Refusals();
    this.#http = new Http(options);
    this.#queue = new PQueue({
      concurrency: options.concurrency,
      interval: 1000,
      intervalCap: options.requestsPerSecond,
    });
    this.#outage = new Outage({ ...options, probe: () => this.#ping() });
    this.#pictures = new PicturePatience({
      limitMs: 2 * options.timeoutMs,
      forEver: options.patienceMs === Infinity,
      log: options.log,
    });
  }

  get baseUrl(): string {
    return this.#http.baseUrl;
  }

  /** How often the server was away and came back: it may be another release since. */
  get outages(): number {
    return this.#outage.ended;
  }

  /** When the server went away, our clock; null while it is there. */
  get awaySince(): number | null {
    return this.#outage.since;
  }

  /** The answer in JSON (null = an empty one). Another shape is an answer that no Immich gives. */
  async json<T>(request: ImmichRequest, isShape: Shape<T>): Promise<Answer<T>> {
    const limitMs = Math.max(longestJsonMs, this.#options.timeoutMs);
    const ask = async (): Promise<Answer<T>> => {
      const response = await this.#send(request, {
        limitMs,
        largest: largestJson,
        repeats: request.repeatable === false ? 0 : 2,
        repeatsLate: true,
      });
      const date = Date.parse(response.headers.date ?? '');
      const body = this.#checked(response, request, isShape);
      return { body, date: Number.isNaN(date) ? null : (date as ServerTime) };
    };
    return this.#limited(request, ask, ofThisPhoto);
  }

  /** A picture of the asset `params.id`. Anything else in its place is an error. */
  async bytes(request: ImmichRequest): Promise<Uint8Array> {
    const id = request.params?.['id'] ?? '';
    const ask = async (): Promise<Uint8Array> => {
      const limitMs = this.#pictures.limitOf(id);
      const limits = { limitMs, largest: largestPicture, repeats: 2, repeatsLate: false };
      const response = await this.#send(request, limits);
      const why = whyNoPicture(response);
      if (why === 'nothing')
        throw new TransientError('IMMICH_BAD_ANSWER', `${nameOf(request)} answered an empty picture`);
      if (why !== null)
        throw new TransientError(
          'IMMICH_NO_PICTURE',
          `${nameOf(request)} answered ${why} in place of a picture`,
        );
      this.#pictures.came(id);
      return response.rawBody;
    };
    return this.#limited(request, ask, (error) => this.#pictures.missed(id, error));
  }

  /** `ofPhoto` says what to throw where a request for one photo failed and the server is there. */
  async #limited<T>(
    request: ImmichRequest,
    ask: () => Promise<T>,
    ofPhoto: (error: OrganizerError) => OrganizerError,
  ): Promise<T> {
    const priority = request.priority ?? 0;
    const judged = async (): Promise<T> => {
      try {
        return await ask();
      } catch (error) {
        throw await this.#judge(request, error, ofPhoto);
      }
    };
    return this.#outage.during(() => this.#queue.add(judged, { priority }), request.repeatable);
  }

  /** Is it the server, or this one request? A server that answers a ping is there. */
  async #judge(
    request: ImmichRequest,
    error: unknown,
    ofPhoto: (error: OrganizerError) => OrganizerError,
  ): Promise<unknown> {
    if (!(error instanceof OrganizerError)) return error;
    const isOfPhoto = request.route.startsWith('/assets/{id}');
    if (isOfPhoto ? !doubtful.includes(error.code) : error.code !== 'IMMICH_SLOW') return error;
    try {
      await this.#ping();
    } catch (worse) {
      return worse;
    }
    if (isOfPhoto) return ofPhoto(error);
    const { message } = error;
    return this.#options.patienceMs === Infinity
      ? new TransientError('IMMICH_UNREACHABLE', message, { cause: error })
      : new FatalError('IMMICH_UNREACHABLE', message, exitCodes.unreachable, { cause: error });
  }

  async #ping(): Promise<void> {
    const limitMs = Math.min(longestPingMs, this.#options.timeoutMs);
    try {
      const response = await this.#send(ping, {
        limitMs,
        largest: megabyte,
        repeats: 0,
        repeatsLate: false,
      });
      this.#checked(response, ping, isPong);
    } catch (error) {
      if (!(error instanceof TransientError) || error.code !== 'IMMICH_SLOW') throw error;
      throw new TransientError('IMMICH_UNREACHABLE', error.message, { cause: error });
    }
  }

  async #send(request: ImmichRequest, limits: Limits): Promise<Response> {
    const { method, body, isPublic } = request;
    const what = nameOf(request);
    this.requests.set(what, (this.requests.get(what) ?? 0) + 1);
    const url = this.#urlOf(request);
    const response = await this.#http.send({
      method,
      url,
      body,
      what,
      isReading: isReading(request),
      ...limits,
    });
    if (response.statusCode >= 200 && response.statusCode < 300) {
      this.refusals.passed(what);
      return response;
    }
    const error = answerError(response, what, this.baseUrl);
    const permission = error.code === 'IMMICH_FORBIDDEN' ? permissionIn(error.message) : undefined;
    if (permission !== undefined) this.refusals.refused(what, permission);
    const isRefused = ['IMMICH_NOT_FOUND', 'IMMICH_REJECTED', 'IMMICH_UNAUTHORIZED', 'IMMICH_FORBIDDEN'];
    throw isPublic === true && isRefused.includes(error.code)
      ? notImmich(this.baseUrl, error.message)
      : error;
  }

  #checked<T>(response: Response, request: ImmichRequest, isShape: Shape<T>): T {
    let body: unknown = null;
    try {
      if (response.rawBody.length > 0) body = JSON.parse(Buffer.from(response.rawBody).toString('utf8'));
    } catch (error) {
      throw notImmich(this.baseUrl, nameOf(request), error);
    }
    if (isShape(body)) return body;
    throw notImmich(
      this.baseUrl,
      `${nameOf(request)} answered ${body === null ? 'nothing' : 'something else'}`,
    );
  }

  #urlOf({ route, params = {}, query = {} }: ImmichRequest): URL {
    const path = route.replace(/\{(\w+)\}/gu, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const url = new URL(this.baseUrl + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }
}

function nameOf({ method, route }: ImmichRequest): string {
  return `${method} ${route}`;
}

function isReading({ method, route }: ImmichRequest): boolean {
  return method === 'GET' || route.startsWith('/search/');
}
