import { albumPrefix, carryOver, flag, oneOf, tagName, type Kind } from '../config/kinds.js';
import { FatalError, exitCodes } from '../errors.js';
import type { DismissRequest } from './dismiss.js';
import type { LabelFlags } from './label-settings.js';
import type { ScanRequest } from './scan.js';
import type { UndoRequest } from './undo.js';

type Fields = Readonly<Record<string, unknown>>;

const text: Kind<string> = {
  expected: 'text that is not empty',
  hidden: false,
  fromText: (given) => given,
  accepts: (value): value is string => typeof value === 'string' && value !== '',
};

const words: Kind<readonly string[]> = {
  expected: 'a list of texts',
  hidden: false,
  fromText: (given) => [given],
  accepts: (value): value is readonly string[] =>
    Array.isArray(value) && value.length > 0 && value.every((word) => text.accepts(word)),
};

/** Throws `REQUEST_INVALID` unless the body is just what an undo needs: what is left out must not mean "everything". */
export function readUndoRequest(body: unknown): UndoRequest {
  const fields = fieldsOf(body, 'the body', ['what', 'dryRun']);
  return {
    what: whatOf(fields.what),
    dryRun: need(fields, 'dryRun', flag),
  };
}

/** Throws `REQUEST_INVALID` unless the body is just what a dismissal needs: only "all" means all. */
export function readDismissRequest(body: unknown): DismissRequest {
  const fields = fieldsOf(body, 'the body', ['action', 'what']);
  const action = need(fields, 'action', oneOf(['dismiss', 'forget']));
  if (action === 'forget' && fields.what === 'all') return { action, what: 'all' };
  return { action, what: need(fields, 'what', words) };
}

/** Throws `REQUEST_INVALID` unless the body is just what a scan needs. */
export function readScanRequest(body: unknown): ScanRequest {
  const names = [
    'command',
    'sources',
    'album',
    'labels',
    'removeTag',
    'dryRun',
    'allowRemovals',
    'forceVersion',
  ];
  const fields = fieldsOf(body, 'the body', names);
  return {
    command: need(fields, 'command', text),
    sources: need(fields, 'sources', oneOf(['immich', 'local', 'all'])),
    album: fields.album === null ? null : need(fields, 'album', text),
    labels: labelsOf(fields.labels),
    removeTag: fields.removeTag === null ? null : removalOf(fields.removeTag),
    dryRun: need(fields, 'dryRun', flag),
    allowRemovals: need(fields, 'allowRemovals', flag),
    forceVersion: need(fields, 'forceVersion', flag),
  };
}

function labelsOf(value: unknown): LabelFlags {
  const switches = ['albums', 'favorite', 'nativeDuplicates', 'scores', 'stack'] as const;
  const names = ['tagOnly', 'tag', 'tagScope', 'albumPrefix', 'carryOver', ...switches];
  const fields = fieldsOf(value, 'labels', names);
  const may = <T>(name: string, kind: Kind<T>): T | undefined =>
    fields[name] === undefined ? undefined : need(fields, name, kind);
  return {
    tagOnly: need(fields, 'tagOnly', flag),
    tag: may('tag', tagName),
    tagScope: may('tagScope', oneOf(['extras', 'all'])),
    ...Object.fromEntries(switches.map((name) => [name, may(name, flag)])),
    albumPrefix: may('albumPrefix', albumPrefix),
    carryOver: may('carryOver', carryOver),
  };
}

function removalOf(value: unknown): ScanRequest['removeTag'] {
  const fields = fieldsOf(value, 'removeTag', ['name', 'only']);
  return { name: need(fields, 'name', tagName), only: need(fields, 'only', flag) };
}

function whatOf(value: unknown): UndoRequest['what'] {
  if (value === 'all' || value === 'last') return value;
  return {
    run: need(fieldsOf(value, 'what', ['run'], 'must be "all", "last" or an object with run'), 'run', text),
  };
}

function fieldsOf(
  value: unknown,
  what: string,
  names: readonly string[],
  expected = `must be an object with ${names.join(', ')}`,
): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} ${expected}`);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(`${what} has the unknown field ${JSON.stringify(unknown)}`);
  return value as Fields;
}

function need<T>(fields: Fields, name: string, kind: Kind<T>): T {
  const value = fields[name];
  if (!kind.accepts(value)) throw invalid(`${name} must be ${kind.expected}`);
  return value;
}

function invalid(text: string): FatalError {
  return new FatalError('REQUEST_INVALID', `Not a request: ${text}`, exitCodes.usage);
}
