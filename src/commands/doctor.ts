import { accessSync, constants, mkdirSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../config.js';
import { configLineOf, outOfReach, tellOutOfReach } from '../agent/out-of-reach.js';
import { FatalError, describeError, exitCodes, type ExitCode } from '../errors.js';
import type { HoldKind } from '../label-ports.js';
import { FolderSource } from '../sources/folder/folder-source.js';
import { createAccount, type ImmichAccount } from '../sources/immich/account.js';
import { Refusals } from '../sources/immich/refusals.js';
import { readRefused } from '../state/checkpoints.js';
import { lockHolder } from '../state/lock.js';
import { openJournalForReading } from '../state/open-state.js';
import {
  addCommonFlags,
  addServerFlags,
  createContext,
  exitCodeOf,
  printJson,
  serverOverrides,
  type CommonFlags,
  type Context,
  type ServerFlags,
} from './context.js';
import { checkAccount } from './check-account.js';
import { printChecks, type Check } from './print-checks.js';

const fixOfHold: Readonly<Record<HoldKind, string>> = {
  removals:
    'look at `photo-organizer plan`, then run `photo-organizer scan --allow-removals`, both with the flags that you scan with',
  labels: 'run `photo-organizer scan`',
};

export function addDoctor(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('doctor')
    .description('what is wrong with the set-up, with the fix for each')
    .option('--json', 'print one JSON document');
  addServerFlags(addCommonFlags(command)).action(async (flags: CommonFlags & ServerFlags) => {
    const checks = await diagnose(flags);
    if (flags.json === true) printJson({ checks });
    else printChecks(checks);
    done(checks.find(({ result }) => result === 'failed')?.exitCode ?? exitCodes.done);
  });
}

/** A config that cannot be used is a finding like any other. */
async function diagnose(flags: CommonFlags & ServerFlags): Promise<Check[]> {
  let context: Context;
  try {
    context = createContext(flags, serverOverrides(flags), 'error');
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    const { exitCode } = error;
    return error.message.split('\n').map((text) => ({ name: 'config', result: 'failed', text, exitCode }));
  }
  return examine(context);
}

async function examine(context: Context): Promise<Check[]> {
  const { config } = context;
  const checks = [checkState(config), ...checkJournal(context)];
  const accounts: ImmichAccount[] = [];
  const refused = readRefused(config.stateDir);
  for (const account of config.accounts)
    accounts.push(
      createAccount(account, () => accounts, {
        ...context,
        refusalsOf: (name) => new Refusals(refused(name)),
        patienceMs: 0,
        stopping: new AbortController().signal,
      }),
    );
  if (accounts.length === 0)
    checks.push({
      name: 'immich',
      result: 'warning',
      text: 'no account is set up',
      fix: 'set IMMICH_URL and IMMICH_API_KEY, or immich.url and immich.api_key in the config',
    });
  for (const account of accounts) checks.push(...(await checkAccount(account, config)));
  for (const folder of config.folders) checks.push(await checkFolder(folder, context));
  if (config.server.webhookSecret === null)
    checks.push({
      name: 'webhook',
      result: 'ok',
      text: 'off (server.webhook_secret is not set); polling finds new photos',
    });
  return checks;
}

function checkState({ stateDir }: Config): Check {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    accessSync(stateDir, constants.W_OK);
  } catch (error) {
    const fix = 'choose another directory with --state-dir, or make it writable';
    return {
      name: 'state',
      result: 'failed',
      text: `${stateDir}: ${describeError(error)}`,
      fix,
      exitCode: exitCodes.usage,
    };
  }
  const holder = lockHolder(stateDir);
  const user = holder === null ? 'nobody uses it now' : `"${holder.command}" (process ${holder.pid}) uses it`;
  return { name: 'state', result: 'ok', text: `${stateDir} is writable; ${user}` };
}

function checkJournal({ config, clock }: Context): Check[] {
  const journal = openJournalForReading(config.stateDir, clock);
  if (journal === null) return [];
  const held = (['removals', 'labels'] as const).flatMap((kind): Check[] => {
    const text = journal.hold(kind);
    return text === null ? [] : [{ name: 'journal', result: 'warning', text, fix: fixOfHold[kind] }];
  });
  const setUp = config.accounts.map(({ name }) => name);
  const away = outOfReach(journal, { open: setUp, setUp }, null).map((one): Check => {
    const fix = `put it back into the config, then \`photo-organizer undo --all\`: ${configLineOf(one.source)}`;
    return { name: 'journal', result: 'warning', text: tellOutOfReach(one), fix };
  });
  journal.close();
  return [...held, ...away];
}

async function checkFolder(folder: Config['folders'][number], { clock, log }: Context): Promise<Check> {
  const source = new FolderSource({ ...folder, root: folder.path, clock, log });
  try {
    await source.open();
    return { name: folder.name, result: 'ok', text: `${folder.path} can be read` };
  } catch (error) {
    return { name: folder.name, result: 'failed', text: describeError(error), exitCode: exitCodeOf(error) };
  }
}
