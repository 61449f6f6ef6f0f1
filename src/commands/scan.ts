import type { Command } from 'commander';
import { createAgent } from '../agent.js';
import type { LabelFlags } from '../agent/label-settings.js';
import { requireSources, scan, type ScanRequest, type ScanResult } from '../agent/scan.js';
import type { ConfigFlags } from '../config.js';
import { carryOver, tagName } from '../config/kinds.js';
import { FatalError, exitCodes, type ExitCode } from '../errors.js';
import type { PhotoSource } from '../ports.js';
import type { Operation } from '../sync/operation.js';
import { createContext, printJson, serverOverrides, type Context } from './context.js';
import { showProgress } from './progress.js';
import { printRemoval, printScan } from './print-scan.js';
import { handOver, runningAgent } from './remote.js';
import { noteNames, noteSettings } from './scan-notes.js';
import { addScanFlags, allowingCommand, commandLine, flagsBesideTags, type ScanFlags } from './scan-flags.js';

export function addScan(program: Command, done: (code: ExitCode) => void): void {
  addScanFlags(program.command('scan').description('one pass: read, compare, label; then exit'))
    .option('--dry-run', 'print what would be done, and do none of it (the same as `plan`)')
    .action(async (flags: ScanFlags) => done(await runScan('scan', flags)));
  addScanFlags(
    program.command('plan').description('what a scan would write: reads and compares, writes no label'),
  ).action(async (flags: ScanFlags) => done(await runScan('plan', { ...flags, dryRun: true })));
}

async function runScan(name: 'scan' | 'plan', flags: ScanFlags): Promise<ExitCode> {
  refuseBoth(flags);
  if (flags.immichAlbum === '' || (flags.immichAlbum !== undefined && flags.source === 'local'))
    throw new FatalError(
      'USAGE',
      '--immich-album needs the name of an album, and does not go with --source local',
      exitCodes.usage,
    );
  if (flags.removeTag !== undefined && flags.removeTag === flags.duplicateTag)
    throw new FatalError(
      'USAGE',
      `--remove-tag and --duplicate-tag both say ${flags.removeTag}: give one of them`,
      exitCodes.usage,
    );
  const context = createContext(flags, overridesOf(flags), 'warn');
  const request: ScanRequest = {
    command: commandLine(name, flags),
    sources: flags.source ?? 'all',
    album: flags.immichAlbum ?? null,
    labels: labelFlags(flags),
    removeTag: removalOf(flags),
    dryRun: flags.dryRun === true,
    allowRemovals: flags.allowRemovals === true,
    forceVersion: flags.forceVersion === true,
  };
  const agent = runningAgent(context.config.stateDir);
  noteSettings(flags, request, agent === null ? context.config : null);
  const result =
    agent === null
      ? await scanAlone(context, request, flags.sourceDir !== undefined)
      : ((await handOver(agent, 'scan', refuseOwnSettings(request, flags))) as ScanResult);
  if (flags.json === true) printJson(request.dryRun ? planDocument(result) : withoutPlan(result));
  else if (request.removeTag?.only === true) printRemoval(result, request.dryRun);
  else printScan(result, request.dryRun, allowingCommand(flags));
  const isLeft = !request.dryRun && result.warnings.length > 0;
  return isLeft || result.operations.failed + result.failed > 0 ? exitCodes.partial : exitCodes.done;
}

/** Flags that contradict `--tag-only`. */
function refuseBoth(flags: ScanFlags): void {
  const [other] = flagsBesideTags(flags);
  if (flags.tagOnly !== true || other === undefined) return;
  const text = `--tag-only writes nothing but tags, and ${other} does: give one of them`;
  throw new FatalError('USAGE', text, exitCodes.usage);
}

