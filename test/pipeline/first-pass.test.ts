import t, { type Test } from 'tap';
import type { Photo, PhotoId } from '../../src/model.js';
import type { IndexedPhoto } from '../../src/store-ports.js';
import { FirstPass } from '../../src/pipeline/first-pass.js';
import type { Near } from '../../src/pipeline/thumb/nearest.js';
import { madePhoto, onServer } from '../support/made-photo.js';

const id = (n: number): PhotoId => n as PhotoId;

const indexed = (n: number, facts: Partial<Photo>): IndexedPhoto => ({
  ...madePhoto(onServer(`${n}`), facts),
  ...{
    id: id(n),
    fingerprint: 'wanted',
    failure: null,
    isPaper: false,
    shown: 1,
    laterFrames: null,
    albumCount: 0,
  },
});

interface Library {
  readonly photos: number;
  /** Photos that were looked at already. */
  readonly done?: readonly number[];
  readonly pairs: readonly (readonly [number, number, number])[];
  /** Photos that look like another one by their pictures too. */
  readonly alike: (n: number) => boolean;
  /** What is known of a photo besides. */
  readonly shots?: (n: number) => IndexedPhoto | null;
  /** Called while all are compared; the pass itself comes as soon as it is there. */
  readonly meanwhile?: (pass: FirstPass) => void;
}

/** A pass over a library in which these pairs are near by ThumbHash. */
async function prepared({ photos, done = [], pairs, alike, ...more }: Library): Promise<FirstPass> {
  const all = Array.from({ length: photos }, (_, n) => n + 1);
  const near = new Map<number, Near[]>();
  const add = (a: number, b: number, cosine: number): void =>
    void near.set(a, [...(near.get(a) ?? []), { id: id(b), cosine }]);
  for (const [a, b, cosine] of pairs) {
    add(a, b, cosine);
    add(b, a, cosine);
  }
  const thumbHash = new Uint8Array();
  const meanwhile = (): void => more.meanwhile?.(pass);
  const pass: FirstPass = new FirstPass({
    photos: {
      thumbHashes: () => all.map((n) => ({ id: id(n), thumbHash, isWanted: !done.includes(n) })),
      byId: (n) => more.shots?.(n) ?? null,
    },
    search: async (library, tell) => {
      for await (const { id: one } of library) {
        const found = (near.get(one) ?? []).sort((a, b) => b.cosine - a.cosine);
        if (found.length > 0) tell(one, found);
      }
      meanwhile();
      return ([n = 0]) => near.get(n) ?? [];
    },
    looks: {
      likenessesOf: (a) => (alike(a) ? [{ a, b: a, phashBits: 0, detailBits: 0, orientation: 0 }] : []),
    },
  });
  await pass.prepare();
  return pass;
}

function rest(t: Test, pass: FirstPass, step = 100): number[] {
  const taken: number[] = [];
  for (let next = pass.take(step); next.length > 0; next = pass.take(step)) taken.push(...next);
  t.equal(pass.size, 0);
  t.same(pass.take(step), []);
  return taken;
}

void t.test('the nearest pairs come first, both photos of a pair together, each photo once', async (t) => {
  const pairs = [
    [2, 9, 0.98],
    [1, 5, 0.975],
    [3, 7, 0.999],
    [9, 4, 0.985],
  ] as const;
  const pass = await prepared({ photos: 10, pairs, alike: () => true });
  t.equal(pass.size, 7);
  t.same(rest(t, pass, 2), [3, 7, 4, 9, 2, 1, 5]);
});

void t.test('photos that were looked at already are not handed out, their partners are', async (t) => {
  const pairs = [
    [1, 2, 0.99],
    [3, 4, 0.98],
  ] as const;
  const pass = await prepared({ photos: 4, done: [1, 3, 4], pairs, alike: () => true });
  t.same(rest(t, pass), [2]);
});

