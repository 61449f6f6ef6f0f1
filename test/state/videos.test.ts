/* What the index keeps of videos, and which of them are looked at. */
import t from 'tap';
import type { Photo, PhotoKey, SourceName } from '../../src/model.js';
import type { PhotoStore } from '../../src/store-ports.js';
import { columnsOfPhoto } from '../../src/state/photo-row.js';
import { inFolder, madePhoto, onServer, sha1Of } from '../support/made-photo.js';
import { tempState } from '../support/temp-state.js';

const film = (key: PhotoKey, more: Partial<Photo> = {}): Photo =>
  madePhoto(key, { media: 'video', format: 'other', ...more });
const home = 'home' as SourceName;
const nas = 'nas' as SourceName;
const local = (path: string, byteSize: number, more: Partial<Photo> = {}): Photo =>
  film(inFolder(path), { source: nas, byteSize, ...more });
const wanted = (photos: PhotoStore, source: SourceName): PhotoKey[] =>
  photos.wanted(source, 0 as Parameters<PhotoStore['wanted']>[1], 100).map(({ key }) => key);

void t.test('a duration survives, and a video gets its still when it becomes known', async (t) => {
  const temp = await tempState(t);
  const key = onServer('film');
  t.same(temp.state().photos.observe([film(key)]).wanted, []);
  t.same(temp.state().photos.observe([film(key, { durationMs: 12_345 })]), { wanted: [key], changed: 1 });
  const { photos } = await temp.reopen();
  t.equal(photos.get(key)?.durationMs, 12_345);
  t.same(wanted(photos, home), [key]);
  t.same([...photos.comparedVideos()], [photos.get(key)?.id]);
  t.match(photos.counts(), { photos: 1, videos: 1, videosByBytesAlone: 0 });
  t.equal(photos.observe([film(key, { durationMs: 12_345 })]).changed, 0);
  t.equal(photos.observe([film(key, { durationMs: 12_346 })]).changed, 1);
});

void t.test('the hidden part of a live photo is never looked at', async (t) => {
  const { photos } = (await tempState(t)).state();
  t.same(photos.observe([film(onServer('part'), { durationMs: 2900, presence: 'hidden' })]).wanted, []);
  t.match(photos.counts(), { photos: 0, videos: 0 });
});

void t.test('the first pass compares no still of a video', async (t) => {
  const { photos } = (await tempState(t)).state();
  const thumbHash = new Uint8Array([1, 2, 3]);
  photos.observe([
    film(onServer('film'), { durationMs: 12_000, thumbHash }),
    madePhoto(onServer('photo'), { thumbHash }),
  ]);
  t.same(
    [...photos.thumbHashes()].map(({ id }) => photos.byId(id)?.key),
    [onServer('photo')],
  );
});

void t.test('an index of before durations does not look at its photos again', (t) => {
  const { durationMs: _none, ...before } = madePhoto(onServer('a'));
  t.same(columnsOfPhoto(madePhoto(onServer('a'))).facts, columnsOfPhoto(before as Photo).facts);
  t.end();
});

void t.test('a local video is wanted while another video has its size, whichever comes first', async (t) => {
  const { photos } = (await tempState(t)).state();
  const [a, b, c] = [local('a.mp4', 10), local('b.mp4', 20), local('c.mp4', 10)];
  t.same(photos.observe([a, b]).wanted, []);
  t.same(photos.observe([madePhoto(onServer('photo'), { byteSize: 20 })]).wanted, [onServer('photo')]);
  t.same(photos.observe([c]).wanted.toSorted(), [a.key, c.key]);
  const hidden = film(onServer('part'), { byteSize: 20, presence: 'hidden' });
  t.same(photos.observe([hidden]).wanted, [], 'what is never a member asks for nothing');
  t.same(photos.observe([film(onServer('film'), { byteSize: 20 })]).wanted, [b.key]);
  t.same(wanted(photos, nas).sort(), [a.key, b.key, c.key]);
});

void t.test('a local video whose bytes were read is not read again', async (t) => {
  const temp = await tempState(t);
  const { photos, groups } = temp.state();
  const [a, b] = [local('a.mp4', 10), local('b.mp4', 10)];
  photos.observe([a, b]);
  for (const { key, revision } of [a, b]) {
    const id = photos.get(key)?.id;
    if (id === undefined) throw new Error(key);
    photos.examined({ id, revision, facts: { sha1: sha1Of(7) }, fingerprint: null }, []);
  }
  t.same(photos.observe([a, b]), { wanted: [], changed: 0 });
  t.equal(photos.get(a.key)?.fingerprint, 'done');
  const [first, second] = [photos.get(a.key), photos.get(b.key)];
  t.same(first && groups.sameBytes(first.id), [second?.id]);
  t.equal(photos.outdate('another algorithm'), 0, 'there is nothing that another algorithm would change');
  t.same(wanted((await temp.reopen()).photos, nas), []);
});
