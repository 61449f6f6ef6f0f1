/* The service: what it finds by itself, what it heals by itself, what it answers, how it ends. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Config } from '../../src/config.js';
import {
  copyOf,
  libraryStage,
  libraryTags,
  runScan,
  scanRequest,
  scene,
  type AgentStage,
} from '../support/agent-stage.js';
import { serviceHurry, startService, type RunningService } from '../support/agent-service.js';
import type { ConfigForTest } from '../support/agent-config.js';
import { until } from '../support/until.js';

const tag = 'possible-duplicate';

// Most of the time is waiting for servers that are away: side by side it costs once.
t.jobs = 5;
const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

/** Never by polling, within the time of a test. */
const noPolling = { watch: { pollMs: 3_600_000, pollMaxMs: 3_600_000 } };

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function tagsNow({ standIn, ids }: AgentStage): Record<string, string[]> {
  const { assets } = standIn.snapshot();
  const rows = Object.entries(ids).map(([name, id]) => [name, assets[id]?.tags ?? []] as const);
  return Object.fromEntries(rows.filter(([, tags]) => tags.length > 0).sort());
}

async function untilTagged(stage: AgentStage, wanted: Record<string, string[]>): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(wanted).sort());
  await until(`the tags of ${Object.keys(sorted).join(', ')}`, () => isSame(tagsNow(stage), sorted));
}

/** Nothing waits any more: no photo, no label on its way. */
async function untilQuiet(service: RunningService): Promise<void> {
  const { journal } = service.agent.state;
  await until('quiet', async () => {
    const { queued, sources } = await service.status();
    const open = service.agent.accounts.flatMap(({ name }) => journal.labels(name, 'tag'));
    const isSettled = open.every(({ state }) => !['pending', 'written', 'seen', 'removing'].includes(state));
    return queued === 0 && isSettled && sources.every(({ complete }) => complete);
  });
}

async function started(
  t: Test,
  more: ConfigForTest = {},
): Promise<{ stage: AgentStage; config: Config; service: RunningService }> {
  const stage = await libraryStage(t);
  const config = stage.with(more);
  const service = await startService(t, config);
  return { stage, config, service };
}

test('it catches up with what is there and polling finds what comes', async (t) => {
  const { stage, service } = await started(t);
  await untilTagged(stage, libraryTags);
  await untilQuiet(service);
  await stage.add('road-small', await copyOf(4, 'small'), { justUploaded: true });
  await untilTagged(stage, { ...libraryTags, 'road-small': [tag] });
  await untilQuiet(service);
  const { counts, failures, holds } = await service.status();
  t.match(counts, { photos: 8, fingerprinted: 8, waiting: 0, failed: 0, groups: 3, extras: 4 });
  t.same([failures, holds], [[], []]);
});

test('its own writes cause no further download and no further write', async (t) => {
  const { stage, service } = await started(t);
  const { requests } = stage.standIn;
  await untilTagged(stage, libraryTags);
  await untilQuiet(service);
  await stage.standIn.settled();
  requests.reset();
  await until('four more polls', () => requests.count('POST /search/metadata') >= 4);
  const {
    'POST /search/metadata': _polls,
    'POST /search/statistics': counts = 0,
    ...rest
  } = requests.tally();
  t.same(rest, {}, 'polls ask for nothing but what changed');
  t.ok(counts <= 2);
});

test('a webhook finds an upload whose thumbnail comes later', async (t) => {
  const stage = await libraryStage(t, { thumbnailDelayMs: 250 });
  const config = stage.with({ ...noPolling, server: { webhookSecret: 'hook-secret' } });
  const service = await startService(t, config);
  await untilTagged(stage, libraryTags);
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  const hook = { url: `${service.url}/hooks/immich`, headerName: 'x-webhook-secret' };
  const steps = [
    { method: 'immich-plugin-core#webhook', config: { ...hook, headerValue: 'hook-secret', method: 'POST' } },
  ];
  const workflow = { trigger: 'AssetCreate', name: 'dup', enabled: true, steps };
  const made = await fetch(`${stage.standIn.url}/api/workflows`, {
    method: 'POST',
    headers,
    body: JSON.stringify(workflow),
  });
  t.equal(made.status, 201);
  await stage.add('road-small', await copyOf(4, 'small'), { justUploaded: true });
  await untilTagged(stage, { ...libraryTags, 'road-small': [tag] });
  t.same(stage.standIn.log, [], 'the hook was answered');
});

