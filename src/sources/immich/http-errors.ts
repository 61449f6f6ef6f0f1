import { RequestError, TimeoutError, type Response } from 'got';
import { FatalError, TerminalError, TransientError, exitCodes, type OrganizerError } from '../../errors.js';

/** Codes of this file: IMMICH_UNREACHABLE, IMMICH_TLS, IMMICH_UNAUTHORIZED, IMMICH_FORBIDDEN, IMMICH_BUSY, IMMICH_NOT_FOUND, IMMICH_REJECTED, IMMICH_REDIRECTED, IMMICH_BAD_ANSWER. */

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

/** Maps an error of the connection. URLs in messages carry no key (it travels in a header). */
export function networkError(error: unknown, baseUrl: string): OrganizerError | Error {
  if (!(error instanceof RequestError)) return error instanceof Error ? error : new Error(String(error));
  if (error.code === 'ERR_ABORTED') return new TransientError('STOPPING', 'the agent is stopping');
  if (tlsCodes.test(error.code))
    return new FatalError(
      'IMMICH_TLS',
      `${baseUrl}: the server's certificate is not trusted (${error.code}); set immich.ca_path for a private authority`,
      exitCodes.usage,
      { cause: plainCause(error) },
    );
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
  if (status === 401)
    return new FatalError(
      'IMMICH_UNAUTHORIZED',
      `Immich refused the API key: ${said || 'not valid'}; make a key in Account settings > API keys`,
      exitCodes.refused,
    );
  if (status === 403) {
    const permission = /permission:? ([\w.]+)/u.exec(said)?.[1];
    const fix = permission === undefined ? '' : `; give the API key the permission ${permission}`;
    return new FatalError('IMMICH_FORBIDDEN', `${text}${fix}`, exitCodes.refused);
  }
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
  // Only Immich's own word says that a thing is not there; a proxy's page says nothing.
  if (said === '') return notImmich(text);
  if (status === 404) return new TerminalError('IMMICH_NOT_FOUND', text);
  return new TerminalError('IMMICH_REJECTED', text);
}

/** An answer that no Immich gives. */
export function notImmich(what: string, cause?: unknown): FatalError {
  return new FatalError(
    'IMMICH_NOT_IMMICH',
    `${what}: this is not an answer of Immich; is immich.url the address that you open in the browser?`,
    exitCodes.usage,
    { cause },
  );
}

/** The `message` of an error body, v1 to v3; empty when there is none. */
function messageOf(body: Uint8Array): string {
  try {
    const { message } = JSON.parse(Buffer.from(body).toString('utf8')) as { message?: unknown };
    return typeof message === 'string' ? message : Array.isArray(message) ? message.join(', ') : '';
  } catch {
    return '';
  }
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
