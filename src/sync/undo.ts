import { FatalError, describeError } from '../errors.js';
import type { PhotoKey } from '../model.js';
import { settlingKinds, valueKinds, type Journal, type Run } from '../label-ports.js';
import { planAlbumRestore } from './albums/album-restore.js';
import type { AlbumSync } from './albums/album-sync.js';
import type { LabelKinds } from './apply.js';
import { touchesPhotos, touchingLast, type Operation, type TagOperation } from './operation.js';
import { inRounds, oneChangeEach } from './one-change.js';
import { emptyReport, type SyncReport } from './report.js';
import type { SyncHooks, SyncParts } from './sync-parts.js';
import type { TagSync } from './tags/tag-sync.js';
import { puttingOn } from './tags/tag-write.js';
import { labelWords } from './value-rules.js';
import { undoAllValues, undoRunOfValues } from './value-undo.js';

export interface UndoWhat {
  /** Null = everything of ours. */
  readonly run: string | null;
  readonly dryRun: boolean;
}

type NumberedEntry = ReturnType<Journal['entries']>[number];

const nothing: ReadonlyMap<PhotoKey, string> = new Map();
const noLabels = { tagged: nothing, albums: [], values: new Map(), carried: nothing };

/**
 * Takes labels back: all of them, or what one run put on. Only labels that the journal says are ours and that are still
 * there; what a person changed since stays as the person left it. What the server still carries afterwards counts as failed.
 */
export async function undoLabels(
  parts: SyncParts,
  kinds: LabelKinds,
  { run: id, dryRun }: UndoWhat,
  run: Run,
  { settle, refresh }: SyncHooks,
): Promise<SyncReport> {
  const report = emptyReport();
  const { tags, albums } = kinds;
  // One change of a photo's tags at a time: what was written last must settle before it is taken off.
  if (!dryRun) await settle();
  const values = await (id === null
    ? undoAllValues(kinds.values)
    : undoRunOfValues(kinds.values, entriesOf(parts, id)));
  report.notes.push(...values.notes);
  const others = await (id === null ? undoAll(parts, tags, albums) : undoRun(parts, tags, albums, id));
  const mine = id === null ? null : new Set(entriesOf(parts, id).map(({ operation }) => operation));
  const back = await kinds.carried.albums.planTakingBack((label) => mine?.has(label.operation) !== false);
  const gone = back.forgotten.length;
  if (gone > 0)
    report.notes.push(
      `carried albums: ${gone === 1 ? '1 photo is' : `${gone} photos are`} not in them any more`,
    );
  const operations = touchingLast([...values.operations, ...others, ...back.operations]);
  const untagged = new Set(operations.flatMap(({ kind, photos }) => (kind === 'untag' ? photos : [])));
  if (dryRun) {
    const inOrder = inRounds(operations, [], () => true);
    return { ...report, operations: [...inOrder, ...(await emptyTagsOfOurs(parts, untagged))] };
  }
  values.accept();
  kinds.carried.albums.accept({ observed: [], forgotten: back.forgotten });
  // As when they were put on: what touches photos comes when their tags are certain.
  const calm = operations.filter((operation) => !touchesPhotos(operation));
  await applyOneByOne(calm, kinds, run, report, { settle, refresh });
  await kinds.apply(
    inRounds(operations.filter(touchesPhotos), [], () => true),
    noLabels,
    run,
    report,
  );
  countUnrestored(parts, operations, report);
  await deleteTags(parts, kinds, run, report);
  // What failed is counted already.
  const left = id === null && report.failed === 0 ? await stillTagged(parts, tags) : 0;
  if (left > 0) {
    report.failed += left;
    report.errors.push(`${left} photos still carry a tag of ours: Immich has not settled; run undo again`);
  }
  if (id === null && report.failed === 0) forgetByHand(parts);
  return report;
}

/** Changes that go through the file beside a photo, each when the one before has settled. */
async function applyOneByOne(
  operations: readonly Operation[],
  kinds: LabelKinds,
  run: Run,
  report: SyncReport,
  { settle, refresh }: SyncHooks,
): Promise<void> {
  for (let left = operations; left.length > 0;) {
    const { go, later } = oneChangeEach(left, [], () => true);
    await kinds.apply(go, noLabels, run, report);
    await settle();
    left = later;
    // When a photo was touched last tells when its next change has settled.
    if (left.length > 0) await refresh();
  }
}

/** Values that Immich still has, or of which that is not certain yet. */
function countUnrestored(
  { journal, target }: SyncParts,
  operations: readonly Operation[],
  report: SyncReport,
): void {
  for (const kind of settlingKinds) {
    const photos = operations.flatMap((one) => (one.kind === `take-off-${kind}` ? one.photos : []));
    const left = journal.values(target.source, kind, photos).filter(({ state }) => state !== 'by-hand');
    if (left.length === 0) continue;
    report.failed += left.length;
    const what = left.length === 1 ? '1 photo' : `${left.length} photos`;
    report.errors.push(`${labelWords[kind]} of ${what} are not back to what they were; run undo again`);
  }
}

