/* The contract, part 6: uploads and what is read out of them. See immich-server.test.ts. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import t from 'tap';
import { openContractServer } from '../support/immich/contract-server.js';
import { withExif } from '../support/pictures.js';

const server = await openContractServer(t);

const UPLOADS = ['asset.read', 'asset.upload'];

await server.test(
  t,
  'hashes the content of uploads, gives the bytes back and knows them again',
  [...UPLOADS, 'asset.download'],
  async (t) => {
    const bytes = await server.picture();
    const sha1 = createHash('sha1').update(bytes).digest();
    const sent = await server.send(bytes, `${server.mark}-twin.png.jpg`);
    t.match(sent, { status: 201, body: { status: 'created' } });
    const { id } = sent.body as { id: string };
    t.equal((await server.asset(id)).checksum, sha1.toString('base64'));
    const original = await server.call('GET', `/assets/${id}/original`);
    t.ok(original.bytes.equals(bytes));
    t.equal(original.headers.get('content-type'), 'image/jpeg');
    t.match(await server.send(bytes, 'other-name.jpg'), { status: 200, body: { id, status: 'duplicate' } });
    const early = await server.send(bytes, 'x.jpg', {}, { 'x-immich-checksum': sha1.toString('hex') });
    t.match(early, { status: 200, body: { id, status: 'duplicate' } });
    const check = await server.call('POST', '/assets/bulk-upload-check', {
      assets: [
        { id: 'known', checksum: sha1.toString('hex') },
        { id: 'new', checksum: createHash('sha1').update(server.mark).digest('base64') },
      ],
    });
    t.same(check.body, {
      results: [
        { id: 'known', action: 'reject', reason: 'duplicate', assetId: id, isTrashed: false },
        { id: 'new', action: 'accept' },
      ],
    });
  },
);

await server.test(t, 'refuses uploads of unknown kind or without dates', ['asset.upload'], async (t) => {
  const text = await server.send(Buffer.from('text'), 'a.txt');
  t.match(text, { status: 400, body: { message: 'Unsupported file type a.txt' } });
  const form = new FormData();
  form.append('assetData', new Blob([new Uint8Array(await server.picture())]), 'a.jpg');
  t.match(await server.call('POST', '/assets', form), {
    status: 400,
    body: { message: 'Validation failed' },
  });
});

await server.test(t, "reads the camera's notes", UPLOADS, async (t) => {
  const bytes = await withExif(await server.picture(), {
    takenAt: '2024-05-06T07:08:09+02:00',
    subSec: '123',
    make: 'Ofenfrisch',
    model: 'Z 9',
    gps: { latitude: 47.5, longitude: -8.25 },
  });
  const { body } = await server.send(bytes, `${server.mark}-notes.jpg`);
  const { id } = body as { id: string };
  const asset = await server.rest(id);
  t.match(asset, { fileCreatedAt: '2024-05-06T05:08:09.123Z', localDateTime: '2024-05-06T07:08:09.123Z' });
  t.match(asset, {
    exifInfo: {
      make: 'Ofenfrisch',
      model: 'Z 9',
      dateTimeOriginal: '2024-05-06T05:08:09.123+00:00',
      timeZone: 'UTC+2',
      latitude: 47.5,
      longitude: -8.25,
      orientation: '1',
    },
  });
});

await server.test(t, 'turns pictures that lie on their side', [...UPLOADS, 'asset.view'], async (t) => {
  const bytes = await withExif(await server.picture(), { takenAt: '2024-05-06T07:08:09', orientation: 6 });
  const { body } = await server.send(bytes, `${server.mark}-turned.jpg`);
  const { id } = body as { id: string };
  t.match(await server.rest(id), {
    width: 320,
    height: 480,
    exifInfo: { orientation: '6', exifImageWidth: 480, exifImageHeight: 320 },
  });
  const { bytes: thumbnail } = await server.call('GET', `/assets/${id}/thumbnail`);
  t.match(await sharp(thumbnail).metadata(), { width: 250, height: 375 });
});

await server.test(t, 'dates a photo without notes by the earlier of its file dates', UPLOADS, async (t) => {
  const dates = { fileCreatedAt: '2024-03-02T10:00:00.000Z', fileModifiedAt: '2024-03-01T09:00:00.000Z' };
  const { body } = await server.send(await server.picture(), `${server.mark}-dates.jpg`, dates);
  const asset = await server.rest((body as { id: string }).id);
  t.match(asset, { fileCreatedAt: '2024-03-01T09:00:00.000Z', localDateTime: '2024-03-01T09:00:00.000Z' });
});
