/**
 * Everything that we write to Immich, and taking it back, against a real server: snapshot of all labels, `plan`, `scan`,
 * comparison with the plan, `scan` again, `undo --all`, comparison, metadata of all photos read again from their files,
 * comparison. It WRITES LABELS to all photos of the accounts and takes them back: use a server for tests.
 *
 *   IMMICH_URL=… IMMICH_API_KEY=… IMMICH_ADMIN_KEY=… [IMMICH_SECOND_API_KEY=…] npm run test:round-trip -- --yes [flags of scan]
 *
 * The admin's key (permissions job.read, job.create) refreshes metadata and watches the queues. Exits with 1 when something
 * differs.
 */
import { rmSync } from 'node:fs';
import type { ScanResult } from '../src/agent/scan.js';
import type { Operation } from '../src/sync/operation.js';
import { differences } from './round-trip/compare.js';
import { expectedAfter, asFarAsPlanned, withoutRefused } from './round-trip/expected.js';
import { Organizer } from './round-trip/organizer.js';
import { Server, type Account } from './round-trip/server.js';
import { takeSnapshot, type Snapshot } from './round-trip/snapshot.js';

interface Round {
  readonly name: string;
  readonly labels: object;
  readonly flags: readonly string[];
}

const everywhere = ['--tag-scope', 'all', '--create-albums', '--mark-best-favorite', '--write-scores'];
/** Stacks and Immich's Duplicates page exclude each other for the same group. */
const rounds: readonly Round[] = [
  { name: 'stacks', labels: {}, flags: [...everywhere, '--stack'] },
  { name: 'duplicates', labels: { tags_by_evidence: true }, flags: [...everywhere, '--native-duplicates'] },
];

/** Differences that are shown of one comparison. */
const mostShown = 40;
let failures = 0;

function tell(what: string, seconds: number, found: readonly string[], text = 'as expected'): void {
  const verdict = found.length === 0 ? text : `${found.length} differences`;
  console.log(`  ${what.padEnd(22)} ${seconds.toFixed(1).padStart(7)} s  ${verdict}`);
  for (const line of found.slice(0, mostShown)) console.log(`      ${line}`);
  if (found.length > mostShown) console.log(`      … and ${found.length - mostShown} more`);
  failures += found.length;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = Date.now();
  return [await work(), (Date.now() - startedAt) / 1000];
}

/** `tag 412, create-album 154`: photos of each kind, of albums and stacks the things themselves. */
function countsOf(operations: readonly Operation[]): string {
  const counts = new Map<string, number>();
  for (const { kind, photos } of operations) {
    const size = kind.startsWith('create-') ? 1 : photos.length;
    counts.set(kind, (counts.get(kind) ?? 0) + size);
  }
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
}

const isReading = (route: string): boolean => route.startsWith('GET ') || route.startsWith('POST /search/');

async function write(
  server: Server,
  accounts: readonly Account[],
  organizer: Organizer,
  flags: readonly string[],
  before: Snapshot,
): Promise<void> {
  const [plan, planSeconds] = await timed(() => organizer.run('plan', ...flags));
  const { operations } = plan as { operations: Operation[] };
  tell('plan', planSeconds, [], countsOf(operations));
  const [result, seconds] = await timed(() => organizer.run('scan', ...flags));
  const { operations: done, notes, errors } = result as ScanResult;
  await server.rest();
  const now = await takeSnapshot(server, accounts);
  const expected = expectedAfter(before, operations);
  const refused = withoutRefused(expected, now, before, operations);
  const after = asFarAsPlanned(now, before, expected);
  const found = [...differences(expected, after), ...errors];
  if (refused !== done.refused)
    found.push(`${refused} labels were refused, and scan tells of ${done.refused}`);
  tell(
    'scan',
    seconds,
    found,
    `as planned: ${done.applied} labels; ${refused} refused by read-only libraries`,
  );
  for (const note of notes) console.log(`      note: ${note}`);
  const [again, againSeconds] = await timed(() => organizer.run('scan', ...flags));
  const writes = Object.entries((again as ScanResult).requests).filter(([route]) => !isReading(route));
  tell(
    'scan again',
    againSeconds,
    writes.map(([route, count]) => `${count} times ${route}`),
    'wrote nothing',
  );
}

async function runRound(
  server: Server,
  accounts: readonly Account[],
  { name, labels, flags }: Round,
  more: readonly string[],
): Promise<void> {
  // What a person wrote that does not outlive a refresh is not ours to answer for.
  await server.refreshMetadata();
  const [before, snapshotSeconds] = await timed(() => takeSnapshot(server, accounts));
  const organizer = new Organizer(server.url, accounts, labels);
  const { photos, albums, tags, stacks } = before;
  const counts = [photos, tags, albums, stacks].map((part) => Object.keys(part).length);
  console.log(
    `${name}: ${counts[0]} photos; ${counts[1]} tags, ${counts[2]} albums, ${counts[3]} stacks of people`,
  );
  console.log(`  if this is cut off: photo-organizer undo --all ${organizer.flags.join(' ')}`);
  tell('snapshot', snapshotSeconds, [], 'taken');
  const failed = failures;
  try {
    await write(server, accounts, organizer, [...flags, ...more], before);
  } finally {
    const [undo, seconds] = await timed(() => organizer.run('undo', '--all'));
    const { errors, notes } = undo as { errors: string[]; notes: string[] };
    await server.rest();
    tell(
      'undo --all',
      seconds,
      [...differences(before, await takeSnapshot(server, accounts)), ...errors],
      'identical',
    );
    for (const note of notes) console.log(`      note: ${note}`);
  }
  const [, seconds] = await timed(() => server.refreshMetadata());
  tell('metadata refreshed', seconds, differences(before, await takeSnapshot(server, accounts)), 'identical');
  // Else its journal tells what was done.
  if (failures === failed) rmSync(organizer.dir, { recursive: true });
}

async function main(): Promise<void> {
  const {
    IMMICH_URL = '',
    IMMICH_API_KEY = '',
    IMMICH_ADMIN_KEY = '',
    IMMICH_SECOND_API_KEY = '',
  } = process.env;
  const [yes, ...more] = process.argv.slice(2);
  if (IMMICH_URL === '' || IMMICH_API_KEY === '' || IMMICH_ADMIN_KEY === '')
    throw new Error(
      'IMMICH_URL, IMMICH_API_KEY and IMMICH_ADMIN_KEY must be set, to those of a server for tests',
    );
  const server = new Server(IMMICH_URL, IMMICH_ADMIN_KEY);
  const accounts = [await server.account('immich', IMMICH_API_KEY)];
  if (IMMICH_SECOND_API_KEY !== '') accounts.push(await server.account('second', IMMICH_SECOND_API_KEY));
  const who = accounts.map(({ userName }) => userName).join(' and ');
  console.log(`Labels (tags, albums, favourites, stacks, groups of duplicates, scores) are written to photos of ${who} on
${server.url}, and taken back; metadata of all its photos is read again from their files.`);
  if (yes !== '--yes') throw new Error('Nothing was done. If that is what you want, say so: -- --yes');
  for (const round of rounds) await runRound(server, accounts, round, more);
  console.log(failures === 0 ? 'Identical.' : `${failures} differences.`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  failures++;
}
process.exitCode = failures === 0 ? 0 : 1;
