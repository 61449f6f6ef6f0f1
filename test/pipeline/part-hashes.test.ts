import t from 'tap';
import { partFramesOf, wholeFrame } from '../../src/pipeline/proof/frames.js';
import { copySide, halved } from '../../src/pipeline/fingerprint/grey-copy.js';
import { detailOf } from '../../src/pipeline/fingerprint/hashes.js';
import { partDetailOf, partKeysOf } from '../../src/pipeline/proof/part-hashes.js';
import { bitsApart } from '../support/bits.js';
import { cropOf, flatPicture, greyCopyOf } from '../support/grey-copies.js';
import { drawScene } from '../support/pictures.js';

const scene = await drawScene(5);
const copy = await greyCopyOf(scene);

/** The n-th of the keys as 8 bytes. */
function keyBytes(keys: Uint32Array, n: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setUint32(0, keys[2 * n] ?? 0);
  bytes.setUint32(4, keys[2 * n + 1] ?? 0);
  return new Uint8Array(bytes.buffer);
}

void t.test('the key of a part is the beginning of its detail hash, but for a few bits', (t) => {
  const keys = partKeysOf(copy);
  const frames = partFramesOf(copy.aspect);
  t.equal(keys.length, frames.length * 2);
  const apart = frames.map((frame, n) => {
    const detail = partDetailOf(copy, frame);
    return detail === null ? 64 : bitsApart(keyBytes(keys, n), detail.subarray(0, 8));
  });
  t.ok(Math.max(...apart) <= 8, apart.join(' '));
  t.end();
});

void t.test('the whole as a part has the detail hash of the picture', (t) => {
  t.same(partDetailOf(copy, wholeFrame), detailOf(halved(copy.pixels, copySide)));
  t.end();
});

void t.test('a crop has the key of the part that it shows', async (t) => {
  const crop = await greyCopyOf(await cropOf(scene, [0.1, 0, 0.9, 0.8]));
  const detail = partDetailOf(crop, wholeFrame) ?? new Uint8Array(32);
  const keys = partKeysOf(copy);
  const apart = partFramesOf(copy.aspect).map((_, n) => bitsApart(keyBytes(keys, n), detail.subarray(0, 8)));
  t.ok(Math.min(...apart) <= 4, String(Math.min(...apart)));
});

void t.test('a part with too little detail has no hash', async (t) => {
  t.equal(partDetailOf(await greyCopyOf(await flatPicture(90)), wholeFrame), null);
});
