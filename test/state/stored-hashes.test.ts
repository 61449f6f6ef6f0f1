/* More photos than one page of hashes holds. */
import t from 'tap';
import type { CopyId, Fingerprint, PhotoId, Revision } from '../../src/model.js';
import { madePhoto, onServer } from '../support/made-photo.js';
import { seededRandom } from '../support/seeded-random.js';
import { tempState } from '../support/temp-state.js';

const count = 4500;
const random = seededRandom(3);
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.whole(0, 255));

function madeFingerprint(algorithm: string): Fingerprint {
  const pixels = bytes(40);
  return {
    algorithm,
    phash: bytes(8),
    detail: bytes(32),
    quality: random.whole(0, 100),
    isPaper: false,
    shown: 1,
    laterFrames: null,
    pixels,
    aspect: 1,
  };
}

void t.test('the hashes of thousands of photos come back, whatever else goes on meanwhile', async (t) => {
  const { photos, copies } = (await tempState(t)).state();
  const revision = 'r1' as Revision;
  const looks = new Map<PhotoId, Fingerprint>();
  const views = new Map<CopyId, Uint8Array>();
  photos.observe(Array.from({ length: count }, (_, n) => madePhoto(onServer(String(n)), { revision })));
  for (let n = 0; n < count; n++) {
    const id = photos.get(onServer(String(n)))?.id ?? (0 as PhotoId);
    const fingerprint = madeFingerprint(n % 50 === 0 ? 'other' : 'mine');
    photos.examined({ id, revision, facts: {}, fingerprint }, []);
    if (fingerprint.algorithm === 'mine') looks.set(id, fingerprint);
    if (n % 3 > 0) {
      const copy = copies.copyOf(id) ?? (0 as CopyId);
      views.set(copy, bytes(32 * (n % 4)));
      copies.proved(copy, {
        views: views.get(copy) ?? bytes(0),
        partKeys: bytes(16),
        reach: null,
        proofs: [],
      });
    }
  }

  const seen: PhotoId[] = [];
  for (const { id, phash, detail, quality } of photos.fingerprints('mine')) {
    const known = looks.get(id);
    // A reader breathes, and memory is freed meanwhile.
    if (id % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (
      quality !== known?.quality ||
      Buffer.compare(phash, known.phash) !== 0 ||
      Buffer.compare(detail, known.detail) !== 0
    )
      t.fail(`photo ${id}`);
    seen.push(id);
  }
  t.same(seen, [...looks.keys()]);

  const viewed: CopyId[] = [];
  for (const one of copies.views()) {
    if (Buffer.compare(one.views, views.get(one.id) ?? bytes(1)) !== 0) t.fail(`views of copy ${one.id}`);
    viewed.push(one.id);
  }
  t.same(viewed, [...views.keys()]);
});

void t.test('photos of another algorithm are told, and read again', async (t) => {
  const { photos } = (await tempState(t)).state();
  const revision = 'r1' as Revision;
  const key = onServer('one');
  photos.observe([madePhoto(key, { revision })]);
  const id = photos.get(key)?.id ?? (0 as PhotoId);
  photos.examined({ id, revision, facts: {}, fingerprint: madeFingerprint('b') }, []);
  t.equal(photos.outdate('b'), 0);
  t.equal(photos.get(key)?.fingerprint, 'done');
  for (const other of ['a', 'c']) {
    t.equal(photos.outdate(other), 1, other);
    t.equal(photos.get(key)?.fingerprint, 'wanted');
    photos.examined({ id, revision, facts: {}, fingerprint: madeFingerprint('b') }, []);
  }
});
