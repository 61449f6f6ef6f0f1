import type { PhotoKey, SourceName } from '../model.js';
import { readWithPatience } from '../pipeline/source-reader.js';
import { emptyReport, type SyncReport } from '../sync/report.js';
import { FirstLabels, type FirstLabelsRequest } from './first-labels.js';
import type { Parts, ReadSource } from './parts.js';
import { readAlbum } from './read-album.js';
import { lookAtRest } from './source-loop.js';

/** What reading came to. */
export interface Read {
  readonly listed: number;
  /** What was labelled while the rest was still being looked at. */
  readonly first: SyncReport;
  /** Photos that labels are for; null = all. */
  readonly scope: ReadonlySet<PhotoKey> | null;
  /** Accounts whose labels are for them. */
  readonly accounts: readonly SourceName[];
}

export const nothingRead: Read = { listed: 0, first: emptyReport(), scope: null, accounts: [] };

/** Lists sources, looks at their photos and groups them; what is found first is labelled meanwhile. Throws FatalErrors. */
export async function readAndGroup(
  parts: Parts,
  chosen: readonly ReadSource[],
  request: FirstLabelsRequest & { readonly album: string | null },
): Promise<Read> {
  const { progress, labelling } = parts;
  progress.emit('stage', 'listing and fingerprinting');
  const read = await (request.album === null
    ? readWhole(parts, chosen, request)
    : readNarrowed(parts, chosen, request.album));
  throwIfBroken(parts);

  progress.emit('stage', 'looking for edited copies');
  await parts.prover.run(parts.stopping);
  progress.emit('stage', 'grouping');
  await labelling.group(true);
  return read;
}

async function readWhole(
  parts: Parts,
  chosen: readonly ReadSource[],
  request: FirstLabelsRequest,
): Promise<Read> {
  const before = listedBy(chosen);
  const early = new FirstLabels(parts, request);
  await lookAtRest(parts, foldersOf(chosen));
  await Promise.all(chosen.map((one) => readSource(parts, one)));
  const listed = listedBy(chosen) - before;
  await lookAtRest(parts, chosen);
  await early.unlessFailed(parts.queue.drained());
  return { listed, first: await early.report(), scope: null, accounts: request.accounts };
}

/** Folders are read as ever; of Immich an album alone. What is known from earlier runs is compared too. */
async function readNarrowed(parts: Parts, chosen: readonly ReadSource[], album: string): Promise<Read> {
  const folders = foldersOf(chosen);
  const before = listedBy(folders);
  const accounts = chosen.filter(({ source }) => source.kind === 'immich').map(({ source }) => source.name);
  const { keys, listed, accounts: having } = await readAlbum(parts, album, accounts);
  await lookAtRest(parts, folders);
  await Promise.all(folders.map((one) => readSource(parts, one)));
  await parts.queue.drained();
  return {
    listed: listed + listedBy(folders) - before,
    first: emptyReport(),
    scope: keys,
    accounts: having,
  };
}

function foldersOf(sources: readonly ReadSource[]): readonly ReadSource[] {
  return sources.filter(({ source }) => source.kind === 'folder');
}

async function readSource({ clock, log, stopping }: Parts, one: ReadSource): Promise<void> {
  await readWithPatience(() => one.reader.readAll(stopping), { tries: 4, clock, log, signal: stopping });
}

function throwIfBroken({ broken }: Parts): void {
  const error = broken();
  if (error !== null) throw error;
}

function listedBy(sources: readonly ReadSource[]): number {
  return sources.reduce((sum, { reader }) => sum + reader.listed, 0);
}
