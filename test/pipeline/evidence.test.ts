import fc from 'fast-check';
import t from 'tap';
import {
  areAlike,
  evidenceBetween,
  isDuplicate,
  timeBetweenShots,
  type Comparable,
  type EvidenceOptions,
  type Looked,
} from '../../src/pipeline/evidence/evidence.js';
import {
  automaticBits,
  candidateBits,
  certainBits,
  paperBits,
} from '../../src/pipeline/fingerprint/bounds.js';
import { localRealm } from '../../src/model.js';
import { anyThumbBytes } from '../support/thumbs.js';
import { madePhoto, onServer, realmOf, sha1Of } from '../support/made-photo.js';

const plain: Comparable = { ...madePhoto(onServer('x')), isPaper: false, laterFrames: null };
const alike = { phashBits: 2, detailBits: 10, orientation: 0 };
const usual: EvidenceOptions = { threshold: candidateBits, detailBound: automaticBits };
const agreed = { verdict: 'proven', agreement: 0.99, inPlace: true } as const;
const noon = Date.UTC(2026, 5, 1, 12);

/** Pictures whose hashes are alike agree in their pixels, too, where nothing else is said. */
const kindOf = (
  one: Partial<Comparable>,
  other: Partial<Comparable>,
  likeness: Looked['likeness'] = alike,
  { options = usual, proof }: { options?: EvidenceOptions; proof?: Looked['proof'] } = {},
): string | null => {
  const [a, b] = [
    { ...plain, ...one },
    { ...plain, ...other },
  ];
  const pixels = areAlike(a, b, likeness, options)
    ? { ...agreed, inPlace: likeness.orientation === 0 }
    : null;
  return (
    evidenceBetween(a, b, { likeness, proof: proof === undefined ? pixels : proof }, options)?.kind ?? null
  );
};

const comparable = fc.record({
  source: fc.constant(plain.source),
  realm: fc.constantFrom(plain.realm, localRealm),
  library: fc.constantFrom(null, 'nas'),
  name: fc.constantFrom('IMG_1.NEF', 'img_1.jpg', 'IMG_2.jpg'),
  media: fc.constantFrom('image', 'video'),
  durationMs: fc.constantFrom(null, 12_000, 12_150, 13_000, 13_001),
  byteSize: fc.constantFrom(null, 1, 2),
  sha1: fc.constantFrom(null, sha1Of(1), sha1Of(2)),
  fileId: fc.constantFrom(null, '1:1', '1:2'),
  format: fc.constantFrom('raw', 'heic', 'jpeg', 'other'),
  takenAt: fc.oneof(fc.constant(null), fc.integer({ min: noon, max: noon + 5000 }), fc.constant(noon)),
  camera: fc.constantFrom(null, 'canon r5', 'nikon z8'),
  exposure: fc.constantFrom(null, '1/60 f8', '1/15 f8'),
  width: fc.constantFrom(null, 0, 3000, 4000),
  height: fc.constantFrom(null, 0, 3000),
  isPaper: fc.boolean(),
  thumbHash: fc.option(anyThumbBytes),
  frames: fc.constantFrom(null, 1, 2, 3),
  laterFrames: fc.constantFrom(null, new Uint8Array(64), new Uint8Array(64).fill(1), new Uint8Array(32)),
});
const likeness = fc.option(
  fc.record({
    phashBits: fc.integer({ min: 0, max: 12 }),
    detailBits: fc.integer({ min: 0, max: 60 }),
    orientation: fc.integer({ min: 0, max: 7 }),
  }),
);
const proof = fc.option(
  fc.record({
    verdict: fc.constantFrom('proven', 'likely'),
    agreement: fc.double({ min: 0.9, max: 1, noNaN: true }),
    inPlace: fc.boolean(),
  }),
);
const looked = fc.record({ likeness, proof });
const options = fc.record({
  threshold: fc.integer({ min: 0, max: 12 }),
  detailBound: fc.constantFrom(certainBits, automaticBits),
});

void t.test('the order of the two photos does not matter', (t) => {
  fc.assert(
    fc.property(comparable, comparable, looked, options, (a, b, how, limits) => {
      t.same(evidenceBetween(a, b, how, limits), evidenceBetween(b, a, how, limits));
    }),
    { numRuns: 2000 },
  );
  t.end();
});

