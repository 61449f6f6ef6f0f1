/* With `detection.dismiss_by_untagging` a person says "not a duplicate" in Immich itself. */
import t, { type Test } from 'tap';
import type { SourceName } from '../../src/model.js';
import type { ConfigForTest } from '../support/agent-config.js';
import { startService } from '../support/agent-service.js';
import {
  copyOf,
  emptyStage,
  libraryStage,
  libraryTags,
  runScan,
  scene,
  tagsAndAlbums,
  withAgent,
  type AgentStage,
} from '../support/agent-stage.js';
import { until } from '../support/until.js';

const tag = 'possible-duplicate';
const on: ConfigForTest = { detection: { threshold: 12, dismissByUntagging: true } };

async function untag(stage: AgentStage, ...names: string[]): Promise<void> {
  stage.standIn.untagByHand(
    stage.anna,
    tag,
    names.map((name) => stage.id(name)),
  );
  await stage.standIn.settled();
}

const dismissedIn = (stage: AgentStage): Promise<number> =>
  withAgent(stage.config, ({ state }) => Promise.resolve(state.dismissals.standing().length), {
    sources: 'local',
  });

async function scanned(t: Test, more: ConfigForTest = on): Promise<AgentStage> {
  const stage = await libraryStage(t, {}, more);
  await runScan(stage.config, { settings: tagsAndAlbums });
  return stage;
}

void t.test('the tag taken off all extras dismisses the group: its album goes too', async (t) => {
  const stage = await scanned(t);
  await untag(stage, 'beach-chat', 'beach-small');
  const result = await runScan(stage.config, { settings: tagsAndAlbums });
  t.match(result, { groups: 1, extras: 1, heldBecause: null });
  t.equal(await dismissedIn(stage), 3);
  t.same(Object.keys(stage.albums()), ['Similar-0001']);
  await stage.add('beach-smaller', await copyOf(1, 'smaller'));
  t.match(await runScan(stage.config), { groups: 2, extras: 2 }, 'a new copy is a copy of the best');
});

void t.test('it is off unless asked for', async (t) => {
  const stage = await scanned(t, {});
  await untag(stage, 'beach-chat', 'beach-small');
  t.match(await runScan(stage.config), { groups: 2 });
  t.equal(await dismissedIn(stage), 0);
});

void t.test('one extra without its tag dismisses nothing, until the last one is without', async (t) => {
  const stage = await scanned(t);
  await untag(stage, 'beach-chat');
  t.match(await runScan(stage.config), { groups: 2 });
  t.equal(await dismissedIn(stage), 0);
  await untag(stage, 'beach-small');
  t.match(await runScan(stage.config), { groups: 1 });
});

void t.test('a tag that was deleted as a whole, or a photo that is gone, dismisses nothing', async (t) => {
  const stage = await scanned(t);
  const headers = { 'x-api-key': stage.key };
  const tags = (await (await fetch(`${stage.standIn.url}/api/tags`, { headers })).json()) as { id: string }[];
  for (const { id } of tags)
    await fetch(`${stage.standIn.url}/api/tags/${id}`, { method: 'DELETE', headers });
  t.match(await runScan(stage.config), { groups: 2 });
  await stage.add('beach-smaller', await copyOf(1, 'smaller'));
  await runScan(stage.config);
  t.match(await stage.tags(), { 'beach-smaller': [tag] });
  t.equal(await dismissedIn(stage), 0, 'nor when the tag is there again');
});

void t.test('many groups at once are none of it', async (t) => {
  const stage = await emptyStage(t, {}, on);
  const names: string[] = [];
  for (let n = 1; n <= 11; n++) {
    await stage.add(`a${n}`, await scene(n));
    await stage.add(`b${n}`, await copyOf(n, 'small'));
    names.push(`b${n}`);
  }
  await runScan(stage.config);
  const found = Object.keys(await stage.tags());
  t.ok(found.length > 10, `${found.length} extras`);
  // One photo keeps the tag: it was not deleted.
  stage.standIn.tagByHand(stage.anna, tag, [stage.id('a1')]);
  await untag(stage, ...found);
  await runScan(stage.config);
  t.equal(await dismissedIn(stage), 0);
});

void t.test('a running agent sees it when it lists everything anew', async (t) => {
  const stage = await libraryStage(t, {}, on);
  const service = await startService(t, stage.config, { settings: tagsAndAlbums });
  await until('albums and tags', async () => Object.keys(await stage.tags()).length === 3);
  await until('all settled', () =>
    service.agent.labelling.settleOnce({ id: 'test', command: 'test' }).then((n) => n === 0),
  );
  t.same(await stage.tags(), libraryTags);
  await untag(stage, 'lake-mirrored');
  service.agent.signals.emit('signal', { kind: 'sweep', source: 'home' as SourceName });
  await until('the album to go', () => Object.keys(stage.albums()).length === 1);
  // Which of the two has the number 1 depends on when its photos were read.
  t.same(Object.values(stage.albums()), [['beach', 'beach-chat', 'beach-small']]);
});
