/* A large library: what its listing says is alike is looked at and labelled first. */
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { scan } from '../../src/agent/scan.js';
import { runScan, scanRequest, withAgent, type AgentStage } from '../support/agent-stage.js';
import { drawCheap, happened, photos, plainStage, side } from '../support/large-stage.js';

// Hundreds of pictures a test: a busy machine gets time.
t.setTimeout(15 * 60_000);

/** A library of many pictures; three of them, all over it, have a lesser copy at its end. */
async function largeStage(t: Test): Promise<AgentStage> {
  const stage = await plainStage(t);
  const size = { width: side, height: side };
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
