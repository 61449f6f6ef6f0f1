import sharp from 'sharp';
import t from 'tap';
import { webpHead, type WebpHead } from '../../src/pipeline/fingerprint/webp-head.js';
import { drawScene, withExif } from '../support/pictures.js';

/** What sharp says of the picture as it is shown. */
async function headBySharp(picture: Buffer): Promise<WebpHead> {
  const { autoOrient, icc } = await sharp(picture).metadata();
  return { width: autoOrient.width, height: autoOrient.height, profile: icc ?? null };
}

const comparable = (head: WebpHead | null): unknown =>
  head && { ...head, profile: head.profile && Buffer.from(head.profile).toString('hex') };

const scene = await drawScene(4, { width: 333, height: 251 });

void t.test('size and profile of every still WebP are those that sharp tells', async (t) => {
  const pictures = {
    lossy: await sharp(scene).webp({ quality: 80 }).toBuffer(),
    lossless: await sharp(scene).webp({ lossless: true }).toBuffer(),
    'with a colour profile': await sharp(scene).withIccProfile('p3').webp().toBuffer(),
    'with another colour profile': await sharp(scene).withIccProfile('srgb').webp().toBuffer(),
    'lossless with a profile': await sharp(scene).withIccProfile('p3').webp({ lossless: true }).toBuffer(),
    'with alpha': await sharp(scene).ensureAlpha(0.5).webp().toBuffer(),
    'lossless with alpha': await sharp(scene).ensureAlpha(0.5).webp({ lossless: true }).toBuffer(),
    'one pixel': await sharp(scene).resize(1, 1).webp().toBuffer(),
    wide: await sharp(scene).resize(3000, 2, { fit: 'fill' }).webp().toBuffer(),
  };
  for (const [what, picture] of Object.entries(pictures))
    t.strictSame(comparable(webpHead(picture)), comparable(await headBySharp(picture)), what);
});

void t.test('nothing is said of a WebP that may be turned or that moves', async (t) => {
  const turned = await withExif(scene, { takenAt: '2026-02-11T10:01:02', orientation: 6 });
  t.equal(webpHead(await sharp(turned).keepExif().webp().toBuffer()), null);
  const frames = [await sharp(scene).png().toBuffer(), await sharp(scene).negate().png().toBuffer()];
  t.equal(
    webpHead(
      await sharp(frames, { join: { animated: true } })
        .webp()
        .toBuffer(),
    ),
    null,
  );
});

void t.test('nothing is said of other files, or of parts of one', async (t) => {
  const webp = await sharp(scene).webp().toBuffer();
  for (const bytes of [scene, new Uint8Array(0), webp.subarray(0, 29), Buffer.alloc(64)])
    t.equal(webpHead(bytes), null);
  const profiled = await sharp(scene).withIccProfile('p3').webp().toBuffer();
  t.equal(webpHead(profiled.subarray(0, 30)), null, 'the profile is missing');
  t.equal(webpHead(profiled.subarray(0, 200)), null, 'the profile is cut short');
  const broken = Buffer.from(webp);
  broken.fill(0, 23, 26);
  t.equal(webpHead(broken), null);
});
