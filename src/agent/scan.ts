import type { Config } from '../config.js';
import { FatalError, exitCodes } from '../errors.js';
import type { PhotoKey, SourceName } from '../model.js';
import { dismissUntagged } from './dismiss-untagged.js';
import { removeTagHere } from './remove-tag.js';
import { explain, type Explained } from './explain.js';
import { joinedOperations } from './joined-operations.js';
import { labelSettings, type LabelFlags } from './label-settings.js';
import { lessRefused } from '../sync/less-refused.js';
import type { Operation } from '../sync/operation.js';
import { addUp, emptyReport, type SyncReport } from '../sync/report.js';
import type { Run } from '../label-ports.js';
import type { TagRemoval } from '../sync/remove-tag.js';
import type { LabelRequest } from './labelling.js';
import type { Parts, ReadSource } from './parts.js';
import { nothingRead, readAndGroup, type Read } from './read-and-group.js';
import { newRun } from './run.js';
import { countStanding, otherLabels, type CountedLabels } from './standing-labels.js';

/** What one pass is asked to do; plain, so that it can be handed to a running agent. */
export interface ScanRequest {
  readonly command: string;
  readonly sources: 'immich' | 'local' | 'all';
  /** Only photos of the Immich albums of this name are listed and labelled; null = all. */
  readonly album: string | null;
  readonly labels: LabelFlags;
  /** A tag of ours to take away first; with `only` nothing else is done, and nothing is listed. */
  readonly removeTag: { readonly name: string; readonly only: boolean } | null;
  readonly dryRun: boolean;
  readonly allowRemovals: boolean;
  readonly forceVersion: boolean;
}

/** The document that `scan --json` and `plan --json` print. */
export interface ScanResult {
  readonly run: string;
  readonly listed: number;
  readonly downloads: number;
  readonly fingerprinted: number;
  readonly failed: number;
  readonly groups: number;
  readonly extras: number;
  readonly operations: {
    readonly applied: number;
    readonly unchanged: number;
    /** Tags and places in albums that a person took off, and that stay off. */
    readonly takenOff: number;
    readonly failed: number;
    /** Photos in libraries whose folders are read-only, where tags do not stick. */
    readonly refused: number;
    /** Labels that would be taken off but wait for a person. */
    readonly held: number;
  };
  readonly requests: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly heldBecause: string | null;
  readonly errors: readonly string[];
  /** Photos of sources that are known from earlier runs and took no part in this one. */
  readonly notCompared: Readonly<Record<string, number>>;
  /** Accounts whose labels were compared; none when only folders were looked at. */
  readonly accounts: readonly SourceName[];
  /** Why labels could not be written now: told by `plan`, an error of `scan`. */
  readonly warnings: readonly string[];
  /** What was left as it is, for a person to know. */
  readonly notes: readonly string[];
  /** What of extras their keepers do not get, of the kinds that are carried over. */
  readonly notCarried: SyncReport['notCarried'];
  /** Labels of ours that stand and that this run neither writes nor takes off: of another tag name, or of a kind that is off. */
  readonly otherLabels: readonly CountedLabels[];
  /** The operations themselves, of all labellings of this scan. */
  readonly plan: readonly Operation[];
  /** Removals that wait for a person. */
  readonly held: readonly Operation[];
  /** Photos of both and why, where nothing was applied; else empty. */
  readonly explained: Explained;
}

