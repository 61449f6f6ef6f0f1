import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFile,
  chmod,
  link,
  mkdir,
  rename,
  rm,
  rmdir,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { FatalError, TerminalError, TransientError, exitCodes } from '../../../src/errors.js';
import { folderKey, parseKey, type Photo, type PhotoKey, type SourceName } from '../../../src/model.js';
import type { Clock, Log } from '../../../src/ports.js';
import { FolderSource } from '../../../src/sources/folder/folder-source.js';
import { drawScene, withExif } from '../../support/pictures.js';
import { failureOf, listed, pagesOf, testPhotoSource } from '../../support/photo-source.contract.js';

const nas = 'nas' as SourceName;
const clock: Clock = { now: () => 1_700_000_000_000, sleep: () => Promise.resolve() };
const silent = (): void => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
const keyOf = (path: string): PhotoKey => folderKey('nas', path);
const namesOf = (photos: readonly Photo[]): string[] => photos.map(({ name }) => name).sort();

function sourceOf(root: string, ignore: readonly string[] = []): FolderSource {
  return new FolderSource({ name: nas, root, ignore, clock, log });
}

async function opened(root: string, ignore: readonly string[] = []): Promise<FolderSource> {
  const source = sourceOf(root, ignore);
  await source.open();
  return source;
}

async function pictureOf(source: FolderSource, path: string): ReturnType<FolderSource['picture']> {
  const photo = await source.look(keyOf(path));
  if (photo === null) throw new Error(`${path} is not found`);
  return source.picture(photo);
}

/** Asserts the class and the code of what the work is rejected with. */
async function rejects(
  t: Test,
  work: Promise<unknown>,
  kind: typeof TerminalError | typeof TransientError,
  code: string,
): Promise<void> {
  const failure = await failureOf(work);
  t.ok(failure instanceof kind, `${kind.name}, got ${String(failure)}`);
  t.match(failure, { code });
}

testPhotoSource((t) => {
  const root = t.testdir({ '.keep': '' });
  const pathOf = (key: PhotoKey): string => {
    const parsed = parseKey(key);
    return join(root, parsed?.kind === 'folder' ? parsed.path : '');
  };
  return Promise.resolve({
    source: sourceOf(root),
    add: async (name, bytes) => {
      await mkdir(join(root, 'sub'), { recursive: true });
      await writeFile(join(root, 'sub', name), bytes);
      return keyOf(`sub/${name}`);
    },
    replace: (key, bytes) => writeFile(pathOf(key), bytes),
    remove: (key) => rm(pathOf(key)),
    unknownKey: keyOf('sub/never.jpg'),
  });
});

void t.test('a root that is missing or a file is a fault of the config', async (t) => {
  const root = t.testdir({ 'a.txt': 'x' });
  for (const path of ['missing', 'a.txt']) {
    const failure = await failureOf(sourceOf(join(root, path)).open());
    t.ok(failure instanceof FatalError);
    t.match(failure, { code: 'FOLDER_MISSING', exitCode: exitCodes.usage });
    t.match(String(failure), join(root, path));
  }
});

void t.test('photos are what their names say, others are passed over', async (t) => {
  const root = t.testdir({
    'a.JPG': 'x',
    'b.heic': 'x',
    'c.nef': 'x',
    'd.mp4': 'x',
    'notes.txt': 'x',
    'Thumbs.db': 'x',
    '.hidden.jpg': 'x',
    '.trash': { 'e.jpg': 'x' },
    '@eaDir': { 'f.jpg': 'x' },
    '#recycle': { 'g.jpg': 'x' },
    jpg: 'x',
    'folder.jpg': { 'h.png': 'x' },
  });
  const photos = await listed(await opened(root));
  t.same(namesOf(photos), ['a.JPG', 'b.heic', 'c.nef', 'd.mp4', 'folder.jpg/h.png']);
  const by = new Map(photos.map((photo) => [photo.name, photo]));
  t.match(by.get('a.JPG'), { media: 'image', format: 'jpeg', byteSize: 1, writable: false, library: null });
  t.match(by.get('b.heic'), { media: 'image', format: 'heic' });
  t.match(by.get('c.nef'), { media: 'image', format: 'raw' });
  t.match(by.get('d.mp4'), { media: 'video' });
});

