/* One request at a time: what comes without end, too slowly or never. */
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { only } from '../../support/bad-day.js';
import { accountStage, onePhoto, photosOf } from '../../support/immich-account.js';
import type { Fault } from '../../support/immich/faults.js';
import { until } from '../../support/until.js';

const thumbnail = 'GET /assets/:id/thumbnail';
const listing = 'POST /search/metadata';
const megabyte = 2 ** 20;

t.jobs = 6;
const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

/** Writes `chunk` again and again until the other side hangs up; `sent` counts. */
function flood(raw: ServerResponse, chunk: Buffer, sent: { bytes: number }): void {
  raw.on('error', () => undefined);
  const write = (): void => {
    while (!raw.destroyed) {
      sent.bytes += chunk.length;
      if (!raw.write(chunk)) break;
    }
  };
  raw.on('drain', write);
  write();
}

/** A byte now and then, for ever. */
function drip(raw: ServerResponse, type: string): void {
  raw.writeHead(200, { 'content-type': type });
  const timer = setInterval(() => raw.write(' '), 20);
  raw.on('close', () => clearInterval(timer));
}

test('a thumbnail without end is given up', async (t) => {
  const stage = await accountStage(t);
  const photo = await onePhoto(stage);
  const sent = { bytes: 0 };
  const endless: Fault = {
    answer: (raw) =>
      flood(raw.writeHead(200, { 'content-type': 'image/webp' }), Buffer.alloc(megabyte), sent),
  };
  stage.standIn.faults.add(only(thumbnail, endless));
  await t.rejects(stage.account.source.picture(photo), {
    code: 'IMMICH_BAD_ANSWER',
    message: /larger than 20 MB/,
  });
  t.ok(sent.bytes < 40 * megabyte, `${sent.bytes} bytes were sent`);
});

test('a thumbnail that is announced as too large is not read at all', async (t) => {
  const stage = await accountStage(t);
  const photo = await onePhoto(stage);
  const sent = { bytes: 0 };
  const headers = { 'content-type': 'image/webp', 'content-length': 2_000 * megabyte };
  const huge: Fault = { answer: (raw) => flood(raw.writeHead(200, headers), Buffer.alloc(megabyte), sent) };
  stage.standIn.faults.add(only(thumbnail, huge));
  await t.rejects(stage.account.source.picture(photo), { code: 'IMMICH_BAD_ANSWER', message: /larger than/ });
  t.ok(sent.bytes < 15 * megabyte, `${sent.bytes} bytes were sent`);
});

test('a listing without end is given up, packed or not', async (t) => {
  const stage = await accountStage(t);
  const sent = { bytes: 0 };
  const endless: Fault = {
    answer: (raw) =>
      flood(raw.writeHead(200, { 'content-type': 'application/json' }), Buffer.alloc(megabyte, ' '), sent),
  };
  stage.standIn.faults.add(only(listing, endless));
  await t.rejects(photosOf(stage), { code: 'IMMICH_BAD_ANSWER', message: /larger than 64 MB/ });
  t.ok(sent.bytes < 100 * megabyte, `${sent.bytes} bytes were sent`);
  stage.standIn.faults.clear();
  const bomb = gzipSync(Buffer.alloc(70 * megabyte, ' '));
  const packed = {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'content-length': bomb.length,
  };
  stage.standIn.faults.add(only(listing, { answer: (raw) => raw.writeHead(200, packed).end(bomb) }));
  await t.rejects(photosOf(stage), { code: 'IMMICH_BAD_ANSWER', message: /larger than 64 MB/ });
});

test('a thumbnail that drips in byte by byte is given up, and told of', async (t) => {
  const stage = await accountStage(t, { timeoutMs: 2_000 });
  const photo = await onePhoto(stage);
  stage.standIn.faults.add(only(thumbnail, { answer: (raw) => drip(raw, 'image/webp') }));
  await t.rejects(stage.account.source.picture(photo), { code: 'IMMICH_SLOW', name: 'TransientError' });
  t.match(stage.log.lines, [{ level: 'warn', message: 'no answer from Immich yet' }]);
  stage.standIn.faults.clear();
  await until('the picture', () => stage.account.source.picture(photo));
});

test('a listing that is never answered ends a command, though the server answers all else', async (t) => {
  const stage = await accountStage(t, { timeoutMs: 2_000 });
  stage.standIn.faults.add(only(listing, 'stall'));
  await t.rejects(photosOf(stage), {
    code: 'IMMICH_UNREACHABLE',
    exitCode: 3,
    message: /POST \/search\/metadata/,
  });
  t.ok(stage.log.lines.some(({ message }) => message === 'no answer from Immich yet'));
});

test('a listing that is never answered is tried again by a service', async (t) => {
  const stage = await accountStage(t, { timeoutMs: 2_000, patience: 'service' });
  stage.standIn.faults.add(only(listing, 'stall'));
  await t.rejects(photosOf(stage), { code: 'IMMICH_UNREACHABLE', name: 'TransientError' });
  t.type(stage.account.client.awaySince, 'number', 'it is told');
  stage.standIn.faults.clear();
  t.equal((await photosOf(stage)).length, 1);
  t.equal(stage.account.client.awaySince, null);
});
