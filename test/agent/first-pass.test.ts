/* A large library: what its listing says is alike is looked at and labelled first. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { leastForFirstPass } from '../../src/pipeline/backlog.js';
import type { SourceReader } from '../../src/pipeline/source-reader.js';
import { scan } from '../../src/agent/scan.js';
import { emptyStage, runScan, scanRequest, withAgent, type AgentStage } from '../support/agent-stage.js';
import { seededRandom } from '../support/seeded-random.js';

const side = 96;
const photos = 5 * leastForFirstPass;

/** A picture like no other, drawn in a millisecond. */
async function drawCheap(seed: number): Promise<Buffer> {
  const random = seededRandom(seed);
  const grid = Buffer.from(Array.from({ length: 20 * 20 * 3 }, () => random.whole(0, 255)));
  const raw = { width: 20, height: 20, channels: 3 as const };
  return sharp(grid, { raw }).resize(side, side, { fit: 'fill' }).jpeg().toBuffer();
}

/** A library of many pictures; three of them, all over it, have a lesser copy at its end. */
async function largeStage(t: Test): Promise<AgentStage> {
  const stage = await emptyStage(t);
  const size = { width: side, height: side };
  for (let n = 0; n < photos; n++) await stage.add(`photo-${n}`, await drawCheap(n), size);
  for (const n of [3, 200, 410]) {
    const small = await sharp(await drawCheap(n))
      .resize(64)
      .jpeg({ quality: 80 })
      .toBuffer();
    await stage.add(`copy-${n}`, small, size);
  }
  return stage;
}

const copies = ['copy-200', 'copy-3', 'copy-410'];

/** Names of the photos whose thumbnails were asked for, and `tagged` where tags were written, in that order. */
function happened({ standIn, ids }: AgentStage): string[] {
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  return standIn.requests.all().flatMap(({ method, route, url }) => {
    if (route === '/assets/:id/thumbnail') return names.get(url.split('/')[3] ?? '') ?? [];
    return `${method} ${route}` === 'PUT /tags/assets' ? ['tagged'] : [];
  });
}

void t.test('a scan labels what is alike by the listing before it looks at the rest', async (t) => {
  const stage = await largeStage(t);
  const config = stage.with({ accounts: [{ url: stage.standIn.url, apiKey: stage.key, concurrency: 2 }] });
  const result = await runScan(config);
  t.match(result, { listed: photos + 3, downloads: photos + 3, groups: 3, extras: 3, errors: [] });
  t.match(result.operations, { applied: 3, unchanged: 0, failed: 0 });
  t.same(Object.keys(await stage.tags()).sort(), copies);
  const order = happened(stage);
  const first = new Set(order.slice(0, 40));
  for (const name of copies) {
    t.ok(first.has(name), `${name} is among the first`);
    t.ok(first.has(name.replace('copy', 'photo')), `its original too`);
  }
  t.ok(order.indexOf('tagged') < order.length / 2, 'labels are there while the rest is looked at');
  t.equal(order.filter((name) => name === 'tagged').length, 1, 'and are not written again');
});

void t.test('a scan that labels twice tells of all that it labelled, not of the last alone', async (t) => {
  const stage = await largeStage(t);
  // Its ThumbHash is too far off: only its pixels show what it is.
  const cut = { left: 10, top: 10, width: side - 13, height: side - 13 };
  const cropped = sharp(await drawCheap(100)).extract(cut);
  await stage.add('cropped', await cropped.jpeg().toBuffer(), { width: cut.width, height: cut.height });
  const config = stage.with({ accounts: [{ url: stage.standIn.url, apiKey: stage.key, concurrency: 2 }] });
  const { operations, plan } = await runScan(config);
  t.equal(happened(stage).filter((name) => name === 'tagged').length, 2, 'it labelled twice');
  t.match(operations, { applied: 4, unchanged: 0, failed: 0 });
  t.match(plan, [{ kind: 'tag', name: 'possible-duplicate' }]);
  const names = ['cropped', ...copies].map((name) => stage.id(name));
  t.same(plan.flatMap((one) => one.photos.map((key) => key.split(':').at(-1) ?? '')).sort(), names.sort());
  t.match(await runScan(config), { operations: { applied: 0, unchanged: 4 }, plan: [] });
});

void t.test('a key that is refused while the first labels are written ends the scan then', async (t) => {
  const stage = await largeStage(t);
  const config = stage.with({ accounts: [{ url: stage.standIn.url, apiKey: stage.key, concurrency: 2 }] });
  const body = { message: 'Missing required permission: tag.asset', error: 'Forbidden', statusCode: 403 };
  stage.standIn.faults.add(({ method, route }) =>
    `${method} ${route}` === 'PUT /tags/assets' ? { status: 403, body } : undefined,
  );
  await t.rejects(runScan(config), { code: 'IMMICH_FORBIDDEN', exitCode: 4 });
  const asked = stage.standIn.requests.count('GET /assets/:id/thumbnail');
  t.ok(asked > 0 && asked < photos / 2, `${asked} pictures were fetched`);
  stage.standIn.faults.clear();
  t.match(await runScan(config), { groups: 3, extras: 3, errors: [], operations: { applied: 3 } });
  const all = stage.standIn.requests.count('GET /assets/:id/thumbnail');
  t.ok(all - photos < 20, `${all}: the next scan goes on where that one ended`);
});

