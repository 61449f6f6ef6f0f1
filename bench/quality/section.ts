import type { FalsePair } from './false-pairs.js';
import type { NearStrangerTallies } from './near-strangers.js';
import { missTable, type Misses } from './misses.js';
import type { BenchPhoto, Half, Kind } from './photos.js';
import type { Column, Recall } from './recall.js';
import { attackTable, changedPairTable, classTable, falsePairTable, nearStrangerTable } from './tables.js';

/** All that was measured. */
export interface Results {
  /** Command, day, machine and versions. */
  readonly made: string;
  readonly photos: readonly BenchPhoto[];
  /** The photos whose changed copies were looked for. */
  readonly queries: readonly BenchPhoto[];
  readonly attacks: readonly string[];
  readonly columns: readonly Column[];
  readonly recall: Recall;
  /** Of the first method; null where it knows no causes. */
  readonly misses: Misses | null;
  /** By method name; of the photos as they are, and of the changed copies. */
  readonly falsePairs: ReadonlyMap<string, readonly FalsePair[]>;
  readonly changedPairs: ReadonlyMap<string, readonly FalsePair[]>;
  /** Null = not measured. */
  readonly nearStrangers: NearStrangerTallies | null;
}

/** The benchmark's section of docs/BENCHMARKS.md. */
export function section(results: Results): string {
  const { photos, queries, attacks, columns, recall, falsePairs, changedPairs, nearStrangers, misses } =
    results;
  const size = (kind: Kind): number => photos.filter((photo) => photo.kind === kind).length;
  const half = (name: Half): number => queries.filter((photo) => photo.half === name).length;
  const unreadable = [...recall.unreadable].filter(([, files]) => files > 0);
  return `## How well duplicates are told

${results.made}

Photographs: ${size('general')} ordinary ones, ${size('look-alike')} of things that look alike, ${size('document')} scans of papers of the same forms; all different (\`bench/quality/README.md\`). Bounds are set on the half *tune* and must hold on the half *held-out*; where a cell has two numbers they are tune / held-out.

### Duplicates found

Percent of changed copies that are told to be duplicates of their original: ${queries.length} photos (${half('tune')} tune, ${half('held-out')} held-out), ${attacks.length} kinds of change each.

${classTable(recall, columns)}

${unreadable.map(([name, files]) => `${name} could not read ${files} of the ${queries.length * attacks.length} changed files; these count as not found.\n`).join('')}
### False pairs

Different photos that are called duplicates, of all pairs; in brackets the highest rate that this allows, at 95 % confidence (3 / pairs where none was found).
Rows of a half have the pairs of which both photos are in it.

${falsePairTable(photos, falsePairs, columns)}

${ourFalsePairs(columns, falsePairs)}

Different photos after the same kind of change, each pair of the ${queries.length}: what was added must not be taken for what is shown.

${changedPairTable(queries, changedPairs, columns, attacks)}

${nearStrangers === null ? '' : nearStrangerPart(nearStrangers, columns)}
### Every kind of change

${attackTable(recall, columns)}
${misses === null || columns[0] === undefined ? '' : `\n${missPart(misses, columns[0], queries.length)}`}`;
}

function missPart(misses: Misses, { method, heading }: Column, photos: number): string {
  return `### What is missed, and why

Of ${photos} copies of each kind those that "${heading}" does not find.

${missTable(misses, method)}
`;
}

/** The part of the section about pictures that are nearly the same on purpose. */
export function nearStrangerPart(tallies: NearStrangerTallies, columns: readonly Column[]): string {
  return `### Pictures that share most of what they show

Percent of pairs that are called duplicates though neither picture is a copy of the other: fewer is better. Up to 20 pairs of each half and kind, made of the ordinary photos. "With review" also counts pairs that are only shown to a person who decides, which is right for such pairs: what must stay low is "automatic".

${nearStrangerTable(tallies, columns)}
`;
}

/** Most false pairs that are named in the report; the list has all. */
const mostNamed = 30;

/** The first false pairs of our own engine by file name, the gravest first: those of ordinary photos, then by bound. */
function ourFalsePairs(
  columns: readonly Column[],
  falsePairs: ReadonlyMap<string, readonly FalsePair[]>,
): string {
  const ours = columns[0]?.method;
  if (ours === undefined) return '';
  const gravity = ({ a, b, bound }: FalsePair): number =>
    bound + 10 * Math.max(kindsByGravity.indexOf(a.kind), kindsByGravity.indexOf(b.kind));
  const pairs = [...(falsePairs.get(ours.name) ?? [])].sort((x, y) => gravity(x) - gravity(y));
  if (pairs.length === 0) return `False pairs of ${ours.name}: none.`;
  const lines = pairs
    .slice(0, mostNamed)
    .map(({ a, b, bound }) => `- ${ours.columns[bound] ?? ''}, ${a.kind}: ${a.name} = ${b.name}`);
  const rest = pairs.length > mostNamed ? `\n- and ${pairs.length - mostNamed} more` : '';
  return `False pairs of ${ours.name}:\n\n${lines.join('\n')}${rest}`;
}

const kindsByGravity: readonly Kind[] = ['general', 'look-alike', 'document'];

/** All false pairs of all methods for the eye: column, what was compared, both SHA-1, both paths; tab-separated. */
export function pairList(
  columns: readonly Column[],
  ...found: readonly ReadonlyMap<string, readonly FalsePair[]>[]
): string {
  const lines = columns.flatMap(({ method, bound, heading }) =>
    found
      .flatMap((pairs) => pairs.get(method.name) ?? [])
      .filter((pair) => pair.bound === bound)
      .map(({ a, b, picture }) => [heading, picture, a.sha1, b.sha1, a.path, b.path].join('\t')),
  );
  return lines.join('\n') + '\n';
}
