import { FatalError, describeError } from '../errors.js';
import type { OwnLabel, Run } from '../label-ports.js';
import type { PhotoKey } from '../model.js';
import type { LabelKinds } from './apply.js';
import type { Operation, TagOperation } from './operation.js';
import { emptyReport, type SyncReport } from './report.js';
import type { SyncHooks, SyncParts } from './sync-parts.js';
import { findTag, puttingOn } from './tags/tag-write.js';
import { emptyTagsOfOurs } from './undo.js';

export interface RemoveTagWhat {
  readonly name: string;
  readonly dryRun: boolean;
}

/** What became of one account's tag. */
export interface TagRemoval {
  readonly report: SyncReport;
  /** What a person should know: why the tag stays. */
  readonly notes: readonly string[];
}

const nobody: ReadonlyMap<PhotoKey, string> = new Map();
const noLabels = { tagged: nobody, albums: [], values: new Map(), carried: new Map() };

/**
 * Takes our tag off every photo, waits until the server has written that into the files beside the originals, and only then
 * deletes the tag: deleted at once it would come back from the files. Photos that a person tagged keep it, and so the tag
 * stays. What was carried over from extras is not carried over again as long as their group stays the same. Lists nothing
 * but what carries the tag. Safe to repeat and to interrupt.
 */
export async function removeTag(
  parts: SyncParts,
  kinds: LabelKinds,
  { name, dryRun }: RemoveTagWhat,
  run: Run,
  { settle, refresh }: SyncHooks,
): Promise<TagRemoval> {
  const report = emptyReport();
  const { journal, target } = parts;
  const { source } = target;
  const isOurs =
    journal.labels(source, 'tag', name).length > 0 ||
    journal.made(source, 'tag').some((made) => made.name === name);
  // Nothing is left to do: no shortcoming, as after a removal that is repeated.
  if (!isOurs)
    return { report: { ...report, notes: [`${source}: there is no tag ${name} of ours`] }, notes: [] };
  // One change of a photo's tags at a time: what was written last must settle before it is taken off.
  if (!dryRun) await settle();
  const lost = await leftInFiles(parts, name);
  if (lost.length > 0) {
    const again = puttingOn(parts, name, lost);
    const off = { kind: 'untag' as const, source, name, photos: lost };
    const end = { kind: 'delete-tag' as const, source, name, photos: [] };
    if (dryRun) return { report: { ...report, operations: [again, off, end] }, notes: [] };
    await refresh();
    await kinds.apply([again], noLabels, run, report);
    await settle();
  }
  const plan = await kinds.tags.plan(name, nobody, null, { probeLibraries: false, fromTrash: true });
  const untagged = new Set(plan.operations.flatMap(({ photos }) => photos));
  if (dryRun) {
    const { operations, notes } = await endOf(parts, name, untagged);
    return { report: { ...report, operations: [...plan.operations, ...operations] }, notes };
  }
  kinds.tags.accept(plan);
  const carried = carriedLabels(parts, name, untagged);
  await kinds.apply(plan.operations, noLabels, run, report);
  await settle();
  keepOff(parts, carried);
  const open = journal.openLabels(source).filter((label) => label.name === name).length;
  if (open > 0) {
    report.failed += open;
    report.errors.push(
      `${source}: Immich has not taken ${name} off ${open} photos yet, so the tag stays; run it again`,
    );
  }
  if (report.failed > 0) return { report, notes: [] };
  const { operations, notes } = await endOf(parts, name, new Set());
  return { report, notes: [...notes, ...(await deleteTags(kinds, operations, run, report))] };
}

/** Labels on photos that got a person's tag from their extras. */
function carriedLabels(
  { journal, target }: SyncParts,
  name: string,
  photos: ReadonlySet<PhotoKey>,
): readonly OwnLabel[] {
  return journal.ownTags(target.source).has(name) ? [] : journal.labelsOn(target.source, 'tag', name, photos);
}

/** The extras have it still: as where a person takes it off in Immich, that is no reason to give it to the photo again. */
function keepOff({ journal, target, clock }: SyncParts, labels: readonly OwnLabel[]): void {
  const since = clock.now();
  const isOff = ({ name, photo }: OwnLabel): boolean =>
    journal.labelsOn(target.source, 'tag', name, [photo]).length === 0;
  journal.put(labels.filter(isOff).map((label) => ({ ...label, state: 'by-hand', since })));
}

/**
 * A tag that a person deleted in Immich is still in the files beside the photos that we tagged: Immich brings it back, photo by
 * photo, whenever it reads one of them again. It is put on once more, to be taken off as it should.
 */
async function leftInFiles(parts: SyncParts, name: string): Promise<PhotoKey[]> {
  const { journal, target, photoOf } = parts;
  const labels = journal.labels(target.source, 'tag', name);
  const kept = labels.filter(({ state, photo }) => state !== 'refused' && photoOf(photo) !== null);
  if (kept.length === 0 || (await findTag(parts, name)) !== null) return [];
  return kept.map(({ photo }) => photo);
}

/** The tag itself, and parents that we made for it, when nothing else is left in them. */
async function endOf(
  parts: SyncParts,
  name: string,
  untagged: ReadonlySet<PhotoKey>,
): Promise<{ readonly operations: readonly Operation[]; readonly notes: readonly string[] }> {
  const { target, journal } = parts;
  const { source } = target;
  const tag = await findTag(parts, name);
  const isMade = journal.made(source, 'tag').some((made) => made.name === name);
  const own: TagOperation[] =
    tag !== null && !isMade && (await isEmpty(parts, name, untagged))
      ? [{ kind: 'delete-tag', source, name, photos: [] }]
      : [];
  const made = (await emptyTagsOfOurs(parts, untagged)).filter(
    (operation) => operation.name === name || name.startsWith(`${operation.name}/`),
  );
  const operations = [...own, ...made];
  const stays = tag !== null && !operations.some((operation) => operation.name === name);
  const others = stays ? [...(await target.carriers(tag)).keys()].filter((key) => !untagged.has(key)) : [];
  const why =
    others.length === 0
      ? 'it has other tags below it'
      : `${others.length} ${others.length === 1 ? 'photo carries' : 'photos carry'} it that we did not tag`;
  return { operations, notes: stays ? [`${source}: the tag ${name} stays: ${why}`] : [] };
}

async function isEmpty(
  { target }: SyncParts,
  name: string,
  untagged: ReadonlySet<PhotoKey>,
): Promise<boolean> {
  const tags = await target.tags();
  const tag = tags.find((there) => there.name === name);
  if (tag === undefined || tags.some((other) => other.name.startsWith(`${name}/`))) return false;
  return [...(await target.carriers(tag)).keys()].every((key) => untagged.has(key));
}

/** A key that may not delete tags leaves an empty one behind: that is told, and no failure. */
async function deleteTags(
  kinds: LabelKinds,
  operations: readonly Operation[],
  run: Run,
  report: SyncReport,
): Promise<string[]> {
  try {
    await kinds.apply(operations, noLabels, run, report);
    return [];
  } catch (error) {
    if (!(error instanceof FatalError) || error.code !== 'IMMICH_FORBIDDEN') throw error;
    return [`the empty tag ${operations.map(({ name }) => name).join(', ')} stays: ${describeError(error)}`];
  }
}