void t.test('scores lie within 0 and 1, fall with the distance, and 1 is the same bytes', (t) => {
  fc.assert(
    fc.property(comparable, comparable, looked, options, (a, b, how, limits) => {
      const evidence = evidenceBetween(a, b, how, limits);
      if (evidence === null) return true;
      const isSame = evidence.kind === 'same-bytes';
      return evidence.score > 0 && (isSame ? evidence.score === 1 : evidence.score < 1);
    }),
  );
  const scores = Array.from(
    { length: automaticBits + 1 },
    (_, detailBits) =>
      evidenceBetween(plain, plain, { likeness: { ...alike, detailBits }, proof: agreed }, usual)?.score ?? 0,
  );
  t.same(
    scores,
    [...scores].sort((a, b) => b - a),
  );
  t.ok((scores.at(-1) ?? 0) >= 0.94);
  t.end();
});

void t.test('same bytes need no likeness and no capture time', (t) => {
  const sha1 = sha1Of(7);
  t.equal(kindOf({ sha1 }, { sha1 }, null), 'same-bytes');
  t.equal(kindOf({ sha1, takenAt: 1, camera: 'x' }, { sha1, takenAt: 9, camera: 'x' }), 'same-bytes');
  t.equal(kindOf({ sha1 }, { sha1: sha1Of(8) }, null), null);
  t.equal(kindOf({ sha1: null }, { sha1: null }, null), null, 'unknown is not equal');
  t.end();
});

void t.test('one file seen twice is never its own duplicate', (t) => {
  const file = { fileId: '2049:77', sha1: sha1Of(7) };
  t.equal(kindOf(file, file), null);
  t.equal(kindOf(file, { ...file, fileId: '2049:78' }), 'same-bytes');
  t.end();
});

void t.test('a turned picture, or one of another shape, was edited', (t) => {
  t.equal(kindOf({}, {}), 'same-picture');
  t.equal(kindOf({}, {}, { ...alike, orientation: 3 }), 'edited');
  t.equal(kindOf({}, { width: 3000, height: 3000 }), 'edited');
  t.equal(kindOf({}, { width: 1000, height: 750 }), 'same-picture');
  t.equal(kindOf({}, { width: 1000, height: 751 }), 'same-picture', 'rounding is no crop');
  t.equal(kindOf({}, { width: null, height: null }), 'same-picture');
  t.end();
});

void t.test('nothing is proven beyond the bounds', (t) => {
  const at = (phashBits: number, detailBits: number): typeof alike => ({ ...alike, phashBits, detailBits });
  t.equal(kindOf({}, {}, at(12, automaticBits)), 'same-picture');
  t.equal(kindOf({}, {}, at(12, automaticBits + 1)), null);
  t.equal(kindOf({}, {}, at(13, 0)), null);
  t.equal(kindOf({}, {}, at(5, 0), { options: { ...usual, threshold: 4 } }), null, 'a narrower threshold');
  t.equal(kindOf({}, {}, at(4, automaticBits), { options: { ...usual, threshold: 4 } }), 'same-picture');
  const crowd = { ...usual, detailBound: certainBits };
  t.equal(kindOf({}, {}, at(0, certainBits), { options: crowd }), 'same-picture');
  t.equal(kindOf({}, {}, at(0, certainBits + 1), { options: crowd }), null, 'in a crowd only the certain');
  t.end();
});

