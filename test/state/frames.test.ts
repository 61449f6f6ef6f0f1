/* What an index of before frames were counted becomes. */
import t from 'tap';
import type { PhotoId } from '../../src/model.js';
import { indexMigrations } from '../../src/state/index-schema.js';
import { migrate, openDb } from '../../src/state/sqlite.js';
import { SqlitePhotoStore } from '../../src/state/photo-store.js';

const before = indexMigrations.findIndex((sql) => sql.includes('later_frames'));

void t.test('an older index reads local files again that may hold several frames, and only those', (t) => {
  const db = openDb(':memory:');
  t.teardown(() => db.close());
  migrate(db, indexMigrations.slice(0, before), 'index.db');
  const insert = db.prepare(
    `INSERT INTO photos (key, source, realm, revision, media, presence, writable, name, format, has_location, favorite,
     created_at, updated_at, facts, looks) VALUES (?, 'x', ?, '', ?, 'present', 0, ?, 'other', 0, 0, 0, 0, x'', 'done')`,
  );
  const names = ['a.jpg', 'b.GIF', 'c.tiff', 'd.webp', 'e.mp4'];
  for (const realm of ['local', 'immich:home:anna'])
    for (const name of names)
      insert.run(`${realm} ${name}`, realm, name === 'e.mp4' ? 'video' : 'image', name);
  migrate(db, indexMigrations, 'index.db');
  const photos = new SqlitePhotoStore(db);
  const known = Array.from({ length: 2 * names.length }, (_, n) => photos.byId((n + 1) as PhotoId));
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
