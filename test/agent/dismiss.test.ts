/* "Not a duplicate": what becomes of groups and of labels on the server. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { dismissHere, type DismissRequest, type DismissResult } from '../../src/agent/dismiss.js';
import type { Config } from '../../src/config.js';
import { startService } from '../support/agent-service.js';
import {
  copyOf,
  emptyStage,
  libraryStage,
  libraryTags,
  runScan,
  runUndo,
  scene,
  tagsAndAlbums,
  withAgent,
} from '../support/agent-stage.js';
import { until } from '../support/until.js';

const tag = 'possible-duplicate';

/** What the command does without an agent: no server is asked. */
function dismiss(config: Config, request: DismissRequest): Promise<DismissResult> {
  return withAgent(config, (agent) => dismissHere(agent, request), { sources: 'local' });
}
const say = (config: Config, ...what: string[]): Promise<DismissResult> =>
  dismiss(config, { action: 'dismiss', what });
const forget = (config: Config, ...what: string[]): Promise<DismissResult> =>
  dismiss(config, { action: 'forget', what });

const standing = (config: Config): Promise<number> =>
  withAgent(config, ({ state }) => Promise.resolve(state.dismissals.standing().length), { sources: 'local' });

void t.test('a dismissed group loses its labels with the next scan, and stays so', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config, { settings: tagsAndAlbums });
  const said = await say(stage.config, 'Similar-0002');
  t.match(said, { pairs: 3, already: 0, standing: 3, regrouped: true, labelsPaused: null });
  t.same(await stage.tags(), libraryTags, 'no server was asked');
  const scanned = await runScan(stage.config, { settings: tagsAndAlbums });
  t.match(scanned, { groups: 1, extras: 1, downloads: 0, heldBecause: null });
  t.same(await stage.tags(), { 'lake-mirrored': [tag] });
  t.same(Object.keys(stage.albums()), ['Similar-0001']);
  t.match((await runScan(stage.config, { settings: tagsAndAlbums })).operations, { applied: 0 });
  t.match(await say(stage.config, '1'), { pairs: 1, standing: 4 });
  await runScan(stage.config, { settings: tagsAndAlbums });
  t.same(await stage.tags(), {});
});

void t.test('one photo of a group, and all of it taken back', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  const [keeper, extra] = [`immich:home:${stage.id('beach')}`, stage.id('beach-small')];
  t.match(await say(stage.config, keeper, extra), { pairs: 1, photos: [[{}, { name: 'beach-small.jpg' }]] });
  t.match(await say(stage.config, keeper, extra), { pairs: 0, already: 1 });
  await runScan(stage.config);
  t.same(await stage.tags(), { 'beach-chat': [tag], 'lake-mirrored': [tag] });
  const page = `${stage.standIn.url}/photos/${extra}`;
  t.match(await forget(stage.config, page, keeper), { pairs: 1, standing: 0 });
  await runScan(stage.config);
  t.same(await stage.tags(), libraryTags);
});

void t.test('a group is taken back by the number that it had', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  await say(stage.config, '1', '2');
  t.match(await forget(stage.config, '2'), { pairs: 3, standing: 1 });
  t.match(await forget(stage.config, '2'), { pairs: 0 });
  await runScan(stage.config);
  t.same(await stage.tags(), { 'beach-chat': [tag], 'beach-small': [tag] });
  t.match(await dismiss(stage.config, { action: 'forget', what: 'all' }), { pairs: 1, standing: 0 });
  await runScan(stage.config);
  t.same(await stage.tags(), libraryTags);
});

void t.test('a dismissal outlives the index, and an upload of the same bytes', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  await say(stage.config, '1');
  await say(stage.config, '2');
  await rm(join(stage.stateDir, 'index.db'));
  stage.standIn.deleteForever([stage.id('lake'), stage.id('beach-small')]);
  await stage.add('lake', await scene(2));
  await stage.add('beach-small', await copyOf(1, 'small'));
  t.match(await runScan(stage.config), { groups: 0, extras: 0 });
  t.same(await stage.tags(), {});
});

void t.test('undo --all takes labels back, and leaves what a person said', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  await say(stage.config, '2');
  await runUndo(stage.config, 'all');
  await runScan(stage.config);
  t.same(await stage.tags(), { 'lake-mirrored': [tag] });
});

void t.test('files: by path, also when the index is lost and a file was renamed', async (t) => {
  const stage = await emptyStage(t);
  const nas = join(stage.stateDir, '..', 'nas');
  await mkdir(nas);
  await writeFile(join(nas, 'hut.jpg'), await scene(3));
  await writeFile(join(nas, 'hut-small.jpg'), await copyOf(3, 'small'));
  const config = stage.with({ accounts: [], folders: [{ name: 'nas', path: nas }] });
  const scan = async (): Promise<number> => (await runScan(config, { sources: 'local' })).groups;
  t.equal(await scan(), 1);
  await say(config, join(nas, 'hut.jpg'), 'folder:nas:hut-small.jpg');
  t.equal(await scan(), 0);
  await rm(join(stage.stateDir, 'index.db'));
  await rename(join(nas, 'hut-small.jpg'), join(nas, 'renamed.jpg'));
  t.equal(await scan(), 0);
});

