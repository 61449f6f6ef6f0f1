/* Stacks: one per group, keeper on top; a person's stacks are never touched. */
import t from 'tap';
import { valuesOnly } from '../support/agent-stage.js';
import { syncStage, type SyncStage } from '../support/sync-stage.js';

const settings = valuesOnly('stack');

interface StackStage extends SyncStage {
  /** Names of each stack's photos, the one on top first. */
  stacks(): string[];
  /** As a person would. */
  byHand(method: string, path: string, body?: unknown): Promise<unknown>;
  stackId(name: string): string;
}

async function stageWith(t: Parameters<typeof syncStage>[0], count = 6): Promise<StackStage> {
  const stage = await syncStage(t);
  await stage.addMany('p', count);
  await stage.observe();
  const names = Object.keys(stage.ids);
  const nameOf = (id: string): string => names.find((name) => stage.ids[name] === id) ?? id;
  return {
    ...stage,
    stacks: () => {
      const found = new Map<string, string[]>();
      const assets = Object.entries(stage.standIn.snapshot().assets);
      assets.sort(([a], [b]) => (nameOf(a) < nameOf(b) ? -1 : 1));
      for (const [id, { stackId, stackPrimaryId, isTrashed }] of assets) {
        if (stackId === null) continue;
        const members = found.get(stackId) ?? [];
        found.set(stackId, members);
        const name = nameOf(id) + (isTrashed ? ' (trash)' : '');
        if (id === stackPrimaryId) members.unshift(name);
        else members.push(name);
      }
      return [...found.values()].map((members) => members.join(' ')).sort();
    },
    byHand: async (method, path, body) => {
      const headers = { 'x-api-key': stage.apiKey, 'content-type': 'application/json' };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(`${stage.standIn.url}/api${path}`, { method, headers, ...sent });
      const text = await answer.text();
      await stage.observe();
      return text === '' ? null : (JSON.parse(text) as unknown);
    },
    stackId: (name) => stage.standIn.snapshot().assets[stage.id(name)]?.stackId ?? '',
  };
}

const writes = ({ standIn }: SyncStage): string[] =>
  standIn.requests
    .all()
    .filter(({ method, route }) => route.startsWith('/stacks') && method !== 'GET')
    .map(({ method, route }) => `${method} ${route}`);

void t.test('one per group, keeper on top; a second run costs one request', async (t) => {
  const stage = await stageWith(t);
  const groups = stage.groups(['p1', 'p0', 'p2'], ['p3', 'p4']);
  t.match(await stage.sync(groups, { settings }), { applied: 5, failed: 0, notes: [] });
  t.same(stage.stacks(), ['p1 p0 p2', 'p3 p4']);
  t.same(writes(stage), ['POST /stacks', 'POST /stacks']);
  await stage.observe();
  stage.standIn.requests.reset();
  t.match(await stage.sync(groups, { settings }), { operations: [], unchanged: 5 });
  t.same(stage.standIn.requests.tally(), { 'GET /stacks': 1 });
  stage.standIn.requests.reset();
  const scope = new Set([stage.key('p3'), stage.key('p4')]);
  await stage.sync(groups.slice(1), { settings, scope });
  t.same(stage.standIn.requests.tally(), { 'GET /assets/:id': 2 }, 'few photos are asked for one by one');
});

void t.test('a stack whose photos were archived is still seen when few photos are looked at', async (t) => {
  const stage = await stageWith(t);
  const archive = (...names: string[]): Promise<unknown> =>
    stage.byHand('PUT', '/assets', { ids: names.map((name) => stage.id(name)), visibility: 'archive' });
  const few = { settings, scope: new Set(['p0', 'p1', 'p2', 'p3'].map((name) => stage.key(name))) };
  const groups = stage.groups(['p0', 'p1'], ['p2', 'p3']);
  await stage.byHand('POST', '/stacks', { assetIds: ['p2', 'p4'].map((name) => stage.id(name)) });
  await stage.sync(groups.slice(0, 1), { settings });
  await archive('p1', 'p4');
  await stage.sync(groups, few);
  t.same(stage.stacks(), ['p0 p1', 'p2 p4'], 'nor is that of a person swallowed');
  await archive('p0', 'p2');
  await stage.sync(groups, few);
  t.same(stage.valueStates('stack'), { p0: 'verified', p1: 'verified' });
  await stage.undo();
  t.same(stage.stacks(), ['p2 p4']);
});

void t.test('who has no groups asks for nothing', async (t) => {
  const stage = await stageWith(t);
  stage.standIn.requests.reset();
  await stage.sync([], { settings });
  t.same(stage.standIn.requests.tally(), {});
});

