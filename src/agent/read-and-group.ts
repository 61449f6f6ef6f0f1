import { readWithPatience } from '../pipeline/source-reader.js';
import { emptyReport, type SyncReport } from '../sync/report.js';
import { FirstLabels, type FirstLabelsRequest } from './first-labels.js';
import type { Parts, ReadSource } from './parts.js';
import { lookAtRest } from './source-loop.js';

/** What reading came to. */
export interface Read {
  readonly listed: number;
  /** What was labelled while the rest was still being looked at. */
  readonly first: SyncReport;
}

export const nothingRead: Read = { listed: 0, first: emptyReport() };

/** Lists sources, looks at their photos and groups them; what is found first is labelled meanwhile. Throws FatalErrors. */
export async function readAndGroup(
  parts: Parts,
  chosen: readonly ReadSource[],
  request: FirstLabelsRequest,
): Promise<Read> {
  const { queue, progress, labelling } = parts;
  const before = listedBy(chosen);
  const early = new FirstLabels(parts, request);
  progress.emit('stage', 'listing and fingerprinting');
  await lookAtRest(
    parts,
    chosen.filter(({ source }) => source.kind === 'folder'),
  );
  await Promise.all(chosen.map((one) => readSource(parts, one)));
  const listed = listedBy(chosen) - before;
  await lookAtRest(parts, chosen);
  await queue.drained();
  const first = await early.report();
  throwIfBroken(parts);

  progress.emit('stage', 'looking for edited copies');
  await parts.prover.run(parts.stopping);
  progress.emit('stage', 'grouping');
  await labelling.group(true);
  return { listed, first };
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