void t.test('ignored paths are neither listed nor found', async (t) => {
  const root = t.testdir({
    keep: { 'a.jpg': 'x' },
    private: { deep: { 'b.jpg': 'x' } },
    album: { cache: { 'c.jpg': 'x' }, 'd.tmp.jpg': 'x' },
  });
  const source = await opened(root, ['private/', '**/cache/**', '**/*.tmp.jpg']);
  t.same(namesOf(await listed(source)), ['keep/a.jpg']);
  for (const path of ['private/deep/b.jpg', 'album/cache/c.jpg', 'album/d.tmp.jpg'])
    t.equal(await source.look(keyOf(path)), null);
});

void t.test('times come from the file, in whole milliseconds', async (t) => {
  const root = t.testdir({ 'a.jpg': 'xyz' });
  await utimes(join(root, 'a.jpg'), 1_600_000_000.25, 1_600_000_000.25);
  const photo = await (await opened(root)).look(keyOf('a.jpg'));
  t.match(photo, { createdAt: 1_600_000_000_250, revision: '3|1600000000250|' });
  t.ok((photo?.updatedAt ?? 0) > 1_600_000_000_250, 'the change of the inode is later');
});

void t.test('names that are no UTF-8, and percent signs, are told apart and opened', async (t) => {
  const root = t.testdir({ '100%.jpg': '%', 'ä\n:.jpg': 'ä', '%FF.jpg': 'literal' });
  const raw = Buffer.concat([Buffer.from(`${root}/d`), Buffer.from([0xe4])]);
  await mkdir(raw);
  await writeFile(
    Buffer.concat([raw, Buffer.from('/'), Buffer.from([0xff]), Buffer.from('.jpg')]),
    'raw bytes',
  );
  const source = await opened(root);
  const photos = await listed(source);
  t.same(
    photos.map(({ key }) => key).sort(),
    ['100%25.jpg', '%25FF.jpg', 'd%E4/%FF.jpg', 'ä\n:.jpg'].map(keyOf).sort(),
  );
  const photo = photos.find(({ key }) => key === keyOf('d%E4/%FF.jpg'));
  t.equal(photo?.name, 'd\uFFFD/\uFFFD.jpg');
  t.equal(Buffer.from((await pictureOf(source, 'd%E4/%FF.jpg')).bytes).toString(), 'raw bytes');
  t.equal(Buffer.from((await pictureOf(source, '%25FF.jpg')).bytes).toString(), 'literal');
  for (const path of ['d%e4/%FF.jpg', '%FF.jpg', '%61.jpg', '100%.jpg'])
    t.equal(await source.look(keyOf(path)), null, `${path} is no key of a file`);
});

void t.test('symlinks stay inside', async (t) => {
  const base = t.testdir({
    outside: { 'secret.jpg': 'x' },
    photos: { 'a.jpg': 'x', sub: { 'b.jpg': 'x' } },
  });
  const root = join(base, 'photos');
  await symlink('sub/b.jpg', join(root, 'inside.jpg'));
  await symlink(join(base, 'outside/secret.jpg'), join(root, 'escape.jpg'));
  await symlink(join(base, 'outside'), join(root, 'out'));
  await symlink('sub', join(root, 'again'));
  await symlink('nowhere.jpg', join(root, 'dangling.jpg'));
  const source = await opened(root);
  const photos = await listed(source);
  t.same(namesOf(photos), ['a.jpg', 'inside.jpg', 'sub/b.jpg']);
  const by = new Map(photos.map((photo) => [photo.name, photo]));
  t.equal(by.get('inside.jpg')?.fileId, by.get('sub/b.jpg')?.fileId, 'one file in two places');
  const refused = ['escape.jpg', 'out/secret.jpg', 'again/b.jpg', 'dangling.jpg'];
  const shaped = [
    '../outside/secret.jpg',
    '/etc/a.jpg',
    'sub/../a.jpg',
    './a.jpg',
    'sub//b.jpg',
    'a.jpg\0.jpg',
  ];
  for (const path of [...refused, ...shaped]) t.equal(await source.look(keyOf(path)), null, path);
  const photo = by.get('a.jpg');
  if (photo === undefined) return;
  await rejects(t, source.picture({ ...photo, key: keyOf('escape.jpg') }), TerminalError, 'PHOTO_GONE');
});

