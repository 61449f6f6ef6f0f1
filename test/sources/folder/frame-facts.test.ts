/* How many frames or pages a file holds, as its bytes say. */
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import t from 'tap';
import { factsOfBytes } from '../../../src/sources/folder/file-facts.js';
import { drawScene } from '../../support/pictures.js';

const frames = await Promise.all([1, 2, 3].map((seed) => drawScene(seed, { width: 60, height: 40 })));
const still = sharp(frames[0]);
const moving = (): Sharp => sharp(frames, { join: { animated: true } });
const framesOf = async (bytes: Buffer, name = 'a'): Promise<unknown> => {
  const { frames: number, durationMs } = await factsOfBytes(bytes, name);
  return [number, durationMs];
};

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A PNG that says that it moves: two frames, a fifth and a tenth of a second. */
function asMoving(png: Buffer): Buffer {
  const afterHead = 8 + 25;
  const control = Buffer.alloc(8);
  control.writeUInt32BE(2);
  const frame = (numerator: number, denominator: number): Buffer => {
    const data = Buffer.alloc(26);
    data.writeUInt16BE(numerator, 20);
    data.writeUInt16BE(denominator, 22);
    return chunk('fcTL', data);
  };
  const head = [png.subarray(0, afterHead), chunk('acTL', control), frame(1, 5)];
  const end = png.length - 12;
  return Buffer.concat([...head, png.subarray(afterHead, end), frame(10, 0), png.subarray(end)]);
}

void t.test('frames and pages are counted, and how long they run', async (t) => {
  const delay = [100, 200, 300];
  t.same(await framesOf(await moving().gif({ delay }).toBuffer()), [3, 600]);
  t.same(await framesOf(await moving().webp({ delay }).toBuffer()), [3, 600]);
  t.same(await framesOf(await moving().tiff().toBuffer()), [3, null], 'pages');
  t.same(await framesOf(asMoving(await still.clone().png().toBuffer())), [2, 300]);
});

void t.test('a still picture has one frame', async (t) => {
  for (const format of ['gif', 'webp', 'tiff', 'png', 'jpeg', 'avif'] as const)
    t.same(await framesOf(await still.clone().toFormat(format).toBuffer()), [1, null], format);
  t.same(await framesOf(await moving().tiff().toBuffer(), 'a.nef'), [1, undefined], 'previews in a RAW file');
});

void t.test('what cannot be told is not known', async (t) => {
  const avif = await still.clone().avif().toBuffer();
  t.same(await framesOf(Buffer.from(avif.toString('latin1').replace('miaf', 'avis'), 'latin1')), [
    null,
    null,
  ]);
  t.same(await framesOf(Buffer.from('nothing')), [null, undefined]);
});
