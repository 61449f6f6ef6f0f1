import { homedir } from 'node:os';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { systemClock } from '../clock.js';
import { loadConfig, type Config, type ConfigFlags, type LogLevel } from '../config.js';
import { FatalError, TransientError, exitCodes, type ExitCode } from '../errors.js';
import { createLog, harmless } from '../logger.js';
import type { Clock, Log } from '../ports.js';
import type { IndexCounts } from '../store-ports.js';
import { screenWidth, wrap } from './wrap.js';

/** Flags that every command takes. */
export interface CommonFlags {
  readonly config?: string;
  readonly stateDir?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What a command works with. */
export interface Context {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where nothing was ever indexed. */
export const noCounts: IndexCounts = {
  ...{ photos: 0, fingerprinted: 0, waiting: 0, failed: 0, unasked: 0 },
  ...{ videos: 0, videosByBytesAlone: 0, groups: 0, extras: 0 },
};

export function addCommonFlags(command: Command): Command {
  return command
    .option('--config <file>', 'config file, YAML or JSON (default: ~/.config/photo-organizer/config.yaml)')
    .option(
      '--state-dir <dir>',
      'where the index and the journal are kept (default: ~/.local/state/photo-organizer)',
    )
    .option('--verbose', 'tell more of what is done');
}

/** Flags that name a server. */
export interface ServerFlags {
  readonly immichUrl?: string;
  readonly immichApiKey?: string;
}

export function addServerFlags(command: Command): Command {
  return command
    .option('--immich-url <url>', 'address of Immich, as in the browser')
    .option(
      '--immich-api-key <key>',
      'API key (visible in `ps`: prefer IMMICH_API_KEY or IMMICH_API_KEY_FILE)',
    );
}

/** What they say in place of the config; warns of a key that others can see. */
export function serverOverrides({ immichUrl, immichApiKey }: ServerFlags): ConfigFlags {
  if (immichApiKey !== undefined)
    say(
      'warning: --immich-api-key is visible to other users in `ps`; prefer IMMICH_API_KEY or IMMICH_API_KEY_FILE',
    );
  return { immich: { url: immichUrl, api_key: immichApiKey } };
}

/** Reads the config under the flags. `logLevel` null = that of the config, for the service. */
export function createContext(
  flags: CommonFlags,
  overrides: ConfigFlags,
  logLevel: LogLevel | null,
): Context {
  // A service's log is read by programs; what a command says is read by whoever typed it.
  const to = { pretty: process.stderr.isTTY || logLevel !== null, destination: unfailingStderr() };
  const early = createLog('warn', to);
  const config = loadConfig({
    flags: { ...overrides, stateDir: flags.stateDir },
    env: process.env,
    configFile: flags.config,
    home: homedir(),
    warn: (message) => early.warn({}, message),
  });
  const level = flags.verbose === true ? 'debug' : (logLevel ?? config.log.level);
  return { config, clock: systemClock, log: createLog(level, to) };
}

/** Talk that cannot be told, because stderr is a full disk or a closed pipe, is lost; the work goes on. */
function unfailingStderr(): NodeJS.WritableStream {
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      process.stderr.write(chunk);
      done();
    },
  });
  return Object.assign(stream, { isTTY: process.stderr.isTTY });
}

/** Talk goes to stderr, so that stdout holds data alone. */
export function say(text: string): void {
  process.stderr.write(`${harmless(text)}\n`);
}

/** Data. */
export function print(text: string): void {
  process.stdout.write(`${harmless(text)}\n`);
}

/** Data for people: broken between words, the lines after the first begin with `hang` spaces. */
export function printWrapped(text: string, hang: number): void {
  print(wrap(text, screenWidth(), hang));
}

/** A name on one line, whatever is in it. */
export function oneLine(text: string): string {
  return text.replaceAll('\n', '\ufffd');
}

export function printJson(data: unknown): void {
  print(JSON.stringify(data, null, 2));
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof FatalError) return error.exitCode;
  if (error instanceof TransientError && error.code === 'IMMICH_UNREACHABLE') return exitCodes.unreachable;
  return exitCodes.failed;
}

/** `1 photo`, `2 photos`, `1,234 photos` */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${figure(n)} ${n === 1 ? one : many}`;
}

/** `1,234` */
export function figure(n: number): string {
  return n.toLocaleString('en');
}

/** `18:15:39` of today, `2026-01-31 18:15:39` of another day: local time. */
export function localTime(time: string | number | undefined): string {
  if (time === undefined) return '?';
  // Swedish writes times as ISO 8601 does.
  const write = (date: Date): string => date.toLocaleString('sv-SE');
  const [day, hour = ''] = write(new Date(time)).split(' ');
  return write(new Date()).startsWith(`${day ?? ''} `) ? hour : `${day ?? ''} ${hour}`;
}