void t.test('a root that is a symlink itself is followed', async (t) => {
  const base = t.testdir({ photos: { 'a.jpg': 'x' } });
  await symlink('photos', join(base, 'link'));
  const source = await opened(join(base, 'link'));
  t.same(namesOf(await listed(source)), ['a.jpg']);
  t.ok(await source.look(keyOf('a.jpg')));
});

void t.test('hard links are one file', async (t) => {
  const root = t.testdir({ 'a.jpg': 'x', 'c.jpg': 'x' });
  await link(join(root, 'a.jpg'), join(root, 'b.jpg'));
  const [a, b, c] = (await listed(await opened(root))).sort((x, y) => (x.name < y.name ? -1 : 1));
  t.equal(a?.fileId, b?.fileId);
  t.not(a?.fileId, c?.fileId);
});

void t.test('what cannot be read is named, and does not end the listing', async (t) => {
  const root = t.testdir({ 'a.jpg': 'x' });
  await symlink('loop.jpg', join(root, 'loop.jpg'));
  const source = await opened(root);
  const pages = await pagesOf(source.list());
  t.same(namesOf(pages.flatMap((page) => page.photos)), ['a.jpg']);
  t.match(
    pages.flatMap((page) => page.unreadable),
    [{ name: 'loop.jpg', reason: /^ELOOP/u }],
  );
  await rejects(t, source.look(keyOf('loop.jpg')), TerminalError, 'PICTURE_UNREADABLE');
});

void t.test('a directory without permission is named, and its photos are not gone', async (t) => {
  const root = t.testdir({ 'a.jpg': 'x', locked: { 'b.jpg': 'x' } });
  await chmod(join(root, 'locked'), 0);
  const source = await opened(root);
  // Root reads everything: become nobody while the folder is listed.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    if ((await failureOf(sourceOf(root).open())) !== undefined) {
      t.comment('SKIPPED: the test folder cannot be reached by nobody');
      return;
    }
    const pages = await pagesOf(source.list());
    t.same(namesOf(pages.flatMap((page) => page.photos)), ['a.jpg']);
    t.match(
      pages.flatMap((page) => page.unreadable),
      [{ name: 'locked', reason: /^EACCES/u }],
    );
    await rejects(t, source.look(keyOf('locked/b.jpg')), TerminalError, 'PICTURE_UNREADABLE');
  } finally {
    if (isRoot) process.seteuid?.(0);
    await chmod(join(root, 'locked'), 0o755);
  }
});

void t.test('pages stay small, and every photo is on one', async (t) => {
  const root = t.testdir({});
  for (const directory of ['a', 'b', 'c']) {
    await mkdir(join(root, directory));
    for (let n = 0; n < 400; n += 1) await writeFile(join(root, directory, `${n}.jpg`), '');
  }
  const pages = await pagesOf((await opened(root)).list());
  t.ok(pages.every((page) => page.photos.length <= 500));
  t.ok(pages.length >= 3);
  t.equal(new Set(pages.flatMap((page) => page.photos.map(({ key }) => key))).size, 1200);
});

