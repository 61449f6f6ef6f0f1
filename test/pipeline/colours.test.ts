/* What grey pictures do not show. */
import sharp, { type Sharp } from 'sharp';
import t from 'tap';
import type { EvidenceKind } from '../../src/model.js';
import { evidenceBetween, type Comparable } from '../../src/pipeline/evidence/evidence.js';
import { colouringOf, kindByColours } from '../../src/pipeline/evidence/colours.js';
import { thumbHashOfBytes } from '../../src/pipeline/thumb/local-thumb-hash.js';
import { coloursOf } from '../../src/pipeline/thumb/thumb-colours.js';
import { madePhoto, onServer } from '../support/made-photo.js';
import { needsPhotos, testPhotos } from '../support/test-photos.js';

type Recomb = Parameters<Sharp['recomb']>[0];
const gains = (r: number, g: number, b: number): Recomb => [
  [r, 0, 0],
  [0, g, 0],
  [0, 0, b],
];
const sepia: Recomb = [
  [0.393, 0.769, 0.189],
  [0.349, 0.686, 0.168],
  [0.272, 0.534, 0.131],
];

const photoOf = async (bytes: Uint8Array): Promise<Comparable> => ({
  ...madePhoto(onServer('x')),
  ...{ isPaper: false, laterFrames: null, thumbHash: await thumbHashOfBytes(bytes) },
});

/** Evidence of two pictures whose pixels agree in grey. */
async function kindOf(a: Uint8Array, b: Uint8Array, inPlace: 'in place' | 'moved'): Promise<unknown> {
  const proof = { verdict: 'proven', agreement: 0.996, inPlace: inPlace === 'in place' } as const;
  const options = { threshold: 12, detailBound: 45 };
  const [one, other] = [await photoOf(a), await photoOf(b)];
  const found = evidenceBetween(one, other, { likeness: null, proof }, options);
  t.same(evidenceBetween(other, one, { likeness: null, proof }, options), found, 'symmetric');
  return found?.kind;
}

const drawn = (body: string): Promise<Buffer> =>
  sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="600" height="800">
    <rect width="600" height="800" fill="white"/>${body}</svg>`),
  )
    .jpeg()
    .toBuffer();
const shirt = (fill: string): Promise<Buffer> =>
  drawn(`<path fill="${fill}" d="M180 150 L260 120 Q300 160 340 120 L420 150 L520 280 L440 340 L420 300
    L420 680 L180 680 L180 300 L160 340 L80 280 Z"/>`);
const holiday = drawn(`<rect width="600" height="400" fill="#5b9bd5"/><rect y="400" width="600" height="400"
  fill="#c8a064"/><circle cx="200" cy="450" r="140" fill="#b03030"/><circle cx="450" cy="600" r="90" fill="#2f7d32"/>`);

void t.test(
  'a faintly coloured picture in much cooler light is a changed copy, no other thing',
  async (t) => {
    const faint =
      await drawn(`<rect width="600" height="800" fill="#bcae9e"/><rect width="600" height="380" fill="#a4a4a6"/>
    <circle cx="200" cy="560" r="150" fill="#c8a487"/><rect x="380" y="420" width="140" height="300" fill="#8f949c"/>`);
    const cool = await sharp(faint)
      .recomb(gains(0.84, 1, 1.16))
      .jpeg()
      .toBuffer();
    t.equal(await kindOf(faint, cool, 'in place'), 'edited');
  },
);

void t.test('shirts of two colours on white are not labelled', async (t) => {
  for (const other of ['blue', 'green', 'navy']) {
    t.equal(await kindOf(await shirt('red'), await shirt(other), 'in place'), 'similar', other);
    t.equal(
      await kindOf(
        await shirt('red'),
        await sharp(await shirt(other))
          .flop()
          .toBuffer(),
        'moved',
      ),
      'similar',
    );
  }
  t.equal(await kindOf(await shirt('red'), await shirt('red'), 'in place'), 'same-picture');
});

void t.test('a picture is never the same as its black-and-white or sepia copy, but an edit', async (t) => {
  const picture = await holiday;
  t.equal(await kindOf(picture, await sharp(picture).greyscale().jpeg().toBuffer(), 'in place'), 'edited');
  t.equal(await kindOf(picture, await sharp(picture).recomb(sepia).jpeg().toBuffer(), 'in place'), 'edited');
  t.equal(await kindOf(picture, await sharp(picture).greyscale().flop().toBuffer(), 'moved'), 'edited');
});

void t.test('hues turned by 90 degrees and more are not labelled', async (t) => {
  for (const hue of [90, 120, 180]) {
    const turned = await sharp(await holiday)
      .modulate({ hue })
      .jpeg()
      .toBuffer();
    t.equal(await kindOf(await holiday, turned, 'in place'), 'similar', `${hue}`);
  }
});

void t.test('strong colours of other hues all over are not labelled', async (t) => {
  const disc = (ground: string, round: string, middle: string): Promise<Buffer> =>
    drawn(`<rect width="600" height="800" fill="${ground}"/><circle cx="300" cy="400" r="220" fill="${round}"/>
      <circle cx="300" cy="400" r="90" fill="${middle}"/>`);
  const light = await disc('hsl(110,70%,60%)', 'hsl(310,70%,45%)', 'hsl(300,70%,60%)');
  const olive = await disc('hsl(60,70%,45%)', 'hsl(235,70%,55%)', 'hsl(210,70%,50%)');
  t.equal(await kindOf(light, olive, 'in place'), 'similar');
  const inOtherLight = await sharp(light).modulate({ hue: 15 }).toBuffer();
  t.not(await kindOf(light, inOtherLight, 'in place'), 'similar');
});