void t.test('a group that grows, shrinks, gets another keeper, ends', async (t) => {
  const stage = await stageWith(t);
  await stage.sync(stage.groups(['p0', 'p1']), { settings });
  await stage.sync(stage.groups(['p0', 'p1', 'p2']), { settings });
  t.same(stage.stacks(), ['p0 p1 p2']);
  await stage.sync(stage.groups(['p3', 'p0', 'p1', 'p2']), { settings });
  t.same(stage.stacks(), ['p3 p0 p1 p2'], 'the new one leads');
  stage.standIn.requests.reset();
  await stage.sync(stage.groups(['p1', 'p0', 'p2', 'p3']), { settings });
  t.same(stage.stacks(), ['p1 p0 p2 p3']);
  t.same(writes(stage), ['PATCH /stacks/:id']);
  stage.standIn.requests.reset();
  await stage.sync(stage.groups(['p1', 'p0', 'p2']), { settings });
  t.same(stage.stacks(), ['p1 p0 p2']);
  t.same(writes(stage), ['DELETE /stacks/:id/assets/:assetId']);
  await stage.sync(stage.groups(['p0', 'p2']), { settings });
  t.same(stage.stacks(), ['p0 p2'], 'who led has left');
  stage.standIn.requests.reset();
  await stage.sync([], { settings });
  t.same(stage.stacks(), []);
  t.same(writes(stage), ['DELETE /stacks']);
  t.same(stage.valueStates('stack'), {});
  t.same(stage.state.journal.made(stage.account.name, 'stack'), []);
});

void t.test('groups that merge, and one that splits', async (t) => {
  const stage = await stageWith(t);
  await stage.sync(stage.groups(['p0', 'p1'], ['p2', 'p3']), { settings });
  stage.standIn.requests.reset();
  await stage.sync(stage.groups(['p0', 'p1', 'p2', 'p3']), { settings });
  t.same(stage.stacks(), ['p0 p1 p2 p3']);
  t.same(writes(stage), ['POST /stacks'], 'one swallows the other');
  const split = stage.groups(['p0', 'p1'], ['p2', 'p3']);
  await stage.sync(split, { settings });
  t.same(stage.stacks(), ['p0 p1', 'p2 p3']);
  t.match(await stage.sync(split, { settings }), { operations: [] });
  await stage.undo();
  t.same(stage.stacks(), []);
});

void t.test('a photo that goes from one group to another, and its removal must wait', async (t) => {
  const stage = await stageWith(t);
  await stage.sync(stage.groups(['p0', 'p1', 'p2'], ['p3', 'p4']), { settings });
  const groups = stage.groups(['p1', 'p2'], ['p3', 'p4', 'p0']);
  await stage.sync(groups, { settings, complete: false });
  t.same(stage.stacks(), ['p0 p1 p2', 'p3 p4']);
  await stage.sync(groups, { settings });
  t.same(stage.stacks(), ['p1 p2', 'p3 p0 p4']);
});

void t.test('a stack of a person is left alone, and told', async (t) => {
  const stage = await stageWith(t);
  await stage.byHand('POST', '/stacks', { assetIds: [stage.id('p5'), stage.id('p1')] });
  const report = await stage.sync(stage.groups(['p0', 'p1', 'p2'], ['p3', 'p5']), { settings });
  t.same(stage.stacks(), ['p0 p2', 'p5 p1']);
  t.match(report, { failed: 0, notes: [/^2 photos are in stacks that are not ours/] });
  await stage.undo();
  t.same(stage.stacks(), ['p5 p1']);
});

void t.test('dissolved by a person: not made again while the group is the same', async (t) => {
  const stage = await stageWith(t);
  const groups = stage.groups(['p0', 'p1'], ['p3', 'p4', 'p5']);
  await stage.sync(groups, { settings });
  await stage.byHand('DELETE', `/stacks/${stage.stackId('p0')}`);
  await stage.byHand('DELETE', `/stacks/${stage.stackId('p3')}/assets/${stage.id('p5')}`);
  for (let n = 0; n < 2; n++) t.match(await stage.sync(groups, { settings }), { operations: [] });
  t.same(stage.stacks(), ['p3 p4']);
  await stage.sync(stage.groups(['p0', 'p1', 'p2'], ['p3', 'p4', 'p5']), { settings });
  t.same(stage.stacks(), ['p0 p1 p2', 'p3 p4'], 'a new member is a new reason');
});

void t.test('a person put another photo on top: it stays there while the keeper is the same', async (t) => {
  const stage = await stageWith(t);
  const groups = stage.groups(['p0', 'p1', 'p2']);
  await stage.sync(groups, { settings });
  await stage.byHand('PUT', `/stacks/${stage.stackId('p0')}`, { primaryAssetId: stage.id('p2') });
  t.match(await stage.sync(groups, { settings }), { operations: [] });
  t.same(stage.stacks(), ['p2 p0 p1']);
  await stage.sync(stage.groups(['p1', 'p0', 'p2']), { settings });
  t.same(stage.stacks(), ['p1 p0 p2']);
});

void t.test('a stack that a person added to is not taken apart', async (t) => {
  const stage = await stageWith(t);
  await stage.sync(stage.groups(['p0', 'p1']), { settings });
  await stage.byHand('POST', '/stacks', { assetIds: [stage.id('p0'), stage.id('p5')] });
  // Immich makes a new stack of it: that one is the person's.
  t.match(await stage.sync([], { settings }), { operations: [] });
  t.same(stage.stacks(), ['p0 p1 p5']);
  t.match(await stage.undo(), { failed: 0 });
  t.same(stage.stacks(), ['p0 p1 p5']);
});

