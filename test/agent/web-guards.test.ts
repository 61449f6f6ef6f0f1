/* What the agent's HTTP interface does not take: requests that say too little, and names that are not its own. */
import { request } from 'node:http';
import t, { type Test } from 'tap';
import { startService, type RunningService } from '../support/agent-service.js';
import { emptyStage, libraryStage, libraryTags, runScan, scanRequest } from '../support/agent-stage.js';
import { until } from '../support/until.js';

t.jobs = 2;
const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

/** Status of an answer to a request whose Host header is given; undefined leaves it out (HTTP/1.0 may). */
async function statusFor(
  { url }: RunningService,
  host: string | undefined,
  path: string,
  headers: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const method = path.startsWith('/hooks') ? 'POST' : 'GET';
    const named = host === undefined ? {} : { host };
    const sent = request(
      url + path,
      { method, headers: { ...headers, ...named }, setHost: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

const scan = scanRequest();
const undo = { what: 'all', dryRun: false };

const notRequests: readonly (readonly [path: '/api/undo' | '/api/scan', body: unknown, why: RegExp])[] = [
  ['/api/undo', null, /the body must be an object/],
  ['/api/undo', [], /the body must be an object/],
  ['/api/undo', 'all', /the body must be an object/],
  ['/api/undo', {}, /what must be/],
  ['/api/undo', { dryRun: false }, /what must be "all", "last" or an object with run/],
  ['/api/undo', { ...undo, what: null }, /what must be/],
  ['/api/undo', { ...undo, what: 'everything' }, /what must be/],
  ['/api/undo', { ...undo, what: {} }, /run must be text/],
  ['/api/undo', { ...undo, what: { run: null } }, /run must be text/],
  ['/api/undo', { ...undo, what: { run: '' } }, /run must be text/],
  ['/api/undo', { ...undo, what: { run: ['x'] } }, /run must be text/],
  ['/api/undo', { ...undo, dryRun: undefined }, /dryRun must be true or false/],
  ['/api/undo', { ...undo, dryRun: 'true' }, /dryRun must be true or false/],
  ['/api/undo', { ...undo, dry_run: true }, /unknown field "dry_run"/],
  ['/api/undo', { ...undo, command: 'undo' }, /unknown field "command"/],
  ['/api/scan', null, /the body must be an object/],
  ['/api/scan', {}, /command must be text/],
  ['/api/scan', { ...scan, sources: 'moon' }, /sources must be one of immich, local, all/],
  ['/api/scan', { ...scan, labels: null }, /labels must be an object/],
  ['/api/scan', { ...scan, labels: { tagOnly: true, tag: '' } }, /tag must be a tag name/],
  ['/api/scan', { ...scan, allowRemovals: 1 }, /allowRemovals must be true or false/],
];

test('a request that does not say what it wants is refused, and takes nothing back', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  const service = await startService(t, stage.config);
  const headers = { 'x-token': service.token };
  for (const [path, body, why] of notRequests) {
    const answer = await service.ask('POST', path, headers, JSON.stringify(body));
    const said = `${path} ${JSON.stringify(body)}`;
    t.equal(answer.status, 400, said);
    t.match(JSON.parse(answer.body), { code: 'REQUEST_INVALID', message: why }, said);
  }
  for (const body of ['', '{', 'undo'])
    t.equal((await service.ask('POST', '/api/undo', headers, body)).status, 400, body);
  t.same(await stage.tags(), libraryTags);
  t.match(await service.command('undo', undo), { result: { failed: 0 } });
  await until('the labels to be gone', async () => Object.keys(await stage.tags()).length === 0);
});

test('on loopback only names that no stranger can bind are answered', async (t) => {
  const stage = await emptyStage(t);
  const server = { host: '127.0.0.1', webhookSecret: 'hook-secret' };
  const service = await startService(t, stage.with({ server }));
  const token = { 'x-token': service.token };
  for (const host of [
    '127.0.0.1',
    '127.0.0.1:2285',
    'localhost:80',
    'LOCALHOST',
    '[::1]:2285',
    '192.0.2.7',
  ]) {
    t.equal(await statusFor(service, host, '/health'), 200, host);
    t.equal(await statusFor(service, host, '/api/status', token), 200, host);
  }
  t.equal(await statusFor(service, undefined, '/health'), 400, 'HTTP/1.1 asks for a name');
  const strange = [
    'evil.example',
    'evil.example:2285',
    'localhost.evil.example',
    'localhost@evil.example',
    '',
  ];
  for (const host of strange) {
    t.equal(await statusFor(service, host, '/health'), 421, host);
    t.equal(await statusFor(service, host, '/api/status', token), 421, host);
    t.equal(await statusFor(service, host, '/api/status'), 421, host);
    const secret = { 'x-webhook-secret': 'hook-secret' };
    t.equal(await statusFor(service, host, '/hooks/immich', secret), 202, `the webhook by ${host}`);
    t.equal(
      await statusFor(service, host, '/hooks/immich'),
      401,
      `the webhook by ${host}, without its secret`,
    );
  }
});

test('an agent that others may reach is asked by any name', async (t) => {
  const stage = await emptyStage(t);
  const service = await startService(t, stage.with({ server: { host: '0.0.0.0', token: 'my-token' } }));
  t.equal(await statusFor(service, 'nas.example', '/health'), 200);
  t.equal(await statusFor(service, 'nas.example', '/api/status', { 'x-token': 'my-token' }), 200);
});
