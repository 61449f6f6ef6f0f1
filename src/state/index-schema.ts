/** Steps that build `index.db`; never edited once released, only added to. */
export const indexMigrations: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE photos (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    realm TEXT NOT NULL,
    revision TEXT NOT NULL,
    media TEXT NOT NULL,
    presence TEXT NOT NULL,
    writable INTEGER NOT NULL,
    name TEXT NOT NULL,
    library TEXT,
    sha1 BLOB,
    thumb_hash BLOB,
    width INTEGER,
    height INTEGER,
    byte_size INTEGER,
    format TEXT NOT NULL,
    taken_at INTEGER,
    camera TEXT,
    exposure TEXT,
    has_location INTEGER NOT NULL,
    favorite INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    file_id TEXT,
    facts BLOB NOT NULL,
    pass INTEGER NOT NULL DEFAULT 0,
    dirty INTEGER NOT NULL DEFAULT 1,
    crowded INTEGER NOT NULL DEFAULT 0,
    looks TEXT NOT NULL,
    failure TEXT,
    algorithm TEXT,
    phash BLOB,
    detail BLOB,
    quality INTEGER,
    paper INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE copies (
    photo INTEGER PRIMARY KEY,
    aspect REAL NOT NULL,
    pixels BLOB NOT NULL,
    views BLOB,
    part_keys BLOB
  );
  CREATE INDEX copies_unproven ON copies (photo) WHERE views IS NULL;
  CREATE TABLE proofs (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    agreement REAL NOT NULL,
    in_place INTEGER NOT NULL,
    PRIMARY KEY (a, b)
  ) WITHOUT ROWID;
  CREATE INDEX proofs_back ON proofs (b);
  CREATE INDEX photos_by_bytes ON photos (sha1) WHERE sha1 IS NOT NULL;
  CREATE INDEX photos_dirty ON photos (id) WHERE dirty > 0;
  CREATE INDEX photos_wanted ON photos (source) WHERE looks = 'wanted';
  CREATE INDEX photos_by_source ON photos (presence, source, looks);
  CREATE TABLE members (
    photo INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    place INTEGER NOT NULL,
    role TEXT NOT NULL,
    kept_as TEXT,
    evidence TEXT,
    score REAL,
    phash_bits INTEGER,
    detail_bits INTEGER,
    agreement REAL
  );
  CREATE INDEX members_of ON members (number, place);
  CREATE TABLE albums (
    source TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL,
    PRIMARY KEY (source, id)
  ) WITHOUT ROWID;
  CREATE TABLE album_photos (
    photo_key TEXT NOT NULL, album TEXT NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (photo_key, album)
  ) WITHOUT ROWID;
  CREATE INDEX album_photos_of ON album_photos (album);
  `,
  // Everything that a start reads, without the rows themselves: 250 MB instead of 3 GB for a million photos.
  `
  CREATE INDEX photos_looks ON photos (algorithm, id, phash, detail, quality) WHERE phash IS NOT NULL;
  CREATE INDEX copies_views ON copies (photo, views) WHERE views IS NOT NULL;
  `,
  `
  ALTER TABLE photos ADD COLUMN hearted INTEGER;
  ALTER TABLE photos ADD COLUMN duplicate_id TEXT;
  `,
  // All of them are read for each new photo, the copies beside them are nearly three times as long.
  `
  CREATE TABLE part_keys (photo INTEGER PRIMARY KEY, keys BLOB NOT NULL);
  INSERT INTO part_keys SELECT photo, part_keys FROM copies WHERE part_keys IS NOT NULL ORDER BY photo;
  ALTER TABLE copies DROP COLUMN part_keys;
  `,
  // Of an album that two accounts share only the photos of one had been kept: albums are read once more.
  `
  UPDATE photos SET dirty = 1 WHERE key IN (SELECT photo_key FROM album_photos);
  DELETE FROM album_photos;
  DELETE FROM albums;
  `,
  // Videos are few: what is asked of them is answered by an index of their own.
  `
  ALTER TABLE photos ADD COLUMN duration INTEGER;
  CREATE INDEX photos_videos ON photos (byte_size, presence, duration) WHERE media = 'video';
  `,
  // Marks are read anew as a whole: until the next listing none of them is known.
  `
  ALTER TABLE photos ADD COLUMN rating INTEGER;
  ALTER TABLE photos ADD COLUMN description TEXT;
  ALTER TABLE photos ADD COLUMN latitude REAL;
  ALTER TABLE photos ADD COLUMN longitude REAL;
  UPDATE photos SET hearted = NULL;
  CREATE TABLE photo_tags (photo_key TEXT PRIMARY KEY, updated_at INTEGER NOT NULL, tags TEXT NOT NULL) WITHOUT ROWID;
  `,
  `
  ALTER TABLE photos ADD COLUMN preference INTEGER NOT NULL DEFAULT 0;
  `,
  `
  ALTER TABLE photos ADD COLUMN shown REAL NOT NULL DEFAULT 1;
  `,
  // Of what may hold several frames nobody had asked how many: local files are read again, listings tell anew. So are files that
  // could not be decoded: their bytes had not been compared.
  `
  ALTER TABLE photos ADD COLUMN frames INTEGER;
  ALTER TABLE photos ADD COLUMN later_frames BLOB;
  UPDATE photos SET frames = 1 WHERE media = 'image';
  UPDATE photos SET frames = NULL WHERE name LIKE '%.gif' OR name LIKE '%.tif' OR name LIKE '%.tiff';
  UPDATE photos SET looks = 'wanted' WHERE realm = 'local' AND looks = 'failed';
  UPDATE photos SET frames = NULL, looks = iif(looks = 'done', 'wanted', looks) WHERE realm = 'local' AND media = 'image'
    AND (frames IS NULL OR name LIKE '%.webp' OR name LIKE '%.png' OR name LIKE '%.avif');
  `,
  // Photos of the same bytes that look the same share one copy, which is compared once.
  `
  UPDATE photos SET dirty = max(dirty, 1) WHERE id IN (SELECT a FROM proofs UNION SELECT b FROM proofs);
  DELETE FROM proofs;
  DELETE FROM part_keys;
  DELETE FROM meta WHERE name = 'proofs';
  ALTER TABLE copies RENAME COLUMN photo TO id;
  ALTER TABLE part_keys RENAME COLUMN photo TO copy;
  ALTER TABLE part_keys ADD COLUMN reach REAL;
  CREATE TABLE photo_copies (photo INTEGER PRIMARY KEY, copy INTEGER NOT NULL);
  INSERT INTO photo_copies SELECT id, id FROM copies;
  UPDATE photo_copies SET copy = first FROM (
    SELECT c.id AS twin, min(c.id) OVER (PARTITION BY p.sha1, c.aspect, c.pixels) AS first
    FROM photos p JOIN copies c ON c.id = p.id
    WHERE p.sha1 IN (SELECT sha1 FROM photos WHERE sha1 IS NOT NULL GROUP BY sha1 HAVING count(*) > 1)
  ) WHERE photo = twin AND copy <> first;
  CREATE INDEX photo_copies_back ON photo_copies (copy);
  INSERT OR REPLACE INTO meta SELECT 'copies', coalesce(max(id), 0) FROM copies;
  DELETE FROM copies WHERE id NOT IN (SELECT copy FROM photo_copies);
  CREATE TABLE copy_bytes (sha1 BLOB NOT NULL, copy INTEGER NOT NULL, PRIMARY KEY (sha1, copy)) WITHOUT ROWID;
  INSERT INTO copy_bytes SELECT p.sha1, c.id FROM copies c JOIN photos p ON p.id = c.id WHERE p.sha1 IS NOT NULL;
  CREATE INDEX copy_bytes_back ON copy_bytes (copy);
  CREATE INDEX photos_clean_by_bytes ON photos (sha1) WHERE sha1 IS NOT NULL AND dirty = 0;
  `,
  // Of local files a ThumbHash was made only while photos of a server waited: those without one are read again.
  `
  UPDATE photos SET looks = 'wanted' WHERE realm = 'local' AND media = 'image' AND thumb_hash IS NULL AND looks = 'done';
  `,
];
