import { FatalError, OrganizerError, describeError, exitCodes } from '../errors.js';
import type { Journal, Run } from '../label-ports.js';
import type { SourceName } from '../model.js';
import type { Reconciler } from '../sync/reconciler.js';
import { addUp, type SyncReport } from '../sync/report.js';
import type { UndoWhat } from '../sync/undo.js';
import type { LabelledAccount } from './labelled-account.js';
import { hintFor, outOfReach } from './out-of-reach.js';

export interface TakeBackParts {
  /** All that are set up; those that are not open are left. */
  readonly accounts: readonly LabelledAccount[];
  readonly journal: Journal;
  readonly settle: (reconciler: Reconciler) => Promise<void>;
}

/**
 * Takes labels back in every account that can be reached; what lies in others counts as failed and is named. Throws
 * `ACCOUNT_MISSING` when none can be reached, and what the only account with labels threw.
 */
export async function takeBack(parts: TakeBackParts, what: UndoWhat, run: Run): Promise<SyncReport> {
  const { accounts, journal } = parts;
  const open = accounts.filter(({ account }) => account.source.isOpen);
  const setUp = namesOf(accounts);
  const away = outOfReach(journal, { open: namesOf(open), setUp }, what.run);
  if (open.length === 0 && away.length > 0)
    throw new FatalError('ACCOUNT_MISSING', away.map(hintFor).join('\n'), exitCodes.usage);
  const concerned = outOfReach(journal, { open: [], setUp }, what.run);
  const reports: SyncReport[] = [];
  const failures: { readonly source: SourceName; readonly labels: number; readonly error: OrganizerError }[] =
    [];
  for (const { account, reader, reconciler } of open)
    try {
      await reader.readChanges();
      const settle = (): Promise<void> => parts.settle(reconciler);
      const refresh = (): Promise<void> => reader.readChanges();
      reports.push(await reconciler.undo(what, run, { settle, refresh }));
    } catch (error) {
      if (!(error instanceof OrganizerError) || error.code === 'STOPPING') throw error;
      const { labels } = concerned.find(({ source }) => source === account.name) ?? {};
      if (labels !== undefined) failures.push({ source: account.name, labels, error });
    }
  const report = addUp(reports);
  const [first] = failures;
  if (first !== undefined && report.operations.length === 0) throw first.error;
  for (const { source, labels, error } of failures)
    fail(report, labels, `${source}: ${describeError(error)}`);
  for (const one of away) fail(report, one.labels, hintFor(one));
  return report;
}

function fail(report: SyncReport, labels: number, error: string): void {
  report.failed += Math.max(1, labels);
  report.errors.push(error);
}

function namesOf(accounts: readonly LabelledAccount[]): SourceName[] {
  return accounts.map(({ account }) => account.name);
}
