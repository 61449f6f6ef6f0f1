/* An album that was being made when the process died is known by its name and description alone. */
import t from 'tap';
import { agentConfig } from '../support/agent-config.js';
import { albumsOnly, libraryStage, runUndo, scanRequest } from '../support/agent-stage.js';
import { dieAt } from '../support/death.js';

void t.test('undo takes an album away that was made by a run that died before it knew its id', async (t) => {
  let empty = 0;
  for (let nth = 12; nth <= 20; nth++) {
    const stage = await libraryStage(t);
    const death = { request: scanRequest(albumsOnly), labels: { tags: false }, nth, when: 'after' as const };
    const left = await dieAt(t, stage, death);
    if (Object.values(stage.albums()).some((members) => members.length === 0)) empty++;
    const accounts = [{ url: stage.standIn.url, apiKey: stage.key }];
    const config = agentConfig(left ?? stage.stateDir, { accounts });
    t.match(await runUndo(config, 'all'), { failed: 0, errors: [] }, `died at request ${nth}`);
    t.same(stage.albums(), {}, `died at request ${nth}`);
  }
  t.ok(empty > 0, 'some died right then');
});

void t.test('an empty album of a person with that name stays', async (t) => {
  const stage = await libraryStage(t);
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  const body = JSON.stringify({ albumName: 'Similar-0001' });
  await fetch(`${stage.standIn.url}/api/albums`, { method: 'POST', headers, body });
  const death = {
    request: scanRequest(albumsOnly),
    labels: { tags: false },
    nth: 16,
    when: 'before' as const,
  };
  const left = await dieAt(t, stage, death);
  const accounts = [{ url: stage.standIn.url, apiKey: stage.key }];
  await runUndo(agentConfig(left ?? stage.stateDir, { accounts }), 'all');
  t.same(stage.albums(), { 'Similar-0001': [] });
});
