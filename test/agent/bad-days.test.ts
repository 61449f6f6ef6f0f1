/* A server that is not what it should be: what is said, the exit code, and that the next good run makes up for it all. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { ScanResult } from '../../src/agent/scan.js';
import { OrganizerError, describeError } from '../../src/errors.js';
import {
  copyOf,
  libraryStage,
  libraryTags,
  runScan,
  runUndo,
  scene,
  tagsAndAlbums,
} from '../support/agent-stage.js';
import { failureOf, first, heals, only } from '../support/bad-day.js';
import type { Fault } from '../support/immich/faults.js';
import { startService } from '../support/agent-service.js';
import { until } from '../support/until.js';

const tag = 'possible-duplicate';

// Most of the time is the client's waiting between tries: side by side it costs once.
t.jobs = 8;
const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

async function listen(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('nobody listens there', async (t) => {
  const stage = await libraryStage(t);
  const config = stage.with({ accounts: [{ url: 'http://127.0.0.1:9', apiKey: stage.key }] });
  const failure = await failureOf(runScan(config));
  t.match(failure, { code: 'IMMICH_UNREACHABLE', exitCode: 3, message: /127\.0\.0\.1:9/ });
  await heals(t, stage);
});

test('something else answers there', async (t) => {
  const stage = await libraryStage(t);
  const page = '<!doctype html><title>Welcome to nginx!</title>';
  for (const [status, type] of [
    [200, 'text/html'],
    [404, 'text/html'],
  ] as const) {
    const url = await listen(t, (_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(page);
    });
    const config = stage.with({ accounts: [{ url, apiKey: stage.key }] });
    const failure = await failureOf(runScan(config));
    t.match(failure, { code: 'IMMICH_NOT_IMMICH', exitCode: 2 }, `${status}`);
  }
  const moved = await listen(t, (_request, response) => {
    response.writeHead(301, { location: 'https://photos.example.org/api' }).end();
  });
  const config = stage.with({ accounts: [{ url: moved, apiKey: stage.key }] });
  t.match(await failureOf(runScan(config)), {
    code: 'IMMICH_REDIRECTED',
    exitCode: 2,
    message: /https:\/\/photos\.example\.org/,
  });
  await heals(t, stage);
});

for (const route of ['POST /search/metadata', 'GET /assets/:id/thumbnail', 'PUT /tags/assets'])
  test(`${route} is not answered at first`, async (t) => {
    const stage = await libraryStage(t);
    const account = { url: stage.standIn.url, apiKey: stage.key, timeoutMs: 2_000 };
    stage.standIn.faults.add(first(2, route, 'stall'));
    t.match(await runScan(stage.with({ accounts: [account] })), { failed: 0, groups: 2, errors: [] });
    t.same(await stage.tags(), libraryTags);
  });

test('a server that takes requests and never answers', async (t) => {
  const stage = await libraryStage(t);
  const account = { url: stage.standIn.url, apiKey: stage.key, timeoutMs: 100 };
  stage.standIn.faults.add(() => 'stall');
  const failure = await failureOf(runScan(stage.with({ accounts: [account] })));
  t.match(failure, { code: 'IMMICH_UNREACHABLE', exitCode: 3 });
  await heals(t, stage);
});

const noOpenssl = spawnSync('openssl', ['version']).status === 0 ? false : 'no openssl';
void t.test('a certificate that nobody signed', { buffered: true, skip: noOpenssl }, async (t) => {
  const stage = await libraryStage(t);
  const dir = join(stage.stateDir, '..');
  const [keyPath, certPath] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', keyPath, '-out', certPath];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject]);
  t.equal(made.status, 0);
  const target = new URL(stage.standIn.url);
  const [key, cert] = await Promise.all([readFile(keyPath), readFile(certPath)]);
  const server = createSecureServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.entries(request.headers).filter(
        ([name]) => !['host', 'connection', 'content-length', 'transfer-encoding'].includes(name),
      );
      const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
      const sent = { method: request.method ?? 'GET', headers: headers as [string, string][], ...body };
      void fetch(new URL(request.url ?? '', target), sent).then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = [{ url, apiKey: stage.key }];
  const failure = await failureOf(runScan(stage.with({ accounts })));
  t.match(failure, { code: 'IMMICH_TLS', exitCode: 2, message: /immich\.ca_path/ });
  const trusting = accounts.map((account) => ({ ...account, caPath: certPath }));
  await heals(t, stage, stage.with({ accounts: trusting }));
  const careless = accounts.map((account) => ({ ...account, tlsVerify: false }));
  t.match(await runScan(stage.with({ accounts: careless })), { errors: [] });
});

test('a wrong key', async (t) => {
  const stage = await libraryStage(t);
  const config = stage.with({ accounts: [{ url: stage.standIn.url, apiKey: 'not-a-key' }] });
  const failure = await failureOf(runScan(config));
  t.match(failure, { code: 'IMMICH_UNAUTHORIZED', exitCode: 4, message: /Invalid API key/ });
  t.notMatch(failure.message, 'not-a-key');
  await heals(t, stage);
});

const needed = ['asset.read', 'asset.view', 'user.read', 'tag.create', 'tag.read', 'tag.asset'];

for (const version of ['1.137.0', '3.1.0'] as const)
  for (const lacking of needed)
    test(`a key without ${lacking} on ${version}`, async (t) => {
      const stage = await libraryStage(t, { version });
      const apiKey = stage.standIn.addKey(
        stage.anna,
        needed.filter((name) => name !== lacking),
      );
      const failure = await failureOf(
        runScan(stage.with({ accounts: [{ url: stage.standIn.url, apiKey }] })),
      );
      t.match(failure, { code: 'IMMICH_FORBIDDEN', exitCode: 4 });
      t.match(failure.message, lacking);
      t.same(await stage.tags(), {}, 'nothing was written');
      await heals(t, stage);
    });

test('a key that may not make albums', async (t) => {
  const stage = await libraryStage(t);
  const apiKey = stage.standIn.addKey(stage.anna, [...needed, 'album.read']);
  const config = stage.with({ accounts: [{ url: stage.standIn.url, apiKey }] });
  const failure = await failureOf(runScan(config, { settings: tagsAndAlbums }));
  t.match(failure, { code: 'IMMICH_FORBIDDEN', exitCode: 4, message: /album\.create.*albumAsset\.create/ });
  await heals(t, stage);
});

const shortly: readonly (readonly [string, Fault])[] = [
  ['500', { status: 500 }],
  ['502 from a proxy', { status: 502, body: '<html>Bad Gateway</html>' }],
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '1' } }],
  ['503 with Retry-After', { status: 503, headers: { 'retry-after': '1' } }],
  ['a reset', 'reset'],
  ['a reset after it was done', 'reset-after'],
  ['a body that breaks off', 'truncate'],
];

for (const [what, fault] of shortly)
  test(`${what} now and then is not noticed`, async (t) => {
    const stage = await libraryStage(t);
    for (const route of [
      'POST /search/metadata',
      'GET /assets/:id/thumbnail',
      'GET /tags',
      'PUT /tags',
      'PUT /tags/assets',
      'GET /assets/:id',
      'GET /albums',
    ])
      stage.standIn.faults.add(first(1, route, fault));
    const result = await runScan(stage.config);
    t.match(result, { failed: 0, groups: 2, extras: 3, errors: [], operations: { failed: 0 } });
    t.same(await stage.tags(), libraryTags);
    await heals(t, stage);
  });

for (const [route, fault] of [
  ['POST /search/metadata', { status: 500 }],
  ['GET /tags', { status: 500 }],
  ['PUT /tags/assets', { status: 500 }],
  ['PUT /tags/assets', 'reset-after'],
  ['GET /assets/:id', { status: 500 }],
] as const)
  test(`${route} fails for good (${typeof fault === 'string' ? fault : fault.status})`, async (t) => {
    const stage = await libraryStage(t);
    stage.standIn.faults.add(only(route, fault));
    const outcome = await runScan(stage.config).catch((error: unknown) => error);
    if (outcome instanceof Error) t.ok(outcome instanceof OrganizerError, describeError(outcome));
    else t.match(outcome, { operations: { failed: 3 }, errors: [/possible-duplicate/] });
    const seen = Object.values(stage.standIn.snapshot().albums);
    t.same(seen, []);
    await heals(t, stage);
  });

test('thumbnails that never come', async (t) => {
  const stage = await libraryStage(t);
  const beach = `/api/assets/${stage.id('beach-chat')}/thumbnail`;
  stage.standIn.faults.add(({ url }) => (url.startsWith(beach) ? { status: 404 } : undefined));
  const result = await runScan(stage.config);
  t.match(result, { failed: 1, fingerprinted: 6, groups: 2, extras: 2, errors: [] });
  t.same(await stage.tags(), { 'beach-small': [tag], 'lake-mirrored': [tag] });
  stage.standIn.requests.reset();
  t.match(await runScan(stage.config), { failed: 0, downloads: 0 }, 'it is not asked for again and again');
  t.equal(stage.standIn.requests.count('GET /assets/:id/thumbnail'), 0);
  stage.standIn.refreshMetadata([stage.id('beach-chat')]);
  await stage.standIn.settled();
  await heals(t, stage);
});

test('pictures that cannot be decoded', async (t) => {
  const stage = await libraryStage(t);
  await stage.add('broken', Buffer.from('this is no picture'), { width: 10, height: 10 });
  const view = `/api/assets/${stage.id('beach-chat')}/thumbnail`;
  stage.standIn.faults.add(({ url }) =>
    url.startsWith(view)
      ? { status: 200, body: 'no picture', headers: { 'content-type': 'image/webp' } }
      : undefined,
  );
  const result = await runScan(stage.config);
  t.match(result, { failed: 2, groups: 2, extras: 2, errors: [] });
  t.same(await stage.tags(), { 'beach-small': [tag], 'lake-mirrored': [tag] });
  t.match(await runScan(stage.config), { failed: 0, downloads: 0, groups: 2 });
  stage.standIn.deleteForever([stage.id('broken')]);
  stage.standIn.refreshMetadata([stage.id('beach-chat')]);
  await stage.standIn.settled();
  await heals(t, stage);
});

test('a listing that changes while it is paged', async (t) => {
  const stage = await libraryStage(t);
  const many = 2100;
  // Photos of one flat colour: listed, and of no interest.
  for (let n = 0; n < many; n++)
    await stage.add(`n${n}`, Buffer.from(`n${n}`), {
      width: 4,
      height: 4,
      type: 'VIDEO',
      visibility: 'hidden',
    });
  const newest = Array.from({ length: 40 }, (_, n) => stage.id(`n${many - 1 - n}`));
  let page = 0;
  stage.standIn.faults.add(({ route }) => {
    // After the first page forty of its rows go, so that forty others slip from page 2 to page 1, unseen.
    if (route === '/search/metadata' && ++page === 2) stage.standIn.deleteForever(newest);
    return undefined;
  });
  const result = await runScan(stage.config);
  t.match(result, { groups: 2, extras: 3, errors: [] });
  t.same(await stage.tags(), libraryTags);
  stage.standIn.faults.clear();
  const second = await runScan(stage.config);
  t.match(second, { groups: 2, operations: { applied: 0 } });
  const service = await startService(t, stage.config);
  await until('a whole index', async () => (await service.status()).sources[0]?.complete);
  t.same(await stage.tags(), libraryTags);
});

test('photos that go between listing and looking', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.faults.add(({ route, url }) => {
    const id = stage.ids['beach-chat'];
    if (route === '/assets/:id/thumbnail' && id !== undefined && url.includes(id)) {
      stage.standIn.deleteForever([id]);
      delete stage.ids['beach-chat'];
    }
    return undefined;
  });
  const result: ScanResult = await runScan(stage.config);
  t.match(result, { failed: 0, groups: 2, extras: 2 });
  t.same(await stage.tags(), { 'beach-small': [tag], 'lake-mirrored': [tag] });
});

test('undo on a bad day: what could not be taken back is taken back by the next', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  stage.standIn.faults.add(only('DELETE /tags/:id/assets', { status: 500 }));
  const report = await runUndo(stage.config, 'all').catch((error: unknown) => error);
  if (!(report instanceof Error)) t.match(report, { failed: 3, errors: [/^untag /] });
  t.same(await stage.tags(), libraryTags);
  stage.standIn.faults.clear();
  t.match(await runUndo(stage.config, 'all'), { failed: 0, errors: [] });
  t.same(await stage.tags(), {});
  t.same(stage.albums(), {});
});

test('the service tries failed writes again by itself', async (t) => {
  const stage = await libraryStage(t);
  stage.standIn.faults.add(only('PUT /tags/assets', { status: 400 }));
  const service = await startService(t, stage.config);
  await until('a refused write', () => stage.standIn.requests.count('PUT /tags/assets') >= 2);
  stage.standIn.faults.clear();
  await until('the tags', async () => Object.keys(await stage.tags()).length === 3);
  t.same(await stage.tags(), libraryTags);
  await service.stop();
  await heals(t, stage);
});

test('another user under the same account name', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  const ben = stage.standIn.addUser('Ben');
  await stage.add('ben-hut', await scene(3), {}, ben);
  await stage.add('ben-hut-small', await copyOf(3, 'small'), {}, ben);
  const apiKey = stage.standIn.addKey(ben, ['all']);
  const failure = await failureOf(runScan(stage.with({ accounts: [{ url: stage.standIn.url, apiKey }] })));
  t.match(failure, { code: 'ACCOUNT_CHANGED', exitCode: 2, message: /Ben/ });
  await heals(t, stage);
});
