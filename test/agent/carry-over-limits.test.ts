/* What is carried over never replaces anything, is said where it cannot be done, and is a person's from then on. */
import t from 'tap';
import { carryOnly, copyOf, runScan, runUndo, scene, tagOnly, valuesOnly } from '../support/agent-stage.js';
import { byHand, carryStage, intoAlbum, keep, paris, seen, writesIn } from '../support/carry-stage.js';

const fields = carryOnly('favorite', 'rating', 'description', 'location');
const everything = carryOnly('albums', 'tags', 'favorite', 'rating', 'description', 'location');

/** What is not carried over, and why. */
const told = ({ notCarried }: Awaited<ReturnType<typeof runScan>>): string[] =>
  notCarried.map(({ what, why }) => `${what}: ${why}`).sort();

void t.test(
  'what the keeper has stays: nothing is replaced, and the plan says what that loses',
  async (t) => {
    const stage = await carryStage(t);
    const config = stage.with({ keep });
    await byHand(stage, 'beach', { rating: 2, description: 'Mine\nOurs', latitude: 1, longitude: 1 });
    await byHand(stage, 'beach-small', { rating: 5, description: 'Another', ...paris });
    await byHand(stage, 'beach-chat', { rating: 2, description: 'ours', latitude: 1.0001, longitude: 1 });
    await byHand(stage, 'beach-chat', { description: 'Ours' });
    const before = seen(stage);
    const planned = await runScan(config, { settings: fields, dryRun: true });
    const has = 'the photo that is kept has another';
    t.same(told(planned), [`description: ${has}`, `location: ${has}`, `rating: ${has}`]);
    t.match(await runScan(config, { settings: fields }), { operations: { applied: 0 }, plan: [] });
    await stage.standIn.settled();
    t.same(seen(stage), before);
  },
);

void t.test(
  'several extras: the highest rating, every description, and a place only where they agree',
  async (t) => {
    const stage = await carryStage(t);
    const config = stage.with({ keep });
    await byHand(stage, 'beach-small', { rating: 3, description: 'First day\nParis', ...paris });
    await byHand(stage, 'beach-chat', {
      rating: 5,
      description: 'Paris\nwith Anna',
      latitude: 48.9,
      longitude: 2.3,
    });
    await byHand(stage, 'hut-small', { latitude: 0, longitude: 0 });
    const planned = await runScan(config, { settings: fields, dryRun: true });
    const apart = 'location: the extras are more than 100 m apart';
    t.same(told(planned), [apart, apart, 'rating: another extra has a higher one (5)']);
    await runScan(config, { settings: fields });
    await stage.standIn.settled();
    t.match(seen(stage)['beach'], { rating: 5, description: 'First day\nParis\nwith Anna', location: null });
    t.match(await runScan(config, { settings: fields }), { operations: { applied: 0 } });
    await byHand(stage, 'beach-small', { latitude: 48.9001, longitude: 2.3 });
    await runScan(config, { settings: fields });
    await stage.standIn.settled();
    t.match(seen(stage)['beach'], { location: [48.9001, 2.3] }, '11 m apart is one place');
  },
);

void t.test('what a person changed or took off since is left, by scans and by undo', async (t) => {
  const stage = await carryStage(t);
  const config = stage.with({ keep });
  await byHand(stage, 'beach-small', { rating: 4, description: 'Day one', isFavorite: true, ...paris });
  stage.standIn.tagByHand(stage.anna, 'Family', [stage.id('beach-small')]);
  const album = await intoAlbum(stage, 'Best of', 'beach-small');
  await stage.standIn.settled();
  t.match(await runScan(config, { settings: everything }), { operations: { applied: 6, failed: 0 } });
  await byHand(stage, 'beach', { rating: 1, description: '' });
  await byHand(stage, 'beach', { isFavorite: false });
  stage.standIn.untagByHand(stage.anna, 'Family', [stage.id('beach')]);
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  const body = JSON.stringify({ ids: [stage.id('beach')] });
  await fetch(`${stage.standIn.url}/api/albums/${album}/assets`, { method: 'DELETE', headers, body });
  await stage.standIn.settled();
  const changed = seen(stage);
  stage.standIn.requests.reset();
  const again = await runScan(config, { settings: everything });
  t.match(again, { operations: { applied: 0, failed: 0 }, plan: [] });
  t.same(writesIn(stage), []);
  const off = 'you took it off the photo that is kept';
  t.same(told(await runScan(config, { settings: everything, dryRun: true })), [
    'album: you took the photo that is kept out of it',
    `description: ${off}`,
    `favourite: ${off}`,
    'rating: the photo that is kept has another',
    `tag Family: ${off}`,
  ]);
  t.match(await runUndo(config, 'all'), { failed: 0, errors: [] });
  await stage.standIn.settled();
  t.same(
    seen(stage),
    { ...changed, beach: { ...changed['beach'], location: null } },
    'only ours is taken back',
  );
});

void t.test('a change between two scans is told by undo', async (t) => {
  const stage = await carryStage(t);
  const config = stage.with({ keep });
  await byHand(stage, 'beach-small', { rating: 4 });
  await runScan(config, { settings: fields });
  await byHand(stage, 'beach', { rating: 1 });
  const { notes, operations } = await runUndo(config, 'all');
  t.same(notes, ['carried ratings: 1 photo was changed by somebody since, and left as it is now']);
  t.same(operations, []);
  t.match(seen(stage)['beach'], { rating: 1 });
});

