import { STATUS_CODES } from 'node:http';
import { RequestError, TimeoutError, type Response } from 'got';
import { FatalError, TerminalError, TransientError, exitCodes, type OrganizerError } from '../../errors.js';
import { isObject } from './answers.js';

/** Codes of this file: IMMICH_UNREACHABLE, IMMICH_SLOW, IMMICH_TLS, IMMICH_UNAUTHORIZED, IMMICH_FORBIDDEN, IMMICH_BUSY, IMMICH_NOT_FOUND, IMMICH_REJECTED, IMMICH_REDIRECTED, IMMICH_BAD_ANSWER, IMMICH_NOT_IMMICH, STOPPING. */

const tlsCodes = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|ALTNAME/u;
const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_GOT_REQUEST_ERROR',
]);
/** Time-outs of a connection that stands. */
const slowEvents = ['socket', 'request'];

/** Maps an error of the connection. URLs in messages carry no key (it travels in a header). */
export function networkError(error: unknown, baseUrl: string, what: string): OrganizerError | Error {
  if (!(error instanceof RequestError)) return error instanceof Error ? error : new Error(String(error));
  if (tlsCodes.test(error.code))
    return new FatalError(
      'IMMICH_TLS',
      `${baseUrl}: the server's certificate is not trusted (${error.code}); set immich.ca_path for a private authority`,
      exitCodes.usage,
      { cause: plainCause(error) },
    );
  if (error instanceof TimeoutError && slowEvents.includes(error.event))
    return new TransientError('IMMICH_SLOW', `${baseUrl} did not answer ${what} in time`, {
      cause: plainCause(error),
    });
  if (awayCodes.has(error.code) || error instanceof TimeoutError)
    return new TransientError('IMMICH_UNREACHABLE', `${baseUrl} cannot be reached (${error.code})`, {
      cause: plainCause(error),
    });
  return new TransientError('IMMICH_BAD_ANSWER', `${baseUrl}: the answer broke off (${error.code})`, {
    cause: plainCause(error),
  });
}

/** got's errors hold the whole request, key included: only the message goes on. */
function plainCause(error: RequestError): Error {
  return new Error(error.message);
}

/** Maps an answer that is not a success. */
export function answerError(response: Response, what: string, baseUrl: string): OrganizerError {
  const status = response.statusCode;
  const said = messageOf(response.rawBody);
  const text = `${what} answered ${status}${said === '' ? '' : ` (${said})`}`;
  if ((status === 401 || status === 403) && isRefusal(response.rawBody, status))
    return refusal(status, said, text);
  if (status >= 300 && status < 400)
    return new FatalError(
      'IMMICH_REDIRECTED',
      `${baseUrl} redirects to ${redirectTarget(response)}; use that address as immich.url`,
      exitCodes.usage,
    );
  // What stands between us and a server that restarts answers in its place.
  if ([502, 503, 504].includes(status) && retryAfter(response).retryAfterMs === undefined)
    return new TransientError('IMMICH_UNREACHABLE', `${baseUrl} cannot be reached (${status})`);
  if (status === 408 || status === 429 || status >= 500)
    return new TransientError('IMMICH_BUSY', text, retryAfter(response));
  // Only Immich's own word says that a thing is not there or not allowed; a proxy's page says nothing.
  if (said === '' || status === 401 || status === 403) return notImmich(baseUrl, text);
  if (status === 404) return new TerminalError('IMMICH_NOT_FOUND', text);
  return new TerminalError('IMMICH_REJECTED', text);
}

function refusal(status: number, said: string, text: string): FatalError {
  if (status === 401)
    return new FatalError(
      'IMMICH_UNAUTHORIZED',
      `Immich refused the API key: ${said}; make a key in Account settings > API keys`,
      exitCodes.refused,
    );
  const permission = permissionIn(said);
  const fix = permission === undefined ? '' : `; give the API key the permission ${permission}`;
  return new FatalError('IMMICH_FORBIDDEN', `${text}${fix}`, exitCodes.refused);
}

/** The permission that a refusal of Immich names ("Missing required permission: tag.asset"). */
export function permissionIn(text: string): string | undefined {
  return /permission:? ([\w.]+)/u.exec(text)?.[1];
}

/** The server is there, and this photo alone cannot be had now. */
export function ofThisPhoto(error: OrganizerError): TransientError {
  if (error instanceof TransientError && error.code === 'IMMICH_SLOW') return error;
  return new TransientError('IMMICH_BAD_ANSWER', error.message, { cause: error });
}

export function isStopping(): TransientError {
  return new TransientError('STOPPING', 'the agent is stopping');
}

/** An answer that no Immich gives. */
export function notImmich(baseUrl: string, what: string, cause?: unknown): FatalError {
  return new FatalError(
    'IMMICH_NOT_IMMICH',
    `${baseUrl}: ${what}: this is not an answer of Immich; is immich.url the address that you open in the browser?`,
    exitCodes.usage,
    { cause },
  );
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
}

/** The `message` of an error body, v1 to v3; empty when there is none. */
function messageOf(body: Uint8Array): string {
  const content = parsed(body);
  const message = isObject(content) ? content['message'] : undefined;
  return typeof message === 'string' ? message : Array.isArray(message) ? message.join(', ') : '';
}

/** Fields of an error body of Immich: v3 sends the message alone (and `errors`), v1 and v2 all the others too. */
const errorFields = ['message', 'errors', 'error', 'statusCode', 'correlationId'];

/**
 * Whether a 401 or 403 is Immich's own: gateways and firewalls in front of it say such things too, as a page, with other
 * fields, or as the bare name of the status. Immich gives the reason ("Invalid API key", "Missing required permission: …").
 */
function isRefusal(body: Uint8Array, status: number): boolean {
  const content = parsed(body);
  if (!isObject(content) || !Object.keys(content).every((name) => errorFields.includes(name))) return false;
  const said = messageOf(body).toLowerCase();
  return said !== '' && said !== STATUS_CODES[status]?.toLowerCase();
}

function redirectTarget(response: Response): string {
  try {
    return new URL(response.headers.location ?? '', response.url).origin;
  } catch {
    return 'another address';
  }
}

function retryAfter(response: Response): { retryAfterMs?: number } {
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 300) * 1000 } : {};
}
