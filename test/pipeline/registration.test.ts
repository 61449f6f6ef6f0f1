import sharp from 'sharp';
import t from 'tap';
import { rectFrame, wholeFrame, type Frame } from '../../src/pipeline/proof/frames.js';
import {
  compareInPlace,
  register,
  registrable,
  type Registrable,
} from '../../src/pipeline/proof/registration.js';
import { cropOf, flatPicture, greyCopyOf } from '../support/grey-copies.js';
import { drawScene } from '../support/pictures.js';

const scene = await drawScene(21);
const ready = async (picture: Uint8Array): Promise<Registrable> => registrable(await greyCopyOf(picture));
const original = await ready(scene);
const farthest = (a: Frame, b: Frame): number =>
  Math.max(...a.map((value, n) => Math.abs(value - (b[n] ?? NaN))));

void t.test('finds where a crop was cut, from a start that is off by some hundredths', async (t) => {
  for (const cut of [
    [0.03, 0.1, 0.83, 0.9],
    [0, 0, 0.9, 0.9],
    [0.22, 0.14, 0.97, 0.89],
  ] as const) {
    const crop = await ready(await cropOf(scene, cut));
    const [left, top, right, bottom] = cut;
    const start = rectFrame(left + 0.03, top - 0.03, right + 0.03, bottom - 0.03);
    const found = register(original, crop, start);
    t.ok(
      found && farthest(found.frame, rectFrame(left, top, right, bottom)) < 0.012,
      `${cut.join(' ')}: ${JSON.stringify(found)}`,
    );
    t.ok(found && found.tenth > 0.93 && found.overhang < 0.008 && found.cover > 0.98);
  }
});

void t.test('finds the angle of a rotation', async (t) => {
  const turned = await ready(await sharp(scene).rotate(3, { background: 'black' }).jpeg().toBuffer());
  const found = register(turned, original, rectFrame(0.04, 0.04, 0.96, 0.96));
  const [, , , q, p] = found?.frame ?? wholeFrame;
  const degrees = (Math.atan(q / original.aspect / p) * 180) / Math.PI;
  t.ok(found && found.tenth > 0.93, JSON.stringify(found));
  t.ok(Math.abs(Math.abs(degrees) - 3) < 0.2, `${degrees} degrees`);
});

void t.test('looks past light, contrast and something laid over the picture', async (t) => {
  const sticker = Buffer.from(
    '<svg width="200" height="200"><circle cx="100" cy="100" r="100" fill="#fc2"/></svg>',
  );
  const edited = await sharp(scene)
    .linear(0.7, 40)
    .composite([{ input: sticker, left: 300, top: 200 }])
    .jpeg()
    .toBuffer();
  const found = register(original, await ready(edited), wholeFrame);
  t.ok(found && found.offWhole < 0.005 && found.half > 0.98 && found.agreeing > 0.7, JSON.stringify(found));
});

void t.test('strangers do not agree, wherever they are laid', async (t) => {
  const strangers = await Promise.all([31, 32, 33, 34].map(async (seed) => ready(await drawScene(seed))));
  for (const one of strangers)
    for (const part of [wholeFrame, rectFrame(0, 0, 0.8, 0.8), rectFrame(0.1, 0.1, 0.9, 0.9)]) {
      const found = register(original, one, part);
      t.ok(found === null || (found.tenth < 0.8 && found.quarter < 0.9), JSON.stringify(found));
    }
});

void t.test('on flat ground there is nothing to hold on to', async (t) => {
  const flat = await ready(await flatPicture(128));
  t.equal(register(flat, flat, wholeFrame), null);
  t.equal(register(original, flat, wholeFrame), null);
  t.equal(register(flat, original, wholeFrame), null);
});

void t.test(
  'spots are those of the pair, whatever else was laid over each other before they are asked for',
  async (t) => {
    const marked = await sharp(scene)
      .composite([{ input: Buffer.from('<svg width="60" height="60"><rect width="60" height="60"/></svg>') }])
      .jpeg()
      .toBuffer();
    const other = await ready(marked);
    const { spot, innerSpot, usualSpot } = compareInPlace(original, other);
    const late = compareInPlace(original, other);
    const same = compareInPlace(other, other);
    t.ok(same.spot < 1, `${same.spot}`);
    t.ok(spot > 2, `${spot}`);
    t.same([late.spot, late.innerSpot, late.usualSpot], [spot, innerSpot, usualSpot]);
  },
);
