import type { PhotoId, Revision, SourceName } from '../../src/model.js';
import { systemClock } from '../../src/clock.js';
import { silentLog } from '../../src/logger.js';
import { createFingerprinter } from '../../src/pipeline/fingerprint/fingerprint.js';
import { unpackCopy } from '../../src/pipeline/fingerprint/packed-copy.js';
import { sitterOf } from '../../src/pipeline/proof/pair-proof.js';
import { openState, type State } from '../../src/state/open-state.js';
import { indexFile } from '../../src/state/own-file.js';
import { openDb, transaction, type Db } from '../../src/state/sqlite.js';
import { madePhoto, onServer } from '../../test/support/made-photo.js';
import { drawScene } from '../../test/support/pictures.js';

const seeds = 500;

/**
 * Makes a state directory whose index knows so many photos, all of them compared with all others: some hundred are written by
 * the agent's own stores, then copied with other keys and random hashes. A million take a minute and 3 GB.
 */
export async function makeLibrary(dir: string, photos: number): Promise<void> {
  const state = await openState({ dir, command: 'bench', clock: systemClock, log: silentLog });
  await writeSeeds(state);
  state.close();
  const db = openDb(`${dir}/${indexFile.name}`);
  for (let shift = seeds, n = 1; shift < photos; shift += seeds, n++)
    transaction(db, () => {
      copyRows(db, 'photos', { id: `id + ${shift}`, key: `key || '-${n}'`, dirty: '0' });
      copyRows(db, 'copies', { id: `id + ${shift}` });
      copyRows(db, 'photo_copies', { photo: `photo + ${shift}`, copy: `copy + ${shift}` });
      copyRows(db, 'part_keys', { copy: `copy + ${shift}` });
    });
  db.exec('UPDATE photos SET dirty = 0 WHERE dirty > 0');
  db.close();
  const again = await openState({ dir, command: 'bench', clock: systemClock, log: silentLog });
  again.close();
}

async function writeSeeds({ photos, copies }: State): Promise<void> {
  const fingerprinter = await createFingerprinter();
  const revision = 'r1' as Revision;
  for (let seed = 0; seed < seeds; seed++) {
    const key = onServer(`${String(seed).padStart(8, '0')}-0000-4000-8000-000000000000`);
    photos.observe([madePhoto(key, { source: 'immich' as SourceName, name: `IMG_${seed}.jpg`, revision })]);
    const id = photos.get(key)?.id ?? (0 as PhotoId);
    const fingerprint = await fingerprinter.fingerprint(await drawScene(seed, { width: 384, height: 256 }));
    photos.examined({ id, revision, facts: {}, fingerprint }, []);
    const { views, partKeys } = sitterOf({
      pixels: unpackCopy(fingerprint.pixels),
      aspect: fingerprint.aspect,
    });
    const details = Buffer.concat(views.map(({ detail }) => detail));
    const copy = copies.copyOf(id);
    if (copy === null) throw new Error('no copy');
    copies.proved(copy, {
      views: details,
      partKeys: new Uint8Array(partKeys.buffer),
      reach: null,
      proofs: [],
    });
  }
}

/** Blobs that are hashes are drawn anew; what else is not named stays as it is. */
function copyRows(db: Db, table: string, named: Readonly<Record<string, string>>): void {
  const random = new Set(['sha1', 'phash', 'detail', 'views', 'keys']);
  const columns = (db.prepare(`PRAGMA table_info(${table})`).all() as { name: string }[]).map(
    ({ name }) => name,
  );
  const values = columns.map(
    (name) => named[name] ?? (random.has(name) ? `randomblob(length(${name}))` : name),
  );
  const [first = 'id'] = columns;
  db.exec(`INSERT INTO ${table} SELECT ${values.join()} FROM ${table} WHERE ${first} <= ${seeds}`);
}
