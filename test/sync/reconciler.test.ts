/* The brake: when labels are not taken off unasked. And an operation that fails beside others that work. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { silentLog } from '../../src/logger.js';
import type { Group } from '../../src/model.js';
import { openState } from '../../src/state/open-state.js';
import { tagsAndAlbums } from '../support/agent-stage.js';
import { syncStage, type SyncStage } from '../support/sync-stage.js';

const tag = 'possible-duplicate';

async function labelled(t: Test, count: number): Promise<{ stage: SyncStage; groups: Group[] }> {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', count);
  await stage.observe();
  const groups = stage.groups(names);
  await stage.sync(groups);
  return { stage, groups };
}

const carriers = async (stage: SyncStage): Promise<number> => Object.keys(await stage.tags()).length;

void t.test('many removals are held, shown, and done when a person agrees', async (t) => {
  const { stage } = await labelled(t, 31);
  t.equal(await carriers(stage), 30);
  const held = await stage.sync([]);
  t.match(held, {
    applied: 0,
    operations: [],
    held: [{ kind: 'untag' }],
    heldBecause: /30 of 30 .*max_removal_share/,
  });
  t.equal(held.held[0]?.photos.length, 30);
  t.equal(await carriers(stage), 30);
  const agreed = await stage.sync([], { allowRemovals: true });
  t.match(agreed, { applied: 30, held: [], heldBecause: null });
  t.equal(await carriers(stage), 0);
});

void t.test('the plan holds back what the run holds back', async (t) => {
  const { stage } = await labelled(t, 31);
  const request = { settings: tagsAndAlbums, groups: [], scope: null, complete: true, maxRemovalShare: 0.2 };
  const plan = await stage.reconciler.plan({ ...request, allowRemovals: false });
  t.match(plan, { operations: [], held: [{ kind: 'untag' }], heldBecause: /30 of 30/ });
  const agreed = await stage.reconciler.plan({ ...request, allowRemovals: true });
  t.match(agreed, { operations: [{ kind: 'untag' }], held: [] });
});

void t.test('new labels are written while removals are held', async (t) => {
  const { stage } = await labelled(t, 31);
  const others = await stage.addMany('q', 3);
  await stage.observe();
  const report = await stage.sync(stage.groups(others));
  t.match(report, { applied: 2, held: [{ kind: 'untag' }] });
  t.equal(await carriers(stage), 32);
});

void t.test('a few removals, or a small share, need no person', async (t) => {
  const few = await labelled(t, 11);
  t.match(await few.stage.sync([]), { applied: 10, heldBecause: null }, 'ten of ten');
  const { stage } = await labelled(t, 81);
  const left = Array.from({ length: 66 }, (_, n) => `p${n}`);
  t.match(await stage.sync(stage.groups(left)), { applied: 15, heldBecause: null }, '15 of 80');
});

void t.test('labels of photos that are gone or in the trash do not count for the brake', async (t) => {
  const { stage } = await labelled(t, 31);
  const ids = Array.from({ length: 28 }, (_, n) => stage.id(`p${n}`));
  stage.standIn.trash(ids);
  await stage.observe();
  const report = await stage.sync([]);
  t.match(report, { heldBecause: null });
  t.same(Object.keys(await stage.tags()).length, 27, 'those in the trash keep theirs');
});

void t.test('an account that was not fully read takes nothing off, and says nothing of it', async (t) => {
  const { stage } = await labelled(t, 4);
  const report = await stage.sync([], { complete: false, allowRemovals: true });
  t.match(report, { applied: 0, held: [], heldBecause: null });
  t.equal(await carriers(stage), 3);
});

void t.test(
  'a group whose keeper changes is never tagged as a whole, not even until all is known',
  async (t) => {
    const stage = await syncStage(t);
    await stage.addMany('p', 3);
    await stage.observe();
    await stage.sync(stage.groups(['p0', 'p1', 'p2']));
    const turned = stage.groups(['p1', 'p0', 'p2']);
    const early = await stage.sync(turned, { complete: false });
    t.same(early.waiting.includes(stage.key('p0')), true, 'it is looked at again');
    t.same(await stage.tags(), { p1: [tag], p2: [tag] }, 'p0 waits until p1 is kept for certain');
    const plan = await stage.reconciler.plan({
      ...{ settings: tagsAndAlbums, groups: turned, scope: null, complete: false },
      ...{ maxRemovalShare: 0.2, allowRemovals: false },
    });
    t.same(
      plan.operations.filter(({ kind }) => kind === 'tag'),
      [],
      'and a plan shows so',
    );
    await stage.sync(turned);
    t.same(await stage.tags(), { p0: [tag], p2: [tag] });
  },
);

void t.test('a hold of the journal stops even one removal', async (t) => {
  const { stage } = await labelled(t, 3);
  stage.state.journal.setHold('removals', 'the journal was restored');
  t.match(await stage.sync([]), { applied: 0, heldBecause: 'the journal was restored' });
  t.equal(await carriers(stage), 2);
  stage.state.journal.setHold('removals', null);
  t.match(await stage.sync([]), { applied: 2, heldBecause: null });
});

void t.test('a journal that was damaged and restored takes nothing off by itself', async (t) => {
  const { stage, groups } = await labelled(t, 4);
  await stage.state.journal.backUp();
  const dir = join(stage.stateDir, '..', 'restored');
  await mkdir(dir);
  await writeFile(join(dir, 'journal.db'), 'no database');
  await copyFile(join(stage.stateDir, 'journal.backup.db'), join(dir, 'journal.backup.db'));
  const { clock } = stage;
  const state = await openState({ dir, command: 'test', clock, log: silentLog });
  t.teardown(() => state.close());
  t.match(state.journal.hold('removals'), /restored from its backup/);
  t.equal(state.journal.labels(stage.account.name, 'tag').length, 3, 'it knows what it wrote');
  t.equal(groups.length, 1);
});

void t.test('a tag that cannot be written does not keep albums from being made', async (t) => {
  const stage = await syncStage(t);
  const names = await stage.addMany('p', 3);
  await stage.observe();
  stage.standIn.faults.add(({ route }) => (route === '/tags/assets' ? { status: 400 } : undefined));
  const report = await stage.sync(stage.groups(names), { settings: tagsAndAlbums });
  t.match(report, { applied: 3, failed: 2, errors: [/^tag possible-duplicate: .*400/] });
  t.same(stage.albums(), { 'Similar-0001': names });
  stage.standIn.faults.clear();
  t.match(await stage.sync(stage.groups(names), { settings: tagsAndAlbums }), { applied: 2, failed: 0 });
  t.same(await stage.tags(), { p1: [tag], p2: [tag] });
});

void t.test('a scope leaves the labels of other photos alone', async (t) => {
  const { stage } = await labelled(t, 4);
  const scope = new Set([stage.key('p1')]);
  await stage.sync([], { scope });
  t.same(Object.keys(await stage.tags()), ['p2', 'p3']);
});
