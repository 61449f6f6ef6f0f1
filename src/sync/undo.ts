import type { PhotoKey } from '../model.js';
import type { AlbumSync } from './album-sync.js';
import type { Operation, TagOperation } from './operation.js';
import type { SyncParts } from './sync-parts.js';
import type { TagSync } from './tag-sync.js';

const nothing: ReadonlyMap<PhotoKey, string> = new Map();

/**
 * What takes our labels back: all of them, or what one run did. Only labels that the journal says are ours and that are
 * still there; what a person changed since stays as the person left it.
 */
export async function planUndo(
  parts: SyncParts,
  tags: TagSync,
  albums: AlbumSync,
  run: string | null,
): Promise<Operation[]> {
  return run === null ? undoAll(parts, tags, albums) : undoRun(parts, tags, albums, run);
}

async function undoAll(parts: SyncParts, tags: TagSync, albums: AlbumSync): Promise<Operation[]> {
  const { journal, target } = parts;
  const names = new Set(journal.labels(target.source, 'tag').map((label) => label.name));
  const operations: Operation[] = [];
  for (const name of names) {
    const plan = await tags.plan(name, nothing, null, { probeLibraries: false, fromTrash: true });
    operations.push(...plan.operations);
  }
  operations.push(...(await albums.plan('', [], null)).operations);
  return operations;
}

async function undoRun(
  { journal, target }: SyncParts,
  tags: TagSync,
  albums: AlbumSync,
  run: string,
): Promise<Operation[]> {
  const entries = journal.entries(run).filter((entry) => entry.source === target.source);
  const mine = new Set(entries.map((entry) => entry.operation));
  const operations: Operation[] = [];
  const namesOf = (kind: string): Set<string> =>
    new Set(entries.filter((entry) => entry.kind === kind).map((entry) => entry.name));
  for (const name of namesOf('tag')) {
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
    operations.push(...plan.operations.filter((operation) => operation.kind === 'tag'));
  }
  const made = namesOf('create-album');
  const ending = (await albums.plan('', [], null)).operations;
  operations.push(...ending.filter((operation) => made.has(operation.name)));
  return operations;
}

/** Tags that we made and that nobody carries now: they go last, when their photos have settled. */
export async function emptyTagsOfOurs({ journal, target }: SyncParts): Promise<TagOperation[]> {
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
    if (tag === undefined || (!hasChildren && (await target.carriers(tag)).size === 0))
      operations.push({ kind: 'delete-tag', source, name, photos: [] });
  }
  return operations;
}
