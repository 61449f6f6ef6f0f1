import sharp from 'sharp';
import t from 'tap';
import { withoutBars } from '../../src/pipeline/proof/bars.js';
import { wholeFrame, type Frame } from '../../src/pipeline/proof/frames.js';
import { greyCopyOf } from '../support/grey-copies.js';
import { drawScene } from '../support/pictures.js';

const scene = await drawScene(11);
const framesOf = async (picture: Uint8Array): Promise<Frame[]> =>
  withoutBars((await greyCopyOf(picture)).pixels);
const isNear = (a: Frame | undefined, b: Frame): boolean =>
  a !== undefined && a.every((value, n) => Math.abs(value - (b[n] ?? NaN)) < 0.02);

void t.test('a picture without bars is whole', async (t) => {
  t.same((await framesOf(scene))[0], wholeFrame);
});

void t.test('finds what a border goes around', async (t) => {
  const framed = await sharp(scene)
    .extend({ top: 64, bottom: 64, left: 96, right: 96, background: 'white' })
    .jpeg()
    .toBuffer();
  const frames = await framesOf(framed);
  t.same(frames[0], wholeFrame);
  t.ok(isNear(frames[1], [960 / 1152, 0, 96 / 1152, 0, 640 / 768, 64 / 768]), JSON.stringify(frames[1]));
});

void t.test('finds the picture above a caption, whatever is written there', async (t) => {
  const writing = Array.from({ length: 24 }, (_, n) => `<rect x="${n * 38}" y="30" width="20" height="50"/>`);
  const caption = `<svg width="960" height="110"><rect width="960" height="110" fill="#fff"/>${writing.join('')}</svg>`;
  const captioned = await sharp(scene)
    .composite([{ input: Buffer.from(caption), left: 0, top: 530 }])
    .jpeg()
    .toBuffer();
  const frames = await framesOf(captioned);
  t.ok(
    frames.some((frame) => Math.abs(frame[5] + frame[4] - 530 / 640) < 0.03),
    JSON.stringify(frames),
  );
});

void t.test('never takes off more than it leaves a strip of', (t) => {
  for (const grey of [0, 128, 255]) {
    const frames = withoutBars(new Uint8Array(4096).fill(grey));
    t.ok(frames.every((frame) => frame[0] > 0.1 && frame[4] > 0.1));
  }
  t.end();
});
