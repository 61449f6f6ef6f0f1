import type { Run, RunRecord } from '../label-ports.js';

/** Command of an undo that reached all that it should: of everything (null), or of one run. */
export function undoCommand(run: string | null): string {
  return run === null ? 'undo --all' : `undo --run ${run}`;
}

/** True for a run that took labels back, or tried to. */
export function isUndo({ command }: Run): boolean {
  return /^undo\b/u.test(command);
}

/**
 * Ids of the runs that an undo took back, from all runs, oldest first. While labelling is paused after an undo, a round of
 * the agent only finishes that undo: it counts as taken back too. Older releases wrote `undo` for any undo: there a run
 * counts when nothing of it stands.
 */
export function undoneRuns(runs: readonly (Run & Pick<RunRecord, 'standing'>)[]): ReadonlySet<string> {
  const undone = new Set<string>();
  const before: (typeof runs)[number][] = [];
  let isPaused = false;
  for (const run of runs) {
    const one = /^undo --run (\S+)$/u.exec(run.command)?.[1];
    if (one !== undefined) undone.add(one);
    if (run.command === undoCommand(null)) for (const { id } of before) undone.add(id);
    if (run.command === 'undo') for (const { id, standing } of before) if (standing === 0) undone.add(id);
    if (isPaused && run.command === 'agent') undone.add(run.id);
    isPaused = isUndo(run) || (isPaused && run.command === 'agent');
    before.push(run);
  }
  return undone;
}
