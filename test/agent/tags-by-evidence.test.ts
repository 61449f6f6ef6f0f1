/* `labels.tags_by_evidence`: the tag says what may be done with the photo. */
import t, { type Test } from 'tap';
import type { EvidenceKind, Member, Photo } from '../../src/model.js';
import { dismissHere } from '../../src/agent/dismiss.js';
import type { ScanResult } from '../../src/agent/scan.js';
import { verdictOf } from '../../src/sync/tags/evidence-tags.js';
import type { StandInOptions } from '../support/immich/stand-in.js';
import {
  libraryStage,
  runScan,
  runUndo,
  scene,
  withAgent,
  type AgentStage,
  type RunOptions,
} from '../support/agent-stage.js';
import { madePhoto, onServer } from '../support/made-photo.js';

const tag = 'possible-duplicate';
const tagged = {
  'beach-chat': [`${tag}/safe-to-delete`],
  'beach-small': [`${tag}/safe-to-delete`],
  'lake-mirrored': [`${tag}/review`],
};

async function stageByEvidence(t: Test, options: StandInOptions = {}): Promise<AgentStage> {
  return libraryStage(t, options, { labels: { tagsByEvidence: true } });
}
const scan = (stage: AgentStage, options: RunOptions = {}): Promise<ScanResult> =>
  runScan(stage.config, options);

void t.test('verdicts', (t) => {
  const [keeper, other] = [onServer('keeper'), onServer('other')];
  const size = (width: number | null, more: Partial<Photo> = {}): Photo =>
    madePhoto(other, { width, height: 10, ...more });
  const extra = (kind: EvidenceKind, keptAs = keeper): Member => ({
    ...{ key: onServer('x'), role: 'extra', keptAs },
    evidence: { kind, score: 1, distance: null, agreement: null },
  });
  t.equal(verdictOf(extra('same-bytes'), keeper, size(null), size(null)), 'safe-to-delete');
  t.equal(verdictOf(extra('same-picture'), keeper, size(10), size(10)), 'safe-to-delete');
  t.equal(verdictOf(extra('same-picture'), keeper, size(11), size(10)), 'archive');
  t.equal(verdictOf(extra('same-picture'), keeper, size(null), size(10)), 'archive');
  t.equal(verdictOf(extra('same-picture'), keeper, size(10), size(null)), 'archive');
  t.equal(verdictOf(extra('edited'), keeper, size(1), size(10)), 'review');
  const file = (byteSize: number, more: Partial<Photo> = {}): Photo => size(10, { byteSize, ...more });
  t.equal(verdictOf(extra('same-picture'), keeper, file(105), file(100)), 'safe-to-delete', 'a preview more');
  t.equal(verdictOf(extra('same-picture'), keeper, file(179), file(86)), 'archive', 'a finer file');
  const png = file(100, { format: 'other' });
  t.equal(
    verdictOf(extra('same-picture'), keeper, file(50), png),
    'archive',
    'a PNG of few colours, perhaps',
  );
  t.equal(verdictOf(extra('same-picture'), keeper, png, file(100)), 'safe-to-delete');
  const [sound, damaged] = [file(100, { sha1: '5a' }), file(100, { sha1: 'da' })];
  t.equal(
    verdictOf(extra('same-picture'), keeper, sound, damaged),
    'review',
    'one of the two may be damaged',
  );
  const film = size(10, { media: 'video', format: 'other' });
  t.equal(verdictOf(extra('same-picture'), keeper, film, film), 'review', 'one still is not the video');
  t.equal(verdictOf(extra('same-bytes'), keeper, film, film), 'safe-to-delete');
  t.equal(verdictOf(extra('same-picture'), keeper, size(10), size(10, { format: 'raw' })), 'review');
  t.equal(verdictOf(extra('same-bytes', other), keeper, size(1), size(10)), 'review');
  const kept: Member = { key: keeper, role: 'keeper', evidence: null, keptAs: null };
  t.equal(verdictOf(kept, keeper, size(1), size(1)), 'keep');
  t.end();
});

void t.test('each extra has the tag of its verdict; a second scan writes nothing', async (t) => {
  const stage = await stageByEvidence(t);
  const plan = await scan(stage, { dryRun: true });
  const first = await scan(stage);
  t.same(first.plan, plan.plan);
  t.same(await stage.tags(), tagged);
  t.match(await scan(stage), { operations: { applied: 0, unchanged: 3 }, otherLabels: [] });
  t.same((await scan(stage, { dryRun: true })).plan, []);
});

void t.test('a favourite that is smaller: the larger copy is not safe to delete', async (t) => {
  const stage = await stageByEvidence(t, { sidecarDelayMs: 200 });
  await scan(stage);
  stage.standIn.setFavorite(stage.id('beach-small'), true);
  await stage.standIn.settled();
  const result = await scan(stage);
  t.match(result.operations, { failed: 0 });
  t.same(await stage.tags(), {
    beach: [`${tag}/archive`],
    'beach-chat': [`${tag}/archive`],
    'lake-mirrored': [`${tag}/review`],
  });
  const settled = await scan(stage);
  t.match(settled.operations, { applied: 0 }, 'one change after the other: none was lost');
});

void t.test('with the scope all the keeper is named as well', async (t) => {
  const stage = await stageByEvidence(t);
  await scan(stage, { settings: { tag: { name: 'Copies', scope: 'all' }, albums: null } });
  t.match(await stage.tags(), {
    beach: ['Copies/keep'],
    lake: ['Copies/keep'],
    'lake-mirrored': ['Copies/review'],
  });
});

void t.test('dismissed, undone, and taken away: nothing is left', async (t) => {
  const stage = await stageByEvidence(t);
  await scan(stage);
  await withAgent(stage.config, (agent) => dismissHere(agent, { action: 'dismiss', what: ['1'] }), {
    sources: 'local',
  });
  await scan(stage);
  t.same(Object.keys(await stage.tags()), ['beach-chat', 'beach-small']);
  await runUndo(stage.config, 'all');
  t.same(stage.standIn.snapshot().tags, []);
  await scan(stage);
  const removed = await scan(stage, { removeTag: { name: tag, only: true } });
  t.match(removed, { operations: { failed: 0 }, warnings: [] });
  stage.standIn.refreshMetadata(Object.values(stage.ids));
  await stage.standIn.settled();
  t.same(stage.standIn.snapshot().tags, [], 'the tag with all below it');
});

void t.test('the one tag of before is told of, and left', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  const config = stage.with({ labels: { tagsByEvidence: true } });
  const result = await runScan(config);
  t.match(result.otherLabels, [{ name: tag, photos: 3 }]);
  t.same((await stage.tags())['lake-mirrored'], [tag, `${tag}/review`]);
});

void t.test('same bytes in an external library', async (t) => {
  const stage = await stageByEvidence(t);
  const library = stage.standIn.addLibrary(stage.anna, { readOnly: false });
  await stage.add('road-again', await scene(4), { libraryId: library });
  await scan(stage);
  t.match((await stage.tags())['road-again'] ?? (await stage.tags())['road'], [`${tag}/safe-to-delete`]);
});
