import { accessSync, constants, mkdirSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../config.js';
import { describeError, exitCodes, type ExitCode } from '../errors.js';
import { FolderSource } from '../sources/folder/folder-source.js';
import { createAccount, type ImmichAccount } from '../sources/immich/account.js';
import { areTagsShown, featureTable, type FeatureRow } from '../sources/immich/feature-table.js';
import { lockHolder } from '../state/lock.js';
import { openJournalForReading } from '../state/open-state.js';
import {
  addCommonFlags,
  createContext,
  exitCodeOf,
  print,
  printJson,
  type CommonFlags,
  type Context,
} from './context.js';

/** One thing that was looked at. */
interface Check {
  readonly name: string;
  readonly result: 'ok' | 'warning' | 'failed';
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string;
  readonly features?: readonly FeatureRow[];
  readonly exitCode?: ExitCode;
}

export function addDoctor(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('doctor')
    .description('what is wrong with the set-up, with the fix for each')
    .option('--json', 'print one JSON document');
  addCommonFlags(command).action(async (flags: CommonFlags) => {
    const context = createContext(flags, {}, 'error');
    const checks = await examine(context);
    if (flags.json === true) printJson({ checks });
    else checks.forEach(show);
    done(checks.find(({ result }) => result === 'failed')?.exitCode ?? exitCodes.done);
  });
}

async function examine(context: Context): Promise<Check[]> {
  const { config } = context;
  const checks = [checkState(config), ...checkHolds(context)];
  const accounts: ImmichAccount[] = [];
  for (const account of config.accounts)
    accounts.push(
      createAccount(account, () => accounts, {
        ...context,
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

function checkHolds({ config, clock }: Context): Check[] {
  const journal = openJournalForReading(config.stateDir, clock);
  const holds = (['removals', 'labels'] as const).flatMap((kind) => journal?.hold(kind) ?? []);
  journal?.close();
  const fix = 'look at `photo-organizer plan`, then run `photo-organizer scan --allow-removals`';
  return holds.map((text) => ({ name: 'journal', result: 'warning', text, fix }));
}

async function checkAccount(account: ImmichAccount, config: Config): Promise<Check[]> {
  const { name } = account;
  try {
    await account.source.open();
    const { capabilities } = account.source;
    const features = featureTable(capabilities);
    const who = `Immich ${capabilities.version} at ${account.client.baseUrl}, as ${capabilities.userName}`;
    const needed = [...(config.labels.tags ? ['tags'] : []), ...(config.labels.albums ? ['albums'] : [])];
    const lacking = features.filter(({ feature, works }) => works === 'no' && needed.includes(feature));
    const missing = [...new Set(lacking.flatMap((row) => row.missing))];
    const main: Check =
      lacking.length === 0
        ? { name, result: 'ok', text: who, features }
        : {
            name,
            result: 'failed',
            text: `${who}: ${lacking.map(({ feature }) => feature).join(' and ')} will not work`,
            fix: `give the API key the permission ${missing.join(', ')} (Account settings > API keys)`,
            features,
            exitCode: exitCodes.refused,
          };
    return [main, ...versionCheck(account), ...(await tagsShownCheck(account, config))];
  } catch (error) {
    return [{ name, result: 'failed', text: describeError(error), exitCode: exitCodeOf(error) }];
  }
}

function versionCheck({ name, source }: ImmichAccount): Check[] {
  if (source.capabilities.writable) return [];
  const text = `this release does not know Immich ${source.capabilities.version}: it reads, and writes nothing`;
  return [{ name, result: 'warning', text, fix: 'update photo-organizer, or scan with --force-version' }];
}

async function tagsShownCheck({ name, client }: ImmichAccount, config: Config): Promise<Check[]> {
  if (!config.labels.tags) return [];
  const shown = await areTagsShown(client);
  if (shown === true) return [{ name, result: 'ok', text: 'tags are shown in the web pages' }];
  const fix = 'in Immich: Account settings > Features > Tags > Enable, and "Sidebar"';
  const text =
    shown === false
      ? 'tags are switched off in the web pages: they are written, but you will not see them'
      : 'cannot tell whether tags are switched on in the web pages (the key lacks userPreference.read)';
  return [{ name, result: 'warning', text, fix }];
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

const marks = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };

function show({ name, result, text, fix, features }: Check): void {
  print(`${marks[result]}  ${name}: ${text}`);
  if (fix !== undefined) print(`         fix: ${fix}`);
  if (features === undefined) return;
  print(
    `         ${'feature'.padEnd(18)} ${'needs Immich'.padEnd(13)} ${'works'.padEnd(8)} needs permission`,
  );
  for (const row of features) {
    const lacking = row.missing.length === 0 ? '' : `  (missing: ${row.missing.join(', ')})`;
    print(
      `         ${row.feature.padEnd(18)} ${row.needsVersion.padEnd(13)} ${row.works.padEnd(8)} ${row.needsPermissions.join(', ')}${lacking}`,
    );
  }
}
