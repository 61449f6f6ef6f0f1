/* Undo beside other people: what is theirs, or cannot be seen, stays. */
import t from 'tap';
import {
  libraryStage,
  runScan,
  runUndo,
  scene,
  tagsAndAlbums,
  type AgentStage,
} from '../support/agent-stage.js';

const tag = 'possible-duplicate';

async function api(stage: AgentStage, method: string, path: string, body: unknown): Promise<void> {
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  const answer = await fetch(`${stage.standIn.url}/api${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
}

const albumId = ({ standIn }: AgentStage, name: string): string =>
  Object.entries(standIn.snapshot().albums).find(([, album]) => album.name === name)?.[0] ?? '';

for (const inTimeline of [true, false])
  for (const version of ['3.1.0', '2.7.5'] as const)
    void t.test(
      `an album with the photo of a partner ${inTimeline ? 'in' : 'beside'} the timeline stays (${version})`,
      async (t) => {
        const stage = await libraryStage(t, { version });
        const ben = stage.standIn.addUser('Ben');
        stage.standIn.sharePartner(ben, stage.anna, { inTimeline });
        await stage.add('bens-hut', await scene(5), {}, ben);
        await runScan(stage.config, { settings: tagsAndAlbums });
        await api(stage, 'PUT', `/albums/${albumId(stage, 'Similar-0002')}/assets`, {
          ids: [stage.id('bens-hut')],
        });
        const plan = await runUndo(stage.config, 'all', { dryRun: true });
        t.match(plan.operations.map(({ kind, name }) => `${kind} ${name}`).sort(), [
          'delete-album Similar-0001',
          `delete-tag ${tag}`,
          'remove-from-album Similar-0002',
          `untag ${tag}`,
        ]);
        t.match(await runUndo(stage.config, 'all'), { failed: 0, errors: [] });
        t.same(stage.albums(), { 'Similar-0002': ['bens-hut'] });
      },
    );

void t.test("a partner's photo that no search shows is told by the count of the album", async (t) => {
  const stage = await libraryStage(t);
  const ben = stage.standIn.addUser('Ben');
  stage.standIn.sharePartner(ben, stage.anna, { inTimeline: false });
  await stage.add('bens-hut', await scene(5), {}, ben);
  await runScan(stage.config, { settings: tagsAndAlbums });
  const id = albumId(stage, 'Similar-0002');
  await api(stage, 'PUT', `/albums/${id}/assets`, { ids: [stage.id('bens-hut')] });
  stage.standIn.trash([stage.id('beach-small')]);
  const shown = async (): Promise<unknown> => {
    const answer = await fetch(`${stage.standIn.url}/api/search/metadata`, {
      method: 'POST',
      headers: { 'x-api-key': stage.key, 'content-type': 'application/json' },
      body: JSON.stringify({ albumIds: [id], withDeleted: true, size: 1000 }),
    });
    return answer.json();
  };
  const all = (await shown()) as { assets: { items: { ownerId: string }[] } };
  const items = all.assets.items.filter(({ ownerId }) => ownerId === stage.anna.id);
  stage.standIn.faults.add(({ route, body }) =>
    route === '/search/metadata' && JSON.stringify(body).includes(id)
      ? { status: 200, body: { ...all, assets: { ...all.assets, items } } }
      : undefined,
  );
  t.match(await runUndo(stage.config, 'all'), { failed: 0 });
  t.same(stage.albums(), { 'Similar-0002': ['bens-hut'] });
});

void t.test(
  'the tag of a photo in the locked folder cannot be seen; the file beside the photo keeps it',
  async (t) => {
    const stage = await libraryStage(t);
    await runScan(stage.config);
    stage.standIn.tagByHand(stage.anna, tag, [stage.id('hut')]);
    await stage.standIn.settled();
    await api(stage, 'PUT', `/assets/${stage.id('hut')}`, { visibility: 'locked' });
    await stage.standIn.settled();
    t.match(await runUndo(stage.config, 'all'), { failed: 0 });
    t.match(stage.standIn.snapshot().assets[stage.id('hut')], { sidecarTags: [tag], visibility: 'locked' });
    stage.standIn.refreshMetadata([stage.id('hut')]);
    t.same(await stage.tags(), { hut: [tag] }, 'Immich gives it back when it reads the metadata again');
  },
);