test('other callers: ids, an empty body, nonsense', async (t) => {
  const { stage, service } = await started(t, { ...noPolling, server: { webhookSecret: 'hook-secret' } });
  await untilTagged(stage, libraryTags);
  const call = (body?: string | object, headers: Record<string, string> = {}) =>
    service.ask('POST', '/hooks/immich', { 'x-webhook-secret': 'hook-secret', ...headers }, body);
  const added = await stage.add('road-small', await copyOf(4, 'small'));
  t.equal((await call({ assetIds: [added] })).status, 202);
  await untilTagged(stage, { ...libraryTags, 'road-small': [tag] });
  await stage.add('hut-small', await copyOf(3, 'small'));
  t.equal((await call()).status, 202);
  await untilTagged(stage, { ...libraryTags, 'road-small': [tag], 'hut-small': [tag] });
  for (const body of ['{', 'hello', '[]', 'null', '{"assetIds":["../../x"]}', '{"data":{"asset":{"id":5}}}'])
    t.equal((await call(body)).status, 202, body);
  const bearer = { 'x-webhook-secret': '', authorization: 'Bearer hook-secret' };
  t.equal((await service.ask('POST', '/hooks/immich', { authorization: 'Bearer hook-secret' })).status, 202);
  t.equal((await call({}, bearer)).status, 401, 'a wrong secret of its own counts before the bearer');
});

test('requests without the right secret are refused', async (t) => {
  const { service } = await started(t, { server: { webhookSecret: 'hook-secret', token: 'my-token' } });
  const statusOf = async (method: string, path: string, headers = {}): Promise<number> =>
    (await service.ask(method, path, headers)).status;
  t.equal(await statusOf('POST', '/hooks/immich'), 401);
  t.equal(await statusOf('POST', '/hooks/immich', { 'x-webhook-secret': 'hook-secre' }), 401);
  t.equal(await statusOf('POST', '/hooks/immich', { 'x-webhook-secret': '' }), 401);
  t.equal(await statusOf('POST', '/hooks/immich', { authorization: 'Bearer my-token' }), 401);
  for (const [method, path] of [
    ['GET', '/api/status'],
    ['POST', '/api/scan'],
    ['POST', '/api/undo'],
  ] as const) {
    t.equal(await statusOf(method, path), 401, path);
    t.equal(await statusOf(method, path, { 'x-token': 'hook-secret' }), 401, path);
  }
  t.equal(await statusOf('GET', '/api/status', { 'x-token': 'my-token' }), 200);
  t.equal(await statusOf('GET', '/api/status', { authorization: 'Bearer my-token' }), 200);
  t.equal(await statusOf('GET', '/health'), 200);
  t.equal(await statusOf('GET', '/api/nothing', { 'x-token': 'my-token' }), 404);
  const secret = { 'x-webhook-secret': 'hook-secret' };
  const large = await service.ask('POST', '/hooks/immich', secret, 'x'.repeat(2_000_000));
  t.equal(large.status, 413, 'a large body is not read');
});

test('a webhook without a configured secret is off', async (t) => {
  const { service } = await started(t);
  t.equal((await service.ask('POST', '/hooks/immich', { 'x-webhook-secret': '' })).status, 403);
});

test('a deletion for ever is noticed without an event', async (t) => {
  const { stage, service } = await started(t);
  await untilTagged(stage, libraryTags);
  await untilQuiet(service);
  stage.standIn.deleteForever([stage.id('lake')]);
  await untilTagged(stage, { 'beach-chat': [tag], 'beach-small': [tag] });
  t.equal((await service.status()).counts.photos, 6);
});

test('an outage heals, and what came meanwhile is found', async (t) => {
  const { stage, service } = await started(t);
  await untilTagged(stage, libraryTags);
  await untilQuiet(service);
  await stage.standIn.pause();
  const away = await until('the outage to show', async () => {
    const { sources } = await service.status();
    return sources[0]?.awaySince;
  });
  t.match(away, /^\d{4}-/);
  await stage.add('road-small', await copyOf(4, 'small'));
  await stage.standIn.resume();
  await untilTagged(stage, { ...libraryTags, 'road-small': [tag] });
  t.equal((await service.status()).sources[0]?.awaySince, null);
});

test('an Immich that this release does not know is written to once it is one that it knows', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.faults.add(({ route }) =>
    route === '/server/version' ? { status: 200, body: { major: 4, minor: 0, patch: 0 } } : undefined,
  );
  const service = await startService(t, stage.config);
  await until('everything to be read', async () => (await service.status()).counts.fingerprinted === 7);
  t.same(tagsNow(stage), {});
  await stage.standIn.pause();
  await until('the outage to show', async () => (await service.status()).sources[0]?.awaySince);
  stage.standIn.faults.clear();
  await stage.standIn.resume();
  await stage.add('road-small', await copyOf(4, 'small'));
  await untilTagged(stage, { ...libraryTags, 'road-small': [tag] });
});

