import t, { type Test } from 'tap';
import { TerminalError, TransientError } from '../../src/errors.js';
import type { Photo, PhotoKey } from '../../src/model.js';
import { createFingerprinter } from '../../src/pipeline/fingerprint/fingerprint.js';
import type { ListingPage, PhotoSource } from '../../src/ports.js';
import { drawScene } from './pictures.js';

/** A source with nothing in it yet, and hands to change what is behind it. */
export interface SourceUnderTest {
  readonly source: PhotoSource;
  /** Puts a picture there and waits until the source can show it. */
  readonly add: (name: string, bytes: Buffer) => Promise<PhotoKey>;
  /** Puts other content in its place; left out where photos cannot change. */
  readonly replace?: (key: PhotoKey, bytes: Buffer) => Promise<void>;
  readonly remove: (key: PhotoKey) => Promise<void>;
  /** A key of this source behind which there never was a photo. */
  readonly unknownKey: PhotoKey;
}

/** All pages of a listing. */
export async function pagesOf(listing: AsyncIterable<ListingPage>): Promise<ListingPage[]> {
  const pages: ListingPage[] = [];
  for await (const page of listing) pages.push(page);
  return pages;
}

/** All photos of a source. */
export async function listed(source: PhotoSource): Promise<Photo[]> {
  return (await pagesOf(source.list())).flatMap((page) => page.photos);
}

/** The photo behind a key that must be there. */
async function found(source: PhotoSource, key: PhotoKey): Promise<Photo> {
  const photo = await source.look(key);
  if (photo === null) throw new Error(`${key} is not found`);
  return photo;
}

/** What the work is rejected with; undefined when it is not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** What every `PhotoSource` promises, whatever is behind it. `make` is called once per test; clean up in `t.teardown`. */
export function testPhotoSource(make: (t: Test) => Promise<SourceUnderTest>): void {
  const names = ['one.jpg', 'two.jpg', 'three.jpg'];

  void t.test('an empty source lists nothing, and says when', async (t) => {
    const { source } = await make(t);
    await source.open();
    const pages = await pagesOf(source.list());
    t.ok(pages.length >= 1);
    t.same(
      pages.flatMap((page) => page.photos),
      [],
    );
    t.equal(new Set(pages.map((page) => page.startedAt)).size, 1);
  });

  void t.test('a listing shows every photo once, as look does', async (t) => {
    const { source, add } = await make(t);
    await source.open();
    const keys: PhotoKey[] = [];
    for (const [seed, name] of names.entries()) keys.push(await add(name, await drawScene(seed)));
    const photos = await listed(source);
    t.same(photos.map((photo) => photo.key).sort(), [...keys].sort());
    for (const photo of photos) {
      t.equal(photo.source, source.name);
      t.equal(photo.presence, 'present');
      t.equal(photo.media, 'image');
      t.ok(names.some((name) => photo.name.endsWith(name)));
      t.same(await source.look(photo.key), photo);
    }
  });

  void t.test('opening again changes nothing', async (t) => {
    const { source, add } = await make(t);
    await source.open();
    const key = await add('one.jpg', await drawScene(1));
    await source.open();
    t.same(
      (await listed(source)).map((photo) => photo.key),
      [key],
    );
  });

  void t.test('changes since never are all photos', async (t) => {
    const { source, add } = await make(t);
    await source.open();
    const key = await add('one.jpg', await drawScene(1));
    const pages = await pagesOf(source.changes(null));
    t.ok(pages.some((page) => page.photos.some((photo) => photo.key === key)));
  });

  void t.test('count is null or what a listing gives', async (t) => {
    const { source, add } = await make(t);
    await source.open();
    for (const [seed, name] of names.entries()) await add(name, await drawScene(seed));
    t.ok([null, names.length].includes(await source.count()));
  });

  void t.test('the revision stays while the content does, and moves with it', async (t) => {
    const { source, add, replace } = await make(t);
    await source.open();
    const key = await add('one.jpg', await drawScene(1));
    const [before] = await listed(source);
    const [again] = await listed(source);
    t.equal(again?.revision, before?.revision);
    if (replace === undefined) return;
    await replace(key, await drawScene(2, { width: 640, height: 480 }));
    const [after] = await listed(source);
    t.equal(after?.key, key);
    t.not(after?.revision, before?.revision);
    t.equal((await source.look(key))?.revision, after?.revision);
  });

  void t.test('a picture can be fingerprinted', async (t) => {
    const { source, add } = await make(t);
    await source.open();
    const key = await add('one.jpg', await drawScene(1));
    const { bytes } = await source.picture(await found(source, key));
    const fingerprint = await (await createFingerprinter()).fingerprint(bytes);
    t.equal(fingerprint.phash.length, 8);
    t.ok(fingerprint.quality > 50);
  });

  void t.test('a key without a photo is null, no error', async (t) => {
    const { source, add, unknownKey } = await make(t);
    await source.open();
    await add('one.jpg', await drawScene(1));
    t.equal(await source.look(unknownKey), null);
  });

  void t.test('a photo that is removed leaves the others, and its picture is an error', async (t) => {
    const { source, add, remove } = await make(t);
    await source.open();
    const gone = await add('one.jpg', await drawScene(1));
    const stays = await add('two.jpg', await drawScene(2));
    const photo = await found(source, gone);
    await remove(gone);
    t.equal(await source.look(gone), null);
    const present = (await listed(source)).filter(({ presence }) => presence === 'present');
    t.same(
      present.map(({ key }) => key),
      [stays],
    );
    const failure = await failureOf(source.picture(photo));
    t.ok(failure instanceof TerminalError || failure instanceof TransientError);
  });

  void t.test('an aborted listing ends', async (t) => {
    const { source, add } = await make(t);
    await source.open();
    await add('one.jpg', await drawScene(1));
    const failure = await failureOf(pagesOf(source.list(AbortSignal.abort())));
    t.ok(failure instanceof Error);
  });
}
