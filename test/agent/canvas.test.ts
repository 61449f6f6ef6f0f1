/* A copy with a plain canvas around it has more pixels, and shows no more. */
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
