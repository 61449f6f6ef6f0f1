import type { Command } from 'commander';
import { createAgent, type Agent } from '../agent.js';
import { undoHere, type UndoRequest, type UndoResult } from '../agent/undo.js';
import { FatalError, OrganizerError, describeError, exitCodes, type ExitCode } from '../errors.js';
import type { RunRecord } from '../label-ports.js';
import { openJournalForReading } from '../state/open-state.js';
import { isUndo } from '../state/undone-runs.js';
import {
  addCommonFlags,
  count,
  createContext,
  localTime,
  print,
  printJson,
  type CommonFlags,
  type Context,
} from './context.js';
import { handOver, runningAgent } from './remote.js';
import { printOperations } from './print-operations.js';

interface UndoFlags extends CommonFlags {
  readonly all?: boolean;
  readonly last?: boolean;
  readonly run?: string;
  readonly list?: boolean;
  readonly dryRun?: boolean;
  readonly immichUrl?: string;
  readonly immichApiKey?: string;
}

export function addUndo(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('undo')
    .description('take back labels that we wrote; what people made or changed stays')
    .option('--all', 'everything that we ever wrote')
    .option('--last', 'what the last run did')
    .option('--run <id>', 'what one run did')
    .option('--list', 'show the runs')
    .option('--dry-run', 'print what would be taken back')
    .option('--immich-url <url>', 'address of Immich, as in the browser')
    .option('--immich-api-key <key>', 'API key (visible in `ps`: prefer IMMICH_API_KEY)')
    .option('--json', 'print one JSON document');
  addCommonFlags(command).action(async (flags: UndoFlags) => done(await undo(flags)));
}

async function undo(flags: UndoFlags): Promise<ExitCode> {
  const immich = { url: flags.immichUrl, api_key: flags.immichApiKey };
  const context = createContext(flags, { immich }, 'warn');
  if (flags.list === true) return listRuns(context, flags.json === true);
  const request: UndoRequest = { what: whatOf(flags), dryRun: flags.dryRun === true };
  const running = runningAgent(context.config.stateDir);
  const result = (
    running === null ? await undoAlone(context, request) : await handOver(running, 'undo', request)
  ) as UndoResult;
  const { operations, failed, errors, notes, run, paused } = result;
  if (flags.json === true) printJson({ operations, failed, errors, notes, run, paused });
  else show(result, request);
  return failed > 0 || errors.length > 0 ? exitCodes.partial : exitCodes.done;
}

function show({ operations, errors, notes, run, paused }: UndoResult, { what, dryRun }: UndoRequest): void {
  printOperations(operations, dryRun);
  const of = run !== null && what === 'last' ? ` of the run ${run}` : '';
  if (operations.length > 0) print(summary(operations, of, dryRun));
  else if (errors.length === 0) print(`There is nothing to take back${of}.`);
  for (const error of errors) print(`Failed: ${error}`);
  for (const note of notes) print(`Note: ${note}.`);
  if (paused) print('Labelling is paused until `photo-organizer scan` is run.');
}

function whatOf({ all, last, run }: UndoFlags): UndoRequest['what'] {
  if ([all, last, run].filter((flag) => flag !== undefined).length !== 1)
    throw new FatalError('USAGE', 'undo: give one of --all, --last, --run ID or --list', exitCodes.usage);
  return run !== undefined ? { run } : all === true ? 'all' : 'last';
}

async function undoAlone(context: Context, request: UndoRequest): Promise<UndoResult> {
  const agent = await createAgent({ ...context, patience: 'one-shot', command: 'undo', namedByPath: false });
  try {
    await openWhatAnswers(agent);
    return await undoHere(agent, request);
  } finally {
    await agent.close();
  }
}

/** One account that is away does not keep the labels of the others where they are. Throws when none can be opened. */
async function openWhatAnswers(agent: Agent): Promise<void> {
  const failures: OrganizerError[] = [];
  for (const one of agent.sources.filter(({ source }) => source.kind === 'immich'))
    try {
      await agent.openSource(one);
    } catch (error) {
      const answers = agent.accounts.some(({ source }) => source === one.source && source.isOpen);
      // Another user answers than before: what lies there is not ours to touch.
      if (!(error instanceof OrganizerError) || answers) throw error;
      failures.push(error);
      agent.log.warn(
        { source: one.source.name, reason: describeError(error) },
        'the account cannot be opened',
      );
    }
  const [first] = failures;
  if (first !== undefined && agent.accounts.every(({ source }) => !source.isOpen)) throw first;
  await agent.load();
}

function listRuns({ config, clock }: Context, json: boolean): ExitCode {
  const journal = openJournalForReading(config.stateDir, clock);
  const runs = journal?.runs() ?? [];
  journal?.close();
  if (json) printJson({ runs });
  else if (runs.length === 0) print('Nothing was ever written.');
  else printRuns(runs);
  return exitCodes.done;
}

function printRuns(runs: readonly RunRecord[]): void {
  const rows = runs.map((run) => [run.id, localTime(run.startedAt), stateOf(run), run.command]);
  const widest = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) print(row.map((cell, column) => cell.padEnd(widest[column] ?? 0)).join('  '));
}

function stateOf(run: RunRecord): string {
  if (isUndo(run)) return 'took labels back';
  if (run.undone) return 'undone';
  if (run.standing === 0) return 'nothing of it stands';
  return `${count(run.standing, 'label')} of it ${run.standing === 1 ? 'stands' : 'stand'}`;
}

function summary(operations: UndoResult['operations'], of: string, dryRun: boolean): string {
  const labels = operations.reduce((sum, { photos }) => sum + photos.length, 0);
  return `${count(labels, 'label')}${of} ${dryRun ? 'would be taken back' : 'taken back'}.`;
}
