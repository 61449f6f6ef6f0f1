import { allKeys, fileVariablesOf, isKey, specOf, variablesOf, type Key, type Overrides } from './keys.js';
import type { Origin } from './paths.js';
import { describeValue, type Problems } from './problems.js';

/** A value that a key was given. */
export interface Setting {
  readonly value: unknown;
  readonly origin: Origin;
  /** The value is the path of a file that holds it. */
  readonly inFile?: true;
}

/** The keys that one place sets. */
export type Layer = Map<Key, Setting>;

/** The section and the keys of a layer: `labels` for `labels.tag`. */
const sections = new Set(allKeys.filter((key) => key.includes('.')).map((key) => key.split('.')[0] ?? key));

/** Keys of a nested object, as parsed from a file. Null is not given. */
export function treeLayer(tree: unknown, origin: Origin, problems: Problems): Layer {
  const layer: Layer = new Map();
  if (!isSection(tree)) {
    if (tree != null)
      problems.add('config', `expected sections of keys, found ${describeValue(tree, true)}`, origin.where);
    return layer;
  }
  const set = (key: string, value: unknown) => {
    if (!isKey(key)) problems.unknown(key, allKeys, 'key', origin.where);
    else if (value != null) layer.set(key, { value, origin });
  };
  for (const [name, value] of Object.entries(tree)) {
    if (isKey(name) && !name.includes('.')) set(name, value);
    else if (!sections.has(name)) problems.unknown(name, [...sections, ...allKeys], 'key', origin.where);
    else if (isSection(value)) for (const [key, inner] of Object.entries(value)) set(`${name}.${key}`, inner);
    else if (value != null)
      problems.add(name, `expected a section of keys, found ${describeValue(value, true)}`, origin.where);
  }
  return pairSecrets(layer, problems);
}

/** Keys of the command line; text is read as in a variable. */
export function flagLayer(flags: Overrides, cwd: string, problems: Problems): Layer {
  const layer = treeLayer(flags, { where: 'on the command line', base: cwd }, problems);
  for (const [key, setting] of layer) {
    if (typeof setting.value !== 'string' || setting.inFile === true) continue;
    layer.set(key, { ...setting, value: specOf(key).kind.fromText(setting.value) });
  }
  return layer;
}

/** Keys set by variables; an empty variable is not set. */
export function envLayer(env: NodeJS.ProcessEnv, cwd: string, problems: Problems): Layer {
  const layer: Layer = new Map();
  const known = new Set<string>();
  const find = (names: readonly string[]) => {
    for (const name of names) known.add(name);
    return names
      .map((name) => ({ text: env[name] ?? '', origin: { where: `in the variable ${name}`, base: cwd } }))
      .find(({ text }) => text !== '');
  };
  for (const key of allKeys) {
    const direct = find(variablesOf(key));
    const file = find(fileVariablesOf(key));
    if (direct !== undefined && file !== undefined) {
      problems.add(key, `given twice, ${direct.origin.where} and ${file.origin.where}; keep one`);
    }
    if (direct !== undefined) {
      layer.set(key, { value: specOf(key).kind.fromText(direct.text), origin: direct.origin });
    } else if (file !== undefined) {
      layer.set(key, { value: file.text, origin: file.origin, inFile: true });
    }
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith('PHOTO_ORGANIZER_') || known.has(name) || isForeign(name) || env[name] === '')
      continue;
    problems.unknown(name, [...known], 'variable');
  }
  return pairSecrets(layer, problems);
}

/** One layer over the others: later ones win. */
export function mergeLayers(layers: readonly Layer[]): Layer {
  return new Map(layers.flatMap((layer) => [...layer]));
}

/**
 * `api_key_file` is another way to give `api_key`: whichever the highest layer gives counts, so that a variable naming a
 * file wins over a key in the config file.
 */
function pairSecrets(layer: Layer, problems: Problems): Layer {
  const file = layer.get('immich.api_key_file');
  if (file === undefined || typeof file.value !== 'string' || file.value === '') return layer;
  const direct = layer.get('immich.api_key');
  if (direct !== undefined && direct.value !== '') {
    problems.add('immich.api_key', 'given together with immich.api_key_file; keep one', direct.origin.where);
  } else {
    layer.set('immich.api_key', { ...file, inFile: true });
  }
  return layer;
}

/** Variables under our prefix that are not ours to judge: of the tests, and those Kubernetes makes for a service of our name. */
function isForeign(name: string): boolean {
  return (
    name === 'PHOTO_ORGANIZER_TEST_PHOTOS' ||
    /^PHOTO_ORGANIZER_(?:SERVICE_(?:HOST|PORT.*)|PORT(?:_\d+_(?:TCP|UDP|SCTP).*)?)$/u.test(name)
  );
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