async function scanAlone(context: Context, request: ScanRequest, namedByPath: boolean): Promise<ScanResult> {
  const { sources, command } = request;
  requireSources(context.config, sources);
  const agent = await createAgent({ ...context, patience: 'one-shot', command, namedByPath });
  if (namedByPath) noteNames(agent.config.folders, agent.state.json.folders());
  const endProgress = showProgress(agent.progress);
  try {
    const isOnlyRemoval = request.removeTag?.only === true;
    const kinds: PhotoSource['kind'][] = [
      ...(sources === 'local' ? [] : ['immich' as const]),
      ...(sources === 'immich' || isOnlyRemoval ? [] : ['folder' as const]),
    ];
    await agent.open(kinds);
    return await scan(agent, request);
  } finally {
    endProgress();
    await agent.close();
  }
}

/** Whoever says more of what to look for or to write wants a scan too. */
function removalOf(flags: ScanFlags): ScanRequest['removeTag'] {
  if (flags.removeTag === undefined) return null;
  if (!tagName.accepts(flags.removeTag))
    throw new FatalError('USAGE', `--remove-tag: expected ${tagName.expected}`, exitCodes.usage);
  const { tagOnly, duplicateTag, tagScope, createAlbums, albumPrefix, threshold } = flags;
  const { sourceDir, immichAlbum } = flags;
  const more = [
    tagOnly,
    duplicateTag,
    tagScope,
    createAlbums,
    albumPrefix,
    threshold,
    sourceDir,
    immichAlbum,
  ];
  return { name: flags.removeTag, only: more.every((flag) => flag === undefined) };
}

function labelFlags(flags: ScanFlags): LabelFlags {
  return {
    tagOnly: flags.tagOnly === true,
    tag: flags.duplicateTag,
    tagScope: flags.tagScope,
    albums: flags.createAlbums,
    albumPrefix: flags.albumPrefix,
    favorite: flags.markBestFavorite,
    nativeDuplicates: flags.nativeDuplicates,
    scores: flags.writeScores,
    stack: flags.stack,
    carryOver: carryOverOf(flags),
  };
}

function carryOverOf({ carryOver: text }: ScanFlags): LabelFlags['carryOver'] {
  const value = text === undefined ? undefined : carryOver.fromText(text);
  if (value === undefined) return undefined;
  if (carryOver.accepts(value)) return value;
  const fault = carryOver.faultOf?.(value) ?? null;
  const found = fault === null ? '' : `; ${fault}`;
  throw new FatalError('USAGE', `--carry-over: expected ${carryOver.expected}${found}`, exitCodes.usage);
}

/** A running agent looks at its own sources with its own rules. */
function refuseOwnSettings(request: ScanRequest, flags: ScanFlags): ScanRequest {
  const own = [
    flags.sourceDir !== undefined && '--source-dir',
    flags.immichUrl !== undefined && '--immich-url',
    flags.immichApiKey !== undefined && '--immich-api-key',
    flags.threshold !== undefined && '--threshold',
  ].filter((flag) => flag !== false);
  if (own.length === 0) return request;
  throw new FatalError(
    'AGENT_RUNS',
    `An agent runs on this state directory; ${own.join(', ')} must be in its config, or use another --state-dir`,
    exitCodes.usage,
  );
}

function overridesOf(flags: ScanFlags): ConfigFlags {
  return {
    ...serverOverrides(flags),
    ...(flags.sourceDir === undefined ? {} : { folders: flags.sourceDir }),
    // Checked here with the rest; what counts is what the request carries.
    labels: { tag: flags.duplicateTag, tag_scope: flags.tagScope, album_prefix: flags.albumPrefix },
    detection: { threshold: flags.threshold },
  };
}

/** The stable shape of `plan --json`: fields may be added, never renamed. */
function planDocument({ plan, held, explained, operations, notCarried, ...rest }: ScanResult): unknown {
  const document = (operation: Operation): unknown => ({
    ...operation,
    details: operation.photos.map((key) => explained[key]),
  });
  return {
    operations: plan.map(document),
    heldBack: held.map(document),
    notCarried,
    counts: { ...rest, ...operations },
  };
}

function withoutPlan({ plan: _plan, held: _held, explained: _why, ...rest }: ScanResult): unknown {
  return rest;
}
