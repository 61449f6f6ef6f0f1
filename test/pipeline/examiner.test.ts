import t, { type Test } from 'tap';
import { FatalError, TerminalError, TransientError, exitCodes } from '../../src/errors.js';
import type { PhotoId, PhotoKey, SourceName } from '../../src/model.js';
import { Examiner, triesOf } from '../../src/pipeline/examiner.js';
import { createFingerprinter } from '../../src/pipeline/fingerprint/fingerprint.js';
import { LookIndex } from '../../src/pipeline/search/look-index.js';
import { FolderSource } from '../../src/sources/folder/folder-source.js';
import type { IndexedPhoto } from '../../src/store-ports.js';
import type { State } from '../../src/state/open-state.js';
import { inFolder, onServer, sha1Of } from '../support/made-photo.js';
import { ManualClock } from '../support/manual-clock.js';
import { MemorySource } from '../support/memory-source.js';
import { memoryLog } from '../support/memory-log.js';
import { failureOf, listed } from '../support/photo-source.contract.js';
import { drawScene, recompress } from '../support/pictures.js';
import { tempState } from '../support/temp-state.js';

const fingerprinter = await createFingerprinter();
const scene = await drawScene(1, { width: 480, height: 320 });
const other = await drawScene(2, { width: 480, height: 320 });
const [a, b] = [onServer('a'), onServer('b')];

interface Bench {
  readonly source: MemorySource;
  readonly state: State;
  readonly looks: LookIndex;
  readonly examiner: Examiner;
  /** What a listing would bring into the index. */
  readonly observe: () => Promise<void>;
  readonly photo: (key: PhotoKey) => IndexedPhoto;
  /** How many photos look like this one. */
  readonly alike: (key: PhotoKey) => number;
}

async function bench(t: Test): Promise<Bench> {
  const source = new MemorySource();
  const state = (await tempState(t)).state();
  const looks = new LookIndex();
  const { photos, copies, dismissals } = state;
  const sourcesOf = (): MemorySource[] => [source];
  const photo = (key: PhotoKey): IndexedPhoto => {
    const known = photos.get(key);
    if (known === null) throw new Error(`${key} is not in the index`);
    return known;
  };
  return {
    source,
    state,
    looks,
    examiner: new Examiner({
      ...{ photos, copies, dismissals, looks, fingerprinter, sourcesOf },
      log: memoryLog(),
    }),
    observe: async () => void photos.observe(await listed(source)),
    photo,
    alike: (key) => looks.likenessesOf(photo(key).id).length,
  };
}

void t.test('a photo is fingerprinted once per revision', async (t) => {
  const { source, examiner, observe, photo, looks } = await bench(t);
  source.put(a, scene);
  await observe();
  await examiner.examine(a);
  t.equal(photo(a).fingerprint, 'done');
  t.equal(looks.size, 1);

  await examiner.examine(a);
  await observe();
  examiner.suspect([a]);
  await examiner.examine(a);
  t.equal(source.pictures, 1, 'nothing new: nothing read');

  source.put(a, other);
  examiner.suspect([a]);
  await examiner.examine(a);
  t.equal(source.pictures, 2);
  t.equal(photo(a).fingerprint, 'done');
  t.equal(looks.size, 1);
  t.match(examiner.tally, { downloads: 2, fingerprinted: 2, failed: 0 });
});

void t.test('likenesses are found whichever comes first, and go when the picture changes', async (t) => {
  const { source, examiner, observe, alike } = await bench(t);
  source.put(a, scene);
  source.put(b, await recompress(scene, 70));
  await observe();
  await examiner.examine(b);
  t.equal(alike(b), 0);
  await examiner.examine(a);
  t.same([alike(a), alike(b)], [1, 1]);
  source.put(b, other);
  examiner.suspect([b]);
  await examiner.examine(b);
  t.same([alike(a), alike(b)], [0, 0]);
});

void t.test('a key that nobody has heard of is asked for', async (t) => {
  const { source, examiner, photo, state } = await bench(t);
  source.put(a, scene);
  await examiner.examine(a);
  t.equal(photo(a).fingerprint, 'done');
  await examiner.examine(onServer('never'));
  t.equal(state.photos.get(onServer('never')), null);
});

void t.test('what has no picture to compare is left alone', async (t) => {
  const { source, examiner, observe } = await bench(t);
  source.put(a, scene, { media: 'video' });
  source.put(b, scene, { presence: 'hidden' });
  await observe();
  await examiner.examine(a);
  await examiner.examine(b);
  t.equal(source.pictures, 0);
});

void t.test('a trashed photo is fingerprinted too: it may come back', async (t) => {
  const { source, examiner, observe, photo } = await bench(t);
  source.put(a, scene, { presence: 'trashed' });
  await observe();
  await examiner.examine(a);
  t.equal(photo(a).fingerprint, 'done');
});

