import convict from 'convict';
import { FatalError, exitCodes } from '../errors.js';
import { allKeys, specOf, variablesOf, type Key, type Values } from './keys.js';
import type { Layer } from './layers.js';
import { describeValue, type Problems } from './problems.js';

/**
 * Holds the settings to the schema (convict) and reports what does not fit. A key that does not fit has its default in the
 * answer, so that the checks that follow find the rest.
 */
export function validate(settings: Layer, defaults: Layer, problems: Problems): Values {
  const holder = convict(schema(settings, problems), { env: {}, args: [] });
  holder.load(nested(settings));
  const before = problems.count;
  try {
    holder.validate({ allowed: 'strict' });
  } catch (error) {
    // Its message has no origins, and ours are already in `problems`.
    if (problems.count === before) {
      throw new FatalError('CONFIG_INVALID', 'The configuration does not fit its schema', exitCodes.usage, {
        cause: error,
      });
    }
  }
  const read = (key: Key): unknown => holder.get(key);
  const right = allKeys.map((key) => [key, problems.has(key) ? defaults.get(key)?.value : read(key)]);
  return Object.fromEntries(right) as Values;
}

/** The schema as convict wants it. Defaults are the lowest layer, and null here: that keeps convict from coercing text. */
function schema(settings: Layer, problems: Problems): convict.Schema<Record<string, unknown>> {
  const leaf = (key: Key): convict.SchemaObj<unknown> => {
    const { kind, doc } = specOf(key);
    return {
      doc,
      default: null,
      env: variablesOf(key)[0],
      sensitive: kind.hidden,
      format: (value: unknown) => {
        if (kind.accepts(value)) return;
        const fault = kind.faultOf?.(value) ?? `found ${describeValue(value, kind.hidden)}`;
        if (!problems.has(key)) {
          problems.add(key, `expected ${kind.expected}, ${fault}`, settings.get(key)?.origin.where);
        }
        throw new Error(`expected ${kind.expected}`);
      },
    };
  };
  return nest(allKeys.map((key) => [key, leaf(key)])) as convict.Schema<Record<string, unknown>>;
}

function nested(settings: Layer): Record<string, unknown> {
  return nest([...settings].map(([key, { value }]) => [key, value]));
}

/** `a.b` becomes `{ a: { b } }`. */
function nest(leaves: readonly (readonly [Key, unknown])[]): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  const sections = new Map<string, Record<string, unknown>>();
  for (const [key, value] of leaves) {
    const [first = key, second] = key.split('.');
    if (second === undefined) {
      tree[first] = value;
      continue;
    }
    const section = sections.get(first) ?? {};
    sections.set(first, section);
    tree[first] = section;
    section[second] = value;
  }
  return tree;
}
