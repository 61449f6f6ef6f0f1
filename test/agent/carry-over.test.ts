/* What only extras have goes to their keeper: from pictures to the server and back. */
import t from 'tap';
import { carryOnly, copyOf, runScan, runUndo, scene } from '../support/agent-stage.js';
import { byHand, carryStage, intoAlbum, keep, paris, seen, writesIn } from '../support/carry-stage.js';

const fields = carryOnly('favorite', 'rating', 'description', 'location');

void t.test(
  'a keeper gets what only its extras have; the next scan writes nothing; undo takes it back',
  async (t) => {
    const stage = await carryStage(t);
    const config = stage.with({ keep });
    await byHand(stage, 'beach-small', { rating: 4, description: 'Our first day', isFavorite: true });
    await byHand(stage, 'beach-chat', paris);
    const before = seen(stage);
    const planned = await runScan(config, { settings: fields, dryRun: true });
    t.same(seen(stage), before, 'a plan writes nothing');
    const first = await runScan(config, { settings: fields });
    await stage.standIn.settled();
    t.match(first, { operations: { applied: 4, failed: 0 }, errors: [], warnings: [], notCarried: [] });
    const inOrder = (operations: readonly { kind: string }[]): unknown =>
      [...operations].sort((a, b) => (a.kind < b.kind ? -1 : 1));
    t.same(inOrder(first.plan), inOrder(planned.plan), 'it said what it would write');
    const favorite = planned.plan.find(({ kind }) => kind === 'put-on-carried-favorite');
    t.match(favorite, { extras: [[/^immich:home:/u]] });
    const given = { isFavorite: true, rating: 4, description: 'Our first day', location: [48.8584, 2.2945] };
    t.match(seen(stage), { beach: given, hut: before['hut'], 'beach-small': before['beach-small'] });

    stage.standIn.requests.reset();
    const second = await runScan(config, { settings: fields });
    t.match(second, { operations: { applied: 0, failed: 0, unchanged: 4 }, plan: [] });
    t.same(writesIn(stage), []);
    t.match(stage.standIn.requests.tally(), { 'GET /assets/{id}': undefined, 'POST /search/metadata': 1 });

    stage.standIn.refreshMetadata(Object.values(stage.ids));
    await stage.standIn.settled();
    t.match(seen(stage), { beach: given }, 'the files have it');
    t.match(await runScan(config, { settings: fields }), { operations: { applied: 0 } });

    t.match(await runUndo(config, 'all'), { failed: 0, errors: [], notes: [] });
    stage.standIn.refreshMetadata(Object.values(stage.ids));
    await stage.standIn.settled();
    t.same(seen(stage), before);
  },
);

void t.test('tags and albums of extras go to their keeper, and back', async (t) => {
  const stage = await carryStage(t);
  const config = stage.with({ keep });
  stage.standIn.tagByHand(stage.anna, 'Holiday/2025', [stage.id('beach-small')]);
  await stage.standIn.settled();
  stage.standIn.tagByHand(stage.anna, 'Family', [
    stage.id('beach-small'),
    stage.id('beach-chat'),
    stage.id('road'),
  ]);
  await intoAlbum(stage, 'Best of', 'beach-chat', 'road');
  await intoAlbum(stage, 'Hut', 'hut', 'hut-small');
  await stage.standIn.settled();
  const settings = {
    ...carryOnly('albums', 'tags'),
    tag: { name: 'possible-duplicate', scope: 'extras' as const },
  };
  const before = { seen: seen(stage), albums: stage.albums() };
  const planned = await runScan(config, { settings, dryRun: true });
  t.same({ seen: seen(stage), albums: stage.albums() }, before, 'a plan writes nothing');
  t.same(planned.plan.map(({ kind, name }) => `${kind} ${name}`).sort(), [
    'carry-tag Family',
    'carry-tag Holiday/2025',
    'carry-to-album Best of',
    'tag possible-duplicate',
  ]);
  const first = await runScan(config, { settings });
  t.match(first, { operations: { applied: 6, failed: 0 }, errors: [], warnings: [], notCarried: [] });
  t.match(seen(stage), { beach: { tags: ['Family', 'Holiday/2025'] }, hut: { tags: [] } });
  t.same(stage.albums(), { ...before.albums, 'Best of': ['beach', 'beach-chat', 'road'] });

  await stage.standIn.settled();
  stage.standIn.requests.reset();
  const second = await runScan(config, { settings });
  t.match(second, { operations: { applied: 0, failed: 0 }, plan: [], otherLabels: [] });
  t.same(writesIn(stage), []);
  const third = await runScan(config, { settings });
  t.equal(third.requests['GET /assets/{id}'], undefined, 'nobody is asked for tags that did not change');

  t.match(await runUndo(config, 'all'), { failed: 0, errors: [], notes: [] });
  stage.standIn.refreshMetadata(Object.values(stage.ids));
  await stage.standIn.settled();
  t.same({ seen: seen(stage), albums: stage.albums() }, before);
});

void t.test('a person’s tag above ours is not taken for one of every photo that carries ours', async (t) => {
  const stage = await carryStage(t);
  await stage.add('road-small', await copyOf(4, 'small'));
  for (const [name, seed] of [['lake', 2] as const, ['field', 5] as const]) {
    await stage.add(name, await scene(seed));
    await stage.add(`${name}-small`, await copyOf(seed, 'small'));
  }
  stage.standIn.tagByHand(stage.anna, 'review', [stage.id('beach')]);
  await stage.standIn.settled();
  const settings = { ...carryOnly('tags'), tag: { name: 'review/copies', scope: 'extras' as const } };
  for (let scans = 0; scans < 3; scans++) {
    await runScan(stage.with({ keep }), { settings });
    // Nobody's tags are known any more.
    stage.standIn.refreshMetadata(Object.values(stage.ids));
    await stage.standIn.settled();
  }
  const tagged = Object.entries(seen(stage)).filter(([, { tags }]) => tags.includes('review'));
  t.same(
    tagged.map(([name]) => name),
    ['beach'],
  );
});
