import { carryOverNames, keepRuleNames } from '../model.js';
import * as kinds from './kinds.js';

/** One key of the configuration. */
export interface KeySpec {
  readonly kind: kinds.Kind<unknown>;
  readonly doc: string;
  /** A short variable besides `PHOTO_ORGANIZER_…`. */
  readonly alias?: string;
  /** `<variable>_FILE` names a file that holds the value. */
  readonly fileVariable?: true;
}

/** Every key, in the order of the documentation. A key is here from the day it does something. */
export const keySpecs = {
  'immich.url': {
    kind: kinds.url,
    doc: 'Address of the Immich server; the default of `accounts[].url`.',
    alias: 'IMMICH_URL',
  },
  'immich.api_key': {
    kind: kinds.apiKey,
    doc: 'API key; makes the account named `immich`.',
    alias: 'IMMICH_API_KEY',
  },
  'immich.api_key_file': {
    kind: kinds.path,
    doc: 'File that holds the API key (a systemd credential, a Docker secret).',
    alias: 'IMMICH_API_KEY_FILE',
  },
  'immich.ca_path': { kind: kinds.path, doc: 'PEM file of a private certificate authority to trust.' },
  'immich.tls_verify': {
    kind: kinds.flag,
    doc: 'Check the certificate of the server. Off warns at each start.',
  },
  'immich.concurrency': { kind: kinds.integer(1, 64), doc: 'Requests under way at once, 1-64.' },
  'immich.requests_per_second': { kind: kinds.number(1, 1000), doc: 'Requests begun per second, 1-1000.' },
  'immich.timeout_seconds': {
    kind: kinds.number(0.1, 600),
    doc: 'Seconds without a byte from the server after which a request is given up and tried again, 0.1-600.',
  },
  accounts: {
    kind: kinds.entries('a list of { name, url, api_key or api_key_file } (as a variable: JSON)', true),
    doc: 'More than one account: `{ name, url, api_key or api_key_file, ca_path, tls_verify }`. As a variable: JSON.',
  },
  folders: {
    kind: kinds.entries('a list of paths or { name, path, ignore, polling }', false),
    doc: 'Local folders: paths, or `{ name, path, ignore: [patterns], polling }`. `polling` is for network shares.',
  },
  'labels.tag': { kind: kinds.tagName, doc: 'Name of the tag for duplicates; slashes make a hierarchy.' },
  'labels.tag_scope': {
    kind: kinds.oneOf(['extras', 'all']),
    doc: 'Tag the `extras` of a group, or `all` its photos.',
  },
  'labels.tags_by_evidence': {
    kind: kinds.flag,
    doc: 'Instead of the one tag: `<tag>/safe-to-delete` (same bytes, or same picture and no larger), `<tag>/archive` (same picture, but more pixels or a larger file), `<tag>/review` (edited, or perhaps damaged), and with scope `all` `<tag>/keep`.',
  },
  'labels.tags': { kind: kinds.flag, doc: 'Write tags.' },
  'labels.albums': { kind: kinds.flag, doc: 'Make an album for each group.' },
  'labels.album_prefix': { kind: kinds.albumPrefix, doc: 'Beginning of the names of those albums.' },
  'labels.favorite': { kind: kinds.flag, doc: 'Make the keeper of each group a favourite.' },
  'labels.stack': { kind: kinds.flag, doc: 'Stack each group, the keeper on top.' },
  'labels.native_duplicates': {
    kind: kinds.flag,
    doc: "Show each group on Immich's own Duplicates page; not the groups that are stacked.",
  },
  'labels.scores': {
    kind: kinds.flag,
    doc: "Write group, role, evidence and score of each photo into Immich's key-value metadata.",
  },
  'labels.carry_over': {
    kind: kinds.carryOver,
    doc: `What the keeper of each group is given that only its extras have; any of ${carryOverNames.map((name) => `\`${name}\``).join(', ')}.`,
  },
  'detection.threshold': {
    kind: kinds.integer(0, 12),
    doc: 'Bits by which two 64-bit hashes may differ to be candidates, 0-12.',
  },
  'detection.dismiss_by_untagging': {
    kind: kinds.flag,
    doc: 'Take it as `dismiss` of a group when a person takes our tag off all its extras in Immich: seen by the next scan or nightly sweep, of up to 10 groups at once.',
  },
  keep: {
    kind: kinds.keepRules,
    doc: `What makes a photo the keeper, first rule first; any of ${keepRuleNames.map((name) => `\`${name}\``).join(', ')}.`,
  },
  prefer: {
    kind: kinds.texts,
    doc: 'Places that the keep rule `preferred` goes by, the best first: names of accounts and folders, or patterns of whole paths such as `/photos/originals/**` (of Immich, as the server has them). Changes count from the next full listing.',
  },
  'watch.poll_seconds': { kind: kinds.number(1, 3600), doc: 'Seconds between looks at Immich, 1-3600.' },
  'watch.poll_max_seconds': {
    kind: kinds.number(1, 86_400),
    doc: 'Longest time between looks at a server that is slow to answer, 1-86400 s; never below `watch.poll_seconds`.',
  },
  'watch.sweep': { kind: kinds.cron, doc: 'When everything is listed anew (cron expression, local time).' },
  'watch.folder_settle_seconds': {
    kind: kinds.number(0, 3600),
    doc: 'Seconds that a local file must stay unchanged before it is read, 0-3600.',
  },
  'server.host': {
    kind: kinds.host,
    doc: 'Address that the agent listens on (webhook, status); any but loopback needs `server.token`.',
  },
  'server.port': { kind: kinds.integer(0, 65_535), doc: 'Port that it listens on; 0 takes a free one.' },
  'server.token': { kind: kinds.secret, doc: 'Token for its status and control routes.', fileVariable: true },
  'server.webhook_secret': {
    kind: kinds.secret,
    doc: 'Secret that the webhook must send.',
    fileVariable: true,
  },
  'sync.max_removal_share': {
    kind: kinds.number(0, 1),
    doc: 'A plan that removes more than this share of our labels, and more than 10 of them, is held, 0-1.',
  },
  'sync.settle_seconds': {
    kind: kinds.number(1, 3600),
    doc: 'Seconds that Immich is given to settle a tag before it is written again, 1-3600.',
  },
  'log.level': { kind: kinds.oneOf(kinds.logLevels), doc: `One of ${kinds.logLevels.join(', ')}.` },
} as const satisfies Record<string, KeySpec>;

export type Key = keyof typeof keySpecs;

/** Every key with a value that its kind accepts. */
export type Values = { readonly [K in Key]: kinds.KindOf<(typeof keySpecs)[K]['kind']> };

