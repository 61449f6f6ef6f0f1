import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { createAgent } from '../agent.js';
import { dismissHere, type DismissRequest, type DismissResult } from '../agent/dismiss.js';
import { groupNumberOf } from '../agent/named-photos.js';
import type { Config } from '../config.js';
import { FatalError, exitCodes, type ExitCode } from '../errors.js';
import type { Dismissal } from '../store-ports.js';
import { openJournalForReading } from '../state/open-state.js';
import { groupName } from '../sync/desired.js';
import {
  addCommonFlags,
  count,
  createContext,
  localTime,
  oneLine,
  print,
  printJson,
  printWrapped,
  type CommonFlags,
  type Context,
} from './context.js';
import { quoted } from './place.js';
import { handOver, runningAgent } from './remote.js';

interface DismissFlags extends CommonFlags {
  readonly list?: boolean;
  readonly forget?: boolean;
  readonly all?: boolean;
}

const help = `
WHAT is a group (12, or Similar-0012): none of its photos is a duplicate of
another; or two photos or more: all pairs of them. A photo is named by its key
(\`groups --json\`), by the id or the address of its page in Immich, or by its
path; \`groups --review\` prints what to type for each.

It is remembered for ever and by content: after new scans, under other settings,
and when the same bytes come back in another place. Two copies of the same bytes
can be dismissed too: then no two places that hold these bytes are called
duplicates. Where a third photo matches both of a pair, it shares a group with
the better one.

Labels of ours on such a pair are taken off by the running agent at once, else
by the next scan.`;

export function addDismiss(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('dismiss')
    .argument('[what...]', 'a group, or two photos or more')
    .description('"not a duplicate": pairs of photos that are never called duplicates of each other again')
    .option('--list', 'show what was dismissed')
    .option('--forget', 'take it back: of the photos or groups that are named, or of --all')
    .option('--all', 'with --forget: everything that was dismissed')
    .option('--json', 'print one JSON document')
    .addHelpText('after', help);
  addCommonFlags(command).action(async (what: string[], flags: DismissFlags) => {
    const context = createContext(flags, {}, 'warn');
    if (flags.list === true) list(context, what, flags);
    else await dismiss(context, requestOf(whole(context, what), flags), flags.json === true);
    done(exitCodes.done);
  });
}

/** A running agent stands in another directory: files are named by their whole path. */
function whole({ config }: Context, what: readonly string[]): string[] {
  return what.map((word) =>
    groupNumberOf(word, config) === null && existsSync(word) ? resolve(word) : word,
  );
}

function requestOf(what: readonly string[], { forget, all }: DismissFlags): DismissRequest {
  if (forget === true && all === true && what.length === 0) return { action: 'forget', what: 'all' };
  if (all === true) throw new FatalError('USAGE', 'dismiss: --all goes with --forget alone', exitCodes.usage);
  if (what.length === 0)
    throw new FatalError(
      'USAGE',
      'dismiss: name a group, or two photos or more; or give --list',
      exitCodes.usage,
    );
  return { action: forget === true ? 'forget' : 'dismiss', what };
}

async function dismiss(context: Context, request: DismissRequest, json: boolean): Promise<void> {
  const running = runningAgent(context.config.stateDir);
  const result =
    running === null
      ? await dismissAlone(context, request)
      : ((await handOver(running, 'dismiss', request)) as DismissResult);
  if (json) printJson(result);
  else show(result, running !== null);
}

/** Needs no server: what a person says is written down, and groups are made of what is in the index. */
async function dismissAlone(context: Context, request: DismissRequest): Promise<DismissResult> {
  const agent = await createAgent({
    ...context,
    patience: 'one-shot',
    command: 'dismiss',
    namedByPath: false,
  });
  try {
    await agent.load();
    return await dismissHere(agent, request);
  } finally {
    await agent.close();
  }
}

function show(result: DismissResult, isHandedOver: boolean): void {
  const { action, pairs, already, photos, regrouped, labelsPaused } = result;
  const most = 8;
  for (const set of photos.slice(0, most)) {
    const names = set.slice(0, most).map(({ name }) => oneLine(name));
    const more = set.length > most ? ` and ${set.length - most} more` : '';
    printWrapped(`  ${names.join(', ')}${more}`, 4);
  }
  if (photos.length > most) print(`  … and ${photos.length - most} more`);
  if (action === 'forget' && pairs === 0) {
    print('None of it was dismissed.');
    return;
  }
  const before = already > 0 ? `, ${already} that ${already === 1 ? 'was' : 'were'} before` : '';
  print(
    action === 'dismiss'
      ? `${count(pairs, 'pair')} dismissed${before}: no duplicates of each other.`
      : `${count(pairs, 'pair')} may be called duplicates again.`,
  );
  const what = regrouped ? 'Labels' : 'Groups and labels';
  const when = `${what} follow ${isHandedOver ? 'now' : 'with the next scan'}.`;
  print(labelsPaused === null ? when : `Labels do not follow yet: ${labelsPaused}.`);
}

function list(
  { config, clock }: Context,
  what: readonly string[],
  { forget, all, json }: DismissFlags,
): void {
  if (what.length > 0 || forget === true || all === true)
    throw new FatalError('USAGE', 'dismiss --list takes nothing else', exitCodes.usage);
  const journal = openJournalForReading(config.stateDir, clock);
  const dismissals = journal?.dismissals.standing() ?? [];
  journal?.close();
  if (json === true) printJson({ dismissals: dismissals.map(documentOf) });
  else if (dismissals.length === 0) print('Nothing was dismissed.');
  else printDismissals(onceEach(dismissals), config);
}

/** A photo whose file was written to since has a dismissal for the bytes before and one for those now. */
function onceEach(dismissals: readonly Dismissal[]): readonly Dismissal[] {
  const named = dismissals.map(
    (one) =>
      [
        one.pair
          .map(({ key }) => key)
          .sort()
          .join('\n'),
        one,
      ] as const,
  );
  return [...new Map(named).values()];
}

/** Each pair with what takes it back: the group that it was dismissed as, or the keys. */
function printDismissals(dismissals: readonly Dismissal[], { labels }: Config): void {
  for (const { pair, group, at } of dismissals) {
    print(localTime(at) + (group === null ? '' : `  ${groupName(labels.albumPrefix, group)}`));
    const width = Math.max(...pair.map(({ name }) => oneLine(name).length));
    for (const { name, key } of pair) print(`  ${oneLine(name).padEnd(width)}  ${quoted(key)}`);
  }
  printWrapped(
    `${count(dismissals.length, 'pair')} dismissed. \`photo-organizer dismiss --forget\` and a group, or the two keys of a pair, takes it back.`,
    0,
  );
}

/** The stable shape of `dismiss --list --json`: fields may be added, never renamed. */
function documentOf({ pair, group, at }: Dismissal): unknown {
  return { pair, group, at: new Date(at).toISOString() };
}
