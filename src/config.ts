/** The configuration: read once at start, checked as a whole, handed out in slices. */
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { readAccounts, type AccountConfig } from './config/accounts.js';
import { SourceNames } from './config/entry.js';
import { defaultsLayer, fileLayer } from './config/file.js';
import { readFolders, type FolderConfig } from './config/folders.js';
import {
  allKeys,
  fileVariablesOf,
  specOf,
  variablesOf,
  type Key,
  type Overrides,
  type Values,
} from './config/keys.js';
import type { LogLevel } from './config/kinds.js';
import { envLayer, flagLayer, mergeLayers, type Layer } from './config/layers.js';
import { absolutePath, type Origin } from './config/paths.js';
import { Problems } from './config/problems.js';
import { readSecretFile } from './config/secret-file.js';
import { validate } from './config/validate.js';
import type { CarryOver, KeepRule } from './model.js';

export type { AccountConfig, FolderConfig, LogLevel };

/** All that the parts are told, each its own slice. Times are in milliseconds. */
export interface Config {
  /** May be empty: local folders need no account. */
  readonly accounts: readonly AccountConfig[];
  readonly folders: readonly FolderConfig[];
  readonly labels: {
    readonly tag: string;
    readonly tagScope: 'extras' | 'all';
    readonly tagsByEvidence: boolean;
    readonly tags: boolean;
    readonly albums: boolean;
    readonly albumPrefix: string;
    readonly favorite: boolean;
    readonly nativeDuplicates: boolean;
    readonly scores: boolean;
    readonly stack: boolean;
    readonly carryOver: readonly CarryOver[];
  };
  readonly detection: { readonly threshold: number; readonly dismissByUntagging: boolean };
  readonly keep: readonly KeepRule[];
  /** Places that the keep rule `preferred` goes by, see `preferenceFor`. */
  readonly prefer: readonly string[];
  readonly watch: {
    readonly pollMs: number;
    readonly pollMaxMs: number;
    /** Cron expression. */
    readonly sweep: string;
    readonly folderSettleMs: number;
  };
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Null where none is set; never null on a host that is not loopback. */
    readonly token: string | null;
    readonly webhookSecret: string | null;
  };
  readonly sync: { readonly maxRemovalShare: number; readonly settleMs: number };
  readonly log: { readonly level: LogLevel };
  /** Absolute. */
  readonly stateDir: string;
}

/** Keys of the config file given on the command line, and `stateDir`, which is no key. */
export type ConfigFlags = Overrides & { readonly stateDir?: string | undefined };

export interface LoadOptions {
  readonly flags: ConfigFlags;
  readonly env: NodeJS.ProcessEnv;
  /** Instead of `~/.config/photo-organizer/config.yaml`; must exist. */
  readonly configFile?: string | undefined;
  readonly home: string;
  /** Told what is allowed and unwise: never holds a secret. */
  readonly warn: (message: string) => void;
}

/**
 * Reads flags, variables, the config file and the defaults, the first that gives a key counting. Relative paths start at the
 * config file's directory in it, at the working directory elsewhere. Throws one `CONFIG_INVALID` (exit code 2) with all
 * problems, one a line.
 */
export function loadConfig({ flags, env, configFile, home, warn }: LoadOptions): Config {
  const problems = new Problems();
  const cwd = process.cwd();
  const { stateDir, ...overrides } = flags;
  const path = absolutePath(configFile ?? '~/.config/photo-organizer/config.yaml', cwd, home);
  const defaults = defaultsLayer(problems);
  const settings = mergeLayers([
    defaults,
    fileLayer({ path, required: configFile !== undefined, problems, warn }),
    envLayer(env, cwd, problems),
    flagLayer(overrides, cwd, problems),
  ]);
  readSecrets(settings, home, problems);
  const values = validate(settings, defaults, problems);
  const originOf = (key: Key): Origin => settings.get(key)?.origin ?? { where: path, base: cwd };
  const names = new SourceNames();
  const accounts = readAccounts({
    values,
    origin: originOf('accounts'),
    immichBase: originOf('immich.ca_path').base,
    home,
    names,
    problems,
    warn,
  });
  const folders = readFolders(values.folders, originOf('folders'), home, names, problems);
  checkServer(values, originOf('server.host'), problems);
  problems.throwIfAny();
  return { accounts, folders, ...slices(values), stateDir: stateDirOf(stateDir, env, cwd, home) };
}

