/* What an index of earlier versions becomes. */
import t, { type Test } from 'tap';
import type { PhotoId } from '../../src/model.js';
import { indexMigrations } from '../../src/state/index-schema.js';
import { migrate, openDb } from '../../src/state/sqlite.js';
import { SqlitePhotoStore } from '../../src/state/photo-store.js';

interface OldPhoto {
  readonly realm: 'local' | 'immich:home:anna';
  readonly name: string;
  readonly thumbHash: Uint8Array | null;
}

/** Photos of an index as it was before the step that has `word` in it, brought to this version; all had been looked at. */
function upgraded(t: Test, word: string, old: readonly OldPhoto[]): SqlitePhotoStore {
  const db = openDb(':memory:');
  t.teardown(() => db.close());
  const before = indexMigrations.findIndex((sql) => sql.includes(word));
  migrate(db, indexMigrations.slice(0, before), 'index.db');
  const insert = db.prepare(
    `INSERT INTO photos (key, source, realm, revision, media, presence, writable, name, format, has_location, favorite,
     created_at, updated_at, facts, looks, thumb_hash) VALUES (?, 'x', ?, '', ?, 'present', 0, ?, 'other', 0, 0, 0, 0, x'', 'done', ?)`,
  );
  for (const { realm, name, thumbHash } of old)
    insert.run(`${realm} ${name}`, realm, name.endsWith('.mp4') ? 'video' : 'image', name, thumbHash);
  migrate(db, indexMigrations, 'index.db');
  return new SqlitePhotoStore(db);
}

const both = ['local', 'immich:home:anna'] as const;

void t.test('local files are read again that may hold several frames, and only those', (t) => {
  const names = ['a.jpg', 'b.GIF', 'c.tiff', 'd.webp', 'e.mp4'];
  const old = both.flatMap((realm) => names.map((name) => ({ realm, name, thumbHash: Uint8Array.of(1) })));
  const photos = upgraded(t, 'later_frames', old);
  const known = old.map((_, n) => photos.byId((n + 1) as PhotoId));
  t.same(
    known.map((photo) => photo?.frames),
    [1, null, null, null, null, 1, null, null, 1, null],
  );
  t.same(
    known.map((photo) => photo?.fingerprint === 'wanted'),
    [false, true, true, true, false, false, false, false, false, false],
  );
  t.end();
});

void t.test('local pictures without a ThumbHash are read again, so that their colours count', (t) => {
  const old = both.flatMap((realm) => [
    { realm, name: 'a.jpg', thumbHash: null },
    { realm, name: 'b.jpg', thumbHash: Uint8Array.of(1) },
    { realm, name: 'c.mp4', thumbHash: null },
  ]);
  const photos = upgraded(t, 'thumb_hash IS NULL', old);
  t.same(
    old.map((_, n) => photos.byId((n + 1) as PhotoId)?.fingerprint === 'wanted'),
    [true, false, false, false, false, false],
  );
  t.end();
});
