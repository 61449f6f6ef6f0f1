import fc from 'fast-check';
import sharp from 'sharp';
import t from 'tap';
import { readExifTags } from '../../../src/sources/folder/exif-tags.js';
import { drawScene, withExif, type CameraNotes } from '../../support/pictures.js';

async function blockOf(picture: Buffer): Promise<Buffer> {
  const { exif } = await sharp(picture).metadata();
  if (exif === undefined) throw new Error('no EXIF');
  return exif;
}

const tagsFor = async (notes: CameraNotes): Promise<ReturnType<typeof readExifTags>> =>
  readExifTags(await blockOf(await withExif(await drawScene(1, { width: 256, height: 256 }), notes)));

void t.test('the wall clock, with what comes after the seconds', async (t) => {
  const at = Date.UTC(2026, 1, 11, 10, 1, 2);
  t.equal((await tagsFor({ takenAt: '2026-02-11T10:01:02' }))?.takenAt, at);
  t.equal((await tagsFor({ takenAt: '2026-02-11T10:01:02-08:00' }))?.takenAt, at);
  for (const [digits, ms] of [
    ['5', 500],
    ['123', 123],
    ['001', 1],
    ['9999', 999],
    ['57 ', 570],
  ] as const)
    t.equal((await tagsFor({ takenAt: '2026-02-11T10:01:02', subSec: digits }))?.takenAt, at + ms);
});

void t.test('dates that cannot be are unknown', async (t) => {
  for (const takenAt of [
    '0000-00-00T00:00:00',
    '2026-02-31T10:00:00',
    '2026-13-01T10:00:00',
    '2026-01-01T24:00:00',
  ])
    t.equal((await tagsFor({ takenAt }))?.takenAt, null, takenAt);
});

void t.test('camera, exposure and place', async (t) => {
  const picture = await sharp(await drawScene(1, { width: 256, height: 256 }))
    .withExif({
      IFD0: { Make: 'Canon', Model: 'EOS R5' },
      IFD2: { ExposureTime: '1/250', ISOSpeedRatings: '400' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '0/1 0/1 0/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '0/1 0/1 0/1',
      },
    })
    .jpeg()
    .toBuffer();
  t.match(readExifTags(await blockOf(picture)), {
    make: 'Canon',
    model: 'EOS R5',
    exposureTime: 1 / 250,
    iso: 400,
    hasLocation: false,
    takenAt: null,
  });
  const placed = await tagsFor({ takenAt: '2026-02-11T10:01', gps: { latitude: 0, longitude: 7.5 } });
  t.equal(placed?.hasLocation, true);
});

void t.test('both byte orders, and a file that is a block by itself', (t) => {
  const block = Buffer.alloc(64);
  block.write('MM\0*', 'latin1');
  block.writeUInt32BE(8, 4);
  block.writeUInt16BE(1, 8);
  block.writeUInt16BE(0x0110, 10);
  block.writeUInt16BE(2, 12);
  block.writeUInt32BE(6, 14);
  block.writeUInt32BE(40, 18);
  block.write('X-T5\0', 40, 'latin1');
  t.equal(readExifTags(block)?.model, 'X-T5');
  t.equal(readExifTags(Buffer.from('no block')), null);
  t.equal(readExifTags(Buffer.alloc(0)), null);
  t.end();
});

void t.test('a block that claims to hold gigabytes costs nothing', (t) => {
  const count = 5000;
  const block = Buffer.alloc(65_000);
  block.write('II*\0', 'latin1');
  block.writeUInt32LE(8, 4);
  block.writeUInt16LE(count, 8);
  for (let n = 0; n < count; n += 1) {
    const at = 10 + n * 12;
    block.writeUInt16LE(n % 2 === 0 ? 0x010f : n, at);
    block.writeUInt16LE(2, at + 2);
    block.writeUInt32LE(0xffffffff, at + 4);
    block.writeUInt32LE(10, at + 8);
  }
  t.ok((readExifTags(block)?.make?.length ?? 0) <= 256);
  t.end();
});

void t.test('damaged blocks never throw', async (t) => {
  const whole = await blockOf(
    await withExif(await drawScene(1, { width: 256, height: 256 }), {
      takenAt: '2026-02-11T10:01:02.5',
      make: 'ACME',
      gps: { latitude: 1, longitude: 2 },
    }),
  );
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 });
  fc.assert(
    fc.property(damage, fc.nat(whole.length), (changes, length) => {
      const block = Buffer.from(whole);
      for (const [at, value] of changes) block[at] = value;
      readExifTags(block.subarray(0, length));
    }),
    { numRuns: 2000 },
  );
  t.pass('read them all');
});