/** A key that may not delete tags leaves an empty one behind: that is told, and no reason to stop. */
async function deleteTags(parts: SyncParts, kinds: LabelKinds, run: Run, report: SyncReport): Promise<void> {
  const operations = await emptyTagsOfOurs(parts, new Set());
  try {
    await kinds.apply(operations, noLabels, run, report);
  } catch (error) {
    if (!(error instanceof FatalError) || error.code !== 'IMMICH_FORBIDDEN') throw error;
    const names = operations.map(({ name }) => name).join(', ');
    report.errors.push(`the empty tag ${names} stays: ${describeError(error)}`);
  }
}

/** Photos that still carry a tag that is ours, or of which that is not certain yet. */
async function stillTagged(parts: SyncParts, tags: TagSync): Promise<number> {
  const open = parts.journal.openLabels(parts.target.source).length;
  const again = await undoTags(parts, tags);
  return open + again.reduce((sum, { photos }) => sum + photos.length, 0);
}

/** After everything was taken back, what a person took off before is no reason any more. */
function forgetByHand({ journal, target }: SyncParts): void {
  const { source } = target;
  const labels = (['tag', 'album', 'carried-album', ...valueKinds] as const).flatMap((kind) =>
    journal.labels(source, kind),
  );
  journal.forget(labels.filter(({ state }) => state === 'by-hand' || state === 'refused'));
  for (const made of journal.made(source, 'album')) if (made.state === 'by-hand') journal.forgetMade(made);
}

function entriesOf({ journal, target }: SyncParts, run: string): readonly NumberedEntry[] {
  return journal.entries(run).filter((entry) => entry.source === target.source);
}

async function undoAll(parts: SyncParts, tags: TagSync, albums: AlbumSync): Promise<Operation[]> {
  return [...(await undoTags(parts, tags)), ...(await albums.planEnding()).operations];
}

async function undoTags({ journal, target }: SyncParts, tags: TagSync): Promise<Operation[]> {
  const names = new Set(journal.labels(target.source, 'tag').map((label) => label.name));
  const operations: Operation[] = [];
  for (const name of names) {
    const plan = await tags.plan(name, nothing, null, { probeLibraries: false, fromTrash: true });
    operations.push(...plan.operations);
  }
  return operations;
}

async function undoRun(
  parts: SyncParts,
  tags: TagSync,
  albums: AlbumSync,
  run: string,
): Promise<Operation[]> {
  const entries = entriesOf(parts, run);
  const mine = new Set(entries.map((entry) => entry.operation));
  const operations: Operation[] = [];
  const namesOf = (kind: string): Set<string> =>
    new Set(entries.filter((entry) => entry.kind === kind).map((entry) => entry.name));
  for (const name of [...namesOf('tag'), ...namesOf('carry-tag')]) {
    const plan = await tags.plan(name, nothing, null, {
      probeLibraries: false,
      fromTrash: true,
      only: (label) => mine.has(label.operation),
    });
    operations.push(...plan.operations);
  }
  for (const name of namesOf('untag')) {
    const photos = entries.filter((e) => e.kind === 'untag' && e.name === name).flatMap((e) => e.photos);
    const plan = await tags.plan(name, new Map(photos.map((key) => [key, 'undo'])), null, {
      probeLibraries: false,
      fromTrash: true,
      only: () => false,
    });
    const back = plan.operations.filter((operation) => operation.kind === 'tag');
    operations.push(...back.map((operation) => puttingOn(parts, name, operation.photos)));
  }
  const made = namesOf('create-album');
  const ending = (await albums.planEnding()).operations;
  operations.push(...ending.filter((operation) => made.has(operation.name)));
  const changed = entries.filter(({ name }) => !made.has(name));
  operations.push(...(await planAlbumRestore(parts, changed)));
  return operations;
}

/**
 * Tags that we made and that nobody carries, but for photos about to be `untagged`: they go last. A tag that was there before
 * us is none of them. A photo in the locked folder is shown to no API key, in no search and no count: where a person put
 * our tag on one it looks as if nobody carried it. The file beside that photo keeps the tag, and gives it back when Immich
 * reads the photo's metadata again.
 */
export async function emptyTagsOfOurs(
  { journal, target }: SyncParts,
  untagged: ReadonlySet<PhotoKey>,
): Promise<TagOperation[]> {
  const made = journal.made(target.source, 'tag');
  if (made.length === 0) return [];
  const onServer = await target.tags();
  const operations: TagOperation[] = [];
  // Longest names first: a parent goes after its children.
  for (const { source, name } of [...made].sort((a, b) => b.name.length - a.name.length)) {
    const tag = onServer.find((there) => there.name === name);
    const hasChildren = onServer.some(
      (other) =>
        other.name.startsWith(`${name}/`) && !operations.some((operation) => operation.name === other.name),
    );
    if (
      tag === undefined ||
      (!hasChildren && [...(await target.carriers(tag)).keys()].every((key) => untagged.has(key)))
    )
      operations.push({ kind: 'delete-tag', source, name, photos: [] });
  }
  return operations;
}
