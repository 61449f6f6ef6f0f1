import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import sharpPhash from 'sharp-phash';
import t from 'tap';
import type { Fingerprint, PhotoId } from '../../src/model.js';
import {
  automaticBits,
  candidateBits,
  certainBits,
  leastQuality,
} from '../../src/pipeline/fingerprint/bounds.js';
import {
  bytesOfBits,
  createFingerprinter,
  exactPhashOf,
} from '../../src/pipeline/fingerprint/fingerprint.js';
import { orientations, turned } from '../../src/pipeline/fingerprint/hashes.js';
import { LookIndex } from '../../src/pipeline/search/look-index.js';
import { bitsApart } from '../support/bits.js';
import { asFormat, drawScene, mirror, recompress, rotate90, withExif } from '../support/pictures.js';
import { distinctFolders, needsPhotos, testPhotos, type TestPhoto } from '../support/test-photos.js';

const packagePhash = sharpPhash as unknown as (picture: Buffer) => Promise<string>;
const fingerprinter = await createFingerprinter();
const looksOf = (picture: Uint8Array): Promise<Fingerprint> => fingerprinter.fingerprint(picture);
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const idOf = (n: number): PhotoId => n as PhotoId;

const overlay = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><rect width="150" height="90" fill="red"/><circle cx="200" cy="120" r="60" fill="#0f04"/></svg>',
);

/** The same scene in every format that a library may hold. */
async function everyFormat(scene: Buffer): Promise<[string, Buffer][]> {
  const deep = sharp(scene).toColourspace('rgb16').png();
  const oriented = orientations.map(async (o): Promise<[string, Buffer]> => {
    const notes = { takenAt: '2026-02-11T10:01:02', orientation: o + 1 };
    return [`EXIF orientation ${o + 1}`, await withExif(scene, notes)];
  });
  return [
    ['JPEG', scene],
    ['progressive JPEG', await sharp(scene).jpeg({ progressive: true }).toBuffer()],
    ['CMYK JPEG', await sharp(scene).toColourspace('cmyk').jpeg().toBuffer()],
    ['grey JPEG', await sharp(scene).greyscale().jpeg().toBuffer()],
    ['PNG', await asFormat(scene, 'png')],
    ['PNG with alpha', await sharp(overlay).png().toBuffer()],
    ['PNG with a palette', await sharp(scene).png({ palette: true, colours: 16 }).toBuffer()],
    ['16-bit PNG', await deep.toBuffer()],
    ['grey PNG', await sharp(scene).toColourspace('b-w').png().toBuffer()],
    ['WebP', await asFormat(scene, 'webp')],
    ['thumbnail of Immich', await immichThumbnail(sharp(scene))],
    ['GIF', await sharp(scene).gif({ effort: 1 }).toBuffer()],
    ['TIFF', await sharp(scene).tiff().toBuffer()],
    ['AVIF', await asFormat(scene, 'avif')],
    ...(await Promise.all(oriented)),
  ];
}

/** As Immich makes them: short side 250 pixels, WebP, quality 80, Display P3. */
const immichThumbnail = (picture: Sharp): Promise<Buffer> =>
  picture
    .autoOrient()
    .resize(250, 250, { fit: 'outside', withoutEnlargement: true })
    .withIccProfile('p3')
    .webp({ quality: 80 })
    .toBuffer();

async function isBitForBit(picture: Buffer): Promise<boolean> {
  return hexOf(await exactPhashOf(picture)) === hexOf(bytesOfBits(await packagePhash(picture)));
}

void t.test(
  'bit for bit the hash of sharp-phash, in every format and on pictures with nothing in them',
  async (t) => {
    t.notMatch(fingerprinter.algorithm, /differs/u, 'the canary agrees too');
    for (const [what, picture] of await everyFormat(await drawScene(3)))
      t.ok(await isBitForBit(picture), what);
    for (let seed = 10; seed < 30; seed++)
      t.ok(await isBitForBit(await drawScene(seed, { width: 320, height: 400 })));
    for (const background of ['#000', '#808080', '#fff', '#c33'])
      for (const [width, height] of [
        [1, 1],
        [1, 500],
        [400, 300],
      ] as const) {
        const flat = sharp({ create: { width, height, channels: 3, background } });
        t.ok(await isBitForBit(await flat.clone().png().toBuffer()), `${background} ${width}x${height}`);
        t.ok(await isBitForBit(await flat.clone().jpeg().toBuffer()), `${background} ${width}x${height}`);
      }
  },
);

