import type { Explained, ExplainedPhoto } from '../agent/explain.js';
import { evidenceKinds } from '../model.js';
import { isRemoval, type Operation } from '../sync/operation.js';
import { whyCarried } from './print-carried.js';
import { count, figure, oneLine, print, printWrapped } from './context.js';

/** Operations of one kind that are told one by one; of more, some are and the rest is counted. */
const mostOfAKind = 8;
const told = 5;
/** Photos of an operation that are named with the reason. */
const photosTold = 3;

/**
 * What was done, or would be, for a person: one line an operation, long lists cut; below it some of its photos and why,
 * where that is `explained`.
 */
export function printOperations(
  operations: readonly Operation[],
  dryRun: boolean,
  explained: Explained = {},
): void {
  for (const kind of new Set(operations.map((operation) => operation.kind))) {
    const same = operations.filter((operation) => operation.kind === kind);
    const shown = same.length > mostOfAKind ? same.slice(0, told) : same;
    for (const operation of shown) {
      const photos = operation.photos.flatMap((key, at) => {
        const photo = explained[key];
        return photo === undefined
          ? []
          : [{ ...photo, why: whyCarried(operation, at, explained) ?? photo.why }];
      });
      printWrapped(`  ${dryRun ? 'would ' : ''}${describe(operation)}${tellKinds(operation, photos)}`, 4);
      printPhotos(photos);
    }
    if (shown.length < same.length) print(`  … and ${figure(same.length - shown.length)} more like this`);
  }
}

/** `: 120 same-bytes, 80 same-picture` where labels are put on several extras. */
function tellKinds(operation: Operation, photos: readonly ExplainedPhoto[]): string {
  if (isRemoval(operation) || photos.length <= photosTold) return '';
  const parts = evidenceKinds.flatMap((kind) => {
    const n = photos.filter(({ evidence, role }) => evidence === kind && role === 'extra').length;
    return n === 0 ? [] : [`${figure(n)} ${kind}`];
  });
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function printPhotos(photos: readonly ExplainedPhoto[]): void {
  for (const { name, why } of photos.slice(0, photosTold))
    printWrapped(`    ${oneLine(name)}: ${oneLine(why)}`, 6);
  if (photos.length > photosTold) print(`    … and ${count(photos.length - photosTold, 'more photo')}`);
}

function describe(operation: Operation): string {
  const photos = count(operation.photos.length, 'photo');
  const keepers = count(operation.photos.length, 'keeper');
  const their = operation.photos.length === 1 ? 'its' : 'their';
  const where = `(${operation.source})`;
  switch (operation.kind) {
    case 'tag':
      return `tag ${photos} with ${operation.name} ${where}`;
    case 'untag':
      return `take the tag ${operation.name} off ${photos} ${where}`;
    case 'delete-tag':
      return `delete the tag ${operation.name} ${where}`;
    case 'create-album':
      return `make the album ${operation.name} with ${photos} ${where}`;
    case 'add-to-album':
      return `add ${photos} to the album ${operation.name} ${where}`;
    case 'remove-from-album':
      return `take ${photos} out of the album ${operation.name} ${where}`;
    case 'delete-album':
      return `delete the album ${operation.name}, which only holds what we put there ${where}`;
    case 'put-on-favorite':
      return `make ${count(operation.photos.length, 'keeper')} a favourite ${where}`;
    case 'take-off-favorite':
      return `take the favourite that we set off ${photos} ${where}`;
    case 'create-stack':
      return `stack ${photos} of ${operation.name} ${where}`;
    case 'add-to-stack':
      return `add ${photos} to the stack of ${operation.name} ${where}`;
    case 'remove-from-stack':
      return `take ${photos} out of the stack of ${operation.name} ${where}`;
    case 'lead-stack':
      return `put the keeper of ${operation.name} on top of its stack ${where}`;
    case 'delete-stacks':
      return `dissolve ${count(operation.stacks.length, 'stack')} that we made, of ${photos} ${where}`;
    case 'put-on-scores':
      return `write the scores of ${photos} ${where}`;
    case 'take-off-scores':
      return `remove the scores of ${photos} ${where}`;
    case 'carry-to-album':
      return `add ${keepers} to your album ${operation.name}, which ${their} extras are in ${where}`;
    case 'take-back-from-album':
      return `take ${photos} that we put there out of your album ${operation.name} ${where}`;
    case 'carry-tag':
      return `give ${keepers} the tag ${operation.name}, which ${their} extras have ${where}`;
    case 'put-on-carried-favorite':
      return `make ${keepers} a favourite, which ${their} extras are ${where}`;
    case 'take-off-carried-favorite':
      return `take the favourite that was carried over off ${photos} ${where}`;
    case 'put-on-rating':
    case 'put-on-description':
    case 'put-on-location':
      return `give ${keepers} the ${operation.name} of ${their} extras ${where}`;
    case 'take-off-rating':
    case 'take-off-description':
    case 'take-off-location':
      return `take the ${operation.name} that was carried over off ${photos} ${where}`;
    case 'put-on-duplicate':
      return `put ${photos} of ${operation.name} on Immich's Duplicates page ${where}`;
    case 'take-off-duplicate':
      return `take ${photos} off Immich's Duplicates page, or back to their group there ${where}`;
  }
}
