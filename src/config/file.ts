import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { allKeys, specOf } from './keys.js';
import { treeLayer, type Layer } from './layers.js';
import type { Origin } from './paths.js';
import type { Problems } from './problems.js';
import { errorWord } from './secret-file.js';

/** The defaults that the package ships; the same path from `src/config/` and `dist/config/`. */
const defaultsPath = fileURLToPath(new URL('../../config/default.json', import.meta.url));

export interface FileOptions {
  readonly path: string;
  /** A file that must be there was asked for by name. */
  readonly required: boolean;
  readonly problems: Problems;
  readonly warn: (message: string) => void;
}

/** Keys of `config/default.json`: all of them, or the package is damaged. */
export function defaultsLayer(problems: Problems): Layer {
  const origin: Origin = { where: `in ${defaultsPath}`, base: dirname(defaultsPath) };
  return treeLayer(JSON.parse(readFileSync(defaultsPath, 'utf8')), origin, problems);
}

/** Keys of the config file, YAML or JSON. Warns when it holds a secret that others may read. */
export function fileLayer({ path, required, problems, warn }: FileOptions): Layer {
  const origin: Origin = { where: `in ${path}`, base: dirname(path) };
  const file = readConfigFile(path);
  if ('failure' in file) {
    if (required || !file.absent) problems.add('config', `the file ${path} cannot be read: ${file.failure}`);
    return new Map();
  }
  const layer = treeLayer(parseConfig(file.text, path, problems), origin, problems);
  const secrets = secretsIn(layer);
  if (secrets.length > 0 && (file.mode & 0o077) !== 0 && process.platform !== 'win32') {
    warn(`${path} holds ${secrets.join(', ')} and others may read it; run: chmod 600 ${path}`);
  }
  return layer;
}

type ConfigFile =
  { readonly text: string; readonly mode: number } | { readonly failure: string; readonly absent: boolean };

function readConfigFile(path: string): ConfigFile {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    return { mode: fstatSync(fd).mode, text: readFileSync(fd, 'utf8') };
  } catch (error) {
    const failure = errorWord(error);
    return { failure, absent: failure === 'no such file' };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** JSON is YAML too. The parser's own messages quote the file, secrets included: only its code and the place are told. */
function parseConfig(text: string, path: string, problems: Problems): unknown {
  const document = parseDocument(text.replace(/^\uFEFF/u, ''), { logLevel: 'error' });
  // What the parser finds after its first error mostly follows from it.
  const [error] = document.errors;
  if (error !== undefined) {
    const [start] = error.linePos ?? [];
    const place = start === undefined ? '' : ` at line ${start.line}, column ${start.col}`;
    problems.add('config', `the file ${path} is not valid YAML${place}: ${wordsOf(error.code)}`);
    return undefined;
  }
  try {
    const tree: unknown = document.toJS();
    // Throws where an alias holds itself.
    JSON.stringify(tree);
    return tree;
  } catch {
    problems.add('config', `the file ${path} is not valid YAML: its aliases cannot be resolved`);
    return undefined;
  }
}

function wordsOf(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}

/** Names of the keys of a layer that hold a secret in the open. */
function secretsIn(layer: Layer): string[] {
  const isSecret = (value: unknown) => (typeof value === 'string' ? value !== '' : typeof value === 'number');
  return allKeys.flatMap((key) => {
    const setting = layer.get(key);
    if (setting === undefined || setting.inFile === true) return [];
    if (key !== 'accounts') return specOf(key).kind.hidden && isSecret(setting.value) ? [key] : [];
    const accounts: unknown[] = Array.isArray(setting.value) ? setting.value : [];
    return accounts.flatMap((account, i) =>
      typeof account === 'object' && account !== null && 'api_key' in account && isSecret(account.api_key)
        ? [`accounts[${i}].api_key`]
        : [],
    );
  });
}