test('a webhook finds the photo of the second account of a server', async (t) => {
  const stage = await libraryStage(t);
  const ben = stage.standIn.addUser('Ben');
  const accounts = [
    { url: stage.standIn.url, apiKey: stage.key, name: 'anna' },
    { url: stage.standIn.url, apiKey: stage.standIn.addKey(ben, ['all']), name: 'ben', server: 'anna' },
  ];
  const config = stage.with({ accounts, ...noPolling, server: { webhookSecret: 'hook-secret' } });
  const service = await startService(t, config);
  await untilTagged(stage, libraryTags);
  await untilQuiet(service);
  for (const name of ['ben-hut', 'ben-hut-small'])
    await stage.add(name, await (name === 'ben-hut' ? scene(3) : copyOf(3, 'small')), {}, ben);
  const assetIds = [stage.id('ben-hut'), stage.id('ben-hut-small')];
  stage.standIn.requests.reset();
  const answer = await service.ask(
    'POST',
    '/hooks/immich',
    { 'x-webhook-secret': 'hook-secret' },
    { assetIds },
  );
  t.equal(answer.status, 202);
  await untilTagged(stage, { ...libraryTags, 'ben-hut-small': [tag] });
  t.notOk('POST /search/metadata' in stage.standIn.requests.tally(), 'without listing anything');
});

test('it waits for a server that is not there yet', async (t) => {
  const stage = await libraryStage(t);
  await stage.standIn.pause();
  const service = await startService(t, stage.config);
  await until('the outage to show', async () => (await service.status()).sources[0]?.awaySince);
  await stage.standIn.resume();
  await untilTagged(stage, libraryTags);
});

test('it stops quickly: idle, at work, and while the server is away', async (t) => {
  const { stage, config, service } = await started(t);
  await untilTagged(stage, libraryTags);
  const stopsInTime = async ({ agent, stop }: RunningService, when: string): Promise<void> => {
    const startedAt = agent.clock.now();
    await stop();
    t.ok(agent.clock.now() - startedAt < 2_000 * serviceHurry, when);
  };
  await stopsInTime(service, 'idle');
  for (let n = 20; n < 50; n++) await stage.add(`extra-${n}`, await copyOf(1, n % 2 ? 'small' : 'smaller'));
  const busy = await startService(t, config);
  await until('work', () => busy.agent.queue.pending > 0);
  await stopsInTime(busy, 'at work');
  await stage.standIn.pause();
  const cutOff = await startService(t, config);
  await stopsInTime(cutOff, 'while the server is away');
  const waiting = await startService(t, config);
  await until('the outage to show', async () => (await waiting.status()).sources[0]?.awaySince);
  await stopsInTime(waiting, 'in a long outage');
  await stage.standIn.resume();
  await runScan(stage.config);
  const all = Object.keys(stage.ids).filter((name) => name.startsWith('extra-'));
  const extras = Object.fromEntries(all.map((name) => [name, [tag]]));
  t.match(await stage.tags(), { ...libraryTags, ...extras }, 'nothing was lost by it');
});

test('a key that is refused ends it with exit code 4', async (t) => {
  const stage = await libraryStage(t);
  const config = stage.with({ accounts: [{ url: stage.standIn.url, apiKey: 'wrong' }] });
  const service = await startService(t, config).catch((error: unknown) => error);
  const failure = service instanceof Error ? service : await failureOf((service as RunningService).ended);
  t.match(failure, { code: 'IMMICH_UNAUTHORIZED', exitCode: 4 });
});

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}

test('commands are handed to it: a scan, undo, and then silence', async (t) => {
  const { stage, config, service } = await started(t);
  await untilTagged(stage, libraryTags);
  await untilQuiet(service);
  const request = scanRequest();
  t.match(await service.command('scan', request), {
    result: { downloads: 0, operations: { applied: 0, unchanged: 3 } },
  });
  const refused = await service.command('undo', { what: { run: 'x' }, dryRun: false });
  t.match(refused, { code: 'NO_SUCH_RUN', exitCode: 2 });
  await service.command('undo', { what: 'all', dryRun: false });
  await untilTagged(stage, {});
  t.match((await service.status()).holds, [/taken back/]);
  await stage.add('road-small', await copyOf(4, 'small'));
  await until('the new photo to be grouped', async () => (await service.status()).counts.groups === 3);
  t.same(await stage.tags(), {});
  await service.stop();
  const next = await startService(t, config);
  await untilQuiet(next);
  t.same(await stage.tags(), {}, 'after a restart too');
  await next.command('scan', request);
  await untilTagged(stage, { ...libraryTags, 'road-small': [tag] });
  t.same((await next.status()).holds, []);
});

test('a file in a watched folder joins what Immich has', async (t) => {
  const stage = await libraryStage(t);
  const folder = join(stage.stateDir, '..', 'nas');
  await mkdir(folder);
  const service = await startService(t, stage.with({ folders: [{ name: 'nas', path: folder }] }));
  await untilTagged(stage, libraryTags);
  await untilQuiet(service);
  await writeFile(join(folder, 'hut.jpg'), await scene(3));
  await until('a group of the file', async () => (await service.status()).counts.groups === 3);
  await untilQuiet(service);
  t.same(await stage.tags(), libraryTags);
});
