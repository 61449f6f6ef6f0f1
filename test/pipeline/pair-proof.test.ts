import sharp from 'sharp';
import t from 'tap';
import { proofBetween, sitterOf, verdictOf, type Sitter } from '../../src/pipeline/proof/pair-proof.js';
import { cropOf, flatPicture, greyCopyOf } from '../support/grey-copies.js';
import { drawScene } from '../support/pictures.js';
import { needsPhotos, testPhotos } from '../support/test-photos.js';

const sit = async (picture: Uint8Array): Promise<Sitter> => sitterOf(await greyCopyOf(picture));
const scene = await drawScene(42);
const original = await sit(scene);

async function edits(): Promise<[string, Buffer][]> {
  const extend = (top: number, side: number, background: string): Promise<Buffer> =>
    sharp(scene).extend({ top, bottom: top, left: side, right: side, background }).jpeg().toBuffer();
  const bar = '<svg width="960" height="110"><rect width="960" height="110"/></svg>';
  const dot = '<svg width="150" height="150"><circle cx="75" cy="75" r="75" fill="#fc2"/></svg>';
  const over = (drawing: string, left: number, top: number): Promise<Buffer> =>
    sharp(scene)
      .composite([{ input: Buffer.from(drawing), left, top }])
      .jpeg()
      .toBuffer();
  return [
    ['the same, small', await sharp(scene).resize(200).webp({ quality: 60 }).toBuffer()],
    ['crop of a tenth', await cropOf(scene, [0.02, 0.07, 0.92, 0.97])],
    ['crop of a fifth', await cropOf(scene, [0.13, 0.05, 0.93, 0.85])],
    ['square', await cropOf(scene, [1 / 6, 0, 5 / 6, 1])],
    ['border', await extend(30, 30, 'white')],
    ['padded to a square', await extend(160, 0, 'black')],
    ['rotated', await sharp(scene).rotate(5, { background: 'black' }).jpeg().toBuffer()],
    ['caption', await over(bar, 0, 530)],
    ['sticker', await over(dot, 600, 100)],
  ];
}

void t.test(
  'proves edits of a picture, the same way round and round; what lies over it is for a person',
  async (t) => {
    for (const [name, picture] of await edits()) {
      const edited = await sit(picture);
      const proof = proofBetween(original, edited);
      const isCovered = name === 'sticker' || name === 'caption';
      t.equal(proof?.verdict, isCovered ? 'likely' : 'proven', `${name}: ${JSON.stringify(proof)}`);
      t.same(proofBetween(edited, original), proof, `${name}: whichever comes first`);
    }
  },
);

void t.test('a sticker in a wide sky is not taken for a bar that may be left out', async (t) => {
  const sky = '<svg width="960" height="360"><rect width="960" height="360" fill="#9ab"/></svg>';
  const picture = await sharp(scene)
    .composite([{ input: Buffer.from(sky), left: 0, top: 0 }])
    .jpeg()
    .toBuffer();
  const face = '<svg width="190" height="190"><circle cx="95" cy="95" r="90" fill="#fc2"/></svg>';
  for (const left of [40, 380, 730]) {
    const marked = await sharp(picture)
      .composite([{ input: Buffer.from(face), left, top: 90 }])
      .jpeg()
      .toBuffer();
    t.not(proofBetween(await sit(picture), await sit(marked))?.verdict, 'proven', `${left}`);
  }
});

/** As words look from afar. */
function letters(left: number, top: number, height: number, fill: string): string {
  const widths = [30, 18, 26, 12, 34, 20, 28, 16, 24, 30, 14, 26, 22];
  const boxes = widths.map((width, n) => {
    const x = left + widths.slice(0, n).reduce((sum, one) => sum + one + 14, 0);
    return `<rect x="${x}" y="${top}" width="${width}" height="${height}" fill="${fill}"/>`;
  });
  return `<svg width="960" height="640">${boxes.join('')}</svg>`;
}

void t.test(
  'words across a picture are not taken for nothing beside a copy with a bar below it',
  async (t) => {
    const bar = Buffer.from(letters(60, 20, 36, '#000').replace('height="640"', 'height="77"'));
    const below = await sharp(scene)
      .extend({ bottom: 77, background: '#fff' })
      .composite([{ input: bar, left: 0, top: 640 }])
      .jpeg()
      .toBuffer();
    t.equal(proofBetween(original, await sit(below))?.verdict, 'proven', 'the picture without words');
    for (const fill of ['#fff', '#000', '#e33']) {
      const across = await sharp(scene)
        .composite([{ input: Buffer.from(letters(180, 540, 44, fill)), left: 0, top: 0 }])
        .jpeg()
        .toBuffer();
      const proof = proofBetween(await sit(below), await sit(across));
      t.not(proof?.verdict, 'proven', `${fill}: ${JSON.stringify(proof)}`);
    }
  },
);