void t.test('a root that goes away is away, not empty', async (t) => {
  const base = t.testdir({ photos: { 'a.jpg': 'x' } });
  const root = join(base, 'photos');
  const source = await opened(root);
  const [photo] = await listed(source);
  if (photo === undefined) return;
  await rename(root, join(base, 'elsewhere'));
  await rejects(t, listed(source), TransientError, 'FOLDER_AWAY');
  await rejects(t, source.look(photo.key), TransientError, 'FOLDER_AWAY');
  await rejects(t, source.picture(photo), TransientError, 'FOLDER_AWAY');
  await rejects(t, source.open(), TransientError, 'FOLDER_AWAY');
  await rename(join(base, 'elsewhere'), root);
  await source.open();
  t.same(namesOf(await listed(source)), ['a.jpg']);
});

void t.test('a root that goes away half-way ends the listing', async (t) => {
  const base = t.testdir({ photos: {} });
  const root = join(base, 'photos');
  for (let n = 0; n < 1200; n += 1) await writeFile(join(root, `${n}.jpg`), '');
  const source = await opened(root);
  for (const replaced of [false, true]) {
    const pages = source.list();
    t.equal((await pages.next()).done, false);
    await rename(root, join(base, 'elsewhere'));
    if (replaced) await mkdir(root);
    await rejects(t, pagesOf(pages), TransientError, 'FOLDER_AWAY');
    if (replaced) await rmdir(root);
    await rename(join(base, 'elsewhere'), root);
  }
});

void t.test(
  'the empty mount point of a share that is away is not a folder whose photos were deleted',
  async (t) => {
    const base = t.testdir({ photos: { sub: { 'a.jpg': 'x' } } });
    const root = join(base, 'photos');
    const source = await opened(root);
    const [photo] = await listed(source);
    if (photo === undefined) return;
    await rename(root, join(base, 'elsewhere'));
    await mkdir(root);
    await rejects(t, listed(source), TransientError, 'FOLDER_AWAY');
    await rejects(t, source.look(photo.key), TransientError, 'FOLDER_AWAY');
    await rejects(t, source.picture(photo), TransientError, 'FOLDER_AWAY');
    const restarted = await opened(root);
    t.same(await listed(restarted), [], 'nothing known of it yet');
    await rejects(t, restarted.look(photo.key), TransientError, 'FOLDER_AWAY');
  },
);

for (const [what, fill] of [
  ['nothing', {}],
  ['a hidden trash', { '.Trash-1000': { files: { 'x.jpg': 'x' } }, '.nomount': '' }],
  ['what a NAS sets aside', { '@eaDir': { 'x.jpg': 'x' }, '#recycle': { 'y.jpg': 'y' } }],
  ['a file that is no photo', { 'NOT MOUNTED.txt': 'x' }],
  ['an empty directory', { 'lost+found': {} }],
] as const)
  void t.test(
    `a folder whose photos gave way to ${what}: only a person says that they are gone`,
    async (t) => {
      const base = t.testdir({ photos: { sub: { 'a.jpg': 'x' } }, now: fill });
      const root = join(base, 'photos');
      const source = await opened(root);
      const [photo] = await listed(source);
      if (photo === undefined) return;
      await rename(root, join(base, 'elsewhere'));
      await rename(join(base, 'now'), root);
      const restarted = await opened(root);
      await rejects(t, listed(source), TransientError, 'FOLDER_AWAY');
      t.same(await listed(restarted), [], 'nothing known of it yet');
      for (const one of [source, restarted]) {
        await rejects(t, one.look(photo.key), TransientError, 'FOLDER_AWAY');
        one.agreeToEmpty();
        t.same(await listed(one), []);
        t.equal(await one.look(photo.key), null);
      }
      await writeFile(join(root, 'b.jpg'), 'x');
      t.same(namesOf(await listed(source)), ['b.jpg']);
      await rm(join(root, 'b.jpg'));
      await rejects(t, listed(source), TransientError, 'FOLDER_AWAY');
    },
  );