void t.test('nothing is first where nothing is near', async (t) => {
  const pass = await prepared({ photos: 5, pairs: [], alike: () => true });
  t.equal(pass.size, 0);
  t.same(rest(t, pass), []);
});

void t.test('it ends when a tenth of the library was looked at in vain', async (t) => {
  const photos = 20_000;
  // The first 4000 are copies; nearly all others are near to one that they do not look like.
  const pairs = Array.from({ length: photos / 2 }, (_, n) => [n * 2 + 1, n * 2 + 2, 1 - n * 1e-6] as const);
  const pass = await prepared({ photos, pairs, alike: (n) => n <= 4000 || n % 11 === 0 });
  const taken = rest(t, pass);
  t.ok(taken.length > 4000 + 2000, `${taken.length}`);
  t.ok(taken.length < 4000 + 2000 * (11 / 10) + 1500, `${taken.length}`);
});

void t.test('it ends when hardly any that were near look like another', async (t) => {
  const photos = 100_000;
  const pairs = Array.from({ length: photos / 2 }, (_, n) => [n * 2 + 1, n * 2 + 2, 1 - n * 1e-6] as const);
  const pass = await prepared({ photos, pairs, alike: (n) => n <= 4000 || n % 51 === 0 });
  const taken = rest(t, pass);
  t.ok(taken.length >= 4000 + 500, `${taken.length}`);
  t.ok(taken.length < 4000 + 500 + 1500, `${taken.length}`);
});

void t.test('photos of one burst are not first for that', async (t) => {
  const shots = (n: number): IndexedPhoto =>
    indexed(n, { takenAt: 1_700_000_000_000 + (n <= 3 ? n * 1000 : 0), camera: 'Maker M1' });
  const pairs = [
    [1, 2, 0.999],
    [1, 3, 0.998],
    [3, 4, 0.975],
    [5, 6, 0.98],
  ] as const;
  // The third of the burst has a copy besides, whose time is lost.
  const pass = await prepared({
    ...{ photos: 6, pairs, alike: () => true },
    shots: (n) => (n === 4 ? indexed(n, { takenAt: null }) : shots(n)),
  });
  t.same(rest(t, pass), [5, 6, 3, 4]);
});

const localLike = (n: number): Uint8Array => Uint8Array.of(n);

void t.test('photos that look like one of a folder come before all others, each once', async (t) => {
  const pairs = [
    [1, 5, 0.999],
    [3, 7, 0.98],
  ] as const;
  const pass = await prepared({ photos: 10, pairs, alike: () => true });
  t.same(pass.take(1), [1]);
  pass.lookFor(localLike(3));
  t.equal(pass.size, 4);
  t.same(pass.take(1), [7]);
  t.same(pass.take(10), [5, 3, 7], 'the others keep their order');
  pass.lookFor(localLike(1));
  t.same(rest(t, pass), [5], 'also when all have been handed out');
});

void t.test('a folder’s photo that comes while all are compared counts too', async (t) => {
  const meanwhile = (pass: FirstPass): void => pass.lookFor(localLike(3));
  const pairs = [
    [1, 5, 0.999],
    [3, 7, 0.98],
  ] as const;
  const pass = await prepared({ photos: 10, pairs, alike: () => true, meanwhile });
  t.same(pass.take(1), [7]);
});

void t.test('what was kept for the photos of folders is let go of', async (t) => {
  const pass = await prepared({ photos: 10, pairs: [[1, 5, 0.999]], alike: () => true });
  pass.lookFor(localLike(1));
  pass.forget();
  t.equal(pass.size, 0);
  pass.lookFor(localLike(1));
  t.same(rest(t, pass), []);
});

void t.test('a second preparation begins anew', async (t) => {
  const pass = await prepared({ photos: 4, pairs: [[1, 2, 0.99]], alike: () => true });
  t.same(pass.take(1), [1]);
  await pass.prepare();
  t.same(rest(t, pass), [1, 2]);
});
