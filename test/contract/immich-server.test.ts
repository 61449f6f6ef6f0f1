/*
 * The contract of an Immich server, part 1: version, keys, errors. Runs on the stand-in; with IMMICH_URL and
 * IMMICH_API_KEY on a real server (npm run test:immich), unchanged. All parts make their own data, marked with a
 * made-up name, and clean up. The key should have the permissions of CONTRACT_PERMISSIONS in
 * support/immich/contract-server.ts (asset.upload and asset.delete first of all); what it may not do is skipped aloud.
 */
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { openContractServer } from '../support/immich/contract-server.js';

const server = await openContractServer(t);

await server.test(t, 'says without a key who it is', [], async (t) => {
  t.same((await server.call('GET', '/server/ping', undefined, { 'x-api-key': '' })).body, { res: 'pong' });
  const { body } = await server.call('GET', '/server/version');
  t.match(body, { major: Number, minor: Number, patch: Number });
  t.match((await server.call('GET', '/server/features')).body, {
    trash: Boolean,
    duplicateDetection: Boolean,
    sidecar: Boolean,
  });
  t.match((await server.call('GET', '/server/config')).body, { isInitialized: true, trashDays: Number });
});

await server.test(
  t,
  'tells a key about itself and its user',
  ['server.about', 'user.read', 'userPreference.read'],
  async (t) => {
    t.match((await server.call('GET', '/api-keys/me')).body, {
      id: String,
      name: String,
      permissions: Array,
    });
    t.same((await server.call('POST', '/auth/validateToken')).body, { authStatus: true });
    t.match((await server.call('GET', '/server/about')).body, {
      version: /^v\d+\.\d+\.\d+/,
      licensed: Boolean,
    });
    t.match((await server.call('GET', '/users/me')).body, { id: String, name: String, email: String });
    t.match((await server.call('GET', '/users/me/preferences')).body, {
      tags: { enabled: Boolean, sidebarWeb: Boolean },
    });
  },
);

await server.test(t, 'refuses a missing and a wrong key with 401', [], async (t) => {
  const nothing = await server.call('GET', '/tags', undefined, { 'x-api-key': '' });
  t.match(nothing, { status: 401, body: { message: 'Authentication required' } });
  const wrong = await server.call('GET', '/tags', undefined, { 'x-api-key': 'wrong' });
  t.match(wrong, { status: 401, body: { message: 'Invalid API key' } });
  const bearer = await server.call('GET', '/tags', undefined, { authorization: 'Bearer wrong' });
  t.match(bearer, { status: 401, body: { message: 'Invalid user token' } });
});

await t.test(
  'names the permission that is missing',
  { skip: server.may('all') && 'the key may do everything' },
  async (t) => {
    const answer = await server.call('PUT', '/users/me/preferences', {});
    t.match(answer, { status: 403, body: { message: 'Missing required permission: userPreference.update' } });
  },
);

await server.test(t, 'says 404 only for absent routes, in a body of one message', [], async (t) => {
  const answer = await server.call('GET', '/nothing-here');
  t.equal(answer.status, 404);
  t.same(answer.body, { message: 'Cannot GET /api/nothing-here' });
});

await server.test(t, 'says 400 for an unknown asset and for a malformed id', ['asset.read'], async (t) => {
  const unknown = await server.call('GET', `/assets/${randomUUID()}`);
  t.equal(unknown.status, 400);
  t.same(unknown.body, { message: 'Not found or no asset.read access' });
  const malformed = await server.call('GET', '/assets/not-a-uuid');
  t.equal(malformed.status, 400);
  t.match(malformed.body, {
    message: 'Validation failed',
    errors: [{ code: 'invalid_format', format: 'uuid', path: ['id'], message: 'Invalid UUID' }],
  });
  const version1 = await server.call('GET', '/assets/6ba7b810-9dad-11d1-80b4-00c04fd430c8');
  t.equal(version1.status, 400, 'UUIDs must be version 4');
  t.match(version1.body, { message: 'Validation failed' });
});

await server.test(t, 'refuses a whole batch for one malformed id', ['tag.asset'], async (t) => {
  const answer = await server.call('PUT', '/tags/assets', { tagIds: [], assetIds: [randomUUID(), 'nope'] });
  t.equal(answer.status, 400);
  t.match(answer.body, { errors: [{ path: ['assetIds', 1] }] });
});

await server.test(t, 'refuses bad JSON, no body and wrong types with 400', ['tag.create'], async (t) => {
  const noBody = await server.call('PUT', '/tags');
  t.match(noBody, { status: 400, body: { message: 'Validation failed' } });
  const wrongType = await server.call('PUT', '/tags', { tags: 'one' });
  t.match(wrongType, {
    status: 400,
    body: { message: 'Validation failed', errors: [{ code: 'invalid_type', path: ['tags'] }] },
  });
  const broken = await fetch(`${server.url}/api/tags`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{bad',
  });
  t.equal(broken.status, 400, 'even before the key is looked at');
  t.match(await broken.json(), { message: /^Expected property name/ });
});

await server.test(t, 'breaks on a body over 10 MB with 500, not 413', ['tag.create'], async (t) => {
  const answer = await server.call('PUT', '/tags', { tags: ['x'.repeat(11 * 1024 * 1024)] });
  t.equal(answer.status, 500);
  t.same(answer.body, { message: 'Internal server error' });
});

await server.test(t, 'echoes a correlation id in the header, not in the body', ['asset.read'], async (t) => {
  const answer = await server.call('GET', `/assets/${randomUUID()}`, undefined, {
    'x-correlation-id': 'contract-1',
  });
  t.equal(answer.headers.get('x-correlation-id'), 'contract-1');
  t.same(Object.keys(answer.body as object), ['message']);
});
