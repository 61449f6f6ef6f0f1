/* One request at a time: what is no answer of Immich, and who is at fault. */
import t, { type Test } from 'tap';
import type { Photo } from '../../../src/model.js';
import { only } from '../../support/bad-day.js';
import { accountStage, photosOf, onePhoto } from '../../support/immich-account.js';
import type { Fault } from '../../support/immich/faults.js';

const thumbnail = 'GET /assets/:id/thumbnail';
const page = '<!doctype html><title>Please log in to the hotel network</title>';

t.jobs = 6;
const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

const answered = (type: string | undefined, body: string | Buffer): Fault => ({
  answer: (raw) => raw.writeHead(200, type === undefined ? {} : { 'content-type': type }).end(body),
});

test('a page, an empty body or JSON in place of a thumbnail is no picture', async (t) => {
  const stage = await accountStage(t);
  const photo = await onePhoto(stage);
  const strange: readonly (readonly [string, string | undefined, string])[] = [
    ['a page', 'text/html; charset=utf-8', page],
    ['JSON', 'application/json', '{"message":"busy"}'],
    ['nothing', 'image/webp', ''],
    ['a page without a type', undefined, page],
  ];
  for (const [what, type, body] of strange) {
    stage.standIn.faults.add(only(thumbnail, answered(type, body)));
    await t.rejects(
      stage.account.source.picture(photo),
      { code: 'IMMICH_BAD_ANSWER', name: 'TransientError' },
      what,
    );
    stage.standIn.faults.clear();
  }
  const { bytes } = await stage.account.source.picture(photo);
  for (const type of ['application/octet-stream', 'IMAGE/WEBP', undefined]) {
    stage.standIn.faults.add(only(thumbnail, answered(type, Buffer.from(bytes))));
    t.same((await stage.account.source.picture(photo)).bytes, bytes, type ?? 'no type');
    stage.standIn.faults.clear();
  }
});

test('where the whole server answers pages, a thumbnail is none of a single photo', async (t) => {
  const stage = await accountStage(t);
  const photo = await onePhoto(stage);
  stage.standIn.faults.add(() => answered('text/html', page));
  await t.rejects(stage.account.source.picture(photo), { code: 'IMMICH_NOT_IMMICH', exitCode: 2 });
});

test('twenty pictures in a row that are pages end a command, and are told by a service', async (t) => {
  const command = await accountStage(t, { photos: 21 });
  const photos = await photosOf(command);
  t.equal(photos.length, 21);
  command.standIn.faults.add(only(thumbnail, answered('text/html', page)));
  for (const photo of photos.slice(0, 19))
    await t.rejects(command.account.source.picture(photo), { code: 'IMMICH_BAD_ANSWER' });
  const [last] = photos.slice(19);
  if (last === undefined) return;
  await t.rejects(command.account.source.picture(last), { code: 'IMMICH_UNREACHABLE', exitCode: 3 });

  const service = await accountStage(t, { photos: 21, patience: 'service' });
  const inService = await photosOf(service);
  service.standIn.faults.add(only(thumbnail, answered('text/html', page)));
  for (const photo of inService)
    await t.rejects(service.account.source.picture(photo), { code: 'IMMICH_BAD_ANSWER' });
  const told = (): string[] => service.log.lines.map(({ message }) => message);
  t.same(
    told().filter((line) => line.includes('sends no pictures')),
    ['Immich answers, but sends no pictures; they are tried again'],
  );
  service.standIn.faults.clear();
  await service.account.source.picture(inService[0] as Photo);
  t.ok(told().includes('Immich sends pictures again'));
});

for (const [what, status, type, body] of [
  ['a page', 403, 'text/html', page],
  ['a page', 401, 'text/html', page],
  ['a gateway without a reason', 403, 'application/json', '{"message":"Forbidden"}'],
  ['a gateway without a reason', 401, 'application/json', '{"message":"Unauthorized"}'],
  ['a firewall', 403, 'application/json', '{"message":"Access denied","request_id":"a1"}'],
  ['nothing', 403, 'application/json', ''],
] as const)
  test(`${what} that says ${status} is no refusal of Immich (${body.slice(0, 24)})`, async (t) => {
    const stage = await accountStage(t);
    const fault: Fault = { answer: (raw) => raw.writeHead(status, { 'content-type': type }).end(body) };
    stage.standIn.faults.add(only('GET /tags', fault));
    await t.rejects(stage.account.labels.tags(), { code: 'IMMICH_NOT_IMMICH', exitCode: 2 });
  });

for (const [version, body, code] of [
  ['3.1.0', { message: 'Missing required permission: tag.read' }, 'IMMICH_FORBIDDEN'],
  [
    '2.7.5',
    {
      message: 'Missing required permission: tag.read',
      error: 'Forbidden',
      statusCode: 403,
      correlationId: 'x',
    },
    'IMMICH_FORBIDDEN',
  ],
  ['3.1.0', { message: 'Invalid API key' }, 'IMMICH_UNAUTHORIZED'],
] as const)
  test(`a refusal of Immich ${version} is one (${code})`, async (t) => {
    const stage = await accountStage(t);
    const status = code === 'IMMICH_FORBIDDEN' ? 403 : 401;
    stage.standIn.faults.add(only('GET /tags', { status, body }));
    await t.rejects(stage.account.labels.tags(), { code, exitCode: 4 });
  });
