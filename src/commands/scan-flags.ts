import { Option, type Command } from 'commander';
import type { ScanRequest } from '../agent/scan.js';
import { carryOverNames } from '../model.js';
import { addCommonFlags, addServerFlags, type CommonFlags, type ServerFlags } from './context.js';
import { quoted } from './place.js';

/** Flags of `scan` and `plan`, as they are typed. */
export interface ScanFlags extends CommonFlags, ServerFlags {
  readonly source?: ScanRequest['sources'];
  readonly sourceDir?: string[];
  readonly immichAlbum?: string;
  readonly tagOnly?: boolean;
  readonly duplicateTag?: string;
  readonly tagScope?: 'extras' | 'all';
  readonly removeTag?: string;
  readonly createAlbums?: boolean;
  readonly albumPrefix?: string;
  readonly markBestFavorite?: boolean;
  readonly nativeDuplicates?: boolean;
  readonly writeScores?: boolean;
  readonly stack?: boolean;
  readonly carryOver?: string;
  readonly threshold?: string;
  readonly forceVersion?: boolean;
  readonly allowRemovals?: boolean;
  readonly dryRun?: boolean;
}

/** Adds what `scan` and `plan` have in common. */
export function addScanFlags(command: Command): Command {
  const withSources = addCommonFlags(command)
    .addOption(
      new Option('--source <which>', 'what to look at').choices(['immich', 'local', 'all']).default('all'),
    )
    .option('-s, --source-dir <dir>', 'a folder to look at; may be given more than once', collect);
  return addServerFlags(withSources)
    .option(
      '--immich-album <name>',
      'only photos of this album are looked at and labelled; compared among themselves, and with all that is known from earlier scans',
    )
    .option('--tag-only', 'write tags and nothing else')
    .option(
      '--duplicate-tag <name>',
      'the tag for extra copies (default: labels.tag of the config: possible-duplicate)',
    )
    .addOption(
      new Option('--tag-scope <scope>', 'tag the extras only (the default), or the keeper too').choices([
        'extras',
        'all',
      ]),
    )
    .option(
      '--remove-tag <name>',
      'take a tag of ours off every photo and out of the files beside them, then delete it; what you tagged yourself keeps it. Without another flag of labels nothing else is done',
    )
    .option('--create-albums', 'an album for each group')
    .option(
      '--album-prefix <prefix>',
      'albums are named with it and the number of the group (default: Similar-)',
    )
    .option('--mark-best-favorite', 'make the keeper of each group a favourite')
    .option('--stack', 'stack each group, the keeper on top')
    .option(
      '--native-duplicates',
      "show each group on Immich's own Duplicates page; not those that --stack makes stacks of, which Immich leaves out of that page",
    )
    .option('--write-scores', 'write group, role, evidence and score into the metadata of each photo')
    .option(
      '--carry-over <list>',
      `give the keeper of each group what only its extras have: ${carryOverNames.join(',')}`,
    )
    .option(
      '--threshold <bits>',
      'largest distance of the 64-bit hash at which photos are compared further, 0 to 12 (default: 12)',
    )
    .option('--allow-removals', 'take labels off also where that is held back to be confirmed')
    .option('--force-version', 'write to an Immich version that this release does not know')
    .option('--json', 'print one JSON document');
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** Flags that say what is written to Immich, of those that were given. */
export function labelFlagsGiven(flags: ScanFlags): string[] {
  const given: Readonly<Record<string, unknown>> = {
    '--tag-only': flags.tagOnly,
    '--duplicate-tag': flags.duplicateTag,
    '--tag-scope': flags.tagScope,
    '--album-prefix': flags.albumPrefix,
    ...otherThanTags(flags),
  };
  return namesGiven(given);
}

/** Flags that `--tag-only` contradicts, of those that were given. */
export function flagsBesideTags(flags: ScanFlags): string[] {
  return namesGiven(otherThanTags(flags));
}

function otherThanTags(flags: ScanFlags): Record<string, unknown> {
  return {
    '--create-albums': flags.createAlbums,
    '--mark-best-favorite': flags.markBestFavorite,
    '--native-duplicates': flags.nativeDuplicates,
    '--write-scores': flags.writeScores,
    '--stack': flags.stack,
    '--carry-over': flags.carryOver,
  };
}

function namesGiven(flags: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

/** What was asked, for the journal and for whoever finds the lock: the flags that change what is done, without their secrets. */
export function commandLine(name: string, flags: ScanFlags): string {
  const { immichApiKey: _secret, config, stateDir, json, verbose, ...rest } = flags;
  return [name, ...wordsOf(rest)].join(' ');
}

/** What to type to do the same with `--allow-removals`, in a shell. A secret is left for whoever types it. */
export function allowingCommand(flags: ScanFlags): string {
  const { immichApiKey, json, verbose, dryRun, allowRemovals, ...rest } = flags;
  const secret = immichApiKey === undefined ? [] : ['--immich-api-key', 'KEY'];
  const words = [...wordsOf(rest), ...secret, '--allow-removals'];
  return ['photo-organizer', 'scan', ...words.map(quoted)].join(' ');
}

function wordsOf({ source, ...rest }: ScanFlags): string[] {
  const given = { ...(source === 'all' ? {} : { source }), ...rest };
  return Object.entries(given).flatMap(([flag, value]: [string, unknown]) => {
    const long = `--${flag.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [long];
    const values = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => (typeof one === 'string' ? [long, one] : []));
  });
}
