import sharp, { type Sharp } from 'sharp';
import t from 'tap';
import { createFingerprinter } from '../../src/pipeline/fingerprint/fingerprint.js';
import { drawScene } from '../support/pictures.js';

const fingerprinter = await createFingerprinter();
const scene = await drawScene(8, { width: 900, height: 600 });
const shownOf = async (picture: Sharp): Promise<number> =>
  (await fingerprinter.fingerprint(await picture.jpeg({ quality: 85 }).toBuffer())).shown;

void t.test('pixels of a plain canvas around a picture do not count', async (t) => {
  const onCanvas = {
    'a square of black': { top: 150, bottom: 150, background: '#000' },
    'a border of white': { top: 50, bottom: 50, left: 50, right: 50, background: '#fff' },
    'grey at the sides': { left: 160, right: 160, background: '#777' },
  };
  for (const [what, canvas] of Object.entries(onCanvas)) {
    const extended = sharp(scene).extend(canvas);
    const { info } = await extended.clone().toBuffer({ resolveWithObject: true });
    const counted = (await shownOf(extended)) * info.width * info.height;
    t.ok(counted < 900 * 600, `${what}: ${counted}`);
    t.ok(counted > 0.7 * 900 * 600, `${what}: ${counted}`);
  }
});

void t.test('what a turned picture leaves free does not count', async (t) => {
  for (const [degrees, background] of [
    [3, '#000'],
    [-5, '#fff'],
    [12, '#000'],
  ] as const)
    t.ok((await shownOf(sharp(scene).rotate(degrees, { background }))) < 0.9, `${degrees} degrees`);
});

void t.test('an ordinary picture counts as a whole', async (t) => {
  for (let seed = 0; seed < 12; seed++) t.equal(await shownOf(sharp(await drawScene(seed))), 1);
  t.equal(await shownOf(sharp(scene).extend({ top: 90, background: '#fff' })), 1, 'a bar at one side');
  const sky = sharp(scene).composite([
    { input: { create: { width: 900, height: 200, channels: 3, background: '#fff' } }, left: 0, top: 0 },
  ]);
  t.equal(await shownOf(sky), 1, 'a white sky');
});

void t.test('a page keeps its margins', async (t) => {
  const page = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="800"><rect width="600" height="800" fill="#fff"/>
    ${Array.from({ length: 24 }, (_, n) => `<rect x="60" y="${80 + 26 * n}" width="${300 + ((n * 97) % 180)}" height="9" fill="#333"/>`).join('')}</svg>`;
  t.equal(await shownOf(sharp(Buffer.from(page))), 1);
});

void t.test('a photo on a wide white or cream canvas has no more pixels for it', async (t) => {
  for (const background of ['#fff', '#f8f4ee']) {
    const on = sharp(scene)
      .resize(600, 400)
      .extend({ top: 140, bottom: 140, left: 210, right: 210, background });
    const shown = await shownOf(sharp(await on.jpeg().toBuffer()));
    t.ok(shown < 0.4, `${background}: ${shown}`);
  }
});
