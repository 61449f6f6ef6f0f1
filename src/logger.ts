import { pino, type DestinationStream, type LevelWithSilent } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Log } from './ports.js';

export interface LogOptions {
  /** For a person at a terminal; otherwise one JSON document a line. */
  readonly pretty: boolean;
  /** Where to write; stderr when not given. */
  readonly destination?: NodeJS.WritableStream | undefined;
}

/** A log on pino. It writes synchronously, so that the last line before a crash is there. Secrets are blacked out by their key. */
export function createLog(level: LevelWithSilent, { pretty, destination }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      // Errors were made plain before pino's own serializer would see them.
      serializers: { err: (value: unknown) => value },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => plainFields(fields, maxDepth),
      },
    },
    pretty ? prettyStream(destination) : (destination ?? pino.destination({ dest: 2, sync: true })),
  );
  return {
    debug: (fields, message) => logger.debug(fields, harmless(message)),
    info: (fields, message) => logger.info(fields, harmless(message)),
    warn: (fields, message) => logger.warn(fields, harmless(message)),
    error: (fields, message) => logger.error(fields, harmless(message)),
  };
}

/** Names of files are data: what would steer the terminal is shown, not obeyed. Line ends stay. */
export function harmless(text: string): string {
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** A log that says nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function prettyStream(destination: NodeJS.WritableStream | undefined): DestinationStream {
  const target = destination ?? process.stderr;
  return PinoPretty({
    colorize: 'isTTY' in target && target.isTTY && process.env.NO_COLOR === undefined,
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    sync: true,
    destination: destination ?? 2,
  });
}

const maxDepth = 8;

/** `x-api-key`, `apiKey`, `API_KEY`, `webhookSecret`, … without marks and in small letters. */
const secretKey = /(?:apikey|token|secret|password|authorization|cookie)$/u;

function plainFields(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      secretKey.test(key.replace(/[-_ ]/gu, '').toLowerCase()) ? '[redacted]' : plain(value, depth - 1),
    ]),
  );
}

/** A value as JSON can hold it, cut off at a depth (which also ends circles). */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth < 0) return '[…]';
  if (value instanceof Error) return plainError(value, depth);
  if (value instanceof Date || value instanceof URL) return value.toJSON();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return plainFields(Object.fromEntries(value) as Record<string, unknown>, depth);
  if (Array.isArray(value) || value instanceof Set) {
    return [...(value as Iterable<unknown>)].map((item) => plain(item, depth - 1));
  }
  return plainFields(value as Record<string, unknown>, depth);
}

/** Only what is meant for people: errors of HTTP clients carry the whole request, key included. */
function plainError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    ...('code' in error ? { code: error.code } : {}),
    message: error.message,
    ...(error.cause === undefined ? {} : { cause: plain(error.cause, depth - 1) }),
    stack: error.stack,
  };
}
