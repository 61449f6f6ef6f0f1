/**
 * Kills a scan with SIGKILL at random moments, then runs it once undisturbed, and compares what the server carries with a
 * scan that was never killed. Against the stand-in server; needs `npm run build` first. About 6 s a round.
 *
 *   npx tsx scripts/kill-test.ts [kills, default 100] [seed]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { startStandIn, type StandIn } from '../test/support/immich/stand-in.js';
import { drawScene, mirror, recompress, resizeTo } from '../test/support/pictures.js';
import { seededRandom } from '../test/support/seeded-random.js';

const cli = new URL('../dist/cli.js', import.meta.url).pathname;
const kills = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? 1);

interface NamedPicture {
  readonly fileName: string;
  readonly bytes: Buffer;
}

interface Outcome {
  /** Tags by file name. */
  readonly tags: Record<string, readonly string[]>;
  /** Members of each album, by album name. */
  readonly albums: Record<string, readonly string[]>;
}

async function drawLibrary(): Promise<NamedPicture[]> {
  const pictures: NamedPicture[] = [];
  for (let n = 0; n < 24; n++) {
    const bytes = await drawScene(n, { width: 900, height: 600 });
    pictures.push({ fileName: `scene-${n}.jpg`, bytes });
    const copies = [resizeTo(bytes, 500), recompress(bytes, 55), mirror(bytes)].slice(0, n % 4);
    for (const [i, copy] of (await Promise.all(copies)).entries())
      pictures.push({ fileName: `scene-${n}-copy-${i}.jpg`, bytes: copy });
  }
  return pictures;
}

async function startServer(
  pictures: readonly NamedPicture[],
): Promise<{ server: StandIn; key: string; names: Map<string, string> }> {
  const server = await startStandIn();
  const user = server.addUser('Anna');
  const key = server.addKey(user, ['all']);
  const names = new Map<string, string>();
  for (const picture of pictures) names.set(await server.addAsset(user, picture), picture.fileName);
  return { server, key, names };
}

/** Runs the command; kills it after `killAfterMs` when given. Returns its exit code, null when it was killed. */
async function run(
  args: readonly string[],
  server: StandIn,
  key: string,
  killAfterMs?: number,
): Promise<number | null> {
  const env = { ...process.env, IMMICH_URL: server.url, IMMICH_API_KEY: key };
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (killAfterMs === undefined) return ended;
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const code = await ended;
  clearTimeout(timer);
  return code;
}

function outcomeOf(server: StandIn, names: ReadonlyMap<string, string>): Outcome {
  const { assets, albums } = server.snapshot();
  const nameOf = (id: string): string => names.get(id) ?? id;
  return {
    tags: Object.fromEntries(Object.entries(assets).map(([id, { tags }]) => [nameOf(id), tags])),
    // Numbers may differ between a killed and an undisturbed scan; what lies together may not.
    albums: Object.fromEntries(
      Object.values(albums)
        .map(({ assetIds }) => assetIds.map(nameOf).sort())
        .map((members) => [members[0] ?? 'empty', members]),
    ),
  };
}

const pictures = await drawLibrary();
const scan = ['scan', '--source', 'immich', '--create-albums', '--state-dir'];

const reference = await startServer(pictures);
const referenceDir = mkdtempSync(join(tmpdir(), 'kill-test-'));
const startedAt = Date.now();
const code = await run([...scan, referenceDir], reference.server, reference.key);
let durationMs = Date.now() - startedAt;
const expected = outcomeOf(reference.server, reference.names);
await reference.server.close();
rmSync(referenceDir, { recursive: true });
const tagged = Object.values(expected.tags).filter((tags) => tags.length > 0).length;
console.log(
  `never killed: exit ${code}, ${durationMs} ms, ${tagged} tagged, ${Object.keys(expected.albums).length} albums`,
);

const random = seededRandom(seed);
let different = 0;
let killed = 0;
for (let round = 1; killed < kills; round++) {
  const { server, key, names } = await startServer(pictures);
  const before = server.snapshot();
  const dir = mkdtempSync(join(tmpdir(), 'kill-test-'));
  const killAfterMs = Math.round(random.next() * durationMs);
  // A scan that was quicker than the chosen moment is not counted, and says where later moments must lie.
  const begunAt = Date.now();
  if ((await run([...scan, dir], server, key, killAfterMs)) === null) killed++;
  else durationMs = Math.min(durationMs, Date.now() - begunAt);
  await run([...scan, dir], server, key);
  await server.settled();
  const same = isDeepStrictEqual(outcomeOf(server, names), expected);
  await run(['undo', '--all', '--state-dir', dir], server, key);
  await server.settled();
  const after = server.snapshot();
  const undone =
    isDeepStrictEqual(after.tags, before.tags) &&
    isDeepStrictEqual(after.albums, before.albums) &&
    Object.values(after.assets).every(({ tags }) => tags.length === 0);
  if (!same || !undone) {
    different++;
    console.log(
      `round ${round}: killed after ${killAfterMs} ms: ${same ? '' : 'other labels '}${undone ? '' : 'undo left something'} (state: ${dir})`,
    );
  } else rmSync(dir, { recursive: true });
  await server.close();
  if (round % 10 === 0) console.log(`${round} rounds, ${killed} killed in time, ${different} different`);
  await sleep(0);
}
console.log(JSON.stringify({ killed, different, seed }));
process.exitCode = different === 0 ? 0 : 1;
