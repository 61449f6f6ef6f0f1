import fc from 'fast-check';
import t from 'tap';
import type { PhotoId } from '../../../src/model.js';
import { createPace } from '../../../src/pace.js';
import { orientations } from '../../../src/pipeline/fingerprint/hashes.js';
import { turnedThumb, type ThumbLuma } from '../../../src/pipeline/thumb/thumb-hash.js';
import { ThumbIndex } from '../../../src/pipeline/thumb/thumb-index.js';
import { compareThumbs, isNear } from '../../../src/pipeline/thumb/thumb-likeness.js';
import { forestOf } from '../../../src/pipeline/thumb/thumb-snapshot.js';
import { anyThumb, madeLibrary, thumbBytes, thumbOf } from '../../support/thumbs.js';

const idOf = (n: number): PhotoId => n as PhotoId;
const open = { atLeast: 0.97, most: 1000 };

type Library = ReadonlyMap<PhotoId, ThumbLuma>;

/** The cosine in the best orientation in which the two are near; null when there is none. */
function nearest(a: ThumbLuma, b: ThumbLuma, atLeast: number): number | null {
  const all = orientations.flatMap((orientation) => {
    const likeness = compareThumbs(a, turnedThumb(b, orientation));
    return likeness !== null && isNear(likeness, atLeast) ? [likeness.cosine] : [];
  });
  return all.length === 0 ? null : Math.max(...all);
}

/** What the index must answer, from a plain list: nearest first. */
function exhaustive(library: Library, thumb: ThumbLuma, self: PhotoId | null, bounds: typeof open): string[] {
  return [...library]
    .filter(([id]) => id !== self)
    .flatMap(([id, other]) => {
      const cosine = nearest(thumb, other, bounds.atLeast);
      return cosine === null ? [] : [{ id, cosine }];
    })
    .sort((a, b) => b.cosine - a.cosine || a.id - b.id)
    .slice(0, bounds.most)
    .map((near) => JSON.stringify(near));
}

const found = (index: ThumbIndex, id: PhotoId, bounds: typeof open): string[] =>
  index.candidatesOf(id, bounds).map((near) => JSON.stringify(near));

const thumbs = fc.array(anyThumb, { minLength: 2, maxLength: 60 });
const bounds = fc.record({
  atLeast: fc.constantFrom(0.9, 0.95, 0.97, 0.99, 1),
  most: fc.constantFrom(1, 2, 5, 1000),
});
const libraryOf = (all: readonly ThumbLuma[]): Library =>
  new Map(all.map((thumb, n) => [idOf(n + 1), thumb]));
const indexOf = (library: Iterable<readonly [PhotoId, ThumbLuma]>): ThumbIndex => {
  const index = new ThumbIndex();
  for (const [id, thumb] of library) index.put(id, thumb);
  return index;
};

void t.test('finds what the exhaustive comparison finds, all shapes, all orientations, all bounds', (t) => {
  fc.assert(
    fc.property(thumbs, bounds, (all, bounds) => {
      const library = libraryOf(all);
      const index = indexOf(library);
      for (const [id, thumb] of library) {
        const expected = exhaustive(library, thumb, id, bounds);
        if (found(index, id, bounds).join() !== expected.join()) return false;
        const asked = index.candidates(thumb, id, bounds).map((near) => JSON.stringify(near));
        if (asked.join() !== expected.join()) return false;
      }
      return true;
    }),
    { numRuns: 150 },
  );
  t.end();
});

void t.test('A finds B exactly when B finds A', (t) => {
  fc.assert(
    fc.property(anyThumb, anyThumb, (a, b) => {
      const [there] = indexOf([[idOf(1), a]]).candidates(b, null, open);
      const [back] = indexOf([[idOf(1), b]]).candidates(a, null, open);
      return there?.cosine === back?.cosine;
    }),
    { numRuns: 1000 },
  );
  t.end();
});

