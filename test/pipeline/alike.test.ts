/* Pictures whose hashes are alike: copies agree in their pixels, strangers that share most of them do not. */
import sharp from 'sharp';
import t from 'tap';
import type { PhotoId } from '../../src/model.js';
import { AlikePairs, alikeProof } from '../../src/pipeline/proof/alike.js';
import { detailOf, orientations, turned } from '../../src/pipeline/fingerprint/hashes.js';
import { halved } from '../../src/pipeline/fingerprint/grey-copy.js';
import { sitterOf, type Sitter } from '../../src/pipeline/proof/pair-proof.js';
import { turnedCopy } from '../../src/pipeline/fingerprint/turned-copy.js';
import { greyCopyOf } from '../support/grey-copies.js';
import { onServer } from '../support/made-photo.js';
import { drawScene } from '../support/pictures.js';
import { proverBench } from '../support/prover-bench.js';

const sit = async (picture: Uint8Array): Promise<Sitter> => sitterOf(await greyCopyOf(picture));
const scene = await drawScene(42);
const original = await sit(scene);
/** As alike as hashes go, as they stand. */
const alike = { detailBits: 4, orientation: 0, arePapers: false };

const over = (drawing: string, picture: Buffer = scene): Promise<Buffer> =>
  sharp(picture)
    .composite([{ input: Buffer.from(`<svg width="960" height="640">${drawing}</svg>`) }])
    .jpeg()
    .toBuffer();
const card = (lines: readonly string[]): Promise<Buffer> =>
  over(
    `<rect x="100" y="160" width="760" height="330" fill="#000" opacity=".65"/>${lines
      .map(
        (line, n) =>
          `<text x="480" y="${240 + n * 80}" text-anchor="middle" font-size="52" fill="#fff">${line}</text>`,
      )
      .join('')}`,
  );
const person = (x: number): Promise<Buffer> =>
  over(
    `<ellipse cx="${x}" cy="470" rx="45" ry="110" fill="#a63"/><circle cx="${x}" cy="340" r="40" fill="#eca"/>`,
  );

void t.test('copies agree: recompressed, small, lighter with lost highlights, softened', async (t) => {
  const copies = {
    recompressed: await sharp(scene).jpeg({ quality: 25 }).toBuffer(),
    small: await sharp(scene).resize(160).webp({ quality: 60 }).toBuffer(),
    lighter: await sharp(scene).linear(1.35, 10).jpeg().toBuffer(),
    darker: await sharp(scene).linear(0.7, -10).jpeg().toBuffer(),
    softened: await sharp(scene).blur(3).jpeg().toBuffer(),
  };
  for (const [name, picture] of Object.entries(copies)) {
    const copy = await sit(picture);
    const proof = alikeProof(original, copy, alike);
    t.match(proof, { verdict: 'proven', inPlace: true }, name);
    t.same(alikeProof(copy, original, alike), proof, `${name}: whichever comes first`);
  }
});

void t.test('two cards with other words on one picture are not one', async (t) => {
  const tea = await sit(await card(['tea and milk', 'for the whole house', 'every day']));
  const moon = await sit(await card(['moon over water', 'a small paper boat', 'comes home late']));
  t.equal(alikeProof(tea, moon, alike), null);
});

void t.test('another figure before a fixed camera is another picture', async (t) => {
  t.equal(alikeProof(await sit(await person(250)), await sit(await person(640)), alike), null);
  t.equal(alikeProof(original, await sit(await person(640)), alike), null);
});

void t.test('a collage of which one picture is another is another collage', async (t) => {
  const parts = await Promise.all(
    [1, 2, 3, 4, 5].map(async (n) =>
      sharp(await drawScene(n))
        .resize(475, 315, { fit: 'fill' })
        .toBuffer(),
    ),
  );
  const collage = async (chosen: readonly number[]): Promise<Sitter> =>
    sit(
      await sharp({ create: { width: 960, height: 640, channels: 3, background: '#fff' } })
        .composite(
          chosen.map((n, at) => ({
            input: parts[n] ?? Buffer.alloc(0),
            left: (at % 2) * 485,
            top: at > 1 ? 325 : 0,
          })),
        )
        .jpeg()
        .toBuffer(),
    );
  t.equal(alikeProof(await collage([0, 1, 2, 3]), await collage([0, 1, 2, 4]), alike), null);
  t.ok(alikeProof(await collage([0, 1, 2, 3]), await collage([0, 1, 2, 3]), alike));
});