void t.test(
  'while the picture is not ready its source is asked again before the next download',
  async (t) => {
    const { source, examiner, observe, photo, state } = await bench(t);
    source.put(a, null);
    source.put(b, null);
    await observe();
    t.match(await failureOf(examiner.examine(a)), { code: 'PICTURE_NOT_READY' });
    t.match(await failureOf(examiner.examine(b)), { code: 'PICTURE_NOT_READY' });
    const before = photo(a).revision;
    source.put(a, scene);
    source.shelf.delete(b);
    await examiner.examine(a);
    t.not(photo(a).revision, before, 'the revision it has now');
    t.equal(photo(a).fingerprint, 'done');
    await examiner.examine(b);
    t.equal(state.photos.get(b), null, 'gone meanwhile');
    t.equal(source.pictures, 1);
  },
);

void t.test('a photo that is gone when its picture is wanted leaves the index', async (t) => {
  const { source, examiner, observe, state, looks } = await bench(t);
  source.put(a, scene);
  await observe();
  source.shelf.delete(a);
  await examiner.examine(a);
  t.equal(state.photos.get(a), null);
  source.put(b, scene);
  await observe();
  await examiner.examine(b);
  source.shelf.delete(b);
  examiner.suspect([b]);
  await examiner.examine(b);
  t.equal(state.photos.get(b), null);
  t.equal(looks.size, 0);
});

void t.test('a picture that is gone although its photo is there stays wanted', async (t) => {
  const { source, examiner, observe, photo } = await bench(t);
  source.put(a, scene);
  await observe();
  source.picture = () => Promise.reject(new TerminalError('PHOTO_GONE', 'gone'));
  await examiner.examine(a);
  t.equal(photo(a).fingerprint, 'wanted');
});

void t.test('a photo replaced while its picture is read stays wanted', async (t) => {
  const { source, examiner, observe, photo } = await bench(t);
  source.put(a, scene, {}, { sha1: sha1Of(1) });
  await observe();
  source.beforePicture = async () => {
    source.beforePicture = () => undefined;
    source.put(a, other, {}, { sha1: sha1Of(2) });
    await observe();
  };
  await examiner.examine(a);
  t.equal(photo(a).fingerprint, 'wanted');
  t.equal(photo(a).sha1, null, 'facts of the old picture are not facts of the new one');
  await examiner.examine(a);
  t.equal(photo(a).fingerprint, 'done');
  t.equal(photo(a).sha1, sha1Of(2));
});

void t.test('a photo removed while its picture is read leaves nothing behind', async (t) => {
  const { source, examiner, observe, photo, state, looks, alike } = await bench(t);
  source.put(b, scene);
  await observe();
  await examiner.examine(b);
  source.put(a, scene);
  await observe();
  source.beforePicture = () => {
    source.shelf.delete(a);
    examiner.remove(a);
  };
  await examiner.examine(a);
  t.equal(state.photos.get(a), null);
  t.equal(looks.size, 1);
  t.equal(alike(b), 0);
  source.beforePicture = () => undefined;
  const next = onServer('next');
  source.put(next, other);
  await observe();
  t.equal(photo(next).fingerprint, 'wanted');
  t.equal(alike(next), 0, 'whoever comes next does not inherit its likenesses');
});

void t.test('a picture that cannot be decoded is remembered until it changes', async (t) => {
  const { source, examiner, observe, photo, state, looks } = await bench(t);
  source.put(a, scene);
  await observe();
  await examiner.examine(a);
  source.put(a, Buffer.from('no picture'));
  await observe();
  const error = await failureOf(examiner.examine(a));
  t.ok(error instanceof TerminalError);
  examiner.gaveUp(a, error);
  t.equal(photo(a).fingerprint, 'failed');
  t.match(photo(a).failure, /cannot be decoded/u);
  t.match(state.photos.failures(10), [{ key: a }]);
  t.equal(looks.size, 0, 'it no longer looks like what it was');
  await examiner.examine(a);
  t.equal(source.pictures, 2, 'not tried again');
  source.put(a, other);
  await observe();
  await examiner.examine(a);
  t.equal(photo(a).fingerprint, 'done');
});

void t.test(
  'a picture that never became ready is remembered; one that a fault kept away is not',
  async (t) => {
    const { source, examiner, observe, photo } = await bench(t);
    source.put(a, null);
    source.put(b, scene);
    await observe();
    examiner.gaveUp(a, await failureOf(examiner.examine(a)));
    t.equal(photo(a).fingerprint, 'failed');
    source.away = new TransientError('IMMICH_UNREACHABLE', 'away');
    examiner.gaveUp(b, await failureOf(examiner.examine(b)));
    examiner.gaveUp(b, new Error('a fault of ours'));
    t.equal(photo(b).fingerprint, 'wanted');
    examiner.gaveUp(onServer('never'), new Error('a fault of ours'));
    t.equal(examiner.tally.failed, 4);
  },
);

