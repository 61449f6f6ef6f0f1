/**
 * A stand-in Immich with a library of the wanted size, in a process of its own so that its work is not counted as ours.
 * Prints one JSON line with its address and key, then serves until it is ended. Every tenth photo has a smaller copy.
 *
 *   npx tsx bench/library-server.ts PHOTOS
 */
import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { startStandIn } from '../test/support/immich/stand-in.js';
import { drawScene } from '../test/support/pictures.js';
import { seededRandom } from '../test/support/seeded-random.js';

const photos = Number(process.argv[2] ?? 1000);
const random = seededRandom(7);
const server = await startStandIn();
const user = server.addUser('Anna');
const key = server.addKey(user, ['all']);
const scenes = await Promise.all(
  Array.from({ length: 40 }, (_, n) => drawScene(n, { width: 1600, height: 1200 })),
);

/** A random part of a random scene: as good as another picture. */
async function drawPart(): Promise<Buffer> {
  const width = random.whole(320, 700);
  const height = random.whole(320, 700);
  return sharp(random.pick(scenes))
    .extract({ left: random.whole(0, 1600 - width), top: random.whole(0, 1200 - height), width, height })
    .flop(random.next() < 0.5)
    .resize(320, 320, { fit: 'outside' })
    .modulate({ brightness: random.between(0.7, 1.3) })
    .jpeg({ quality: 85 })
    .toBuffer();
}

async function add(bytes: Buffer, fileName: string): Promise<void> {
  const { width, height } = await sharp(bytes).metadata();
  const { data, info } = await sharp(bytes)
    .resize(100, 100, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const thumbhash = Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
  await server.addAsset(user, { bytes, fileName, width, height, thumbhash });
}

for (let n = 0; n < photos; n++) {
  const bytes = await drawPart();
  await add(bytes, `photo-${n}.jpg`);
  if (n % 10 === 0)
    await add(
      await sharp(bytes).resize({ width: 200 }).jpeg({ quality: 70 }).toBuffer(),
      `photo-${n}-copy.jpg`,
    );
}
console.log(JSON.stringify({ url: server.url, key, photos: photos + Math.ceil(photos / 10) }));
