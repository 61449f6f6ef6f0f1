/* RAW files with what was developed of them, and videos among photos: what groups come of them. */
import fc from 'fast-check';
import t from 'tap';
import { keepRuleNames, localRealm, type KeepRule, type Photo, type PhotoKey } from '../../src/model.js';
import { areCompanions } from '../../src/pipeline/evidence/companions.js';
import { evidenceBetween, isDuplicate } from '../../src/pipeline/evidence/evidence.js';
import { automaticBits, candidateBits } from '../../src/pipeline/fingerprint/bounds.js';
import { groupCandidates, type Candidate, type UnnumberedGroup } from '../../src/pipeline/groups/grouping.js';
import { byWorth } from '../../src/pipeline/groups/keep-rules.js';
import type { IndexedPhoto } from '../../src/store-ports.js';
import { inFolder, madePhoto, onServer, realmOf } from '../support/made-photo.js';

const noon = Date.UTC(2026, 5, 1, 12);
const look = {
  likeness: { phashBits: 1, detailBits: 6, orientation: 0 },
  proof: { verdict: 'proven', agreement: 0.99, inPlace: true },
} as const;
const bounds = { threshold: candidateBits, detailBound: automaticBits };

type Placed = Photo & Pick<IndexedPhoto, 'albumCount' | 'isPaper' | 'shown' | 'laterFrames'>;

/** All of them look alike, but for the pairs that are named. */
function candidatesOf(photos: readonly Placed[], unlike: (a: Placed, b: Placed) => boolean): Candidate[] {
  return photos.map((photo) => ({
    photo,
    proofs: () =>
      new Map(
        photos.flatMap((other) => {
          if (other === photo || unlike(photo, other)) return [];
          const evidence = evidenceBetween(photo, other, look, bounds);
          return isDuplicate(evidence) ? [[other.key, evidence] as const] : [];
        }),
      ),
  }));
}

async function group(
  photos: readonly Placed[],
  rules: readonly KeepRule[] = keepRuleNames,
): Promise<UnnumberedGroup[]> {
  return groupCandidates(
    candidatesOf(photos, () => false),
    byWorth(rules),
  );
}

/** Names of the members, keepers with a star. */
async function shape(photos: readonly Placed[], rules?: readonly KeepRule[]): Promise<string[]> {
  const names = new Map(photos.map(({ key, name }) => [key, name]));
  return (await group(photos, rules)).map(({ members }) =>
    members.map(({ key, role }) => `${role === 'keeper' ? '*' : ''}${names.get(key) ?? ''}`).join(' '),
  );
}

let made = 0;
const shot = (name: string, facts: Partial<Placed> = {}): Placed => ({
  ...madePhoto(onServer(`${name} ${made++}`), { name, takenAt: noon, camera: 'x' }),
  format: /nef$/iu.test(name) ? 'raw' : 'jpeg',
  ...{ albumCount: 0, isPaper: false, shown: 1, laterFrames: null },
  ...facts,
});

void t.test('RAW and JPEG of one shot are both kept, a copy of the JPEG is an extra', async (t) => {
  const pair = [shot('DSC_1.NEF'), shot('DSC_1.JPG')];
  t.same(await shape(pair), []);
  t.same(await shape([...pair, shot('web.jpg', { width: 400, height: 300 })]), ['*DSC_1.NEF web.jpg']);
  t.same(await shape([shot('DSC_1.NEF'), shot('web.jpg')]), ['*DSC_1.NEF web.jpg']);
});

void t.test('a pair that was imported twice: RAW with RAW, JPEG with JPEG', async (t) => {
  const again = { library: 'nas' };
  const pairs = [
    shot('DSC_1.NEF'),
    shot('DSC_1.JPG'),
    shot('DSC_1.NEF', { ...again, name: 'B/DSC_1.NEF' }),
    shot('DSC_1.JPG', { ...again, name: 'B/DSC_1.JPG' }),
  ];
  const expected = ['*DSC_1.JPG B/DSC_1.JPG', '*DSC_1.NEF B/DSC_1.NEF'];
  t.same((await shape(pairs)).sort(), expected);
  t.same((await shape(pairs, ['pixels', 'older'])).sort(), expected, 'also when no rule puts RAW first');
});

