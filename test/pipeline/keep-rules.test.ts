import fc from 'fast-check';
import sharp from 'sharp';
import t from 'tap';
import { keepRuleNames, localRealm, type KeepRule, type Photo } from '../../src/model.js';
import { colouringOf } from '../../src/pipeline/evidence/colours.js';
import { byWorth, reasonsToKeep, type Rankable } from '../../src/pipeline/groups/keep-rules.js';
import { thumbHashOfBytes } from '../../src/pipeline/thumb/local-thumb-hash.js';
import { drawScene } from '../support/pictures.js';
import { thumbHashOfShade } from '../support/thumbs.js';
import { inFolder, madePhoto, onServer, realmOf } from '../support/made-photo.js';

const rankable = (id: string, facts: Partial<Rankable> = {}): Rankable => ({
  ...madePhoto(onServer(id)),
  albumCount: 0,
  shown: 1,
  ...facts,
});
const bestOf = (rules: readonly KeepRule[], ...photos: Rankable[]): string | undefined =>
  photos.sort(byWorth(rules))[0]?.key;

/** For each rule a photo that it prefers to a plain one, worse by every other rule. */
const preferred: Record<KeepRule, Partial<Rankable>> = {
  favorite: { favorite: true },
  in_album: { albumCount: 1 },
  format: { format: 'raw' },
  far_more_pixels: { width: 9000 },
  pixels: { width: 9000 },
  metadata: { takenAt: 1 },
  in_colour: { thumbHash: null },
  preferred: { preference: 1 },
  larger: { byteSize: 9_000_000 },
  older: { createdAt: 5 },
};
const greyHash = await thumbHashOfShade('#777');
const redHash = await thumbHashOfShade('#c33');
const brown = { create: { width: 90, height: 60, channels: 3, background: '#a07840' } } as const;
const brownHash = await thumbHashOfBytes(await sharp(brown).png().toBuffer());
const worse: Partial<Photo> = {
  ...{ format: 'other', width: 10, byteSize: 10, createdAt: Date.UTC(2030, 0, 1) },
  thumbHash: greyHash,
};

void t.test('each rule decides when it comes first', (t) => {
  for (const rule of keepRuleNames) {
    const order = [rule, ...keepRuleNames.filter((name) => name !== rule)];
    const liked = rankable('z', { ...worse, ...preferred[rule] });
    t.equal(bestOf(order, rankable('a', { thumbHash: greyHash }), liked), liked.key, rule);
  }
  t.end();
});

void t.test('why a photo is kept', (t) => {
  const small = rankable('small', { width: 400, byteSize: 10 });
  const big = rankable('big', { width: 4000, byteSize: 9000, hasLocation: true });
  t.same(reasonsToKeep(keepRuleNames, big, [small]), ['more pixels', 'has its place', 'larger file']);
  const byKey = ['all else equal'];
  t.same(reasonsToKeep(['favorite'], big, [small]), byKey, 'nothing but the key decided');
  const placed = rankable('placed', { width: 4000, hasLocation: true, byteSize: 10 });
  t.same(
    reasonsToKeep(['pixels', 'metadata', 'larger'], big, [placed, rankable('taken', { byteSize: 9000 })]),
    ['larger file', 'has its place'],
    'what decided against each, where no rule is won against all',
  );
  const twin = rankable('twin', { width: 4000, byteSize: 10 });
  t.same(reasonsToKeep(['pixels', 'larger'], big, [small, twin]), ['larger file'], 'against every other');
  const onDisk = { ...rankable('disk', { width: 9000 }), realm: localRealm };
  t.same(reasonsToKeep(keepRuleNames, big, [onDisk]), ['in Immich']);
  const late = rankable('late', { createdAt: 5 });
  const early = rankable('early', { createdAt: 4 });
  t.same(reasonsToKeep(['older'], early, [late]), ['in Immich longer']);
  t.same(reasonsToKeep(['older'], { ...early, realm: localRealm }, [{ ...late, realm: localRealm }]), [
    'older file',
  ]);
  t.end();
});

void t.test('a plain canvas around a picture makes it no better', (t) => {
  const original = rankable('original', { width: 4000, height: 3000 });
  const squared = rankable('squared', { width: 4000, height: 4000, shown: 0.75 * 0.8 });
  t.equal(bestOf(['pixels'], squared, original), original.key);
  t.same(reasonsToKeep(['pixels'], original, [squared]), ['no plain canvas around it']);
  const brighter = rankable('brighter', { width: 4000, height: 3000, shown: 0.8 });
  t.same(reasonsToKeep(['pixels'], original, [brighter]), ['less of it is plain'], 'of the same size');
  const small = rankable('small', { width: 400, height: 300 });
  t.equal(bestOf(['pixels'], small, squared), squared.key, 'but far more of the picture does');
  t.same(reasonsToKeep(['pixels'], squared, [small]), ['more pixels']);
  t.end();
});

