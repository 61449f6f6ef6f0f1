/* What a person took off is counted by itself, not with what is as it should be. */
import t from 'tap';
import { albumsOnly, libraryStage, runScan } from '../support/agent-stage.js';

void t.test('a tag that a person took off is not counted as being as it should be', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  stage.standIn.untagByHand(stage.anna, 'possible-duplicate', [stage.id('beach-chat')]);
  await stage.standIn.settled();
  for (const dryRun of [true, false, true, false]) {
    const { operations } = await runScan(stage.config, { dryRun });
    t.match(operations, { applied: 0, unchanged: 2, takenOff: 1 });
  }
});

void t.test('the same of places in albums, and of whole albums', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: albumsOnly });
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  const albums = Object.entries(stage.standIn.snapshot().albums);
  const api = (name: string): string =>
    `${stage.standIn.url}/api/albums/${albums.find(([, album]) => album.name === name)?.[0] ?? ''}`;
  await fetch(api('Similar-0001'), { method: 'DELETE', headers });
  const body = JSON.stringify({ ids: [stage.id('beach-chat')] });
  await fetch(`${api('Similar-0002')}/assets`, { method: 'DELETE', headers, body });
  for (const dryRun of [true, false, true, false]) {
    const { operations } = await runScan(stage.config, { settings: albumsOnly, dryRun });
    t.match(operations, { applied: 0, unchanged: 2, takenOff: 3 });
  }
});
