import { FatalError, exitCodes } from '../errors.js';
import type { PhotoKey } from '../model.js';
import { dismissHere, type DismissRequest, type DismissResult } from './dismiss.js';
import { countLabels, logOperations, pausedText } from './log-labels.js';
import type { Parts } from './parts.js';
import { scan, type ScanRequest, type ScanResult } from './scan.js';
import { undoHere, type UndoRequest, type UndoResult } from './undo.js';

/** A scan that a command asked the running agent for: progress goes to `tell`, the outcome into the log too. Throws FatalErrors. */
export async function scanHandedOver(
  parts: Parts,
  request: ScanRequest,
  tell: (line: string) => void,
): Promise<ScanResult> {
  const { progress, state, log } = parts;
  requireReached(parts, request);
  const listener = (line: string): void => tell(line);
  progress.on('stage', listener);
  try {
    const result = await scan(parts, request);
    if (request.dryRun) return result;
    logOperations(result.plan, state.photos, log);
    const { failed } = result.operations;
    log.info({ run: result.run, ...countLabels(result.plan), failed }, 'a scan asked for by hand has ended');
    return result;
  } finally {
    progress.off('stage', listener);
  }
}

/** An undo that a command asked the running agent for. */
export async function undoHandedOver(parts: Parts, request: UndoRequest): Promise<UndoResult> {
  const { state, log } = parts;
  const result = await undoHere(parts, request);
  if (request.dryRun) return result;
  logOperations(result.operations, state.photos, log);
  const { failed, run } = result;
  log.info({ run: run ?? 'all', ...countLabels(result.operations), failed }, 'labels were taken back');
  if (result.paused) log.warn({}, pausedText);
  return result;
}

/** A dismissal that a command asked the running agent for: groups are made anew at once, `relabel` sees to the labels. */
export async function dismissHandedOver(
  parts: Parts,
  request: DismissRequest,
  relabel: (keys: readonly PhotoKey[]) => void,
): Promise<DismissResult> {
  const result = await dismissHere(parts, request, relabel);
  const { action, pairs, standing } = result;
  parts.log.info({ action, pairs, standing }, 'a person said which photos are no duplicates');
  return result;
}

/** Whoever typed the command does not wait for a server that is away, as the agent does. */
function requireReached({ accounts }: Parts, { sources }: ScanRequest): void {
  const away = sources === 'local' ? undefined : accounts.find(({ source }) => !source.isOpen);
  if (away === undefined) return;
  throw new FatalError(
    'IMMICH_UNREACHABLE',
    `The agent has not reached the account ${away.name} yet (its log says why) and goes on trying; ask again later`,
    exitCodes.unreachable,
  );
}
