/** What went wrong, told apart by what the caller must do. Every `code` is stable: scripts and tests go by it. */

export interface ErrorOptions {
  /** The error underneath. */
  cause?: unknown;
  /** Milliseconds that the other side asked us to wait before the next try. */
  retryAfterMs?: number;
}

/** Base of all errors that we raise on purpose. The message names what, where, and what to try; never a secret. */
export abstract class OrganizerError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options: ErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
  }
}

/** Will probably pass: try again later with back-off (server away, 5xx, thumbnail not ready). */
export class TransientError extends OrganizerError {
  readonly retryAfterMs: number | undefined;
  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Will not pass by itself and concerns one thing only: record it, go on with the others (an undecodable picture). */
export class TerminalError extends OrganizerError {}

/** Nothing useful can go on: stop with `exitCode` (bad config, key refused, state directory locked). */
export class FatalError extends OrganizerError {
  constructor(
    code: string,
    message: string,
    readonly exitCode: ExitCode,
    options: ErrorOptions = {},
  ) {
    super(code, message, options);
  }
}

/** Exit codes of every command; the systemd unit does not restart on `usage` and `refused`. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  partial: 5,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** One line for a person: the message, and the causes behind it that say something new. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let e: unknown = error; e !== undefined && e !== null && parts.length < 4;) {
    const text =
      e instanceof Error ? messageOf(e, parts.length > 0) : typeof e === 'string' ? e : 'unknown error';
    if (!parts.some((part) => part.includes(text))) parts.push(text);
    e = e instanceof Error ? e.cause : undefined;
  }
  return parts.join(': ');
}

/** Behind a message that names the path, a system error need not name it again: `ENOENT: no such file or directory`. */
function messageOf(error: Error, isCause: boolean): string {
  const text = error.message || error.name;
  const call: unknown = 'syscall' in error ? error.syscall : undefined;
  const end = isCause && typeof call === 'string' ? text.indexOf(`, ${call}`) : -1;
  return end < 0 ? text : text.slice(0, end);
}