/** One pass over the chosen sources: read, fingerprint, group, label. Throws FatalErrors; all else is in the result. */
export async function scan(parts: Parts, request: ScanRequest): Promise<ScanResult> {
  const { examiner, clock, state, labelling } = parts;
  const startedAt = clock.now();
  const run = newRun(request.command, clock);
  const before = { ...examiner.tally };
  const requestsBefore = requestCounts(parts);
  requireSources(parts.config, request.sources);
  const chosen = chooseSources(parts, request.sources);

  const names = chosen.filter(({ source }) => source.kind === 'immich').map(({ source }) => source.name);
  const settings = labelSettings(parts.config, request.labels);
  const isOnlyRemoval = request.removeTag?.only === true;
  // Looking first needs no permission to write.
  if (!request.dryRun && !isOnlyRemoval) labelling.check({ ...request, settings, accounts: names });
  const removed = await removeFirst(parts, request, names, run);
  const read = isOnlyRemoval
    ? nothingRead
    : await readAndGroup(parts, chosen, { ...request, settings, accounts: names, run });
  const labelled = isOnlyRemoval ? noLabels : await label(parts, request, run, read);
  const { accounts } = labelled;
  const refused = state.journal.refusedIn(run.id);
  const first = lessRefused(read.first, refused);
  const report = lessRefused(addUp([removed.report, labelled.report]), refused);
  const warnings = [...new Set([...removed.notes, ...labelled.warnings, ...report.unable])];
  const { groups, extras } = read.scope === null ? state.photos.counts() : countIn(read.scope, state);
  const others = isOnlyRemoval
    ? []
    : otherLabels(state.journal.standing(), names, settings, (source) => state.journal.ownTags(source));
  return {
    run: run.id,
    listed: read.listed,
    downloads: examiner.tally.downloads - before.downloads,
    fingerprinted: examiner.tally.fingerprinted - before.fingerprinted,
    failed: examiner.tally.failed - before.failed,
    groups,
    extras,
    operations: {
      applied: request.dryRun ? 0 : first.applied + report.applied,
      unchanged: Math.max(0, report.unchanged - read.first.applied),
      takenOff: report.takenOff,
      failed: report.failed,
      refused: report.refused,
      held: report.held.reduce((sum, operation) => sum + operation.photos.length, 0),
    },
    requests: difference(requestCounts(parts), requestsBefore),
    seconds: Math.round((clock.now() - startedAt) / 10) / 100,
    heldBecause: report.heldBecause,
    errors: report.errors,
    notCompared: notCompared(parts),
    accounts,
    warnings,
    notes: report.notes,
    notCarried: report.notCarried,
    otherLabels: await countStanding(others, state.photos),
    plan: request.dryRun ? report.operations : joinedOperations(first.operations, report.operations),
    held: report.held,
    explained: request.dryRun
      ? await explain(
          [...report.operations, ...report.held],
          state,
          report.notCarried.flatMap(({ extra, keeper }) => [extra, keeper]),
        )
      : {},
  };
}

async function removeFirst(
  parts: Parts,
  { removeTag, dryRun, forceVersion }: ScanRequest,
  accounts: readonly SourceName[],
  run: Run,
): Promise<TagRemoval> {
  if (removeTag === null) return { report: emptyReport(), notes: [] };
  return removeTagHere(parts, { name: removeTag.name, accounts, dryRun, forceVersion }, run);
}

type CountedGroups = Pick<ScanResult, 'groups' | 'extras'>;

interface Labelled {
  readonly report: SyncReport;
  /** Accounts whose labels were compared. */
  readonly accounts: readonly SourceName[];
  readonly warnings: readonly string[];
}

const noLabels: Labelled = { report: emptyReport(), accounts: [], warnings: [] };

async function label(
  parts: Parts,
  request: ScanRequest,
  run: Run,
  { accounts, first, scope }: Read,
): Promise<Labelled> {
  const { progress, state } = parts;
  const { allowRemovals, forceVersion, dryRun } = request;
  const settings = labelSettings(parts.config, request.labels);
  const what = { run, settings, accounts, scope, allowRemovals, forceVersion };
  if (dryRun) return planOf(parts, what);
  if (accounts.length > 0) {
    progress.emit('stage', 'labelling');
    // The end of a pause is written down: what is written after it is no part of the undo before it.
    if (state.journal.hold('labels') !== null) state.journal.note(run);
    state.journal.setHold('labels', null);
  }
  if (allowRemovals) state.journal.setHold('removals', null);
  return { report: await applyAll(parts, what, first), accounts, warnings: [] };
}

