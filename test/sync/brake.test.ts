/* What is held back of a plan that takes labels off. */
import t, { type Test } from 'tap';
import type { Group, PhotoKey } from '../../src/model.js';
import type { Dismissal, DismissedPhoto } from '../../src/store-ports.js';
import type { LabelSettings } from '../../src/sync/desired.js';
import { tagOnly, tagsAndAlbums } from '../support/agent-stage.js';
import { syncStage, type SyncStage } from '../support/sync-stage.js';

/** All photos of the stage have the same bytes, so that what is said of them goes by their keys. */
const byKey = (key: PhotoKey): DismissedPhoto => ({ key, sha1: null, name: '' });

interface Bench {
  readonly stage: SyncStage;
  /** Pairs of photos: `a0 b0`, `a1 b1` and so on. */
  readonly groups: readonly Group[];
  readonly dismiss: (group: Group | undefined) => void;
}

async function bench(t: Test, pairs: number, settings: LabelSettings = tagOnly): Promise<Bench> {
  const stage = await syncStage(t);
  const keepers = await stage.addMany('a', pairs);
  const extras = await stage.addMany('b', pairs);
  await stage.observe();
  const groups = stage.groups(...keepers.map((name, at) => [name, extras[at] ?? '']));
  await stage.sync(groups, { settings });
  return {
    stage,
    groups,
    dismiss: (group) => {
      const [a, b] = (group?.members ?? []).map(({ key }) => byKey(key));
      if (a !== undefined && b !== undefined) stage.state.dismissals.add([{ pair: [a, b], group: null }]);
    },
  };
}

void t.test('labels that go because their pairs were dismissed are not held', async (t) => {
  const { stage, groups, dismiss } = await bench(t, 15);
  for (const group of groups) dismiss(group);
  const report = await stage.sync([]);
  t.match(report, { applied: 15, heldBecause: null, held: [] });
  t.same(await stage.tags(), {});
});

void t.test('what a person asked for goes while a surprise is held', async (t) => {
  const { stage, groups, dismiss } = await bench(t, 16, tagsAndAlbums);
  for (const group of groups.slice(0, 4)) dismiss(group);
  const report = await stage.sync([], { settings: tagsAndAlbums });
  t.match(report.heldBecause, /36 of 48 labels would be taken off/);
  t.equal(Object.keys(await stage.tags()).length, 12);
  t.equal(Object.keys(stage.albums()).length, 12);
  const held = report.held.flatMap(({ photos }) => photos);
  t.equal(held.length, 12 + 24);
});

void t.test('a dismissal excuses no label that was written for another group', async (t) => {
  const { stage, groups } = await bench(t, 15);
  const extras = groups.flatMap(({ members }) => members.slice(1).map(({ key }) => byKey(key)));
  const pairs = extras.slice(1).map((extra, at): Dismissal['pair'] => [extras[at] ?? extra, extra]);
  stage.state.dismissals.add(pairs.map((pair) => ({ pair, group: null })));
  const report = await stage.sync([]);
  t.match(report.heldBecause, /15 of 15 labels/);
  t.equal(Object.keys(await stage.tags()).length, 15);
});

void t.test(
  'after a journal was restored nothing is taken off until a person agrees, dismissed or not',
  async (t) => {
    const { stage, groups, dismiss } = await bench(t, 2);
    for (const group of groups) dismiss(group);
    stage.state.journal.setHold('removals', 'journal.db was restored from its backup');
    t.match(await stage.sync([]), { heldBecause: /restored/, applied: 0 });
    t.equal(Object.keys(await stage.tags()).length, 2);
    t.match(await stage.sync([], { allowRemovals: true }), { heldBecause: null, applied: 2 });
    t.same(await stage.tags(), {});
  },
);
