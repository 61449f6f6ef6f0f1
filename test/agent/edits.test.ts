/* Edits of a photo: which of them stays, and what is said of them. */
import sharp from 'sharp';
import t from 'tap';
import { reviewPairs } from '../../src/commands/review.js';
import { openIndexForReading } from '../../src/state/open-state.js';
import { copyOf, libraryStage, runScan, scene } from '../support/agent-stage.js';
import { ManualClock } from '../support/manual-clock.js';

void t.test(
  'a copy turned on a black canvas does not stay for its original, nor hides another copy',
  async (t) => {
    const stage = await libraryStage(t);
    const original = await scene(6);
    await stage.add('tower', original);
    await stage.add(
      'tower-turned',
      await sharp(original).rotate(4, { background: '#000' }).jpeg().toBuffer(),
    );
    await stage.add('tower-mirrored', await copyOf(6, 'mirrored'));
    const { explained } = await runScan(stage.config, { dryRun: true });
    const of = (name: string): unknown => explained[`immich:home:${stage.id(name)}`];
    for (const copy of ['tower-turned', 'tower-mirrored'])
      t.match(of(copy), { role: 'extra', keptAs: `immich:home:${stage.id('tower')}` }, copy);
  },
);

void t.test(
  'an enlarged copy on a square canvas does not hide a mirrored copy of the original',
  async (t) => {
    const stage = await libraryStage(t);
    const original = await scene(6);
    const { width, height } = await sharp(original).metadata();
    const side = Math.round(width * 1.3);
    const bars = side - Math.round(height * 1.3);
    const squared = await sharp(original)
      .resize({ width: side })
      .extend({ top: bars >> 1, bottom: bars - (bars >> 1), background: '#fff' })
      .jpeg({ quality: 95 })
      .toBuffer();
    await stage.add('tower', original);
    await stage.add('tower-squared', squared, { width: side, height: side });
    await stage.add('tower-mirrored', await copyOf(6, 'mirrored'));
    const { explained } = await runScan(stage.config, { dryRun: true });
    const of = (name: string): unknown => explained[`immich:home:${stage.id(name)}`];
    for (const copy of ['tower-squared', 'tower-mirrored'])
      t.match(of(copy), { role: 'extra', keptAs: `immich:home:${stage.id('tower')}` }, copy);
  },
);

void t.test('a photo and the same with something laid over it are for a person to judge', async (t) => {
  const stage = await libraryStage(t);
  const original = await scene(7);
  const { width, height } = await sharp(original).metadata();
  const side = Math.round(height * 0.3);
  const sticker = `<svg width="${side}" height="${side}"><circle cx="${side / 2}" cy="${side / 2}" r="${side / 2}" fill="#fd2"/></svg>`;
  const put = { input: Buffer.from(sticker), left: Math.round(width * 0.6), top: Math.round(height * 0.4) };
  await stage.add('cat', original);
  await stage.add('cat-sticker', await sharp(original).composite([put]).jpeg().toBuffer());
  const { explained } = await runScan(stage.config, { dryRun: true });
  t.same(
    Object.values(explained).filter(({ name }) => name.startsWith('cat')),
    [],
    'no label',
  );
  const index = openIndexForReading(stage.stateDir);
  const pairs = index === null ? [] : reviewPairs(index, stage.stateDir, new ManualClock()).pairs;
  index?.close();
  t.same(
    pairs.map(({ a, b }) => [a.name, b.name].sort()),
    [['cat-sticker.jpg', 'cat.jpg']],
    'shown for review',
  );
});
