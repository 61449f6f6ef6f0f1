/* What only the stand-in can show on demand: lost tags, read-only libraries, partners, hooks, a clock turned by hand. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { HandClock } from '../support/immich/hand-clock.js';
import { setStage } from '../support/immich/stage.js';
import { drawScene } from '../support/pictures.js';

for (const { gapMs, isSafe } of [
  { gapMs: 15, isSafe: false },
  { gapMs: 120, isSafe: true },
]) {
  await t.test(
    `two tag writes ${gapMs} ms apart ${isSafe ? 'both last' : 'lose tags on some assets'}`,
    async (t) => {
      const clock = new HandClock();
      const { standIn, ask, photo, tag } = await setStage(t, { clock });
      const [one, two] = [await tag('one'), await tag('two')];
      const ids = await Promise.all(Array.from({ length: 12 }, () => photo()));
      for (const id of ids) {
        await ask('PUT', '/tags/assets', { tagIds: [one], assetIds: [id] });
        await clock.turn(gapMs);
        await ask('PUT', '/tags/assets', { tagIds: [two], assetIds: [id] });
      }
      await clock.turn(300);
      const { assets } = standIn.snapshot();
      const whole = ids.filter((id) => assets[id]?.tags.join() === 'one,two');
      if (isSafe) t.equal(whole.length, 12);
      else t.ok(whole.length < 12, `${12 - whole.length} of 12 lost one`);
      // Of two readings of the file that overlap the older may come last: until the file is read again that stays.
      standIn.refreshMetadata(ids);
      await clock.turn(300);
      const after = standIn.snapshot().assets;
      for (const id of ids)
        t.same(after[id]?.tags, assets[id]?.sidecarTags, 'what the file says is what lasts');
    },
  );
}

await t.test('several tags in one request always last', async (t) => {
  const { standIn, ask, photo, tag } = await setStage(t);
  const ids = [await photo(), await photo()];
  await ask('PUT', '/tags/assets', { tagIds: [await tag('one'), await tag('two')], assetIds: ids });
  await standIn.settled();
  for (const id of ids) t.same(standIn.snapshot().assets[id]?.tags, ['one', 'two']);
});

await t.test('a read-only library says yes and forgets the tag', async (t) => {
  const clock = new HandClock();
  const { standIn, anna, ask, photo, tag } = await setStage(t, { clock });
  const id = await photo({ libraryId: standIn.addLibrary(anna, { readOnly: true }) });
  t.same((await ask('PUT', '/tags/assets', { tagIds: [await tag('gone')], assetIds: [id] })).body, {
    count: 1,
  });
  t.same(standIn.snapshot().assets[id]?.tags, ['gone']);
  await clock.turn(300);
  t.match(standIn.snapshot().assets[id], { tags: [], sidecarTags: null });
  t.match(standIn.log, [/^WARN Error writing exif data/]);
  const writable = await photo({ libraryId: standIn.addLibrary(anna, { readOnly: false }) });
  await ask('PUT', '/tags/assets', { tagIds: [await tag('gone')], assetIds: [writable] });
  await clock.turn(300);
  t.same(standIn.snapshot().assets[writable]?.tags, ['gone']);
});

await t.test('tagging a partner pollutes the partner, in bulk it is left out', async (t) => {
  const { standIn, anna, ask, photo, tag } = await setStage(t);
  const ben = standIn.addUser('Ben');
  standIn.sharePartner(ben, anna, { inTimeline: true });
  const id = await photo({ owner: ben });
  const mine = await tag('mine');
  t.match((await ask('POST', '/search/metadata', {})).body, { assets: { items: [{ id, ownerId: ben.id }] } });
  t.same((await ask('PUT', '/tags/assets', { tagIds: [mine], assetIds: [id] })).body, { count: 0 });
  t.same((await ask('PUT', `/tags/${mine}/assets`, { ids: [id] })).body, [{ id, success: true }]);
  await standIn.settled();
  t.same(standIn.snapshot().tags, ['Anna: mine', 'Ben: mine']);
  t.same((await ask('DELETE', `/tags/${mine}/assets`, { ids: [id] })).body, [
    { id, success: false, error: 'not_found' },
  ]);
});

await t.test('a deleted tag comes back from the file on refresh', async (t) => {
  const { standIn, anna, ask, photo, tag } = await setStage(t);
  const id = await photo();
  standIn.tagByHand(anna, 'Holidays/Elba', [id]);
  await standIn.settled();
  const old = await tag('Holidays/Elba');
  await ask('DELETE', `/tags/${await tag('Holidays')}`);
  t.match(standIn.snapshot(), { tags: [], assets: { [id]: { tags: [], sidecarTags: ['Holidays/Elba'] } } });
  standIn.refreshMetadata([id]);
  await standIn.settled();
  t.same(standIn.snapshot().assets[id]?.tags, ['Holidays/Elba']);
  t.not(await tag('Holidays/Elba'), old);
});

await t.test('hooks fire for uploads and refreshes, not for tag writes', async (t) => {
  const { standIn, anna, ask, photo } = await setStage(t);
  const seen: string[] = [];
  const receiver = createServer((request, response) => {
    request.on('data', (chunk) => seen.push((JSON.parse(String(chunk)) as { trigger: string }).trigger));
    request.on('end', () => response.writeHead(500).end());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  t.teardown(() => void receiver.close());
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const steps = [{ method: 'immich-plugin-core#webhook', config: { url } }];
  for (const trigger of ['AssetCreate', 'AssetMetadataExtraction'])
    await ask('POST', '/workflows', { trigger, steps });
  const id = await photo({ justUploaded: true });
  t.match((await ask('GET', `/assets/${id}`)).body, { thumbhash: null, width: null });
  t.equal((await ask('GET', `/assets/${id}/thumbnail`)).status, 404);
  await standIn.settled();
  t.same(seen, ['AssetCreate', 'AssetMetadataExtraction']);
  t.match((await ask('GET', `/assets/${id}`)).body, { thumbhash: String, width: 120 });
  standIn.tagByHand(anna, 'x', [id]);
  await standIn.settled();
  t.equal(seen.length, 2);
  standIn.refreshMetadata([id]);
  await standIn.settled();
  t.same(seen.slice(2), ['AssetMetadataExtraction']);
});

await t.test('runs on a clock turned by hand and makes the same ids every time', async (t) => {
  const clock = new HandClock();
  const { standIn, anna, ask, photo } = await setStage(t, { clock });
  const id = await photo();
  const other = await setStage(t);
  t.equal(await other.photo(), id);
  t.match((await ask('GET', `/assets/${id}`)).body, { updatedAt: '2026-01-01T00:00:00.000Z' });
  standIn.tagByHand(anna, 'slow', [id]);
  t.equal(standIn.snapshot().assets[id]?.sidecarTags, null, 'time stands still');
  await clock.turn(200);
  t.same(standIn.snapshot().assets[id]?.sidecarTags, ['slow']);
});

await t.test('hides a locked asset from keys as if it were deleted', async (t) => {
  const { standIn, ask, photo } = await setStage(t);
  const id = await photo();
  t.equal((await ask('PUT', '/assets', { ids: [id], visibility: 'locked' })).status, 204);
  t.equal((await ask('GET', `/assets/${id}`)).status, 400);
  t.equal((await ask('PUT', '/assets', { ids: [id], visibility: 'timeline' })).status, 400);
  t.match((await ask('POST', '/search/metadata', { withDeleted: true })).body, { assets: { items: [] } });
  t.equal(standIn.snapshot().assets[id]?.visibility, 'locked');
});

await t.test('exchanges the file behind an asset', async (t) => {
  const { standIn, ask, photo } = await setStage(t);
  const id = await photo();
  const before = (await ask('GET', `/assets/${id}`)).body as {
    checksum: string;
    thumbhash: string;
    updatedAt: string;
  };
  await standIn.replaceBytes(id, await drawScene(2, { width: 90, height: 90 }));
  const after = (await ask('GET', `/assets/${id}`)).body as typeof before;
  t.match(after, { width: 90, height: 90 });
  for (const name of ['checksum', 'thumbhash', 'updatedAt'] as const) t.not(after[name], before[name]);
});