void t.test('a fault of the source leaves everything', async (t) => {
  const { source, examiner, observe, photo, alike } = await bench(t);
  source.put(a, scene);
  source.put(b, scene);
  await observe();
  await examiner.examine(a);
  await examiner.examine(b);
  source.away = new FatalError('IMMICH_UNAUTHORIZED', 'refused', exitCodes.refused);
  examiner.suspect([a]);
  t.equal(await failureOf(examiner.examine(a)), source.away);
  t.equal(photo(a).fingerprint, 'done');
  t.equal(alike(a), 1);
  source.away = undefined;
  source.put(a, other);
  await examiner.examine(a);
  t.equal(photo(a).fingerprint, 'done');
  t.equal(alike(a), 0, 'it was still under suspicion');
});

void t.test('a photo whose source is not configured now is left as it is', async (t) => {
  const { source, state, looks, observe, photo } = await bench(t);
  source.put(a, scene);
  await observe();
  const examiner = new Examiner({
    ...{ photos: state.photos, copies: state.copies, dismissals: state.dismissals },
    looks,
    fingerprinter,
    sourcesOf: () => [],
    log: memoryLog(),
  });
  examiner.suspect([a]);
  await examiner.examine(a);
  await examiner.examine(onServer('never'));
  t.equal(photo(a).fingerprint, 'wanted');
});

void t.test('a renamed file is not decoded again', async (t) => {
  const { source, examiner, observe, photo, alike } = await bench(t);
  const [before, after] = [inFolder('a.jpg'), inFolder('sub/b.jpg')];
  source.put(before, scene, {}, { sha1: sha1Of(1) });
  await observe();
  await examiner.examine(before);
  // The same hash behind other bytes shows which of the two was used.
  source.put(after, other, {}, { sha1: sha1Of(1) });
  await observe();
  await examiner.examine(after);
  t.equal(photo(after).fingerprint, 'done');
  t.equal(alike(after), 1);
  source.put(a, other, {}, { sha1: sha1Of(1) });
  await observe();
  await examiner.examine(a);
  t.equal(alike(a), 0, 'a thumbnail of the same bytes is looked at itself');
});

void t.test('patience', (t) => {
  const notReady = new TransientError('PICTURE_NOT_READY', '');
  const away = new TransientError('IMMICH_UNREACHABLE', '');
  t.ok(triesOf('one-shot')(away, 1) < Infinity);
  t.equal(triesOf('service')(away, 1), Infinity);
  t.ok(triesOf('service')(notReady, 1) < Infinity);
  t.ok(triesOf('service')(notReady, 5_000) < triesOf('service')(notReady, 1), 'where many wait');
  t.end();
});

void t.test(
  'of local files that cannot be decoded the same bytes are found, of empty ones nothing',
  async (t) => {
    const state = (await tempState(t)).state();
    const { photos, copies, dismissals, groups } = state;
    const root = t.testdir({
      nas: { 'a.heic': 'damaged', 'b.jpg': 'damaged', 'c.jpg': 'other', 'd.jpg': '', 'e.jpg': '' },
    });
    const options = { name: 'nas' as SourceName, root: `${root}/nas`, ignore: [], clock: new ManualClock() };
    const source = new FolderSource({ ...options, log: memoryLog() });
    await source.open();
    const sourcesOf = (): FolderSource[] => [source];
    const looks = new LookIndex();
    const examiner = new Examiner({
      ...{ photos, copies, dismissals, looks, fingerprinter, sourcesOf },
      log: memoryLog(),
    });
    photos.observe(await listed(source));
    for (const name of ['a.heic', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg']) {
      const failure = await failureOf(examiner.examine(inFolder(name)));
      t.ok(failure instanceof TerminalError, name);
      examiner.gaveUp(inFolder(name), failure);
    }
    const known = (name: string): IndexedPhoto | null => photos.get(inFolder(name));
    t.match(known('a.heic'), {
      fingerprint: 'failed',
      failure: /cannot be decoded/u,
      sha1: known('b.jpg')?.sha1,
    });
    const same = ['a.heic', 'c.jpg', 'd.jpg'].map((name) =>
      groups.sameBytes(known(name)?.id ?? (0 as PhotoId)),
    );
    t.same(same, [[known('b.jpg')?.id], [], []]);
    t.equal(known('d.jpg')?.sha1, null, 'nothing is known of an empty file');
  },
);
