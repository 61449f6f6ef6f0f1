import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import t from 'tap';
import { TerminalError } from '../../src/errors.js';
import { createFingerprinter } from '../../src/pipeline/fingerprint/fingerprint.js';
import { drawScene } from '../support/pictures.js';

const fingerprinter = await createFingerprinter();
const scene = await drawScene(1);

/** What the picture ends in: an error that a person can be shown, or its quality. */
async function endOf(bytes: Uint8Array): Promise<unknown> {
  return fingerprinter.fingerprint(bytes).then(
    ({ quality }) => quality,
    (error: unknown) => error,
  );
}

/** A JPEG of one size whose header says another. */
function withSize(jpeg: Buffer, width: number, height: number): Buffer {
  const out = Buffer.from(jpeg);
  const at = [0xc0, 0xc2]
    .map((marker) => out.indexOf(Buffer.from([0xff, marker])))
    .find((found) => found >= 0);
  if (at === undefined) throw new Error('no frame header');
  out.writeUInt16BE(height, at + 5);
  out.writeUInt16BE(width, at + 7);
  return out;
}

/** Rows of nothing: a picture of many pixels in few bytes. */
const blank = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#456' }, limitInputPixels: false });

const flatGrey = (pages: number): Buffer => Buffer.alloc(60 * 60 * pages, 120);

void t.test('what is no picture is recorded as one that cannot be read', async (t) => {
  const png = await sharp(scene).png().toBuffer();
  const hostile: [string, Uint8Array][] = [
    ['no bytes', new Uint8Array(0)],
    ['one byte', Uint8Array.of(0xff)],
    ['text', Buffer.from('This is a letter, not a photo.\n'.repeat(50))],
    ['a page of HTML', Buffer.from('<!doctype html><html><body>502 Bad Gateway</body></html>')],
    ['a script', Buffer.from('#!/bin/sh\nexit 0\n')],
    ['a JPEG cut off in its header', scene.subarray(0, 200)],
    ['a JPEG cut in half', scene.subarray(0, scene.length / 2)],
    ['a PNG cut in half', png.subarray(0, png.length / 2)],
    ['zeros', new Uint8Array(100_000)],
    ['a head and noise', Buffer.concat([scene.subarray(0, 20), Buffer.alloc(5000, 0x5a)])],
    ['a header that promises more', withSize(scene, 60_000, 60_000)],
  ];
  for (const [what, bytes] of hostile) {
    const end = await endOf(bytes);
    t.ok(end instanceof TerminalError, `${what}: ${String(end)}`);
    t.match(end, { code: 'PICTURE_UNREADABLE', message: /^cannot be decoded: \S/u }, what);
  }
});

void t.test('odd pictures are looked at, and only their first frame', async (t) => {
  const frames = (pages: number): Sharp =>
    sharp(flatGrey(pages), { raw: { width: 60, height: 60 * pages, channels: 1, pageHeight: 60 } });
  const odd: [string, Uint8Array][] = [
    ['1x1', await blank(1, 1).png().toBuffer()],
    ['1x5000', await blank(1, 5000).png().toBuffer()],
    ['animated GIF', await frames(8).gif({ loop: 0 }).toBuffer()],
    ['animated WebP', await frames(8).webp({ loop: 0 }).toBuffer()],
    ['JPEG with bytes behind it', Buffer.concat([scene, Buffer.alloc(10_000, 1)])],
    ['JPEG named PNG', scene],
  ];
  for (const [what, bytes] of odd) t.type(await endOf(bytes), 'number', what);
});

/** Peak of the process so far, megabytes. */
const peakMb = (): number => process.resourceUsage().maxRSS / 1024;

void t.test('bombs are refused without being unpacked', async (t) => {
  const bombs: [string, Buffer][] = [
    ['PNG, 1 bit, 30000x30000', blackPng(30_000)],
    ['GIF whose header says 20000x20000', giantGif(20_000)],
    [
      'JPEG, progressive, 20000x20000',
      withSize(await blank(64, 64).jpeg({ progressive: true }).toBuffer(), 20_000, 20_000),
    ],
    [
      'SVG, 40000x40000',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="40000" height="40000"/>'),
    ],
  ];
  const before = peakMb();
  for (const [what, bytes] of bombs) t.ok((await endOf(bytes)) instanceof TerminalError, what);
  t.ok(peakMb() - before < 100, `${Math.round(peakMb() - before)} MB more`);
});

void t.test('a very large photo that comes row by row is looked at in little memory', async (t) => {
  const large = await blank(16_000, 9_000).jpeg({ quality: 30 }).toBuffer();
  const before = peakMb();
  t.type(await endOf(large), 'number');
  t.ok(peakMb() - before < 100, `${Math.round(peakMb() - before)} MB more`);
});

/** A GIF of one flat frame; the size is all in the header. */
function giantGif(side: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(side, 0);
  size.writeUInt16LE(side, 2);
  const palette = Buffer.from([0, 0, 0, 255, 255, 255]);
  return Buffer.concat([
    Buffer.from('GIF89a'),
    size,
    Buffer.from([0x80, 0, 0]),
    palette,
    Buffer.from([0x2c, 0, 0, 0, 0]),
    size,
    Buffer.from([0, 2, 2, 0x4c, 0x01, 0, 0x3b]),
  ]);
}

/** A complete black PNG of one bit a pixel: 110 kB that unpack to 112 MB. */
function blackPng(side: number): Buffer {
  const chunk = (name: string, body: Buffer): Buffer => {
    const out = Buffer.alloc(body.length + 12);
    out.writeUInt32BE(body.length, 0);
    out.write(name, 4, 'latin1');
    body.copy(out, 8);
    out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rows = Buffer.alloc(side * (Math.ceil(side / 8) + 1));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