void t.test('shots of one camera at other times are a burst, whatever the distance', (t) => {
  const camera = 'canon r5';
  const shot = (takenAt: number | null, more: Partial<Comparable> = {}): Partial<Comparable> => ({
    camera,
    takenAt,
    ...more,
  });
  const identical = { phashBits: 0, detailBits: 0, orientation: 0 };
  t.equal(kindOf(shot(noon), shot(noon + 2000), identical), 'burst');
  t.equal(kindOf(shot(noon + 120), shot(noon + 240), identical), 'burst', 'ten a second');
  t.equal(kindOf(shot(noon + 120), shot(noon + 120), identical), 'same-picture');
  t.equal(kindOf(shot(noon), shot(noon + 14 * 60_000)), 'burst');
  t.equal(kindOf(shot(noon), shot(noon + 3_600_000)), 'same-picture', 'a corrected time zone');
  const exposed = (exposure: string): Partial<Comparable> => ({ exposure });
  const hourLater = shot(noon + 3_600_000, exposed('1/250'));
  t.equal(kindOf(shot(noon, exposed('1/250')), hourLater), 'same-picture', 'exposed alike');
  t.equal(kindOf(shot(noon, exposed('1/60')), hourLater), 'similar', 'a camera that wakes every hour');
  t.equal(kindOf(shot(noon), shot(noon + 3_601_000)), 'similar', 'a camera that stood there an hour');
  t.equal(kindOf(shot(noon), shot(noon + 7 * 86_400_000)), 'similar', 'a week later to the second');
  t.equal(kindOf(shot(noon), shot(noon + 2000, { camera: 'nikon z8' })), 'same-picture');
  t.equal(kindOf(shot(noon), shot(noon + 2000, { camera: null })), 'same-picture');
  t.equal(kindOf(shot(noon), shot(null)), 'same-picture', 'a copy that lost its time');
  t.end();
});

void t.test('a copy that lost the fraction of its second is a copy', (t) => {
  const camera = 'canon r5';
  t.equal(kindOf({ camera, takenAt: noon }, { camera, takenAt: noon + 570 }), 'same-picture');
  t.equal(kindOf({ camera, takenAt: noon + 990 }, { camera, takenAt: noon }), 'same-picture');
  t.equal(kindOf({ camera, takenAt: noon }, { camera, takenAt: noon + 1000 }), 'burst');
  t.equal(kindOf({ camera, takenAt: noon + 990 }, { camera, takenAt: noon + 1000 }), 'burst');
  t.end();
});

void t.test('the same second at other exposures is a bracket', (t) => {
  const shot = (exposure: string | null): Partial<Comparable> => ({ camera: 'x', takenAt: noon, exposure });
  t.equal(kindOf(shot('1/60'), shot('1/15')), 'burst');
  t.equal(kindOf(shot('1/60'), shot('1/60')), 'same-picture');
  t.equal(kindOf(shot('1/60'), shot(null)), 'same-picture', 'a copy that lost its exposure');
  t.equal(timeBetweenShots({ ...plain, ...shot('1/60') }, { ...plain, ...shot('1/15') }), 0);
  t.end();
});

void t.test('a RAW file and the JPEG of the same shot are companions', (t) => {
  const raw = { format: 'raw', name: 'DSC_1.NEF', camera: 'x', takenAt: noon + 130 } as const;
  const jpeg = { ...raw, format: 'jpeg', name: 'dsc_1.JPG' } as const;
  t.equal(kindOf(raw, jpeg), null);
  t.equal(kindOf(raw, { ...jpeg, format: 'heic', name: 'DSC_1.HIF' }), null);
  t.equal(kindOf(raw, { ...jpeg, takenAt: noon }), null, 'the JPEG lost its fraction');
  const pixel = { ...raw, name: 'PXL_2.RAW-02.ORIGINAL.dng' };
  t.equal(kindOf(pixel, { ...jpeg, name: 'PXL_2.RAW-01.COVER.jpg' }), null);
  const library = { library: 'nas', realm: realmOf('anna') };
  t.equal(kindOf({ ...raw, ...library }, { ...jpeg, ...library }), null);
  const there = (path: string): Partial<Comparable> => ({ realm: localRealm, library: null, name: path });
  t.equal(kindOf({ ...raw, ...there('a/DSC_1.NEF') }, { ...jpeg, ...there('a/DSC_1.jpg') }), null);

  t.equal(kindOf(raw, { ...raw, name: 'DSC_1.DNG' }), 'same-picture', 'two RAW files');
  const elsewhere = [{ library: 'nas' }, { realm: realmOf('bob') }, there('DSC_1.jpg')];
  for (const place of elsewhere) t.equal(kindOf(raw, { ...jpeg, ...place }), 'same-picture', 'elsewhere');
  t.equal(kindOf({ ...raw, ...there('a/DSC_1.NEF') }, { ...jpeg, ...there('b/DSC_1.jpg') }), 'same-picture');
  t.equal(kindOf(raw, { ...jpeg, name: 'DSC_1-web.jpg' }), 'same-picture', 'another name');
  t.equal(kindOf(raw, { ...jpeg, takenAt: null }), 'same-picture', 'nothing says the same shot');
  t.equal(
    kindOf(raw, { ...jpeg, format: 'other', name: 'DSC_1.png' }),
    'same-picture',
    'no camera makes that',
  );
  t.equal(kindOf(raw, { ...jpeg, takenAt: noon + 5000 }), 'burst', 'a counter that began anew');
  t.end();
});