void t.test('the hash that photos are searched by is nearly that of sharp-phash', async (t) => {
  for (const [what, picture] of await everyFormat(await drawScene(3))) {
    if (what === 'PNG with alpha') continue;
    const apart = bitsApart((await looksOf(picture)).phash, await exactPhashOf(picture));
    t.ok(apart <= 4, `${what}: ${apart} bits`);
  }
});

void t.test('one scene in every format has one look', async (t) => {
  const scene = await drawScene(3);
  const original = await looksOf(scene);
  for (const [what, picture] of await everyFormat(scene)) {
    if (what === 'PNG with alpha' || /EXIF orientation [2-8]/u.test(what)) continue;
    const { phash, detail, algorithm } = await looksOf(picture);
    t.equal(algorithm, original.algorithm);
    t.ok(bitsApart(phash, original.phash) <= 6, `${what}: ${bitsApart(phash, original.phash)} of 64`);
    t.ok(bitsApart(detail, original.detail) <= 20, `${what}: ${bitsApart(detail, original.detail)} of 256`);
  }
});

void t.test('the colours that a file is written in do not change its look', async (t) => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><rect width="400" height="300" fill="#f00"/>
    <circle cx="90" cy="80" r="60" fill="#00f"/><path d="M0 300L180 110L290 300Z" fill="#0f0"/><rect x="250" y="20" width="120" height="90"
    fill="#ff0"/><circle cx="330" cy="220" r="50" fill="#0ff"/><path d="M20 180h90v60h-70z" fill="#f0f"/></svg>`;
  const picture = await sharp(Buffer.from(svg)).png().toBuffer();
  const plain = await looksOf(picture);
  for (const profile of ['p3', 'srgb'] as const)
    for (const format of ['webp', 'jpeg', 'png'] as const) {
      const { phash, detail } = await looksOf(
        await sharp(picture).withIccProfile(profile).toFormat(format, { quality: 90 }).toBuffer(),
      );
      t.ok(bitsApart(phash, plain.phash) <= 3, `${profile} ${format}: ${bitsApart(phash, plain.phash)}`);
      t.ok(bitsApart(detail, plain.detail) <= 20, `${profile} ${format}: ${bitsApart(detail, plain.detail)}`);
    }
});

/** The one that sharp writes for sRGB, but with light itself for grey levels: its three tone curves become straight lines. */
async function linearProfile(): Promise<Buffer> {
  const dot = sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } });
  const { icc } = await sharp(await dot.withIccProfile('srgb').png().toBuffer()).metadata();
  if (icc === undefined) throw new Error('no profile was written');
  const curve = icc.indexOf('para', icc.indexOf('bXYZ') + 40);
  icc.writeUInt16BE(0, curve + 8);
  icc.writeUInt32BE(0x10000, curve + 12);
  return icc;
}

void t.test('a profile with another tone curve is converted from', async (t) => {
  const scene = await drawScene(6);
  const file = join(t.testdir(), 'linear.icc');
  await writeFile(file, await linearProfile());
  const dark = await sharp(scene).withIccProfile(file).png().toBuffer();
  const apart = async (bytes: Buffer): Promise<number> =>
    bitsApart((await looksOf(bytes)).detail, (await looksOf(scene)).detail);
  t.ok((await apart(dark)) <= 8, `${await apart(dark)} bits of 256`);
  const unmarked = await sharp(dark, { ignoreIcc: true }).png().toBuffer();
  t.ok((await apart(unmarked)) > 8, 'without its profile it looks otherwise');
});

void t.test('a picture is looked at as its EXIF orientation shows it', async (t) => {
  const scene = await drawScene(5);
  for (let orientation = 1; orientation <= 8; orientation++) {
    const noted = await withExif(scene, { takenAt: '2026-02-11T10:01:02', orientation });
    const upright = await sharp(noted)
      .autoOrient()
      .jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const [a, b] = [await looksOf(noted), await looksOf(upright)];
    t.ok(bitsApart(a.detail, b.detail) <= 8, `orientation ${orientation}`);
  }
});

void t.test('turned and mirrored copies are found, each in one of the eight orientations', async (t) => {
  for (const seed of [1, 2, 3]) {
    const scene = await drawScene(seed);
    const index = new LookIndex();
    index.put(idOf(1), await looksOf(scene));
    const copies = [
      ['a quarter', await rotate90(scene)],
      ['half a turn', await sharp(scene).rotate(180).jpeg().toBuffer()],
      ['three quarters', await sharp(scene).rotate(270).jpeg().toBuffer()],
      ['mirrored', await mirror(scene)],
      ['upside down', await sharp(scene).flip().jpeg().toBuffer()],
      ['mirrored and a quarter', await rotate90(await mirror(scene))],
      ['upside down and a quarter', await rotate90(await sharp(scene).flip().jpeg().toBuffer())],
    ] as const;
    const seen = new Set<number>();
    for (const [what, copy] of copies) {
      const [found] = index.likenesses(await looksOf(copy), null);
      t.ok(
        found !== undefined && found.detailBits <= certainBits,
        `${what}: ${found?.detailBits ?? 'not found'}`,
      );
      t.not(found?.orientation, 0);
      seen.add(found?.orientation ?? 0);
    }
    t.equal(seen.size, 6, 'the two quarter turns share a name');
  }
});

void t.test('what has too little to see is told apart by its quality', async (t) => {
  const gradient = (x2: number, y2: number): Promise<Buffer> =>
    sharp(
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><linearGradient id="g" x2="${x2}" y2="${y2}"><stop stop-color="#135"/><stop offset="1" stop-color="#fed"/></linearGradient><rect width="800" height="600" fill="url(#g)"/></svg>`,
      ),
    )
      .jpeg()
      .toBuffer();
  const flat = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#789' } })
    .jpeg()
    .toBuffer();
  const dull = [flat, await gradient(1, 0), await gradient(0, 1), await gradient(1, 1)];
  const index = new LookIndex();
  for (const [n, picture] of dull.entries()) {
    const looks = await looksOf(picture);
    t.ok(looks.quality < leastQuality, `${looks.quality}`);
    t.same(index.likenesses(looks, null), []);
    index.put(idOf(n), looks);
  }
  for (const seed of [1, 2, 3]) t.ok((await looksOf(await drawScene(seed))).quality >= leastQuality);
});

