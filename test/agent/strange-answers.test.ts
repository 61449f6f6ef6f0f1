/*
 * A server, or what stands before it, that answers nonsense: nothing of it is believed, nothing ends the service, one bad
 * photo does not stop the others, and afterwards one run makes up for it all.
 */
import t, { type Test } from 'tap';
import { startService, type RunningService } from '../support/agent-service.js';
import {
  copyOf,
  libraryStage,
  libraryTags,
  runScan,
  scene,
  tagsAndAlbums,
  type AgentStage,
} from '../support/agent-stage.js';
import { failureOf, fingerprintOf, heals, only, saidBy, untilTagged } from '../support/bad-day.js';
import type { Fault, FaultHook } from '../support/immich/faults.js';
import { memoryLog } from '../support/memory-log.js';
import { until } from '../support/until.js';

const tag = 'possible-duplicate';
const html: Fault = {
  status: 200,
  body: '<!doctype html><title>Log in</title>',
  headers: { 'content-type': 'text/html' },
};

// Most of the time is waiting between tries: side by side it costs once.
t.jobs = 8;
const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

const answered = (body: string, status = 200): Fault => ({
  answer: (raw) =>
    raw.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? undefined : body),
});

const strange: readonly (readonly [string, Fault])[] = [
  ['an empty body', answered('')],
  ['null', answered('null')],
  ['an empty object', answered('{}')],
  ['an empty list', answered('[]')],
  ['204', answered('', 204)],
  ['a page', html],
  ['a page with 403', { ...html, status: 403 }],
];

/** Strikes the thumbnail of one photo. */
const onPicture =
  (stage: AgentStage, name: string, fault: Fault): FaultHook =>
  ({ route, url }) =>
    route === '/assets/:id/thumbnail' && url.includes(stage.id(name)) ? fault : undefined;

async function untilAway(service: RunningService): Promise<void> {
  await until('the outage to show', async () => (await service.status()).sources[0]?.awaySince);
}

for (const [what, fault] of strange.filter(([name]) =>
  ['an empty body', 'an empty list', 'a page'].includes(name),
))
  test(`${what} in place of one thumbnail: the others go on, and it is wanted still`, async (t) => {
    const stage = await libraryStage(t);
    stage.standIn.faults.add(onPicture(stage, 'beach-chat', fault));
    const result = await runScan(stage.config);
    t.ok(result.failed > 0, 'it is told');
    t.same(await stage.tags(), { 'beach-small': [tag], 'lake-mirrored': [tag] });
    t.equal(fingerprintOf(stage, 'beach-chat'), 'wanted');
    await heals(t, stage);
  });

test('one picture in place of every thumbnail makes no strangers duplicates, and heals', async (t) => {
  const stage = await libraryStage(t);
  const picture = await scene(9);
  const one: Fault = {
    answer: (raw) => raw.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture),
  };
  stage.standIn.faults.add(only('GET /assets/:id/thumbnail', one));
  const result = await runScan(stage.config);
  t.match(result, { groups: 0, extras: 0, fingerprinted: 0, failed: 7 });
  t.same(await stage.tags(), {});
  t.equal(fingerprintOf(stage, 'hut'), 'failed');
  await heals(t, stage);
});

const routes = [
  'GET /server/ping',
  'GET /server/version',
  'GET /api-keys/me',
  'GET /users/me',
  'POST /search/statistics',
  'POST /search/metadata',
  'GET /albums',
  'GET /tags',
  'PUT /tags',
  'PUT /tags/assets',
] as const;

for (const [what, fault] of strange.filter(([name]) => ['an empty body', 'an empty list'].includes(name)))
  for (const route of routes)
    test(`${what} for ${route} ends a command as something that is not Immich`, async (t) => {
      const stage = await libraryStage(t);
      stage.standIn.faults.add(only(route, fault));
      const isList = what === 'an empty list';
      const scanning = runScan(stage.config);
      // An account without tags or albums answers with an empty list.
      if (isList && ['GET /tags', 'GET /albums'].includes(route)) t.match(await scanning, { errors: [] });
      else if (isList && route === 'PUT /tags') t.match(await scanning, { errors: [/did not make the tag/] });
      else t.match(await failureOf(scanning), { code: 'IMMICH_NOT_IMMICH', exitCode: 2 });
      if (!isList) await heals(t, stage);
    });