void t.test('a photo is kept before its copy on a canvas that was enlarged a little, or on a screen', (t) => {
  const original = rankable('z', { width: 4000, height: 3000, byteSize: 1000 });
  const enlarged = (by: number): Rankable =>
    rankable('a', { width: 4000 * by, height: 4000 * by, shown: 0.75 * 0.8, byteSize: 9000 });
  for (const by of [1.05, 1.2, 1.3, 1.4])
    for (const size of [0.1, 0.25, 0.5, 0.7, 1, 1.3, 2]) {
      const [one, other] = [original, enlarged(by)].map((photo) => ({
        ...photo,
        width: (photo.width ?? 0) * size,
        height: (photo.height ?? 0) * size,
      })) as [Rankable, Rankable];
      t.equal(bestOf(keepRuleNames, other, one), one.key, `${by} of ${size}`);
    }
  t.equal(
    bestOf(keepRuleNames, original, enlarged(1.5)),
    enlarged(1.5).key,
    'more than twice the pixels would be lost',
  );
  const sent = rankable('z', { width: 1024, height: 683 });
  const onScreen = rankable('a', { width: 1170, height: 2532, shown: (5 / 16) * 0.8, byteSize: 9_000_000 });
  t.equal(bestOf(keepRuleNames, onScreen, sent), sent.key);
  t.end();
});

void t.test('an edit with a few more pixels does not replace the original that has its capture time', (t) => {
  const original = rankable('original', { width: 4000, height: 3000, takenAt: 1, byteSize: 3_000_000 });
  const captioned = rankable('edit', { width: 4000, height: 3600, byteSize: 4_000_000, createdAt: 0 });
  t.equal(bestOf(keepRuleNames, captioned, original), original.key);
  t.same(reasonsToKeep(keepRuleNames, original, [captioned]), ['has its capture time']);
  const stripped = rankable('stripped', { width: 8000, height: 6000, takenAt: null });
  t.equal(bestOf(keepRuleNames, original, stripped), stripped.key, 'far more pixels would be lost');
  t.end();
});

void t.test('a colour original is kept before its grey copy, also an enlarged one', (t) => {
  const original = rankable('z', { width: 3000, height: 2000, byteSize: 1000, thumbHash: redHash });
  const grey = rankable('a', { width: 3600, height: 2400, byteSize: 9000, thumbHash: greyHash });
  t.equal(bestOf(keepRuleNames, grey, original), original.key);
  t.same(reasonsToKeep(keepRuleNames, original, [grey]), ['in colour']);
  const unknown = { ...original, thumbHash: null };
  t.equal(bestOf(keepRuleNames, grey, unknown), original.key);
  t.same(reasonsToKeep(keepRuleNames, unknown, [grey]), ['not known to be grey']);
  const dated = { ...grey, takenAt: 1 };
  t.equal(bestOf(keepRuleNames, dated, original), grey.key, 'its copy in colour may be somebody’s guess');
  const small = { ...original, width: 300, height: 200 };
  t.equal(bestOf(keepRuleNames, grey, small), grey.key, 'far more pixels would be lost');
  t.end();
});

void t.test(
  'a colour original is kept before its sepia copy that is a larger file, and that before a grey one',
  async (t) => {
    const picture = await sharp(await drawScene(11, { width: 480, height: 320 }))
      .modulate({ saturation: 1.6 })
      .png()
      .toBuffer();
    const grey = await sharp(picture).greyscale().jpeg().toBuffer();
    const toned = await sharp(grey)
      .toColourspace('srgb')
      .recomb([
        [0.95, 0, 0],
        [0, 0.85, 0],
        [0, 0, 0.66],
      ])
      .jpeg()
      .toBuffer();
    const [colour, sepia, plain] = (await Promise.all(
      [picture, toned, grey].map(async (bytes, n) =>
        rankable('zyx'[n] ?? '', { thumbHash: await thumbHashOfBytes(bytes), byteSize: 1000 + 2000 * n }),
      ),
    )) as [Rankable, Rankable, Rankable];
    t.equal(bestOf(keepRuleNames, plain, sepia, colour), colour.key);
    t.same(reasonsToKeep(keepRuleNames, colour, [sepia]), ['in colour']);
    t.equal(bestOf(keepRuleNames, plain, sepia), sepia.key);
    t.same(reasonsToKeep(keepRuleNames, sepia, [plain]), ['not grey']);
    t.end();
  },
);