void t.test('the answer does not depend on the order, nor on what came and went', (t) => {
  fc.assert(
    fc.property(thumbs, fc.array(fc.nat({ max: 59 })), (all, gone) => {
      const library = new Map(libraryOf(all));
      const index = indexOf(library);
      for (const n of gone) {
        index.remove(idOf(n + 1));
        library.delete(idOf(n + 1));
        const back = all[n];
        if (n % 3 !== 0 || back === undefined) continue;
        index.put(idOf(n + 1), turnedThumb(back, 5));
        library.set(idOf(n + 1), turnedThumb(back, 5));
      }
      const other = indexOf([...library].reverse());
      if (index.size !== library.size || other.size !== library.size) return false;
      return [...library].every(([id, thumb]) => {
        const expected = exhaustive(library, thumb, id, open).join();
        return found(index, id, open).join() === expected && found(other, id, open).join() === expected;
      });
    }),
    { numRuns: 150 },
  );
  t.end();
});

void t.test('thousands of photos, deep trees: the same as the exhaustive comparison', (t) => {
  const library = madeLibrary(3000, 5);
  const index = indexOf(library);
  let some = 0;
  for (const [id, thumb] of library) {
    if (id % 30 !== 0) continue;
    const expected = exhaustive(library, thumb, id, open);
    some += expected.length;
    t.same(found(index, id, open), expected);
  }
  t.ok(some > 10, `${some} candidates`);
  for (const id of library.keys()) if (id % 2 === 0) index.remove(id);
  const left = indexOf([...library].filter(([id]) => id % 2 !== 0));
  for (const id of library.keys()) t.same(found(index, id, open), found(left, id, open));
  t.end();
});

void t.test('a thousand photos with the same hash: each finds as many as are allowed', (t) => {
  const same = thumbOf(thumbBytes({ isLandscape: true, hasAlpha: false, short: 5 }, [15, 3, 9, 12, 6]));
  const index = indexOf(
    Array.from({ length: 1000 }, (_, n) => [idOf(n + 1), turnedThumb(same, (n % 8) as 0)]),
  );
  const ids = (id: number, most: number): number[] =>
    index.candidatesOf(idOf(id), { most }).map((near) => near.id);
  t.same(ids(500, 3), [1, 2, 3]);
  t.same(ids(2, 3), [1, 3, 4]);
  for (let n = 1; n <= 999; n++) index.remove(idOf(n));
  t.same(ids(1000, 3), []);
  for (let n = 1; n <= 20; n++) index.put(idOf(n), same);
  t.equal(index.candidatesOf(idOf(1000)).length, 16);
  t.end();
});

void t.test('a snapshot holds every photo and answers the same', async (t) => {
  const index = indexOf(madeLibrary(1500, 8));
  for (let n = 1; n < 1500; n += 3) index.remove(idOf(n));
  const snapshot = await index.snapshot(createPace());
  const ids = [...snapshot.rows.ids.subarray(0, snapshot.size)].map(idOf);
  t.equal(new Set(ids).size, index.size);
  const copy = forestOf(snapshot);
  ids.forEach((id, row) => t.same(copy.candidatesOf(row, open), index.candidatesOf(id, open)));
  t.equal((await new ThumbIndex().snapshot(createPace())).size, 0);
});

void t.test('a snapshot has room for what comes while it is made, and no more', async (t) => {
  const library = madeLibrary(400, 9);
  const index = indexOf(library);
  let next = 1000;
  const pace = (): undefined => {
    for (const thumb of [...library.values()].slice(0, 40)) index.put(idOf(next++), thumb);
  };
  const snapshot = await index.snapshot(pace);
  const ids = snapshot.rows.ids.subarray(0, snapshot.size);
  t.ok(ids.every((id) => index.has(idOf(id))));
  const copy = forestOf(snapshot);
  t.doesNotThrow(() => ids.forEach((_, row) => copy.candidatesOf(row, open)));
});

void t.test('replacing, removing twice, and asking for strangers', (t) => {
  const thumb = thumbOf(thumbBytes({ isLandscape: false, hasAlpha: false, short: 5 }, [15, 1, 4, 9]));
  const other = thumbOf(thumbBytes({ isLandscape: false, hasAlpha: false, short: 5 }, [1, 15, 2, 7, 11]));
  const index = indexOf([
    [idOf(1), thumb],
    [idOf(2), thumb],
  ]);
  index.put(idOf(2), other);
  t.same(index.candidatesOf(idOf(1)), []);
  index.remove(idOf(2));
  index.remove(idOf(2));
  t.equal(index.size, 1);
  t.same(index.candidatesOf(idOf(2)), []);
  t.same(
    index.candidates(thumb, null).map(({ id }) => id),
    [1],
  );
  t.end();
});