void t.test('a video is like videos of the same duration alone', (t) => {
  const film = { media: 'video', format: 'other', durationMs: 12_000, camera: 'x', takenAt: noon } as const;
  t.equal(kindOf(film, film), 'same-picture');
  t.equal(kindOf(film, { ...film, media: 'image', durationMs: null }), null, 'a photo of its still');
  t.equal(kindOf({ ...film, durationMs: null }, film), null, 'unknown is not equal');
  t.equal(kindOf({ ...film, durationMs: null }, { ...film, durationMs: null }), null);
  t.equal(kindOf(film, { ...film, durationMs: 13_000 }), 'same-picture');
  t.equal(kindOf(film, { ...film, durationMs: 13_001 }), null);
  t.equal(kindOf(film, { ...film, durationMs: 10_999 }), null);
  const sha1 = sha1Of(7);
  t.equal(kindOf({ ...film, sha1 }, { ...film, sha1, durationMs: null }, null), 'same-bytes');
  t.end();
});

void t.test('the still of a video must be the same for certain, as it stands', (t) => {
  const film = { media: 'video', durationMs: 12_000, camera: 'x', takenAt: noon } as const;
  t.equal(kindOf(film, film, { ...alike, detailBits: certainBits }), 'same-picture');
  t.equal(kindOf(film, film, { ...alike, detailBits: certainBits + 1 }), null);
  t.equal(kindOf(film, film, { ...alike, orientation: 3 }), null, 'turned');
  t.equal(kindOf(film, { ...film, height: 4000 }), null, 'of another shape');
  const paper = { ...film, isPaper: true };
  t.equal(kindOf(paper, paper, { ...alike, detailBits: paperBits + 1 }), null, 'two slides');
  const proven = { verdict: 'proven', agreement: 0.99, inPlace: true } as const;
  t.equal(kindOf(film, film, null, { proof: proven }), null);
  t.end();
});

void t.test('two clips of one tripod with the same still and length are no copies', (t) => {
  const film = { media: 'video', durationMs: 12_000 } as const;
  const shot = (takenAt: number | null, camera: string | null = 'x'): Partial<Comparable> => ({
    ...{ ...film, takenAt, camera },
  });
  const identical = { phashBits: 0, detailBits: 0, orientation: 0 };
  const kind = (a: Partial<Comparable>, b: Partial<Comparable>): string | null => kindOf(a, b, identical);
  t.equal(kind(shot(noon), shot(noon + 14_000)), 'burst');
  t.equal(kind(shot(noon), shot(noon + 3_600_000)), 'burst', 'on the hour: a camera with a schedule');
  t.equal(kind(shot(noon), shot(noon + 1000)), 'same-picture', 'a second that was rounded');
  t.equal(kind(shot(noon), shot(noon, 'y')), 'similar', 'two cameras beside each other');
  t.equal(kind(shot(null, null), shot(null, null)), 'similar', 'nothing says that they are one: a door bell');
  t.equal(kind(shot(noon), shot(null, null)), 'same-picture', 'a messenger took its time away');
  t.equal(kind(shot(noon), { ...shot(null, null), durationMs: 12_200 }), 'same-picture');
  t.equal(kind(shot(noon), { ...shot(null, null), durationMs: 12_201 }), 'similar', 'of another length then');
  t.end();
});