void t.test('what cameras and sites do to colours leaves the same picture', async (t) => {
  const picture = sharp(await holiday);
  const copies = {
    webp: picture.clone().webp({ quality: 40 }),
    small: picture.clone().resize(120).jpeg(),
    paler: picture.clone().modulate({ saturation: 0.8 }),
    stronger: picture.clone().modulate({ saturation: 1.2 }),
    darker: picture.clone().modulate({ brightness: 0.8 }),
    warmer: picture.clone().recomb(gains(1.05, 1, 0.93)),
    p3: picture.clone().withIccProfile('p3'),
  };
  for (const [name, copy] of Object.entries(copies))
    t.equal(await kindOf(await holiday, await copy.toBuffer(), 'in place'), 'same-picture', name);
  const grey = await sharp(await holiday)
    .greyscale()
    .jpeg()
    .toBuffer();
  t.equal(await kindOf(grey, await sharp(grey).resize(300).webp().toBuffer(), 'in place'), 'same-picture');
});

void t.test('where the colours of one are not known nothing changes', async (t) => {
  const known = { thumbHash: await thumbHashOfBytes(await holiday) };
  for (const thumbHash of [null, new Uint8Array(), new Uint8Array(3), new Uint8Array(25).fill(255)])
    for (const kind of ['same-picture', 'edited'] as const)
      t.equal(kindByColours(known, { thumbHash }, kind), kind);
  const others: EvidenceKind[] = ['same-bytes', 'burst', 'similar'];
  const grey = {
    thumbHash: await thumbHashOfBytes(
      await sharp(await holiday)
        .greyscale()
        .toBuffer(),
    ),
  };
  for (const kind of others) t.equal(kindByColours(known, grey, kind), kind);
});

void t.test('the colours of a ThumbHash are those of the picture', async (t) => {
  const plain = async (fill: string): Promise<readonly number[] | undefined> => {
    const hash = await thumbHashOfBytes(await drawn(`<rect width="600" height="800" fill="${fill}"/>`));
    return hash === null ? undefined : coloursOf(hash)?.mean;
  };
  t.same(await plain('#808080'), [0, 0]);
  const [yellow = 0, red = 0] = (await plain('#f00')) ?? [];
  t.ok(Math.abs(yellow - 0.5) < 0.05 && Math.abs(red - 0.87) < 0.05, `${yellow} ${red}`);
  const [blue = 0] = (await plain('#00f')) ?? [];
  t.ok(blue < -0.9, `${blue}`);
});

void t.test('photographs: colours that are lost are seen, what is usual is not', needsPhotos, async (t) => {
  const photos = (await testPhotos(['general'])).filter((_, i) => i % 8 === 0);
  const counts = {
    tinted: 0,
    sepiaTinted: 0,
    changedTint: 0,
    inColour: 0,
    greySeen: 0,
    sepiaLabelled: 0,
    usual: 0,
    usualSame: 0,
  };
  for (const photo of photos) {
    const original = await sharp(await photo.read())
      .resize(320, 320, { fit: 'inside' })
      .removeAlpha()
      .png()
      .toBuffer();
    const grey = await kindOf(original, await sharp(original).greyscale().jpeg().toBuffer(), 'in place');
    const { thumbHash } = await photoOf(original);
    const { mean, parts } = (thumbHash && coloursOf(thumbHash)) ?? { mean: [0, 0], parts: [] };
    const strength = Math.hypot(...mean, ...parts);
    counts.inColour += Number(strength > 0.03);
    counts.greySeen += Number(strength > 0.03 && grey === 'edited');
    const toned = await sharp(original).recomb(sepia).jpeg().toBuffer();
    const brown = await kindOf(original, toned, 'in place');
    const colouring = colouringOf({ thumbHash });
    counts.tinted += Number(colouring === 'tinted');
    counts.sepiaTinted += Number(colouringOf(await photoOf(toned)) === 'tinted');
    const small = await sharp(original).resize(160).webp({ quality: 75 }).toBuffer();
    counts.changedTint += Number(
      (colouringOf(await photoOf(small)) === 'tinted') !== (colouring === 'tinted'),
    );
    counts.sepiaLabelled += Number(brown !== 'similar');
    const usual = [
      sharp(original).webp({ quality: 60 }),
      sharp(original).modulate({ saturation: 1.2 }),
      sharp(original).recomb(gains(1.04, 1, 0.95)),
    ];
    for (const copy of usual) {
      counts.usual++;
      counts.usualSame += Number(
        (await kindOf(original, await copy.toBuffer(), 'in place')) === 'same-picture',
      );
    }
  }
  t.equal(counts.greySeen, counts.inColour, 'every photograph in colour is more than its grey copy');
  t.equal(counts.sepiaLabelled, photos.length);
  t.ok(counts.sepiaTinted >= 0.4 * photos.length, `${counts.sepiaTinted} of ${photos.length} sepia copies`);
  t.ok(counts.tinted <= 0.04 * photos.length, `${counts.tinted} of ${photos.length} originals`);
  t.equal(counts.changedTint, 0);
  t.ok(counts.usualSame >= 0.95 * counts.usual, `${counts.usualSame} of ${counts.usual}`);
});
