/* Writes when the agent stops: let finish for a while, and never begun again. */
import t from 'tap';
import { immichKey } from '../../../src/model.js';
import { first, only } from '../../support/bad-day.js';
import { accountStage } from '../../support/immich-account.js';
import type { Fault } from '../../support/immich/faults.js';
import { until } from '../../support/until.js';

void t.test('a write that stalls when the agent stops is waited for a while, once', async (t) => {
  const stage = await accountStage(t, { timeoutMs: 30_000 });
  const key = immichKey('home', stage.id('photo0'));
  const tag = await stage.account.labels.ensureTag('x');
  stage.standIn.faults.add(only('PUT /tags/assets', 'stall'));
  const writing = t.rejects(stage.account.labels.tagPhotos(tag, [key]), { code: 'STOPPING' });
  await until('the write', () => stage.standIn.requests.count('PUT /tags/assets') === 1);
  stage.stop.abort();
  await writing;
  t.equal(stage.standIn.requests.count('PUT /tags/assets'), 1);
  await t.rejects(stage.account.labels.tagPhotos(tag, [key]), { code: 'STOPPING' }, 'nothing new is begun');
});

void t.test('a write that fails when the agent stops is not tried again', async (t) => {
  const stage = await accountStage(t);
  const key = immichKey('home', stage.id('photo0'));
  const tag = await stage.account.labels.ensureTag('x');
  stage.standIn.faults.add(({ route }) => {
    if (route !== '/tags/assets') return undefined;
    stage.stop.abort();
    return { status: 500 };
  });
  await t.rejects(stage.account.labels.tagPhotos(tag, [key]), { code: 'IMMICH_BUSY' });
  t.equal(stage.standIn.requests.count('PUT /tags/assets'), 1);
});

void t.test('a write that waits for its next try when the agent stops is given up at once', async (t) => {
  const stage = await accountStage(t);
  const key = immichKey('home', stage.id('photo0'));
  const tag = await stage.account.labels.ensureTag('x');
  const busy: Fault = { status: 429, headers: { 'retry-after': '29' } };
  stage.standIn.faults.add(first(9, 'PUT /tags/assets', busy));
  const writing = t.rejects(stage.account.labels.tagPhotos(tag, [key]), { code: 'STOPPING' });
  await until('the answer', () =>
    stage.standIn.requests.all('PUT /tags/assets').some(({ status }) => status === 429),
  );
  // Its pause begins when the client has read that answer.
  await stage.account.labels.tags();
  stage.stop.abort();
  await writing;
  t.equal(stage.standIn.requests.count('PUT /tags/assets'), 1);
});

void t.test('a write under way when the agent stops is let finish', async (t) => {
  const stage = await accountStage(t);
  const key = immichKey('home', stage.id('photo0'));
  const tag = await stage.account.labels.ensureTag('x');
  stage.standIn.faults.add(({ route }) => {
    if (route === '/tags/assets') stage.stop.abort();
    return undefined;
  });
  await stage.account.labels.tagPhotos(tag, [key]);
  t.same(stage.standIn.snapshot().assets[stage.id('photo0')]?.tags, ['x']);
});