/** A page of made-up words, black on white. */
async function page(seed: number): Promise<Buffer> {
  const words = Array.from({ length: 20 }, (_, line) => {
    const length = 20 + ((Math.imul(seed + 1, 7919) + Math.imul(line + 3, 104729)) % 50);
    const text = Array.from({ length }, (_, i) => 'etaoin shrdlu '[(i * (seed + 3) + line * 5) % 14]).join(
      '',
    );
    return `<text x="80" y="${100 + line * 60}" font-size="32" font-family="sans-serif">${text}</text>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1400"><rect width="1000" height="1400" fill="#fff"/>${words.join('')}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

void t.test('pages of text are compared, and different pages are not alike', async (t) => {
  const index = new LookIndex();
  for (let n = 0; n < 8; n++) {
    const looks = await looksOf(await page(n));
    t.ok(looks.quality >= leastQuality);
    t.same(index.likenesses(looks, null), []);
    index.put(idOf(n), looks);
  }
  const [again] = index.likenesses(await looksOf(await recompress(await page(4))), null);
  t.match(again, { b: 4, orientation: 0 });
});

/** Two at a time: sharp decodes outside the thread that waits. */
async function forEachPhoto(
  all: readonly TestPhoto[],
  look: (photo: TestPhoto) => Promise<void>,
): Promise<void> {
  const rest = all.values();
  const worker = async (): Promise<void> => {
    for (const photo of rest) await look(photo);
  };
  await Promise.all([worker(), worker()]);
}

/** Copies as people make them; the large picture is unpacked once. */
async function copiesOf(picture: Buffer): Promise<readonly (readonly [string, Buffer])[]> {
  const upright = sharp(picture).autoOrient().resize(1000, 1000, { fit: 'inside', withoutEnlargement: true });
  const { data, info } = await upright.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const copy = (): Sharp => sharp(data, { raw: { width, height, channels } });
  return [
    ['JPEG quality 50', await copy().jpeg({ quality: 50 }).toBuffer()],
    ['long side 600', await copy().resize(600, 600, { fit: 'inside' }).jpeg({ quality: 85 }).toBuffer()],
    ['Immich thumbnail', await immichThumbnail(copy())],
  ];
}

void t.test('every photograph: bits of sharp-phash, and copies within the bounds', needsPhotos, async (t) => {
  const largest = new Map<string, number>();
  const distances: number[] = [];
  const qualities: number[] = [];
  const missed: string[] = [];
  const unreadable: string[] = [];
  const all = await testPhotos(['general', 'lookalike', 'views', 'large', 'formats']);
  await forEachPhoto(all, async (photo) => {
    const bytes = await photo.read();
    const original = await looksOf(bytes).catch(() => null);
    if (original === null) {
      unreadable.push(photo.name);
      return;
    }
    if (!(await isBitForBit(bytes))) t.fail(`${photo.name}: other bits than sharp-phash`);
    qualities.push(original.quality);
    for (const [how, copy] of await copiesOf(bytes)) {
      const looks = await looksOf(copy);
      const bits = bitsApart(looks.detail, original.detail);
      distances.push(bits);
      largest.set(how, Math.max(bits, largest.get(how) ?? 0));
      if (bits > automaticBits || bitsApart(looks.phash, original.phash) > candidateBits)
        missed.push(`${photo.name}, ${how}: ${bits} bits`);
    }
  });
  const uncertain = distances.filter((bits) => bits > certainBits).length;
  t.ok(Math.min(...qualities) >= leastQuality, 'none has too little detail');
  t.ok(uncertain <= distances.length / 100, `${uncertain} of ${distances.length} copies beyond certain`);
  t.ok(missed.length <= distances.length / 500, `copies beyond automatic: ${missed.join() || 'none'}`);
  t.same(unreadable, ['formats/heic_img_2682.heic'], 'all but HEIC decode');
  t.comment(
    `lowest quality ${Math.min(...qualities)}; ${uncertain} of ${distances.length} copies beyond ${certainBits} bits; largest: ${JSON.stringify([...largest])}`,
  );
});

void t.test('no two different photographs are alike within the automatic bounds', needsPhotos, async (t) => {
  const index = new LookIndex();
  const all: { name: string; looks: Fingerprint }[] = [];
  await forEachPhoto(await testPhotos(distinctFolders), async (photo) => {
    all.push({ name: photo.name, looks: await looksOf(await photo.read()) });
  });
  let smallest = { bits: 256, names: '' };
  for (const [n, one] of all.entries()) {
    const views = orientations.map((how) => turned(one.looks.detail, how));
    for (const other of all.slice(n + 1)) {
      const bits = Math.min(...views.map((detail) => bitsApart(detail, other.looks.detail)));
      if (bits < smallest.bits) smallest = { bits, names: `${one.name} ${other.name}` };
    }
    for (const { b, detailBits } of index.likenesses(one.looks, null))
      if (detailBits <= automaticBits) t.fail(`${one.name} and ${all[b]?.name ?? ''}: ${detailBits} bits`);
    index.put(idOf(n), one.looks);
  }
  t.ok(smallest.bits > automaticBits);
  t.comment(`${all.length} photographs, smallest distance ${smallest.bits} (${smallest.names})`);
});