void t.test('files: a rating that a program writes into the file does not take it back', async (t) => {
  const stage = await emptyStage(t);
  const nas = join(stage.stateDir, '..', 'nas');
  await mkdir(nas);
  const small = await copyOf(3, 'small');
  await writeFile(join(nas, 'hut.jpg'), await scene(3));
  await writeFile(join(nas, 'small.jpg'), small);
  const config = stage.with({ accounts: [], folders: [{ name: 'nas', path: nas }] });
  const scan = async (): Promise<number> => (await runScan(config, { sources: 'local' })).groups;
  t.equal(await scan(), 1);
  await say(config, '1');
  for (const rating of ['rating 4', 'rating 5, seen']) {
    await writeFile(join(nas, 'small.jpg'), Buffer.concat([small, Buffer.from(rating)]));
    t.equal(await scan(), 0, rating);
  }
  await rm(join(stage.stateDir, 'index.db'));
  t.equal(await scan(), 0, 'nor does an index that is lost');
  await forget(config, join(nas, 'hut.jpg'), join(nas, 'small.jpg'));
  t.equal(await standing(config), 0, 'forgotten of the bytes before, too');
  t.equal(await scan(), 1);
  await say(config, '1');
  await writeFile(join(nas, 'small.jpg'), await copyOf(3, 'messenger'));
  t.equal(await scan(), 1, 'another picture at its path is another picture');
});

void t.test('files: as `groups` prints them, below their folder, where no other has the same', async (t) => {
  const stage = await emptyStage(t);
  const folders = [];
  for (const name of ['nas', 'disk']) {
    const path = join(stage.stateDir, '..', name);
    await mkdir(join(path, 'trip'), { recursive: true });
    await writeFile(join(path, 'trip', 'hut.jpg'), await scene(3));
    folders.push({ name, path });
  }
  await writeFile(join(stage.stateDir, '..', 'nas', 'trip', 'small.jpg'), await copyOf(3, 'small'));
  await writeFile(join(stage.stateDir, '..', 'disk', 'hut-small.jpg'), await copyOf(3, 'small'));
  const config = stage.with({ accounts: [], folders });
  await runScan(config, { sources: 'local' });
  t.match(await dismiss(config, { action: 'dismiss', what: ['trip/small.jpg', 'hut-small.jpg'] }), {
    pairs: 1,
  });
  await t.rejects(dismiss(config, { action: 'dismiss', what: ['trip/hut.jpg', 'hut-small.jpg'] }), {
    message: /whole path/,
    exitCode: 2,
  });
});

void t.test('what cannot be named is refused, and nothing is remembered', async (t) => {
  const stage = await libraryStage(t);
  await runScan(stage.config);
  const wrong: [DismissRequest, RegExp][] = [
    [{ action: 'dismiss', what: ['12'] }, /no group Similar-0012/],
    [{ action: 'dismiss', what: ['immich:home:nobody', stage.id('beach')] }, /No photo is known as/],
    [{ action: 'dismiss', what: [stage.id('beach')] }, /two photos/],
    [{ action: 'dismiss', what: [stage.id('beach'), stage.id('beach')] }, /two photos/],
    [{ action: 'dismiss', what: ['1', stage.id('beach')] }, /not both/],
    [{ action: 'forget', what: ['1', stage.id('beach')] }, /not both/],
    [{ action: 'forget', what: [stage.id('beach')] }, /two photos/],
  ];
  for (const [request, message] of wrong)
    await t.rejects(dismiss(stage.config, request), { message, exitCode: 2 });
  await withAgent(stage.config, ({ state }) => {
    t.same(state.dismissals.standing(), []);
    return Promise.resolve();
  });
});

void t.test('a running agent takes the labels off at once, and puts them back', async (t) => {
  const stage = await libraryStage(t);
  const service = await startService(t, stage.config);
  await until('all tags', async () => Object.keys(await stage.tags()).length === 3);
  // Which group comes first, and has the number 1, depends on when its photos were read.
  const beach = ['beach', 'beach-chat', 'beach-small'].map((name) => stage.id(name));
  t.match(await service.command('dismiss', { action: 'dismiss', what: beach }), { result: { pairs: 3 } });
  await until('two tags less', async () => Object.keys(await stage.tags()).length === 1);
  t.same(await stage.tags(), { 'lake-mirrored': [tag] });
  await service.command('dismiss', { action: 'forget', what: 'all' });
  await until('all tags again', async () => Object.keys(await stage.tags()).length === 3);
  for (const body of [{}, { action: 'dismiss', what: 'all' }, { action: 'forget', what: [] }])
    t.match(await service.command('dismiss', body), { code: 'REQUEST_INVALID' });
  t.match(await service.command('dismiss', { action: 'dismiss', what: ['99'] }), { code: 'NO_SUCH_GROUP' });
});
