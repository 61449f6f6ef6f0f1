/* Edits of a photo: which of them stays, and what is said of them. */
import sharp from 'sharp';
import t from 'tap';
import { copyOf, libraryStage, runScan, scene } from '../support/agent-stage.js';

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

void t.test('what was laid over a photo makes an edited copy of it, not the same picture', async (t) => {
  const stage = await libraryStage(t);
  const original = await scene(7);
  const { width, height } = await sharp(original).metadata();
  const side = Math.round(height * 0.3);
  const sticker = `<svg width="${side}" height="${side}"><circle cx="${side / 2}" cy="${side / 2}" r="${side / 2}" fill="#fd2"/></svg>`;
  const put = { input: Buffer.from(sticker), left: Math.round(width * 0.6), top: Math.round(height * 0.4) };
  await stage.add('cat', original);
  await stage.add('cat-sticker', await sharp(original).composite([put]).jpeg().toBuffer());
  const { explained } = await runScan(stage.config, { dryRun: true });
  const said = Object.values(explained).filter(({ name }) => name.startsWith('cat'));
  t.match(said, [{ role: 'extra', evidence: 'edited', why: /an edited copy of cat.*\(0\.[789]\d*\)/ }]);
});
