import type { Command } from 'commander';
import { exitCodes, type ExitCode } from '../errors.js';
import type { Group, Member } from '../model.js';
import type { IndexCounts, IndexedPhoto, PhotoStore } from '../store-ports.js';
import { readingAt } from '../pipeline/source-reader.js';
import { reasonsToKeep } from '../pipeline/groups/keep-rules.js';
import { readLastCheckpoint } from '../state/checkpoints.js';
import { openIndexForReading } from '../state/open-state.js';
import { groupName } from '../sync/desired.js';
import type { Config } from '../config.js';
import {
  addCommonFlags,
  count,
  createContext,
  figure,
  localTime,
  noCounts,
  oneLine,
  print,
  printJson,
  printWrapped,
  type CommonFlags,
} from './context.js';
import { placeOf } from './place.js';
import { printReview, reviewDocument, reviewHint, reviewPairs, type Review } from './review.js';

const nothingToReview: Review = { pairs: [], isCut: false };

export function addGroups(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('groups')
    .description('the groups: which photo to keep, which are extra copies, and why')
    .option(
      '--review',
      'show also pairs that look alike and are not proven: for you to judge, never labelled',
    )
    .option('--json', 'print one JSON document');
  addCommonFlags(command).action((flags: CommonFlags & { readonly review?: boolean }) => {
    const { config, clock } = createContext(flags, {}, 'warn');
    const index = openIndexForReading(config.stateDir);
    const groups = index?.groups.groups() ?? [];
    const review = index === null ? nothingToReview : reviewPairs(index, config.stateDir, clock);
    const isReview = flags.review === true && index !== null;
    if (flags.json === true) {
      const documents = groups.map((group) => documentOf(group, index?.photos ?? null, config));
      const document = isReview ? { review: reviewDocument(review, config) } : {};
      printJson({ groups: documents, ...document, counts: index?.photos.counts() ?? noCounts });
    } else if (index !== null && groups.length > 0) printGroups(groups, index.photos, config);
    if (groups.length === 0 && flags.json !== true)
      printWrapped(noGroups(index?.photos.counts() ?? noCounts, lastReadAt(config.stateDir)), 2);
    if (flags.json !== true && isReview) printReview(review, config);
    const hint = flags.json === true || isReview ? null : reviewHint(review);
    if (hint !== null) printWrapped(hint, 0);
    index?.close();
    done(exitCodes.done);
  });
}

function lastReadAt(stateDir: string): number | null {
  const checkpoint = readLastCheckpoint(stateDir);
  return checkpoint === null ? null : readingAt(checkpoint);
}

/** What it means that there are none. `lastAt`: when a source was last read, milliseconds; null = not known. */
function noGroups({ photos, waiting, failed }: IndexCounts, lastAt: number | null): string {
  if (photos === 0) return 'No groups: no photo is known. `photo-organizer scan` looks for duplicates.';
  const left = [
    ...(waiting > 0 ? [`${figure(waiting)} not looked at yet`] : []),
    ...(failed > 0 ? [`${figure(failed)} that cannot be compared`] : []),
  ];
  const of = left.length === 0 ? '' : ` (${left.join(', ')})`;
  const when = lastAt === null ? '' : `, last read ${localTime(lastAt)}`;
  return `No groups: no duplicates were found in ${count(photos, 'photo')}${of}${when}.`;
}

/** The stable shape of `groups --json`: fields may be added, never renamed. */
function documentOf(group: Group, photos: PhotoStore | null, config: Config): unknown {
  return {
    number: group.number,
    name: groupName(config.labels.albumPrefix, group.number),
    keeper: group.keeper,
    keptBecause: photos === null ? [] : keptBecause(group, photos, config),
    members: group.members.map((member) => {
      const photo = photos?.get(member.key) ?? null;
      return {
        key: member.key,
        source: photo?.source ?? null,
        ...placeOf({ key: member.key, source: photo?.source ?? null, name: photo?.name ?? null }, config),
        role: member.role,
        evidence: member.evidence?.kind ?? null,
        score: member.evidence?.score ?? null,
        distance: member.evidence?.distance ?? null,
        keptAs: member.keptAs,
        name: photo?.name ?? null,
        width: photo?.width ?? null,
        height: photo?.height ?? null,
        byteSize: photo?.byteSize ?? null,
        durationMs: photo?.durationMs ?? null,
        takenAt: photo?.takenAt == null ? null : new Date(photo.takenAt).toISOString(),
      };
    }),
  };
}

function keptBecause({ keeper, members }: Group, photos: PhotoStore, config: Config): string[] {
  const best = photos.get(keeper);
  const others = members.flatMap(({ key }) => (key === keeper ? [] : (photos.get(key) ?? [])));
  return best === null ? [] : reasonsToKeep(config.keep, best, others);
}

function printGroups(groups: readonly Group[], photos: PhotoStore, config: Config): void {
  const seen = new Set(
    groups.flatMap(({ members }) => members.flatMap(({ key }) => photos.get(key)?.source ?? [])),
  );
  const place = seen.size > 1 ? Math.max(...[...seen].map((source) => source.length)) + 1 : 0;
  for (const group of groups) {
    const why = keptBecause(group, photos, config).slice(0, 3).join(', ');
    print(groupName(config.labels.albumPrefix, group.number) + (why === '' ? '' : `  kept: ${why}`));
    const rows = group.members.map((member) => rowOf(member, photos.get(member.key)));
    const longest = Math.max(...rows.map(({ name }) => name.length));
    const width = Math.min(longest, nameWidth() - place);
    for (const { role, source, name, figures } of rows) {
      const where = place === 0 ? '' : source.padEnd(place);
      print(`  ${role.padEnd(6)} ${where}${shortened(name, width).padEnd(width)} ${figures}`.trimEnd());
    }
  }
  const extras = groups.flatMap(({ members }) => members).filter(({ role }) => role === 'extra').length;
  print(`${count(groups.length, 'group')} with ${count(extras, 'extra copy', 'extra copies')}.`);
}

/** Columns of a row besides the name. */
const otherColumns = 54;

/** A terminal's lines are not broken; elsewhere names are told whole. */
function nameWidth(): number {
  return process.stdout.isTTY ? Math.max(16, process.stdout.columns - otherColumns) : Infinity;
}

interface Row {
  readonly role: string;
  readonly source: string;
  readonly name: string;
  readonly figures: string;
}

function rowOf(member: Member, photo: IndexedPhoto | null): Row {
  const size = photo?.width == null ? '' : `${photo.width}x${photo.height ?? 0}`;
  const bytes = photo?.byteSize == null ? '' : `${figure(Math.round(photo.byteSize / 1000))} kB`;
  const { evidence } = member;
  const why = evidence === null ? '' : `${evidence.kind} ${evidence.score.toFixed(3)}`;
  return {
    role: member.role === 'keeper' ? 'keep' : 'extra',
    source: photo?.source ?? '',
    name: oneLine(photo?.name ?? member.key),
    figures: `${size.padStart(11)} ${bytes.padStart(10)}  ${why}`,
  };
}

/** The ends of a name tell more than its middle. */
function shortened(name: string, width: number): string {
  if (name.length <= width) return name;
  const tail = Math.ceil((width - 1) / 2);
  return `${name.slice(0, width - 1 - tail)}…${name.slice(-tail)}`;
}
