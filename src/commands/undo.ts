import type { Command } from 'commander';
import { createAgent } from '../agent.js';
import { undoHere, type UndoRequest } from '../agent/run-service.js';
import { FatalError, exitCodes, type ExitCode } from '../errors.js';
import { openJournalForReading } from '../state/open-state.js';
import type { SyncReport } from '../sync/report.js';
import {
  addCommonFlags,
  count,
  createContext,
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
  const request: UndoRequest = {
    command: 'undo',
    what: whatOf(flags),
    dryRun: flags.dryRun === true,
  };
  const running = runningAgent(context.config.stateDir);
  const report = (
    running === null ? await undoAlone(context, request) : await handOver(running, 'undo', request)
  ) as SyncReport;
  const { operations, failed, errors } = report;
  if (flags.json === true) printJson({ operations, failed, errors });
  else {
    printOperations(operations, request.dryRun);
    print(operations.length === 0 ? 'There is nothing to take back.' : summary(report, request.dryRun));
    for (const error of errors) print(`Failed: ${error}`);
  }
  return failed > 0 ? exitCodes.partial : exitCodes.done;
}

function whatOf({ all, last, run }: UndoFlags): UndoRequest['what'] {
  if ([all, last, run].filter((flag) => flag !== undefined).length !== 1)
    throw new FatalError('USAGE', 'undo: give one of --all, --last, --run ID or --list', exitCodes.usage);
  return run !== undefined ? { run } : all === true ? 'all' : 'last';
}

async function undoAlone(context: Context, request: UndoRequest): Promise<SyncReport> {
  const agent = await createAgent({ ...context, patience: 'one-shot', command: 'undo', namedByPath: false });
  try {
    await agent.open(['immich']);
    return await undoHere(agent, request);
  } finally {
    await agent.close();
  }
}

function listRuns({ config, clock }: Context, json: boolean): ExitCode {
  const journal = openJournalForReading(config.stateDir, clock);
  const runs = journal?.runs() ?? [];
  journal?.close();
  if (json) printJson({ runs });
  else if (runs.length === 0) print('Nothing was ever written.');
  for (const run of json ? [] : runs) {
    const when = new Date(run.startedAt).toLocaleString();
    const standing =
      run.standing === 0 ? 'nothing of it stands' : `${count(run.standing, 'label')} of it stand`;
    print(`${run.id}  ${when}  ${standing.padEnd(24)}  ${run.command}`);
  }
  return exitCodes.done;
}

function summary(report: SyncReport, dryRun: boolean): string {
  const labels = count(
    report.operations.reduce((sum, { photos }) => sum + photos.length, 0),
    'label',
  );
  return dryRun ? `${labels} would be taken back.` : `${labels} taken back.`;
}
