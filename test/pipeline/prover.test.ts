/* Edited copies are found whichever of the two comes first, and whatever happens in between. */
import sharp from 'sharp';
import t from 'tap';
import { cropOf } from '../support/grey-copies.js';
import { onServer } from '../support/made-photo.js';
import { drawScene, recompress } from '../support/pictures.js';
import { proverBench } from '../support/prover-bench.js';

const scene = await drawScene(1, { width: 900, height: 600 });
const other = await drawScene(2, { width: 900, height: 600 });
const crop = await cropOf(scene, [0.1, 0.08, 0.92, 0.9]);
const border = await sharp(scene)
  .extend({ top: 40, bottom: 40, left: 40, right: 40, background: '#fff' })
  .jpeg()
  .toBuffer();
const going = new AbortController().signal;

void t.test('a crop and a border are proven, whichever comes first', async (t) => {
  for (const order of [
    ['scene', 'crop', 'border', 'other'],
    ['border', 'crop', 'other', 'scene'],
  ]) {
    for (const atOnce of [true, false]) {
      const { look, prover, proven, restart } = await proverBench(t);
      for (const name of order) {
        await look(name, { scene, crop, border, other }[name] ?? other);
        if (!atOnce) await prover().run(going);
        if (!atOnce && name === 'crop') await restart();
      }
      if (atOnce) await prover().run(going);
      t.same(proven('scene'), ['border', 'crop'], `${order.join()} ${atOnce ? 'at once' : 'one by one'}`);
      t.same(proven('other'), []);
      t.equal(await prover().run(going), 0, 'nothing is compared twice');
    }
  }
});

void t.test('where the rules of proofs changed, all are made anew without reading a picture', async (t) => {
  const { look, prover, proven, temp, restart } = await proverBench(t);
  await look('scene', scene);
  await look('crop', crop);
  await prover().run(going);
  temp.state().copies.useRules(0);
  t.same(proven('scene'), [], 'what other rules proved counts no more');
  await restart();
  t.ok((await prover().run(going)) > 0);
  t.same(proven('scene'), ['crop']);
  t.equal(await prover().run(going), 0, 'once');
});

void t.test('a photo that looks different now is proven anew, one that is gone not at all', async (t) => {
  const { look, prover, proven, temp } = await proverBench(t);
  await look('scene', scene);
  await look('copy', crop);
  await prover().run(going);
  t.same(proven('scene'), ['copy']);
  await look('copy', other);
  t.same(proven('scene'), [], 'what was known of the old picture is gone');
  await prover().run(going);
  t.same(proven('scene'), []);
  await look('copy', border);
  await prover().run(going);
  t.same(proven('scene'), ['copy']);
  temp.state().photos.remove(onServer('copy'), []);
  t.same(proven('scene'), []);
});

void t.test('a plain copy is left to the hashes; a stop loses nothing', async (t) => {
  const { look, prover, proven } = await proverBench(t);
  await look('scene', scene);
  await look('again', await recompress(scene, 60));
  await look('crop', crop);
  const stopped = new AbortController();
  stopped.abort();
  t.equal(await prover().run(stopped.signal), 0);
  await prover().run(going);
  t.same(proven('again'), ['crop']);
  t.same(proven('crop'), ['again', 'scene']);
});
