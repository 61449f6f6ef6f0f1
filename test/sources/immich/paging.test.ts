/* Listings at the client. */
import t from 'tap';
import { only } from '../../support/bad-day.js';
import { accountStage, photosOf } from '../../support/immich-account.js';
import type { Fault } from '../../support/immich/faults.js';

void t.test('a listing that promises more than there can be is given up', async (t) => {
  const stage = await accountStage(t);
  let pages = 0;
  const more: Fault = {
    answer: (raw) => {
      const id = `${String(pages++).padStart(8, '0')}-0000-4000-8000-000000000000`;
      const assets = { items: [{ id, ownerId: stage.anna.id }], nextPage: '2' };
      raw.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ assets }));
    },
  };
  stage.standIn.faults.add(only('POST /search/metadata', more));
  await t.rejects(photosOf(stage), { code: 'IMMICH_BAD_ANSWER', message: /does not end/ });
  t.ok(pages < 1_100, `${pages} pages`);
});