void t.test('of two black-and-white photographs the larger file is kept, as ever', (t) => {
  const [small, large] = ['a', 'z'].map((id) =>
    rankable(id, { byteSize: id === 'z' ? 9000 : 10, thumbHash: greyHash }),
  ) as [Rankable, Rankable];
  t.equal(bestOf(keepRuleNames, small, large), large.key);
  t.same(reasonsToKeep(keepRuleNames, large, [small]), ['larger file']);
  t.end();
});

void t.test('a small JPEG is not kept before what it was made from', (t) => {
  const png = rankable('png', { format: 'other', width: 768, height: 512 });
  const thumbnail = rankable('thumbnail', { format: 'jpeg', width: 160, height: 107 });
  t.equal(bestOf(keepRuleNames, thumbnail, png), png.key);
  t.end();
});

void t.test('a rule that is left out does not count', (t) => {
  t.equal(bestOf([], rankable('b', { favorite: true }), rankable('a')), onServer('a'));
  t.equal(
    bestOf(['larger'], rankable('b', { byteSize: 1 }), rankable('a', { byteSize: null })),
    onServer('b'),
  );
  t.end();
});

void t.test('RAW over HEIC over JPEG over the rest; a place and a time over either', (t) => {
  const formats = (['other', 'jpeg', 'heic', 'raw'] as const).map((format) => rankable(format, { format }));
  t.same(
    formats.sort(byWorth(['format'])).map(({ format }) => format),
    ['raw', 'heic', 'jpeg', 'other'],
  );
  const both = rankable('z', { takenAt: 1, hasLocation: true });
  t.equal(bestOf(['metadata'], rankable('a', { takenAt: 1 }), both), both.key);
  t.equal(bestOf(['metadata'], rankable('a', { hasLocation: true }), both), both.key);
  t.end();
});

void t.test('two albums are no more than one', (t) => {
  t.equal(
    bestOf(['in_album'], rankable('b', { albumCount: 2 }), rankable('a', { albumCount: 1 })),
    onServer('a'),
  );
  t.end();
});

void t.test('photos on a server come before local files, whatever the rules', (t) => {
  const local = { ...rankable('x'), ...madePhoto(inFolder('a.raw')), ...preferred.format, favorite: true };
  const server = rankable('z', { ...worse });
  t.equal(bestOf(keepRuleNames, local, server), server.key);
  t.end();
});

void t.test('the shades that the next test is made of', (t) => {
  const colourings = [null, greyHash, brownHash, redHash].map((thumbHash) => colouringOf({ thumbHash }));
  t.same(colourings, ['full', 'grey', 'tinted', 'full']);
  t.end();
});

void t.test('the order is total: no two photos are equal, and none is before itself', (t) => {
  const any = fc.record({
    key: fc.oneof(
      fc.nat({ max: 5 }).map((n) => onServer(`${n}`)),
      fc.nat({ max: 5 }).map((n) => inFolder(`${n}`)),
    ),
    favorite: fc.boolean(),
    format: fc.constantFrom('raw', 'heic', 'jpeg', 'other'),
    width: fc.constantFrom(null, 10, 20),
    height: fc.constantFrom(null, 10, 20),
    takenAt: fc.constantFrom(null, 1),
    hasLocation: fc.boolean(),
    byteSize: fc.constantFrom(null, 1, 2),
    preference: fc.constantFrom(0, 1, 2),
    createdAt: fc.constantFrom(1, 2),
    albumCount: fc.constantFrom(0, 1),
    shown: fc.constantFrom(1, 0.8),
    fileId: fc.constant(null),
    thumbHash: fc.constantFrom(null, greyHash, brownHash, redHash),
  });
  const photos = fc
    .uniqueArray(any, { selector: ({ key }) => key, maxLength: 8 })
    .map((all) =>
      all.map((one): Rankable => ({ ...one, realm: madePhoto(one.key, { realm: realmOf('anna') }).realm })),
    );
  const local = (one: Rankable): Rankable =>
    one.key.startsWith('folder:') ? { ...one, realm: madePhoto(one.key).realm } : one;
  const cases = photos
    .map((all) => all.map(local))
    .chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.shuffledSubarray([...keepRuleNames]),
      ),
    );
  fc.assert(
    fc.property(cases, ([one, other, rules]) => {
      const order = byWorth(rules);
      const keys = (all: readonly Rankable[]): string[] => [...all].sort(order).map(({ key }) => key);
      t.same(keys(one), keys(other));
      return one.every((a) => order(a, a) === 0 && one.every((b) => order(a, b) === -order(b, a) || a === b));
    }),
  );
  t.end();
});
