import sharp from 'sharp';
import t from 'tap';
import { rgbaToThumbHash } from 'thumbhash';
import { thumbHashOfBytes } from '../../../src/pipeline/thumb/local-thumb-hash.js';
import { parseThumbHash } from '../../../src/pipeline/thumb/thumb-hash.js';
import { compareThumbs } from '../../../src/pipeline/thumb/thumb-likeness.js';
import { drawScene } from '../../support/pictures.js';

const scene = await drawScene(3, { width: 1600, height: 1200 });

/** The cosine of two hashes of pictures as they stand; 0 when they cannot be compared. */
function cosineOf(a: Uint8Array | null, b: Uint8Array | null): number {
  const [one, other] = [a && parseThumbHash(a), b && parseThumbHash(b)];
  return one && other ? (compareThumbs(one, other)?.cosine ?? 0) : 0;
}

/** As the server does it: from a copy of 1440 pixels that it decodes first. */
async function onServer(bytes: Buffer): Promise<Uint8Array> {
  const preview = await sharp(bytes)
    .autoOrient()
    .resize(1440, 1440, { fit: 'outside', withoutEnlargement: true })
    .png()
    .toBuffer();
  const { data, info } = await sharp(preview)
    .resize(100, 100, { fit: 'inside', withoutEnlargement: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return rgbaToThumbHash(info.width, info.height, data);
}

void t.test('a local picture has the hash that a server lists for it, or nearly', async (t) => {
  const jpeg = await sharp(scene).jpeg({ quality: 80 }).toBuffer();
  for (const [name, bytes] of Object.entries({
    jpeg,
    png: await sharp(scene).png().toBuffer(),
    turned: await sharp(jpeg).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    small: await sharp(scene).resize(60).jpeg().toBuffer(),
    grey: await sharp(scene).greyscale().jpeg().toBuffer(),
  }))
    t.ok(cosineOf(await thumbHashOfBytes(bytes), await onServer(bytes)) > 0.99, name);
});

void t.test('wide colours stay as they are in the file', async (t) => {
  const wide = await sharp(scene).withIccProfile('p3').jpeg({ quality: 90 }).toBuffer();
  const narrow = await sharp(scene).withIccProfile('srgb').jpeg({ quality: 90 }).toBuffer();
  t.ok(cosineOf(await thumbHashOfBytes(wide), await thumbHashOfBytes(scene)) > 0.97);
  t.same(
    await thumbHashOfBytes(narrow),
    await thumbHashOfBytes(await sharp(scene).jpeg({ quality: 90 }).toBuffer()),
  );
});

void t.test('what cannot be decoded has none', async (t) => {
  t.equal(await thumbHashOfBytes(Buffer.from('no picture')), null);
  t.equal(await thumbHashOfBytes(Buffer.alloc(0)), null);
});