void t.test('two memes of one picture are not one, however small their words are', async (t) => {
  const meme = (words: string): Promise<Buffer> =>
    over(
      `<text x="480" y="90" text-anchor="middle" font-size="64" font-weight="bold" fill="#fff" stroke="#000" stroke-width="3">${words}</text>`,
    );
  const [one, other] = [await sit(await meme('WHEN IT RAINS')), await sit(await meme('ON A MONDAY'))];
  t.equal(alikeProof(one, other, alike), null);
  const copy = await sit(
    await sharp(await meme('WHEN IT RAINS'))
      .jpeg({ quality: 40 })
      .toBuffer(),
  );
  t.match(alikeProof(one, copy, alike), { inPlace: true });
});

void t.test('a small mark in a corner makes it an edited copy', async (t) => {
  const marked = await sit(await over('<text x="790" y="610" font-size="38" fill="#fff">SAMPLE</text>'));
  t.match(alikeProof(original, marked, alike), { verdict: 'proven', inPlace: false });
});

void t.test(
  'a copy that was turned or mirrored agrees in the orientation that the search names',
  async (t) => {
    const picture = async (orientation: number): Promise<Sitter> => {
      const turns = sharp(scene).rotate([0, 0, 0, 180, 0, 90, 270, 0][orientation] ?? 0);
      if (orientation === 1) turns.flop();
      if (orientation === 2) turns.flip();
      return sit(await turns.jpeg().toBuffer());
    };
    for (const orientation of [1, 2, 3, 5, 6]) {
      const turnedOne = await picture(orientation);
      // A quarter turn goes by the lower of its two names, whichever it is.
      const named = { ...alike, orientation: Math.min(orientation, 5) };
      t.match(
        alikeProof(original, turnedOne, named),
        { verdict: 'proven', inPlace: false },
        `${orientation}`,
      );
      t.match(
        alikeProof(turnedOne, original, named),
        { verdict: 'proven', inPlace: false },
        `${orientation} again`,
      );
      t.equal(alikeProof(original, turnedOne, alike), null, 'not as it stands');
    }
  },
);

void t.test('a turned copy has the turned hash', (t) => {
  const detail = detailOf(halved(original.copy.pixels, 64));
  for (const orientation of orientations) {
    const { pixels } = turnedCopy(original.copy, orientation);
    t.same(
      Buffer.from(detailOf(halved(pixels, 64))),
      Buffer.from(turned(detail, orientation)),
      `${orientation}`,
    );
  }
  t.end();
});

void t.test(
  'two shots of one scene, each with something that the other has not, are not copies',
  async (t) => {
    const shot = async (left: number): Promise<Sitter> =>
      sit(await sharp(scene).extract({ left, top: 10, width: 900, height: 600 }).jpeg().toBuffer());
    t.equal(alikeProof(await shot(10), await shot(40), alike), null);
  },
);

void t.test('a picture that was read anew is compared anew', async (t) => {
  const bench = await proverBench(t);
  const { state } = bench.temp;
  await bench.look('a', scene);
  const idOf = (name: string): PhotoId => state().photos.get(onServer(name))?.id ?? (0 as PhotoId);
  const pairs = new AlikePairs(state().copies);
  const ask = (): unknown =>
    pairs.proofOf(
      { a: idOf('a'), b: idOf('b'), phashBits: 0, detailBits: 4, orientation: 0 },
      { arePapers: false },
    );
  t.equal(ask(), null, 'not there yet');
  await bench.look('b', await sharp(scene).jpeg({ quality: 40 }).toBuffer());
  t.match(ask(), { verdict: 'proven' });
  await bench.look('b', await person(640));
  t.equal(ask(), null);
});
