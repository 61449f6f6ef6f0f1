import sharp from 'sharp';
import t from 'tap';
import { fitsThumbHash, leastFit } from '../../../src/pipeline/thumb/thumb-fit.js';
import { thumbHashOf } from '../../../src/pipeline/thumb/thumb-hash-maker.js';
import type { ThumbLuma } from '../../../src/pipeline/thumb/thumb-hash.js';
import { drawScene } from '../../support/pictures.js';
import { needsPhotos, testPhotos } from '../../support/test-photos.js';
import { thumbBytes, thumbOf } from '../../support/thumbs.js';

/** The hash as Immich lists it. */
async function listed(picture: Buffer): Promise<ThumbLuma> {
  const { data, info } = await sharp(picture)
    .autoOrient()
    .resize(100, 100, { fit: 'inside' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return thumbOf(thumbHashOf({ pixels: data, width: info.width, height: info.height, channels: 4 }));
}

/** The thumbnail as Immich serves it, stretched to a square. */
async function served(picture: Buffer, side: number, channels: 1 | 3): Promise<Buffer> {
  const thumbnail = await sharp(picture)
    .autoOrient()
    .resize(250, 250, { fit: 'outside', withoutEnlargement: true })
    .withIccProfile('p3')
    .webp({ quality: 80 })
    .toBuffer();
  const square = sharp(thumbnail).resize(side, side, { fit: 'fill' });
  return (channels === 1 ? square.greyscale() : square.toColourspace('srgb').removeAlpha()).raw().toBuffer();
}

void t.test('a thumbnail fits the hash of its picture and no other', async (t) => {
  const scenes = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((n) => drawScene(n, n % 2 === 0 ? {} : { width: 480, height: 640 })),
  );
  const thumbs = await Promise.all(scenes.map(listed));
  for (const [i, scene] of scenes.entries())
    for (const side of [32, 64]) {
      const pixels = await served(scene, side, 3);
      thumbs.forEach((thumb, j) => {
        const fit = fitsThumbHash(pixels, 3, thumb);
        t.equal(fit >= leastFit, i === j, `${i} with ${j}, side ${side}: ${fit.toFixed(3)}`);
      });
    }
});

void t.test('strong colours may not fit in grey: they do in colour', async (t) => {
  // As bright to a ThumbHash as grey is, but not to the eye: red above green, blue beside both.
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><rect width="300" height="200" fill="#f00"/>
    <rect y="100" width="300" height="100" fill="#090"/><rect x="180" width="120" height="200" fill="#22f"/></svg>`;
  const picture = await sharp(Buffer.from(svg)).png().toBuffer();
  const thumb = await listed(picture);
  t.ok(fitsThumbHash(await served(picture, 32, 1), 1, thumb) < leastFit);
  t.ok(fitsThumbHash(await served(picture, 32, 3), 3, thumb) >= leastFit);
});

void t.test('an even placeholder fits nothing', (t) => {
  const thumb = thumbOf(thumbBytes({ isLandscape: true, hasAlpha: false, short: 5 }, [15, 2, 9, 6]));
  for (const grey of [0, 127, 255]) t.equal(fitsThumbHash(new Uint8Array(1024).fill(grey), 1, thumb), 0);
  t.end();
});

void t.test('what is no square is refused', (t) => {
  const thumb = thumbOf(thumbBytes({ isLandscape: true, hasAlpha: false, short: 5 }, [15, 2, 9, 6]));
  for (const length of [0, 1, 16, 1000, 1025, 3072])
    t.throws(() => fitsThumbHash(new Uint8Array(length), 1, thumb), RangeError);
  t.end();
});

void t.test(
  'real photographs: every thumbnail fits its own hash, few fit that of another',
  needsPhotos,
  async (t) => {
    const own: { pixels: Buffer; thumb: ThumbLuma }[] = [];
    for (const { name, read } of (await testPhotos(['general', 'views'])).slice(0, 80)) {
      const picture = await read();
      const one = { pixels: await served(picture, 32, 3), thumb: await listed(picture) };
      const fit = fitsThumbHash(one.pixels, 3, one.thumb);
      t.ok(fit >= leastFit, `${name}: ${fit.toFixed(3)}`);
      own.push(one);
    }
    const strangers = own.flatMap((a) =>
      own.filter((b) => b !== a).map((b) => fitsThumbHash(a.pixels, 3, b.thumb)),
    );
    const accepted = strangers.filter((fit) => fit >= leastFit).length;
    t.comment(`${accepted} of ${strangers.length} strangers accepted`);
    t.ok(accepted <= 0.005 * strangers.length);
  },
);
