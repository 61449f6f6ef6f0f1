import type { SourceName } from '../model.js';
import { readEntry, type Entry, type SourceNames } from './entry.js';
import type { Values } from './keys.js';
import * as kinds from './kinds.js';
import { absolutePath, type Origin } from './paths.js';
import type { Problems } from './problems.js';
import { readSecretFile } from './secret-file.js';

/** One Immich account. */
export interface AccountConfig {
  readonly name: SourceName;
  /** Name of the server in photo keys: that of the first account with the same address. */
  readonly server: string;
  /** Without trailing slashes and `/api`. */
  readonly url: string;
  readonly apiKey: string;
  /** PEM file of a private certificate authority; null for the usual ones. */
  readonly caPath: string | null;
  readonly tlsVerify: boolean;
  readonly concurrency: number;
  readonly requestsPerSecond: number;
  /** Milliseconds without a byte from the server after which a request is given up. */
  readonly timeoutMs: number;
}

const accountFields = {
  name: kinds.sourceName,
  url: kinds.url,
  api_key: kinds.apiKey,
  api_key_file: kinds.path,
  ca_path: kinds.path,
  tls_verify: kinds.flag,
};

export interface AccountInput {
  readonly values: Values;
  /** Where `accounts` came from. */
  readonly origin: Origin;
  /** Where the paths of `immich` start. */
  readonly immichBase: string;
  readonly home: string;
  readonly names: SourceNames;
  readonly problems: Problems;
  readonly warn: (message: string) => void;
}

/** `immich` alone (with a key) is the account "immich", before those of `accounts`. */
export function readAccounts(input: AccountInput): readonly AccountConfig[] {
  const first = immichAccount(input);
  const others = input.values.accounts.map((value, i) => otherAccount(value, `accounts[${i}]`, input));
  const accounts: AccountConfig[] = [];
  for (const account of [first, ...others]) {
    if (account === null) continue;
    const twin = accounts.find(({ url }) => url === account.url);
    if (accounts.some(({ url, apiKey }) => url === account.url && apiKey === account.apiKey)) {
      input.problems.add(
        'accounts',
        `"${account.name}" has the server and API key of another account`,
        input.origin.where,
      );
    }
    accounts.push({ ...account, server: twin?.server ?? account.name });
  }
  return accounts;
}

function immichAccount(input: AccountInput): AccountConfig | null {
  const { values, problems, names, origin } = input;
  if (!values['immich.tls_verify']) input.warn(tlsWarning('immich.tls_verify'));
  if (problems.has('immich.url') || problems.has('immich.api_key')) return null;
  const apiKey = values['immich.api_key'];
  const url = kinds.normalUrl(values['immich.url']);
  if (apiKey === '') {
    if (url !== null && values.accounts.length === 0 && !problems.has('accounts')) {
      problems.add('immich.api_key', 'missing: immich.url needs it, or immich.api_key_file, or accounts');
    }
    return null;
  }
  if (url === null) {
    problems.add('immich.url', 'missing: immich.api_key needs it');
    return null;
  }
  names.take('immich', 'immich', origin.where, problems);
  return { ...sharedOf(input), name: 'immich' as SourceName, server: 'immich', url, apiKey };
}

function otherAccount(value: unknown, at: string, input: AccountInput): AccountConfig | null {
  const { values, problems, names, origin, home } = input;
  const before = problems.count;
  const entry = readEntry(value, accountFields, at, origin.where, problems);
  if (entry.tls_verify === false) input.warn(tlsWarning(`${at}.tls_verify`));
  if (problems.count > before) return null;
  if (entry.name === undefined) problems.add(`${at}.name`, 'missing', origin.where);
  else names.take(entry.name, at, origin.where, problems);
  const url = kinds.normalUrl(entry.url === undefined || entry.url === '' ? values['immich.url'] : entry.url);
  if (url === null && !problems.has('immich.url')) {
    problems.add(`${at}.url`, 'missing, and there is no immich.url to take its place', origin.where);
  }
  const apiKey = accountKey(entry, at, input);
  if (entry.name === undefined || url === null || apiKey === null) return null;
  const shared = sharedOf(input);
  return {
    ...shared,
    name: entry.name as SourceName,
    server: entry.name,
    url,
    apiKey,
    caPath: entry.ca_path === undefined ? shared.caPath : pathOrNull(entry.ca_path, origin.base, home),
    tlsVerify: entry.tls_verify ?? shared.tlsVerify,
  };
}

/** The key of an account, from where it is given; null (reported) when there is none, or two. */
function accountKey(entry: Entry<typeof accountFields>, at: string, input: AccountInput): string | null {
  const { problems, origin, home } = input;
  const direct = entry.api_key ?? '';
  const file = entry.api_key_file ?? '';
  if ((direct === '') === (file === '')) {
    const text = direct === '' ? 'missing (or api_key_file)' : 'given together with api_key_file; keep one';
    problems.add(`${at}.api_key`, text, origin.where);
    return null;
  }
  if (direct !== '') return direct;
  const read = readSecretFile(absolutePath(file, origin.base, home));
  if ('failure' in read) {
    problems.add(`${at}.api_key_file`, read.failure, origin.where);
    return null;
  }
  const secret = read.secret.trim();
  if (kinds.apiKey.accepts(secret)) return secret;
  problems.add(`${at}.api_key_file`, `expected ${kinds.apiKey.expected} in the file ${file}`, origin.where);
  return null;
}

function sharedOf({ values, immichBase, home }: AccountInput) {
  return {
    caPath: pathOrNull(values['immich.ca_path'], immichBase, home),
    tlsVerify: values['immich.tls_verify'],
    concurrency: values['immich.concurrency'],
    requestsPerSecond: values['immich.requests_per_second'],
    timeoutMs: values['immich.timeout_seconds'] * 1000,
  };
}

function pathOrNull(path: string, base: string, home: string): string | null {
  return path === '' ? null : absolutePath(path, base, home);
}

function tlsWarning(key: string): string {
  return `${key} is false: anyone between here and the server can read the API key; prefer ca_path`;
}
