/* Photos of the same bytes are compared once, and what is found holds for each of them. */
import t from 'tap';
import { cropOf } from '../support/grey-copies.js';
import { sha1Of } from '../support/made-photo.js';
import { drawScene } from '../support/pictures.js';
import { proverBench, type ProverBench } from '../support/prover-bench.js';
import { tempStates } from '../support/temp-state.js';

const scene = await drawScene(1, { width: 900, height: 600 });
const other = await drawScene(2, { width: 900, height: 600 });
const crop = await cropOf(scene, [0.1, 0.08, 0.92, 0.9]);
const going = new AbortController().signal;
const ofScene = { sha1: sha1Of(1) };
const ofCrop = { sha1: sha1Of(2) };

async function sceneTwice({ look, prover }: ProverBench): Promise<void> {
  await look('scene', scene, ofScene);
  await look('crop', crop, ofCrop);
  await look('again', scene, ofScene);
  await prover().run(going);
}

void t.test('each picture is compared once, whatever the number of its photos', async (t) => {
  const bench = await proverBench(t);
  const { look, proven, compared, prover } = bench;
  await sceneTwice(bench);
  await look('third', scene, ofScene);
  await look('crop too', crop, ofCrop);
  t.notOk(bench.temp.state().copies.hasUnproven(), 'the picture of those that come later was compared');
  await prover().run(going);
  t.equal(compared(), 2);
  for (const name of ['scene', 'again', 'third']) t.same(proven(name), ['crop', 'crop too']);
  t.same(proven('crop too'), ['again', 'scene', 'third']);
});

void t.test(
  'a photo that comes with known bytes has those it is proven against looked at again',
  async (t) => {
    const bench = await proverBench(t);
    await sceneTwice(bench);
    const { photos, groups } = bench.temp.state();
    const ids = groups.dirty().map(({ id }) => id);
    groups.regroup(ids, [], new Set());
    t.notOk(groups.isDirty());
    await bench.look('third', scene, ofScene);
    const dirty = groups.dirty().map(({ id }) => photos.byId(id)?.key.split(':')[2]);
    t.same(dirty.sort(), ['again', 'crop', 'scene', 'third']);
  },
);

for (const goes of ['scene', 'again'])
  void t.test(`the others keep their proofs when ${goes} is gone, or looks different`, async (t) => {
    const open = tempStates(t);
    for (const isReadAnew of [false, true]) {
      const bench = await proverBench(t, open);
      const { look, remove, restart, proven, prover } = bench;
      await sceneTwice(bench);
      if (isReadAnew) await look(goes, other, { sha1: sha1Of(3) });
      else remove(goes);
      const stays = goes === 'scene' ? 'again' : 'scene';
      t.same(proven('crop'), [stays]);
      await restart();
      await look('smaller', await cropOf(scene, [0.12, 0.1, 0.9, 0.88]), { sha1: sha1Of(4) });
      await prover().run(going);
      t.ok(proven(stays).includes('smaller'), 'and are found by what comes later');
      if (isReadAnew) t.same(proven(goes), []);
    }
  });

void t.test('with the last of them the picture goes; when it comes again it is compared again', async (t) => {
  const bench = await proverBench(t);
  const { look, remove, proven, prover } = bench;
  await sceneTwice(bench);
  remove('scene');
  remove('again');
  t.same(proven('crop'), []);
  await prover().run(going);
  t.same(proven('crop'), []);
  await look('scene', scene, ofScene);
  t.same(proven('crop'), []);
  await prover().run(going);
  t.same(proven('crop'), ['scene']);
});

void t.test('photos of which the bytes are not known are proven each by itself', async (t) => {
  const { look, prover, proven, compared } = await proverBench(t);
  for (const name of ['scene', 'again']) await look(name, scene);
  await look('crop', crop);
  await prover().run(going);
  t.same(proven('crop'), ['again', 'scene']);
  t.equal(compared(), 3);
});

void t.test('a capture time that a person set for one of them hides no proof of the others', async (t) => {
  const shot = { camera: 'x', takenAt: Date.UTC(2020, 0, 1) };
  const { look, prover, proven } = await proverBench(t);
  await look('set', scene, { ...ofScene, ...shot, takenAt: Date.UTC(2021, 5, 6, 7, 8, 9) });
  await look('scene', scene, { ...ofScene, ...shot });
  await look('crop', crop, { ...ofCrop, ...shot });
  await prover().run(going);
  t.same(proven('scene'), ['crop']);
});
