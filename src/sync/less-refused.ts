import type { OwnLabel } from '../label-ports.js';
import type { PhotoKey } from '../model.js';
import { labelOf } from './brake.js';
import { isRemoval, narrowed, type Operation } from './operation.js';
import type { SyncReport } from './report.js';

/** What was written, less the labels that turned out not to stick when the server had settled. */
export function lessRefused(report: SyncReport, refused: readonly OwnLabel[]): SyncReport {
  const idOf = (parts: readonly string[]): string => parts.join('\n');
  const gone = new Set(refused.map(({ source, kind, name, photo }) => idOf([source, kind, name, photo])));
  const sticks = (operation: Operation): ((key: PhotoKey) => boolean) => {
    const label = labelOf(operation);
    return (key) => isRemoval(operation) || !gone.has(idOf([operation.source, ...label, key]));
  };
  let applied = report.applied;
  const operations = report.operations.flatMap((operation): Operation[] => {
    const lost = operation.photos.filter((key) => !sticks(operation)(key)).length;
    applied -= lost;
    if (lost === 0) return [operation];
    return lost === operation.photos.length ? [] : [narrowed(operation, sticks(operation))];
  });
  return { ...report, operations, applied };
}
