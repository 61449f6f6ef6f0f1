import type { ScanResult } from '../agent/scan.js';
import { valueKinds } from '../label-ports.js';
import { labelWords } from '../sync/value-rules.js';
import type { CountedLabels } from '../agent/standing-labels.js';
import { count, figure, print, printWrapped } from './context.js';
import { printNotCarried } from './print-carried.js';
import { printOperations } from './print-operations.js';

/** What a scan or plan came to, for a person; `allowing` is what to type where something is held back. */
export function printScan(result: ScanResult, dryRun: boolean, allowing: string): void {
  const failed = result.failed > 0 ? `, ${figure(result.failed)} could not be compared` : '';
  print(
    `${count(result.listed, 'photo')} in ${result.seconds} s, ${count(result.downloads, 'picture')} read${failed}.`,
  );
  print(`${count(result.groups, 'group')} with ${count(result.extras, 'extra copy', 'extra copies')}.`);
  for (const [source, photos] of Object.entries(result.notCompared))
    print(`${count(photos, 'photo')} of "${source}" not compared: add its -s, or name it in the config.`);
  printOperations(result.plan, dryRun, result.explained);
  if (dryRun && result.held.length > 0) {
    print('Held back until you agree:');
    printOperations(result.held, dryRun, result.explained);
  }
  if (dryRun && result.plan.length + result.held.length === 0 && result.warnings.length === 0)
    print('Nothing would be written.');
  if (result.accounts.length > 0) printLabels(result, dryRun, allowing);
  if (dryRun) printNotCarried({ notCarried: result.notCarried, names: result.explained });
  else if (result.notCarried.length > 0)
    print(`Not carried over: something of ${count(result.notCarried.length, 'extra')}; \`plan\` says why.`);
  for (const error of result.errors) printWrapped(`Failed: ${error}`, 2);
  for (const note of result.notes) printWrapped(`Note: ${note}.`, 2);
  for (const warning of result.warnings) printWrapped(`Warning: ${warning}.`, 2);
  if (result.failed > 0) print('`photo-organizer status` lists what could not be compared, and why.');
}

/** What became of a tag that was taken away, for a person. */
export function printRemoval({ plan, errors, notes, warnings, seconds }: ScanResult, dryRun: boolean): void {
  printOperations(plan, dryRun);
  const photos = plan.reduce((sum, operation) => sum + operation.photos.length, 0);
  if (plan.length === 0 && errors.length === 0) print('There is nothing to take away.');
  else if (!dryRun) print(`${count(photos, 'label')} taken off in ${seconds} s.`);
  for (const error of errors) printWrapped(`Failed: ${error}`, 2);
  for (const note of [...notes, ...warnings]) printWrapped(`Note: ${note}.`, 2);
}

function printLabels(
  { operations, heldBecause, otherLabels }: ScanResult,
  dryRun: boolean,
  allowing: string,
): void {
  const { applied, unchanged, takenOff, failed, refused, held } = operations;
  const parts = [
    !dryRun && `${figure(applied)} written`,
    unchanged > 0 && `${figure(unchanged)} as ${unchanged === 1 ? 'it' : 'they'} should be`,
    takenOff > 0 && `${figure(takenOff)} that you took off`,
    failed > 0 && `${figure(failed)} failed`,
    refused > 0 && `${figure(refused)} that ${refused === 1 ? 'does' : 'do'} not stick (read-only library)`,
    held > 0 && `${figure(held)} held back`,
  ].filter((part) => part !== false);
  if (parts.length > 0) print(`Labels: ${parts.join(', ')}.`);
  if (heldBecause !== null) {
    const look = dryRun
      ? 'If what is listed above shall go'
      : 'Look at `plan` with the same flags; if that shall go';
    printWrapped(`Held back: ${heldBecause}. ${look}:`, 2);
    print(`  ${allowing}`);
  }
  if (otherLabels.length > 0) printWrapped(tellOthers(otherLabels), 2);
}

/** `16 photos still carry possible-duplicate from earlier runs: …` */
function tellOthers(labels: readonly CountedLabels[]): string {
  const tags = new Map<string, number>();
  for (const { kind, name, photos } of labels)
    if (kind === 'tag') tags.set(name, (tags.get(name) ?? 0) + photos);
  const albums = labels.filter(({ kind }) => kind === 'album');
  const [first] = albums;
  const parts = [...tags].map(
    ([name, n]) => `${count(n, 'photo')} still ${n === 1 ? 'carries' : 'carry'} ${name}`,
  );
  if (first !== undefined)
    parts.push(
      albums.length === 1
        ? `the album ${first.name} still stands`
        : `${figure(albums.length)} albums (${first.name} …) still stand`,
    );
  parts.push(...tellValues(labels));
  const all = new Intl.ListFormat('en-GB').format(parts);
  return `${all} from earlier runs: \`photo-organizer undo --all\` takes everything back.`;
}

/** `3 photos still have labels of ours (favourites)` */
function tellValues(labels: readonly CountedLabels[]): string[] {
  return valueKinds.flatMap((kind) => {
    const photos = labels.reduce((sum, one) => sum + (one.kind === kind ? one.photos : 0), 0);
    return photos === 0
      ? []
      : [
          `${count(photos, 'photo')} still ${photos === 1 ? 'has' : 'have'} labels of ours (${labelWords[kind]})`,
        ];
  });
}