void t.test('clips of a camera whose clock begins anew are no copies because of their time', (t) => {
  const film = { media: 'video', durationMs: 12_000, camera: 'x', byteSize: 9_000_000 } as const;
  const identical = { phashBits: 0, detailBits: 0, orientation: 0 };
  const kind = (takenAt: string, more: Partial<Comparable>): string | null => {
    const one = { ...film, takenAt: Date.parse(takenAt) };
    return kindOf(one, { ...one, ...more }, identical);
  };
  const other = { byteSize: 9_100_000 };
  for (const reset of [
    '2000-01-01T00:00:00Z',
    '2015-01-01T00:31:12Z',
    '1999-12-31T16:00:00Z',
    '2000-01-01T14:00:07Z',
    '1970-01-01T00:00:00Z',
    '1980-01-06T00:00:00Z',
    '1904-01-01T00:00:00Z',
  ]) {
    t.equal(kind(reset, other), 'similar', `${reset}: another take as far as anybody can tell`);
    t.equal(kind(reset, { ...other, durationMs: 12_700 }), 'similar', `${reset}: of another length`);
    t.equal(kind(reset, { byteSize: null }), 'similar');
    t.equal(kind(reset, {}), 'same-picture', `${reset}: of the same size`);
    t.equal(kind(reset, { durationMs: 12_400 }), 'similar');
  }
  for (const sure of ['2026-06-01T12:00:00Z', '2026-01-02T00:00:00Z', '2025-12-31T09:59:59Z'])
    t.equal(kind(sure, { ...other, durationMs: 12_700 }), 'same-picture', sure);
  t.end();
});

void t.test('alike hashes prove nothing when the pixels do not agree', (t) => {
  t.equal(kindOf({}, {}, alike, { proof: null }), null);
  t.equal(kindOf({}, {}, alike, { proof: { ...agreed, verdict: 'likely' } }), null);
  t.end();
});

void t.test('a burst and a mere resemblance are no duplicates', (t) => {
  const evidence = evidenceBetween(plain, plain, { likeness: alike, proof: agreed }, usual);
  t.equal(isDuplicate(evidence), true);
  t.equal(isDuplicate(null), false);
  for (const kind of ['burst', 'similar'] as const)
    t.equal(isDuplicate({ kind, score: 0.9, distance: null, agreement: null }), false);
  t.end();
});

void t.test('what was proven by its pixels needs no likeness, and counts for less than one', (t) => {
  const proven = { verdict: 'proven', agreement: 0.987, inPlace: false } as const;
  t.equal(kindOf({}, {}, null, { proof: proven }), 'edited');
  t.equal(kindOf({}, {}, null, { proof: { ...proven, inPlace: true } }), 'same-picture');
  t.equal(kindOf({}, { width: 3000, height: 3000 }, null, { proof: { ...proven, inPlace: true } }), 'edited');
  t.equal(kindOf({}, {}, null, { proof: { ...proven, verdict: 'likely' } }), null);
  const shot = (takenAt: number): Partial<Comparable> => ({ camera: 'canon r5', takenAt });
  t.equal(kindOf(shot(noon), shot(noon + 2000), null, { proof: proven }), 'burst', 'times decide here too');
  const evidence = evidenceBetween(plain, plain, { likeness: null, proof: proven }, usual);
  t.match(evidence, { score: 0.987, distance: null, agreement: 0.987 });
  t.end();
});

void t.test('two documents must look more alike than two photos', (t) => {
  const at = (detailBits: number): typeof alike => ({ ...alike, detailBits });
  const paper = { isPaper: true };
  t.equal(kindOf(paper, paper, at(paperBits)), 'same-picture');
  t.equal(kindOf(paper, paper, at(paperBits + 1)), null);
  t.equal(kindOf(paper, {}, at(automaticBits)), 'same-picture', 'one is none');
  const scan = { ...paper, camera: 'canon r5', takenAt: noon };
  t.equal(kindOf(scan, scan, at(automaticBits)), 'same-picture', 'one shot of one camera');
  const proof = { verdict: 'proven', agreement: 0.99, inPlace: true } as const;
  t.equal(kindOf(paper, paper, at(40), { proof }), 'same-picture');
  t.end();
});