/** What a person took our tag off may change groups, and so labels: then once more. */
async function applyAll(parts: Parts, what: LabelRequest, first: SyncReport): Promise<SyncReport> {
  const { labelling } = parts;
  const report = await labelling.apply(what, 'wait');
  const untagged = [...first.untagged, ...report.untagged];
  if ((await dismissUntagged(parts, what.settings, { untagged })) === 0) return report;
  await labelling.group();
  const more = await labelling.apply(what, 'wait');
  return {
    ...addUp([report, more]),
    unchanged: more.unchanged,
    takenOff: more.takenOff,
    refused: more.refused,
  };
}

/** A key that may not write, or not even read labels, is told of: to look first is what a plan is for. */
async function planOf({ labelling }: Parts, what: LabelRequest): Promise<Labelled> {
  const problems = labelling.problems(what).map(({ source, error }) => `${source}: ${error.message}`);
  const warnings = [...new Set(problems)];
  try {
    return { report: await labelling.plan(what), accounts: what.accounts, warnings };
  } catch (error) {
    if (!(error instanceof FatalError) || error.code !== 'IMMICH_FORBIDDEN' || warnings.length === 0)
      throw error;
    const unknown = 'what a scan would write cannot be told without that permission';
    return { report: emptyReport(), accounts: [], warnings: [...warnings, unknown] };
  }
}

/** Groups that hold some of these photos, and those of the photos that are extras. */
function countIn(scope: ReadonlySet<PhotoKey>, { photos, groups }: Parts['state']): CountedGroups {
  const numbers = new Set<number>();
  let extras = 0;
  for (const key of scope) {
    const photo = photos.get(key);
    const group = photo === null ? null : groups.groupOf(photo.id);
    if (group === null) continue;
    numbers.add(group.number);
    if (group.members.some((member) => member.key === key && member.role === 'extra')) extras++;
  }
  return { groups: numbers.size, extras };
}

function chooseSources({ sources }: Parts, which: ScanRequest['sources']): readonly ReadSource[] {
  const kind = which === 'local' ? 'folder' : which;
  return sources.filter(({ source }) => kind === 'all' || source.kind === kind);
}

/** Throws `NO_SOURCES` when the config names nothing of what shall be looked at. */
export function requireSources({ accounts, folders }: Config, which: ScanRequest['sources']): void {
  const withoutImmich = which === 'all' ? '. To try it without Immich: photo-organizer scan -s FOLDER' : '';
  const count = (which === 'local' ? 0 : accounts.length) + (which === 'immich' ? 0 : folders.length);
  if (count > 0) return;
  throw new FatalError(
    'NO_SOURCES',
    which === 'local'
      ? 'No folder to look at: give one with -s DIR, or name folders in the config'
      : `No Immich account: give --immich-url and IMMICH_API_KEY, or name them in the config (immich.url, immich.api_key)${withoutImmich}`,
    exitCodes.usage,
  );
}

/** Photos may be gone that nobody looks after any more: they are compared with nothing. */
function notCompared({ sources, state }: Parts): Record<string, number> {
  const here = new Set(sources.map(({ source }) => source.name));
  const others = [...state.photos.countsBySource()].filter(([name]) => !here.has(name));
  return Object.fromEntries(others.map(([name, { photos }]) => [name, photos]));
}

function requestCounts({ accounts }: Parts): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { client } of accounts)
    for (const [route, count] of client.requests) counts.set(route, (counts.get(route) ?? 0) + count);
  return counts;
}

function difference(
  now: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Record<string, number> {
  const rows = [...now].map(([route, count]) => [route, count - (before.get(route) ?? 0)] as const);
  return Object.fromEntries(rows.filter(([, count]) => count > 0).sort());
}
