import { FatalError, exitCodes } from '../errors.js';
import { isUndo, undoCommand } from '../state/undone-runs.js';
import { emptyReport, type SyncReport } from '../sync/report.js';
import type { Parts } from './parts.js';
import { newRun } from './run.js';

/** What shall be taken back; plain, so that it can be handed to a running agent. */
export interface UndoRequest {
  readonly what: 'all' | 'last' | { readonly run: string };
  readonly dryRun: boolean;
}

/** What an undo came to. */
export interface UndoResult extends SyncReport {
  /** The run that was taken back; null for all of them, and where there was none. */
  readonly run: string | null;
  /** Labels were taken back now: none is written until somebody asks for a scan. */
  readonly paused: boolean;
}

/**
 * Takes labels back: all, of one run, or of the last run that was not taken back yet. Afterwards nothing is written again
 * until somebody asks for it. Throws `NO_SUCH_RUN`, `ACCOUNT_MISSING`.
 */
export async function undoHere(parts: Parts, { what, dryRun }: UndoRequest): Promise<UndoResult> {
  const { clock, labelling, state } = parts;
  const id = runOf(parts, what);
  if (id === undefined) return { ...emptyReport(), run: null, paused: false };
  // Named as whole only when it was: one that is cut off, or reached not all, is tried again by the next `--last`.
  const begun = newRun(`${undoCommand(id)} (unfinished)`, clock);
  const report = await labelling.undo({ run: id, dryRun }, begun);
  if (dryRun) return { ...report, run: id, paused: false };
  if (report.failed === 0) state.journal.note({ ...begun, command: undoCommand(id) });
  return { ...report, run: id, paused: report.operations.length > 0 };
}

/** Null = all; undefined = there is nothing that could be the last. */
function runOf({ state }: Parts, what: UndoRequest['what']): string | null | undefined {
  if (what === 'all') return null;
  const runs = state.journal.runs();
  if (what === 'last') return runs.find((run) => !isUndo(run) && !run.undone)?.id;
  if (runs.some(({ id }) => id === what.run)) return what.run;
  throw new FatalError(
    'NO_SUCH_RUN',
    `There is no run ${what.run}; \`undo --list\` shows them`,
    exitCodes.usage,
  );
}