void t.test('two crops that each show something else are not copies of each other', async (t) => {
  const left = await sit(await cropOf(scene, [0, 0, 0.94, 1]));
  const right = await sit(await cropOf(scene, [0.06, 0, 1, 1]));
  t.not(proofBetween(left, right)?.verdict, 'proven');
});

void t.test('strangers are not proven, nor likely', async (t) => {
  const strangers = await Promise.all(Array.from({ length: 24 }, (_, n) => drawScene(100 + n).then(sit)));
  for (const [n, one] of strangers.entries())
    for (const other of strangers.slice(n + 1)) t.equal(proofBetween(one, other), null);
});

void t.test('screenshots of two photos in one app are not copies of each other', async (t) => {
  const buttons = [20, 720].flatMap((y) =>
    [30, 120, 210, 300].map((x) => `<rect x="${x}" y="${y}" width="40" height="24" fill="#fff"/>`),
  );
  const bars = `<svg width="400" height="780">${buttons.join('')}</svg>`;
  const shown = async (n: number): Promise<Sitter> => {
    const scene = await sharp(await drawScene(n))
      .resize(380, 230, { fit: 'fill' })
      .linear(0.2, 60)
      .toBuffer();
    const screen = { create: { width: 400, height: 780, channels: 3 as const, background: '#000' } };
    return sit(
      await sharp(screen)
        .composite([{ input: Buffer.from(bars) }, { input: scene, left: 10, top: 270 }])
        .jpeg()
        .toBuffer(),
    );
  };
  const screens = await Promise.all([1, 2, 3, 4, 5, 6].map(shown));
  for (const [n, one] of screens.entries())
    for (const other of screens.slice(n + 1)) t.not(proofBetween(one, other)?.verdict, 'proven');
});

void t.test(
  'two receipts of one shop, nearly the same in the small part that is written on, are not one',
  (t) => {
    const registration = {
      ...{ frame: [1.003, -0.022, -0.009, 0.011, 0.997, 0.026] as const, blocks: 45, cover: 1, overhang: 0 },
      ...{
        least: 0.97,
        tenth: 0.982,
        quarter: 0.986,
        half: 0.989,
        agreeing: 1,
        compared: 0.1,
        offWhole: 0.026,
      },
      ...{ spot: 1, innerSpot: 1, usualSpot: 0.5 },
    };
    const kind = { arePapers: true, arePlain: true };
    t.equal(verdictOf(registration, kind), 'likely');
    t.equal(verdictOf({ ...registration, tenth: 0.987, compared: 0.1 }, kind), 'likely');
    const same = { ...registration, tenth: 0.99, compared: 1 };
    t.equal(verdictOf(same, kind), 'proven');
    t.equal(
      verdictOf({ ...same, innerSpot: 3.6, usualSpot: 0.2 }, kind),
      'likely',
      'another photo on the same card',
    );
    t.end();
  },
);

void t.test('flat pictures prove nothing, not even of themselves', async (t) => {
  const flat = await sit(await flatPicture(200));
  t.same(flat.views, []);
  t.equal(proofBetween(flat, flat), null);
  t.equal(proofBetween(flat, original), null);
});

void t.test(
  'real photographs: crops are proven, look-alikes and views of one place are not',
  needsPhotos,
  async (t) => {
    const general = await testPhotos(['general']);
    let proven = 0;
    const some = general.filter((_, n) => n % 10 === 0);
    for (const photo of some) {
      const bytes = await photo.read();
      const crop = await sit(await cropOf(bytes, [0.1, 0.02, 0.95, 0.87]));
      if (proofBetween(await sit(bytes), crop)?.verdict === 'proven') proven++;
    }
    t.ok(proven >= some.length * 0.9, `${proven} of ${some.length} crops`);
    const distinct = await testPhotos(['lookalike', 'views']);
    const sitters = await Promise.all(distinct.map(async (photo) => sit(await photo.read())));
    const wrong = sitters.flatMap((one, n) =>
      sitters.flatMap((other, m) =>
        m > n && proofBetween(one, other)?.verdict === 'proven'
          ? [`${distinct[n]?.name} ${distinct[m]?.name}`]
          : [],
      ),
    );
    t.same(wrong, []);
  },
);