void t.test(
  'what was given stays when the extras go; undo of that run takes it back all the same',
  async (t) => {
    const stage = await carryStage(t);
    const config = stage.with({ keep });
    const untouched = seen(stage)['beach'];
    await byHand(stage, 'beach-small', { rating: 4, description: 'Day one', isFavorite: true, ...paris });
    stage.standIn.tagByHand(stage.anna, 'Family', [stage.id('beach-small')]);
    await intoAlbum(stage, 'Best of', 'beach-small');
    await stage.standIn.settled();
    const { run } = await runScan(config, { settings: everything });
    stage.standIn.deleteForever([stage.id('beach-small'), stage.id('beach-chat')]);
    t.match(await runScan(config, { settings: everything, allowRemovals: true }), {
      operations: { applied: 0 },
    });
    await stage.standIn.settled();
    t.match(seen(stage)['beach'], {
      ...{
        rating: 4,
        description: 'Day one',
        isFavorite: true,
        location: [48.8584, 2.2945],
        tags: ['Family'],
      },
    });
    t.same(stage.albums(), { 'Best of': ['beach'] });
    t.match(await runUndo(config, { run }), { failed: 0, errors: [], notes: [] });
    stage.standIn.refreshMetadata([stage.id('beach')]);
    await stage.standIn.settled();
    t.same(seen(stage)['beach'], untouched);
    t.same(stage.albums(), { 'Best of': [] });
  },
);

void t.test('the favourite of an extra outlives the group, with --mark-best-favorite too', async (t) => {
  const stage = await carryStage(t);
  const config = stage.with({ keep });
  await byHand(stage, 'beach-small', { isFavorite: true });
  await runScan(config, { settings: valuesOnly('favorite') });
  t.same(stage.favorites(), ['beach', 'beach-small', 'hut']);
  const both = valuesOnly('favorite', 'carried-favorite');
  t.match(await runScan(config, { settings: both }), { operations: { applied: 0 } }, 'it is one already');
  stage.standIn.deleteForever(['beach-small', 'beach-chat', 'hut-small'].map((name) => stage.id(name)));
  await runScan(config, { settings: both, allowRemovals: true });
  t.same(stage.favorites(), ['beach'], 'ours went with its group, the person’s stays');
  await runUndo(config, 'all');
  t.same(stage.favorites(), []);
});

void t.test('our own tags and albums are not carried, nor what belongs to another account', async (t) => {
  const stage = await carryStage(t);
  const config = stage.with({ keep });
  const ben = stage.standIn.addUser('Ben');
  stage.standIn.sharePartner(ben, stage.anna, { inTimeline: true });
  await stage.add(
    'road-small',
    await copyOf(4, 'small'),
    { exif: { rating: 5, description: 'Ben was here' } },
    ben,
  );
  await runScan(config, { settings: { ...tagOnly, albums: { prefix: 'Similar-' } } });
  await stage.standIn.settled();
  stage.standIn.requests.reset();
  const result = await runScan(config, {
    settings: { ...everything, tag: { name: 'other', scope: 'extras' } },
  });
  t.same(new Set(result.plan.map(({ kind, name }) => `${kind} ${name}`)), new Set(['tag other']));
  t.match(seen(stage), { beach: { tags: [] }, road: { rating: null } });
});

void t.test('an album that is shared for looking only: said, not tried', async (t) => {
  const stage = await carryStage(t);
  const config = stage.with({ keep });
  const ben = stage.standIn.addUser('Ben');
  const id = await intoAlbum(stage, 'Ben’s', 'beach-small');
  stage.standIn.giveAlbum(id, ben, { id: stage.anna.id, role: 'viewer' });
  const result = await runScan(config, { settings: carryOnly('albums') });
  t.same(told(result), ['album: this account may look at the album Ben’s, not add to it']);
  t.match(result, { operations: { applied: 0, failed: 0 } });
  stage.standIn.giveAlbum(id, ben, { id: stage.anna.id, role: 'editor' });
  t.match(await runScan(config, { settings: carryOnly('albums') }), { operations: { applied: 1 } });
});

void t.test('a read-only library: one photo is tried, the others are not, and it is said', async (t) => {
  const stage = await carryStage(t);
  const config = stage.with({ keep });
  const libraryId = stage.standIn.addLibrary(stage.anna, { readOnly: true });
  for (const n of [5, 6, 7]) {
    await stage.add(`out-${n}`, await scene(n), { libraryId });
    await stage.add(`in-${n}`, await copyOf(n, 'small'), { exif: { rating: 3, description: `No ${n}` } });
  }
  stage.standIn.tagByHand(stage.anna, 'Family', [stage.id('in-5')]);
  await stage.standIn.settled();
  const result = await runScan(config, { settings: everything });
  await stage.standIn.settled();
  t.match(result, { errors: [], operations: { failed: 0 } });
  const tried = new Set(
    stage.standIn.requests.all('PATCH /assets').flatMap(({ body }) => (body as { ids: string[] }).ids),
  );
  t.equal(tried.size, 1);
  t.match(seen(stage), { 'out-5': { rating: null, description: '' }, 'out-6': { rating: null } });
  stage.standIn.requests.reset();
  const second = await runScan(config, { settings: everything });
  t.same(writesIn(stage), []);
  const why = 'the library of the photo that is kept does not keep it';
  const lost = told(second);
  t.match(second.operations, { refused: lost.length, unchanged: 0 }, 'the photo that was tried counts too');
  t.same(lost, [
    ...Array.from({ length: 3 }, () => `description: ${why}`),
    ...Array.from({ length: 3 }, () => `rating: ${why}`),
    `tag Family: ${why}`,
  ]);
  t.match(await runUndo(config, 'all'), { failed: 0, errors: [] });
});