void t.test('the last photo but one may go, and a folder that never held any is asked nothing', async (t) => {
  const root = t.testdir({ 'a.jpg': 'x', 'b.jpg': 'x', '.trash': {} });
  const source = await opened(root);
  await listed(source);
  await rm(join(root, 'a.jpg'));
  t.equal(await source.look(keyOf('a.jpg')), null);
  t.same(namesOf(await listed(source)), ['b.jpg']);
  const fresh = await opened(join(root, '.trash'));
  t.same(await listed(fresh), []);
  t.same(await listed(fresh), []);
});

void t.test('a key of another source is refused', async (t) => {
  const source = await opened(t.testdir({ 'a.jpg': 'x' }));
  for (const key of ['folder:other:a.jpg', 'immich:home:1', 'nonsense'])
    t.match(await failureOf(source.look(key as PhotoKey)), { code: 'KEY_NOT_OF_FOLDER' });
});

void t.test('a picture comes with what its bytes say', async (t) => {
  const jpeg = await withExif(await drawScene(7, { width: 400, height: 300 }), {
    takenAt: '2026-02-11T10:01:02+05:00',
    subSec: '0459',
    make: 'ACME ',
    model: 'Pro  1',
    orientation: 6,
    gps: { latitude: -33.5, longitude: 151.25 },
  });
  const root = t.testdir({ 'a.jpg': jpeg });
  const { bytes, facts } = await pictureOf(await opened(root), 'a.jpg');
  t.ok(jpeg.equals(bytes));
  t.match(facts, {
    sha1: createHash('sha1').update(jpeg).digest('hex'),
    byteSize: jpeg.length,
    width: 300,
    height: 400,
    takenAt: Date.UTC(2026, 1, 11, 10, 1, 2, 45),
    camera: 'acme pro 1',
    exposure: null,
    hasLocation: true,
  });
});

void t.test('bytes that are no picture still come, with their SHA-1', async (t) => {
  const root = t.testdir({ 'a.heic': 'not a picture', 'b.jpg': (await drawScene(1)).subarray(0, 2000) });
  const source = await opened(root);
  t.match((await pictureOf(source, 'a.heic')).facts, { sha1: /^[0-9a-f]{40}$/u, byteSize: 13 });
  t.match((await pictureOf(source, 'b.jpg')).facts, { byteSize: 2000 });
});

void t.test('empty, huge and special files are refused', async (t) => {
  const root = t.testdir({ 'empty.jpg': '', 'huge.tif': 'x' });
  await truncate(join(root, 'huge.tif'), 512 * 1024 * 1024 + 1);
  const source = await opened(root);
  await rejects(t, pictureOf(source, 'empty.jpg'), TerminalError, 'PICTURE_UNREADABLE');
  await rejects(t, pictureOf(source, 'huge.tif'), TerminalError, 'PICTURE_TOO_LARGE');
  execFileSync('mkfifo', [join(root, 'pipe.jpg')]);
  t.equal(await source.look(keyOf('pipe.jpg')), null);
  t.notOk(namesOf(await listed(source)).includes('pipe.jpg'));
});

void t.test('a file that grows while it is read is not ready', async (t) => {
  const root = t.testdir({ 'a.tif': Buffer.alloc(32 * 1024 * 1024, 1) });
  const source = await opened(root);
  const state = { reading: true };
  const picture = pictureOf(source, 'a.tif').finally(() => (state.reading = false));
  const refused = rejects(t, picture, TransientError, 'PICTURE_NOT_READY');
  while (state.reading) await appendFile(join(root, 'a.tif'), 'more');
  await refused;
});

void t.test('a file that vanished is gone', async (t) => {
  const root = t.testdir({ sub: { 'a.jpg': 'x' }, 'b.jpg': 'x' });
  const source = await opened(root);
  const photo = await source.look(keyOf('sub/a.jpg'));
  if (photo === null) throw new Error('the photo is not found');
  await rm(dirname(join(root, photo.name)), { recursive: true });
  await rejects(t, source.picture(photo), TerminalError, 'PHOTO_GONE');
  t.equal(await source.look(photo.key), null);
});