void t.test('a scan that ended in between goes on with what is left', async (t) => {
  const stage = await largeStage(t);
  await withAgent(stage.config, async (agent) => {
    const done = new Promise<void>((resolve) => {
      agent.progress.on('examined', (n) => {
        if (n > 150) resolve();
      });
    });
    for (const { reader } of agent.sources) await reader.readAll();
    await agent.backlog.open(agent.sources.map(({ source }) => source.name));
    agent.queue.wake();
    await done;
  });
  const before = stage.standIn.requests.count('GET /assets/:id/thumbnail');
  t.ok(before > 150 && before < 400, `${before}`);
  const result = await runScan(stage.config);
  t.match(result, { groups: 3, extras: 3, failed: 0 });
  const all = stage.standIn.requests.count('GET /assets/:id/thumbnail');
  t.ok(all - photos < 20, `${all}: only what was under way is asked for again`);
  t.same(Object.keys(await stage.tags()).sort(), copies);
});

/** Photos of the library that look like no other but one in the folder, which is the original. */
const inBoth = [77, 301, 488];

/** A folder with these and with others that are nowhere else. */
async function folderBeside(stage: AgentStage): Promise<string> {
  const folder = join(stage.stateDir, '..', 'nas');
  await mkdir(folder);
  for (const n of [9001, 9002, ...inBoth, 9003])
    await writeFile(join(folder, `${n}.jpg`), await drawCheap(n));
  return folder;
}

/** Thumbnails asked for up to the last of the photos that the folder has too. */
function downloadsUntilBoth(stage: AgentStage): number {
  const order = happened(stage);
  return 1 + Math.max(...inBoth.map((n) => order.indexOf(`photo-${n}`)));
}

void t.test('what a folder has too is looked at before any other photo of a server', async (t) => {
  const stage = await emptyStage(t);
  const size = { width: side, height: side };
  for (let n = 0; n < photos; n++) await stage.add(`photo-${n}`, await drawCheap(n), size);
  const folders = [{ name: 'nas', path: await folderBeside(stage) }];
  const accounts = [{ url: stage.standIn.url, apiKey: stage.key, concurrency: 2 }];
  const result = await runScan(stage.with({ folders, accounts }));
  t.match(result, { groups: inBoth.length, extras: inBoth.length, errors: [] });
  const until = downloadsUntilBoth(stage);
  t.ok(until > 0 && until <= 20, `the last of them was download ${until}`);
});

void t.test(
  'a folder that comes when the server is listed already has its copies looked at next',
  async (t) => {
    const stage = await emptyStage(t);
    const size = { width: side, height: side };
    for (let n = 0; n < photos; n++) await stage.add(`photo-${n}`, await drawCheap(n), size);
    const folders = [{ name: 'nas', path: await folderBeside(stage) }];
    const accounts = [{ url: stage.standIn.url, apiKey: stage.key, concurrency: 2 }];
    await withAgent(stage.with({ folders, accounts }), async (agent) => {
      const readerOf = (kind: string): SourceReader | undefined =>
        agent.sources.find(({ source }) => source.kind === kind)?.reader;
      await readerOf('immich')?.readAll();
      await agent.backlog.open(agent.sources.map(({ source }) => source.name));
      await readerOf('folder')?.readAll();
      agent.queue.wake();
      await agent.queue.drained();
    });
    const until = downloadsUntilBoth(stage);
    t.ok(until > 0 && until < photos / 2, `the last of them was download ${until}`);
  },
);

void t.test(
  'what a folder has that was scanned before the server was set up is looked at first too',
  async (t) => {
    const stage = await emptyStage(t);
    const size = { width: side, height: side };
    for (let n = 0; n < photos; n++) await stage.add(`photo-${n}`, await drawCheap(n), size);
    const folders = [{ name: 'nas', path: await folderBeside(stage) }];
    t.match(await runScan(stage.with({ folders, accounts: [] })), { groups: 0, errors: [] });
    const accounts = [{ url: stage.standIn.url, apiKey: stage.key, concurrency: 2 }];
    const result = await runScan(stage.with({ folders, accounts }));
    t.match(result, { groups: inBoth.length, extras: inBoth.length, errors: [] });
    const until = downloadsUntilBoth(stage);
    t.ok(until > 0 && until <= 20, `the last of them was download ${until}`);
  },
);

void t.test('what is looked at and what is to go are never more than there is', async (t) => {
  const stage = await largeStage(t);
  const sums: number[] = [];
  await withAgent(stage.config, (agent) => {
    agent.progress.on('examined', (done, waiting) => sums.push(done + waiting));
    return scan(agent, scanRequest());
  });
  t.ok(sums.length >= photos);
  t.ok(Math.max(...sums) <= photos + 3, `at most ${Math.max(...sums)}`);
  t.equal(sums.at(-1), photos + 3);
});