type SectionOf<K> = K extends `${infer Section}.${string}` ? Section : never;

/** Values by section and name; text is read as in a variable, undefined is not given. */
export type Overrides = {
  readonly [S in SectionOf<Key>]?:
    | {
        readonly [K in Key as K extends `${S}.${infer Name}` ? Name : never]?: Values[K] | string | undefined;
      }
    | undefined;
} & { readonly [K in Exclude<Key, `${string}.${string}`>]?: Values[K] | string | undefined };

export const allKeys = Object.keys(keySpecs) as Key[];

export function specOf(key: Key): KeySpec {
  return keySpecs[key];
}

export function isKey(name: string): name is Key {
  return Object.hasOwn(keySpecs, name);
}

/** Variables that set a key; where several are set the first counts. */
export function variablesOf(key: Key): readonly string[] {
  const { alias } = specOf(key);
  const own = `PHOTO_ORGANIZER_${key.toUpperCase().replaceAll('.', '_')}`;
  return alias === undefined ? [own] : [own, alias];
}

/** Variables that name a file holding the key's value (`immich.api_key_file` is a key of its own). */
export function fileVariablesOf(key: Key): readonly string[] {
  return specOf(key).fileVariable === true ? variablesOf(key).map((name) => `${name}_FILE`) : [];
}
