import t from 'tap';
import { TransientError } from '../../src/errors.js';
import type { PhotoId, PhotoKey, SourceName } from '../../src/model.js';
import { readAlbums, type AlbumLister } from '../../src/pipeline/album-reader.js';
import type { AlbumRef } from '../../src/target-ports.js';
import { madePhoto, onServer } from '../support/made-photo.js';
import { tempState } from '../support/temp-state.js';

const home = 'home' as SourceName;
const none = (): ReadonlySet<string> => new Set();

/** An account with albums that a test may change. */
class Albums implements AlbumLister {
  readonly source: SourceName;
  readonly members = new Map<string, { version: string; keys: PhotoKey[] }>();
  memberReads = 0;
  broken: string | undefined;

  constructor(source: SourceName = home) {
    this.source = source;
  }

  albums(): Promise<AlbumRef[]> {
    return Promise.resolve(
      [...this.members].map(([id, { version, keys }]) => ({
        id,
        version,
        name: id,
        description: '',
        owned: true,
        editable: true,
        shared: false,
        assetCount: keys.length,
      })),
    );
  }

  albumMembers(id: string): Promise<PhotoKey[]> {
    if (id === this.broken) return Promise.reject(new TransientError('IMMICH_UNREACHABLE', 'away'));
    this.memberReads++;
    return Promise.resolve(this.members.get(id)?.keys ?? []);
  }
}

void t.test('photos know how many albums they lie in', async (t) => {
  const { photos, albums } = (await tempState(t)).state();
  const [a, b, c] = [onServer('a'), onServer('b'), onServer('c')];
  photos.observe([a, b, c].map((key) => madePhoto(key)));
  const server = new Albums();
  const counts = (): (number | undefined)[] => [a, b, c].map((key) => photos.get(key)?.albumCount);
  const read = (ours = none): Promise<void> => readAlbums(server, albums, ours);

  server.members.set('holiday', { version: '1', keys: [a, b] });
  server.members.set('best', { version: '1', keys: [a] });
  await read();
  t.same(counts(), [2, 1, 0]);
  t.equal(server.memberReads, 2);

  await read();
  t.equal(server.memberReads, 2, 'no album moved: nothing is read');

  server.members.set('holiday', { version: '2', keys: [b, c] });
  await read();
  t.same(counts(), [1, 1, 1]);
  t.equal(server.memberReads, 3);

  server.members.delete('best');
  await read();
  t.same(counts(), [0, 1, 1]);
  t.same([...albums.versions(home).keys()], ['holiday']);
});

void t.test('our own albums do not count, nor what became ours later', async (t) => {
  const { photos, albums } = (await tempState(t)).state();
  const a = onServer('a');
  photos.observe([madePhoto(a)]);
  const server = new Albums();
  server.members.set('Similar-0001', { version: '1', keys: [a] });
  await readAlbums(server, albums, () => new Set(['Similar-0001']));
  t.equal(photos.get(a)?.albumCount, 0);
  await readAlbums(server, albums, none);
  t.equal(photos.get(a)?.albumCount, 1);
  await readAlbums(server, albums, () => new Set(['Similar-0001']));
  t.equal(photos.get(a)?.albumCount, 0);
});

void t.test('an album that cannot be read keeps what was known, and is read the next time', async (t) => {
  const { photos, albums } = (await tempState(t)).state();
  const [a, b] = [onServer('a'), onServer('b')];
  photos.observe([madePhoto(a), madePhoto(b)]);
  const server = new Albums();
  server.members.set('holiday', { version: '1', keys: [a] });
  await readAlbums(server, albums, none);
  server.members.set('holiday', { version: '2', keys: [a, b] });
  server.broken = 'holiday';
  await t.rejects(readAlbums(server, albums, none), { code: 'IMMICH_UNREACHABLE' });
  t.equal(photos.get(a)?.albumCount, 1);
  t.equal(photos.get(b)?.albumCount, 0);
  server.broken = undefined;
  await readAlbums(server, albums, none);
  t.equal(photos.get(b)?.albumCount, 1);
});

void t.test('entering and leaving an album asks for regrouping', async (t) => {
  const { photos, groups, albums } = (await tempState(t)).state();
  const a = onServer('a');
  photos.observe([madePhoto(a), madePhoto(onServer('b'))]);
  const id = photos.get(a)?.id;
  const dirty = (): PhotoId[] => groups.dirty().map(({ id: one }) => one);
  const server = new Albums();
  groups.regroup(dirty(), [], new Set());
  server.members.set('holiday', { version: '1', keys: [a] });
  await readAlbums(server, albums, none);
  t.same(dirty(), [id]);
  groups.regroup(dirty(), [], new Set());
  server.members.clear();
  await readAlbums(server, albums, none);
  t.same(dirty(), [id]);
});

void t.test('of an album that two accounts share, the photos of both count', async (t) => {
  const { photos, albums } = (await tempState(t)).state();
  const [annas, bens] = [onServer('a'), onServer('b')];
  photos.observe([madePhoto(annas), madePhoto(bens)]);
  const [anna, ben] = [new Albums(), new Albums('ben' as SourceName)];
  const counts = (): (number | undefined)[] => [annas, bens].map((key) => photos.get(key)?.albumCount);
  anna.members.set('trip', { version: '1', keys: [annas] });
  ben.members.set('trip', { version: '1', keys: [bens] });
  for (const account of [anna, ben]) await readAlbums(account, albums, none);
  t.same(counts(), [1, 1]);
  ben.members.delete('trip');
  await readAlbums(ben, albums, none);
  t.same(counts(), [1, 0], 'one who leaves takes the own photos along');
});
