/*
 * Hashes of all photos, read a page at a time as one text: an object for each row would take most of the time of a start. No
 * statement is left open while somebody works on what was read: one that nobody holds any more may be freed under its reader.
 */
import type { CopyId, PhotoId } from '../model.js';
import type { StoredLooks } from '../store-ports.js';
import type { Db } from './sqlite.js';

const pageSize = 4000;
/** Bytes of a photo's id, and of one hash after the other. */
const idBytes = 5;
const phashBytes = 8;
const detailBytes = 32;
const looksBytes = idBytes + 1 + phashBytes + detailBytes;

/** Fingerprints of one algorithm, in the order of the photos' ids. The arrays share memory: copy what is to be kept. */
export function* readLooks(db: Db, algorithm: string): Iterable<StoredLooks> {
  const pages = readPages(
    db,
    `SELECT id, printf('%010x%02x', id, quality) || hex(phash) || hex(detail) AS text FROM photos
     WHERE algorithm = ? AND phash IS NOT NULL AND id > ? ORDER BY id LIMIT ${pageSize}`,
    [algorithm],
  );
  for (const page of pages)
    for (let at = 0; at < page.length; at += looksBytes) {
      const hashes = at + idBytes + 1;
      yield {
        id: page.readUIntBE(at, idBytes) as PhotoId,
        quality: page[at + idBytes] ?? 0,
        phash: page.subarray(hashes, hashes + phashBytes),
        detail: page.subarray(hashes + phashBytes, hashes + phashBytes + detailBytes),
      };
    }
}

/** Details of the views of every grey copy that was compared, likewise. */
export function* readViews(db: Db): Iterable<{ readonly id: CopyId; readonly views: Uint8Array }> {
  const pages = readPages(
    db,
    `SELECT id, printf('%010x%02x', id, length(views) / ${detailBytes}) || hex(views) AS text FROM copies
     WHERE views IS NOT NULL AND id > ? ORDER BY id LIMIT ${pageSize}`,
    [],
  );
  for (const page of pages)
    for (let at = 0; at < page.length;) {
      const id = page.readUIntBE(at, idBytes) as CopyId;
      const from = at + idBytes + 1;
      at = from + (page[from - 1] ?? 0) * detailBytes;
      yield { id, views: page.subarray(from, at) };
    }
}

/** The texts (hexadecimal) of the rows of `sql`, page by page; its last parameter is the id to go on after. */
function* readPages(db: Db, sql: string, values: readonly string[]): Iterable<Buffer> {
  const page = db.prepare(`SELECT max(id) AS last, group_concat(text, '') AS text FROM (${sql})`);
  for (let after = -1; ;) {
    const { last, text } = page.get(...values, after) as { last: number | null; text: string };
    if (last === null) return;
    after = last;
    yield Buffer.from(text, 'hex');
  }
}