/** One row of the table of keys. */
export interface ConfigKey {
  readonly key: string;
  /** Variables that set it; where several are set the first counts. */
  readonly env: readonly string[];
  readonly default: unknown;
  readonly doc: string;
}

/** Every key of the config file, for documentation. */
export function configKeys(): readonly ConfigKey[] {
  const problems = new Problems();
  const defaults = defaultsLayer(problems);
  problems.throwIfAny();
  return allKeys.map((key) => ({
    key,
    env: [...variablesOf(key), ...fileVariablesOf(key)],
    default: defaults.get(key)?.value,
    doc: specOf(key).doc,
  }));
}

/** Puts in place of a path to a secret what the file holds, and takes white space off the API key. */
function readSecrets(settings: Layer, home: string, problems: Problems): void {
  for (const [key, setting] of settings) {
    if (setting.inFile !== true || typeof setting.value !== 'string') continue;
    const read = readSecretFile(absolutePath(setting.value, setting.origin.base, home));
    if ('failure' in read) problems.add(key, read.failure, setting.origin.where);
    settings.set(key, { value: 'failure' in read ? '' : read.secret, origin: setting.origin });
  }
  const apiKey = settings.get('immich.api_key');
  if (typeof apiKey?.value === 'string') {
    settings.set('immich.api_key', { ...apiKey, value: apiKey.value.trim() });
  }
}

function checkServer(values: Values, origin: Origin, problems: Problems): void {
  const host = values['server.host'];
  const loopback = host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
  if (loopback || values['server.token'] !== '' || problems.has('server.token')) return;
  problems.add(
    'server.token',
    `missing: others can reach server.host ${host}, which shows private photos`,
    origin.where,
  );
}

function slices(values: Values): Omit<Config, 'accounts' | 'folders' | 'stateDir'> {
  const pollMs = values['watch.poll_seconds'] * 1000;
  return {
    labels: {
      tag: values['labels.tag'],
      tagScope: values['labels.tag_scope'],
      tagsByEvidence: values['labels.tags_by_evidence'],
      tags: values['labels.tags'],
      albums: values['labels.albums'],
      albumPrefix: values['labels.album_prefix'],
      favorite: values['labels.favorite'],
      nativeDuplicates: values['labels.native_duplicates'],
      scores: values['labels.scores'],
      stack: values['labels.stack'],
      carryOver: values['labels.carry_over'],
    },
    detection: {
      threshold: values['detection.threshold'],
      dismissByUntagging: values['detection.dismiss_by_untagging'],
    },
    keep: values.keep,
    prefer: values.prefer,
    watch: {
      pollMs,
      pollMaxMs: Math.max(pollMs, values['watch.poll_max_seconds'] * 1000),
      sweep: values['watch.sweep'],
      folderSettleMs: values['watch.folder_settle_seconds'] * 1000,
    },
    server: {
      host: values['server.host'],
      port: values['server.port'],
      token: values['server.token'] || null,
      webhookSecret: values['server.webhook_secret'] || null,
    },
    sync: {
      maxRemovalShare: values['sync.max_removal_share'],
      settleMs: values['sync.settle_seconds'] * 1000,
    },
    log: { level: values['log.level'] },
  };
}

function stateDirOf(flag: string | undefined, env: NodeJS.ProcessEnv, cwd: string, home: string): string {
  // systemd gives several directories parted by colons.
  const fromSystemd = (env.STATE_DIRECTORY ?? '').split(':')[0] ?? '';
  const usual = join(home, '.local/state/photo-organizer');
  return absolutePath([flag ?? '', fromSystemd].find((path) => path !== '') ?? usual, cwd, home);
}