test('an album that Immich does not say it made is not believed', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.faults.add(only('POST /albums', answered('{}')));
  const failure = await failureOf(runScan(stage.config, { settings: tagsAndAlbums }));
  t.match(failure, { code: 'IMMICH_NOT_IMMICH', exitCode: 2 });
  stage.standIn.faults.clear();
  const result = await runScan(stage.config, { settings: tagsAndAlbums });
  t.match(result, { failed: 0, groups: 2, errors: [] });
  t.equal(Object.keys(stage.albums()).length, 2);
});

test('an empty object for a ping when the service starts', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.faults.add(only('GET /server/ping', answered('{}')));
  const service = await startService(t, stage.config);
  await untilAway(service);
  stage.standIn.faults.clear();
  await untilTagged(t, stage);
});

for (const [what, fault] of strange)
  test(`${what} for everything but the ping when the service starts, then Immich again`, async (t) => {
    const stage = await libraryStage(t);
    stage.standIn.faults.add(({ route }) => (route === '/server/ping' ? undefined : fault));
    const service = await startService(t, stage.config);
    await untilAway(service);
    await until('some tries', () => stage.standIn.requests.count('GET /server/version') >= 4);
    t.same(await stage.tags(), {});
    stage.standIn.faults.clear();
    await untilTagged(t, stage);
    t.equal((await service.status()).sources[0]?.awaySince, null);
  });

for (const [what, fault] of strange.filter(([name]) => ['an empty object', 'a page with 403'].includes(name)))
  test(`${what} for everything while the service runs, then Immich again`, async (t) => {
    const stage = await libraryStage(t);
    const service = await startService(t, stage.config);
    await untilTagged(t, stage);
    stage.standIn.faults.add(() => fault);
    await untilAway(service);
    await stage.add('road-small', await copyOf(4, 'small'));
    stage.standIn.faults.clear();
    await until('the tag', async () => 'road-small' in (await stage.tags()));
    t.same(await stage.tags(), { ...libraryTags, 'road-small': [tag] });
  });

test('a refusal in JSON by a route that says so of everything does not end the service', async (t) => {
  const stage = await libraryStage(t);
  const service = await startService(t, stage.config);
  await untilTagged(t, stage);
  const refused: Fault = { status: 404, body: { message: 'no Route matched with those values' } };
  stage.standIn.faults.add(() => refused);
  const { requests } = stage.standIn;
  const before = requests.count('POST /search/metadata');
  await until('some tries', () => requests.count('POST /search/metadata') > before + 2);
  stage.standIn.faults.clear();
  await stage.add('road-small', await copyOf(4, 'small'));
  await until('the tag', async () => 'road-small' in (await stage.tags()));
  t.equal((await service.status()).running, true);
});

test('a thumbnail that drips in is given up by a command, and the rest is labelled', async (t) => {
  const stage = await libraryStage(t);
  const account = { url: stage.standIn.url, apiKey: stage.key, timeoutMs: 2_000 };
  const drip: Fault = {
    answer: (raw) => {
      raw.writeHead(200, { 'content-type': 'image/webp' });
      const timer = setInterval(() => raw.write(' '), 20);
      raw.on('close', () => clearInterval(timer));
    },
  };
  stage.standIn.faults.add(onPicture(stage, 'beach-chat', drip));
  const log = memoryLog();
  const result = await runScan(stage.with({ accounts: [account] }), { log });
  t.ok(result.failed > 0);
  t.same(await stage.tags(), { 'beach-small': [tag], 'lake-mirrored': [tag] });
  t.not(saidBy(log, 'no answer from Immich yet').length, 0);
  t.equal(fingerprintOf(stage, 'beach-chat'), 'wanted');
  await heals(t, stage);
});
