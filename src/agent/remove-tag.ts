import { FatalError, exitCodes } from '../errors.js';
import type { Run } from '../label-ports.js';
import type { SourceName } from '../model.js';
import type { SyncReport } from '../sync/report.js';
import type { Parts } from './parts.js';

export interface TagRemovalRequest {
  readonly name: string;
  readonly accounts: readonly SourceName[];
  readonly dryRun: boolean;
  readonly forceVersion: boolean;
}

/**
 * Takes our tag of that name away in these accounts. Where it is the tag that the config writes, labelling then pauses until
 * somebody asks for a scan: an agent would write it again. Throws FatalErrors; `NO_ACCOUNT` when there is none to look at.
 */
export async function removeTagHere(
  { config, labelling, progress, state }: Parts,
  { name, accounts, dryRun, forceVersion }: TagRemovalRequest,
  run: Run,
): Promise<{ readonly report: SyncReport; readonly notes: readonly string[] }> {
  if (accounts.length === 0)
    throw new FatalError('NO_ACCOUNT', '--remove-tag needs an Immich account to look at', exitCodes.usage);
  const settings = { tag: { name, scope: 'extras' as const }, albums: null };
  if (!dryRun) labelling.check({ settings, accounts, forceVersion });
  progress.emit('stage', `taking the tag ${name} away`);
  const removed = await labelling.removeTag({ name, dryRun }, accounts, run);
  const { tags, tag } = config.labels;
  if (!dryRun && tags && (tag === name || tag.startsWith(`${name}/`) || name.startsWith(`${tag}/`)))
    state.journal.setHold('labels', `the tag ${name} was removed; \`photo-organizer scan\` writes it again`);
  return removed;
}