void t.test('photos in the trash stay in their stack, and come back into it', async (t) => {
  const stage = await stageWith(t);
  await stage.sync(stage.groups(['p0', 'p1', 'p2']), { settings });
  stage.standIn.trash([stage.id('p0')]);
  await stage.observe();
  await stage.sync(stage.groups(['p1', 'p2']), { settings });
  t.same(stage.stacks(), ['p1 p0 (trash) p2'], 'the keeper that is there leads');
  stage.standIn.restore([stage.id('p0')]);
  await stage.observe();
  await stage.sync(stage.groups(['p0', 'p1', 'p2']), { settings });
  t.same(stage.stacks(), ['p0 p1 p2']);
  stage.standIn.trash([stage.id('p0'), stage.id('p2')]);
  await stage.observe();
  await stage.sync([], { settings });
  t.same(stage.stacks(), []);
  stage.standIn.restore([stage.id('p0'), stage.id('p2')]);
  await stage.observe();
  await stage.sync(stage.groups(['p0', 'p1', 'p2']), { settings });
  t.same(stage.stacks(), ['p0 p1 p2']);
});

void t.test('the photo on top was deleted for ever', async (t) => {
  const stage = await stageWith(t);
  await stage.sync(stage.groups(['p0', 'p1', 'p2']), { settings });
  stage.standIn.deleteForever([stage.id('p0')]);
  stage.state.photos.remove(stage.key('p0'), []);
  await stage.sync(stage.groups(['p2', 'p1']), { settings });
  t.same(stage.stacks(), ['p2 p1']);
});

for (const done of [true, false])
  for (const growing of [true, false])
    void t.test(
      `no answer, and Immich did it ${done ? 'all the same' : 'not'}${growing ? ', growing' : ''}`,
      async (t) => {
        const stage = await stageWith(t);
        if (growing) await stage.sync(stage.groups(['p0', 'p1']), { settings });
        const groups = stage.groups(['p0', 'p1', 'p2']);
        const fault = done ? { change: () => 'something else' } : { status: 500 };
        stage.standIn.faults.add(({ method, route }) =>
          `${method} ${route}` === 'POST /stacks' ? fault : undefined,
        );
        await stage.sync(groups, { settings }).catch(() => null);
        stage.standIn.faults.clear();
        stage.standIn.requests.reset();
        t.match(await stage.sync(groups, { settings }), { failed: 0 });
        t.same(stage.stacks(), ['p0 p1 p2']);
        t.equal(stage.standIn.requests.count('POST /stacks'), done ? 0 : 1);
        t.same(stage.valueStates('stack'), { p0: 'verified', p1: 'verified', p2: 'verified' });
        await stage.undo();
        t.same(stage.stacks(), []);
      },
    );

void t.test('a photo that was deleted meanwhile: the others are stacked by the next run', async (t) => {
  const stage = await stageWith(t);
  stage.standIn.deleteForever([stage.id('p2')]);
  t.match(await stage.sync(stage.groups(['p0', 'p1', 'p2']), { settings }), { applied: 0, failed: 0 });
  stage.state.photos.remove(stage.key('p2'), []);
  await stage.sync(stage.groups(['p0', 'p1']), { settings });
  t.same(stage.stacks(), ['p0 p1']);
});

void t.test('undo of one run: what it stacked, took apart, added to, led', async (t) => {
  const stage = await stageWith(t);
  const by = (id: string): { id: string; command: string } => ({ id, command: 'scan' });
  await stage.sync(stage.groups(['p0', 'p1'], ['p2', 'p3']), { settings }, by('one'));
  await stage.sync(stage.groups(['p1', 'p0', 'p4']), { settings }, by('two'));
  t.same(stage.stacks(), ['p1 p0 p4']);
  await stage.undo('two');
  t.same(stage.stacks(), ['p0 p1', 'p2 p3']);
  await stage.sync(stage.groups(['p1', 'p0'], ['p2', 'p3']), { settings }, by('three'));
  t.same(stage.stacks(), ['p1 p0', 'p2 p3']);
  await stage.undo();
  t.same(stage.stacks(), []);
});

void t.test('a stacked group is not on the Duplicates page', async (t) => {
  const stage = await stageWith(t);
  const both = valuesOnly('stack', 'duplicate');
  const ids = (): (string | null | undefined)[] =>
    ['p0', 'p1'].map((name) => stage.standIn.snapshot().assets[stage.id(name)]?.duplicateId);
  await stage.sync(stage.groups(['p0', 'p1']), { settings: valuesOnly('duplicate') });
  t.not(ids()[0], null);
  await stage.sync(stage.groups(['p0', 'p1']), { settings: both });
  t.same(stage.stacks(), ['p0 p1']);
  t.same(ids(), [null, null]);
  t.match(await stage.sync(stage.groups(['p0', 'p1']), { settings: valuesOnly('duplicate') }), {
    operations: [],
  });
});