void t.test('a RAW file is never an extra of what was developed from it', async (t) => {
  const favorite = shot('web.jpg', { favorite: true });
  t.same(await shape([shot('DSC_1.NEF'), favorite]), []);
  t.same(await shape([shot('DSC_1.NEF'), shot('DSC_1.JPG'), favorite]), ['*web.jpg DSC_1.JPG']);
  const local = { key: inFolder('DSC_1.NEF'), realm: localRealm };
  t.same(await shape([shot('DSC_1.NEF', local), shot('web.jpg')]), [], 'nor in a folder');
});

const world = fc.uniqueArray(
  fc.record({
    id: fc.nat({ max: 30 }),
    stem: fc.constantFrom('DSC_1', 'DSC_2'),
    ending: fc.constantFrom('NEF', 'JPG', 'HEIC', 'MP4'),
    owner: fc.constantFrom('anna', 'bob', 'local'),
    library: fc.constantFrom(null, 'nas'),
    takenAt: fc.constantFrom(null, noon, noon + 400),
    durationMs: fc.constantFrom(null, 12_000, 12_900, 13_800),
    favorite: fc.boolean(),
    byteSize: fc.nat({ max: 3 }),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 16 },
);
type Drawn = typeof world extends fc.Arbitrary<(infer One)[]> ? One : never;

const formats: Record<string, Photo['format']> = { NEF: 'raw', JPG: 'jpeg', HEIC: 'heic', MP4: 'other' };

function placed({ id, stem, ending, owner, durationMs, ...facts }: Drawn): Placed {
  const isVideo = ending === 'MP4';
  const isLocal = owner === 'local';
  return {
    ...madePhoto(isLocal ? inFolder(`${id}`) : onServer(`${id}`)),
    ...facts,
    name: `${stem}.${ending}`,
    realm: isLocal ? localRealm : realmOf(owner),
    format: formats[ending] ?? 'other',
    media: isVideo ? 'video' : 'image',
    durationMs: isVideo ? durationMs : null,
    camera: facts.takenAt === null ? null : 'x',
    ...{ albumCount: 0, isPaper: false, shown: 1, laterFrames: null },
  };
}

const rules = fc.constantFrom<readonly KeepRule[]>(keepRuleNames, ['larger'], ['older', 'pixels']);
const unlike = (pairs: readonly number[]) => {
  const apart = new Set(pairs);
  return (a: Placed, b: Placed): boolean => {
    const [x, y] = [a.key, b.key].sort().map((key) => Number(key.split(':')[2]));
    return apart.has((x ?? 0) * 31 + (y ?? 0));
  };
};

void t.test('the same groups for any order of RAW files, JPEGs and videos', async (t) => {
  const cases = world.chain((all) =>
    fc.record({
      all: fc.constant(all),
      other: fc.shuffledSubarray(all, { minLength: all.length }),
      pairs: fc.array(fc.nat({ max: 960 }), { maxLength: 40 }),
      rules,
    }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ({ all, other, pairs, rules }) => {
      const groups = async (drawn: readonly Drawn[]): Promise<UnnumberedGroup[]> =>
        groupCandidates(candidatesOf(drawn.map(placed), unlike(pairs)), byWorth(rules));
      t.same(await groups(all), await groups(other));
    }),
    { numRuns: 300 },
  );
});

void t.test('no group holds a photo and a video, a RAW file as an extra of a JPEG, or a pair', async () => {
  await fc.assert(
    fc.asyncProperty(
      world,
      fc.array(fc.nat({ max: 960 }), { maxLength: 40 }),
      rules,
      async (drawn, pairs, rules) => {
        const all = drawn.map(placed);
        const byKey = new Map<PhotoKey, Placed>(all.map((photo) => [photo.key, photo]));
        const groups = await groupCandidates(candidatesOf(all, unlike(pairs)), byWorth(rules));
        return groups.every(({ keeper, members }) => {
          const photos = members.flatMap(({ key }) => byKey.get(key) ?? []);
          const centre = byKey.get(keeper);
          if (new Set(photos.map(({ media }) => media)).size !== 1) return false;
          if (photos.some((a) => photos.some((b) => areCompanions(a, b)))) return false;
          const runs = photos.map(({ durationMs }) => durationMs ?? 0);
          if (runs.some((ms) => Math.abs(ms - (centre?.durationMs ?? 0)) > 1000)) return false;
          return members.every(({ key, role, keptAs }) => {
            if (role !== 'extra' || keptAs === null) return true;
            const [extra, kept] = [byKey.get(key), byKey.get(keptAs)];
            return extra?.format !== 'raw' || kept?.format === 'raw';
          });
        });
      },
    ),
    { numRuns: 1000 },
  );
});
