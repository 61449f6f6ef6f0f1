import sharp from 'sharp';
import {
  asFormat,
  drawScene,
  mirror,
  recompress,
  resizeTo,
  rotate90,
  stripExif,
  withExif,
} from '../test/support/pictures.js';
import { person } from '../test/support/scene-shapes.js';
import { sceneSvg } from '../test/support/scene-svg.js';
import { seededRandom } from '../test/support/seeded-random.js';

/** A drawn picture, and the truth about it that the agent is held to. */
export interface DemoPicture {
  readonly name: string;
  /** Pictures of one family are copies of one another; of those that are there the one worth most stays. */
  readonly family: string;
  readonly worth: number;
  /** What it is, in plain words. */
  readonly what: string;
  readonly bytes: Buffer;
}

export interface DemoLibrary {
  /** On the server before the agent starts. */
  readonly there: readonly DemoPicture[];
  /** Uploaded one by one while it runs. */
  readonly arriving: readonly DemoPicture[];
  /** In the watched folder from the beginning. */
  readonly inFolder: DemoPicture;
  /** Put into the watched folder while the agent runs. */
  readonly dropped: DemoPicture;
}

const width = 840;
const height = 560;
const scenes = 28;
/** The scene of which the library first has a small copy only. */
const lateScene = 23;
const burstScene = 51;
const scanScene = 52;
/** Seen again the next day, from a step nearer and with somebody in front: the same place, and no copy. */
const revisitedScene = 18;
const revisitZoom = 1.03;

const nameOf = (scene: number): string => `IMG_${2000 + scene}.jpg`;

/** Draws everything, the same in every run. */
export async function drawLibrary(): Promise<DemoLibrary> {
  const originals = await Promise.all(Array.from({ length: scenes }, (_, i) => drawOriginal(i + 1)));
  const [burst, copies, arriving] = await Promise.all([
    drawBurst(),
    drawCopies(originals),
    drawArrivals(originals),
  ]);
  const there = originals.filter(({ name }) => name !== nameOf(lateScene));
  const sixth = pick(originals, 6);
  const dropped = {
    ...{ name: 'holiday-backup.jpg', family: sixth.family, worth: 0, bytes: sixth.bytes },
    what: `a backup of ${sixth.name}`,
  };
  const inFolder = { ...(await drawOriginal(scanScene)), name: 'scan-1998.jpg' };
  return { there: [...there, ...burst, ...copies], arriving, inFolder, dropped };
}

async function drawOriginal(scene: number): Promise<DemoPicture> {
  const bytes = await shoot(await drawScene(scene, { width, height }), timeOf(scene), scene);
  return { name: nameOf(scene), family: `scene ${scene}`, worth: 2, what: 'as the camera made it', bytes };
}

/** Each on a day of its own. */
function timeOf(scene: number, seconds = 0): string {
  return new Date(Date.UTC(2024, 4, scene, 9, 30, seconds)).toISOString().slice(0, 19);
}

function shoot(picture: Buffer, takenAt: string, scene: number): Promise<Buffer> {
  const camera =
    scene % 3 === 0 ? { make: 'Google', model: 'Pixel 7' } : { make: 'Canon', model: 'Canon EOS R6' };
  return withExif(picture, { takenAt, ...camera });
}

/** Two shots of one camera, two seconds apart, the second a hair to the side: both stay. */
async function drawBurst(): Promise<DemoPicture[]> {
  const wide = await drawScene(burstScene, { width: width + 4, height });
  return Promise.all(
    [0, 1].map(async (shot) => {
      const frame = await sharp(wide)
        .extract({ left: shot * 4, top: 0, width, height })
        .jpeg({ quality: 92 })
        .toBuffer();
      const what = 'one of two shots, two seconds apart';
      const bytes = await shoot(frame, timeOf(29, shot * 2), burstScene);
      return { name: nameOf(41 + shot), family: `burst, shot ${shot + 1}`, worth: 1, what, bytes };
    }),
  );
}

function drawCopies(originals: readonly DemoPicture[]): Promise<DemoPicture[]> {
  const of = (scene: number) => copyOf(pick(originals, scene));
  return Promise.all([
    of(2)('IMG-20240502-WA0003.jpg', (bytes) => resizeTo(bytes, 480), 'resized by a messenger'),
    of(5)('IMG_2005 (1).jpg', (bytes) => recompress(bytes, 40), 'recompressed'),
    of(8)('IMG_2008.webp', (bytes) => asFormat(bytes, 'webp'), 'as WebP'),
    of(11)('Export-11.png', (bytes) => asFormat(bytes, 'png'), 'as PNG'),
    of(14)('IMG_2014-upright.jpg', rotate90, 'turned a quarter'),
    of(17)('IMG_2017-mirrored.jpg', mirror, 'mirrored'),
    of(20)('IMG_2020-clean.jpg', (bytes) => Promise.resolve(stripExif(bytes)), 'without EXIF'),
    of(20)('IMG_2020-web.jpg', (bytes) => resizeTo(bytes, 420), 'resized'),
    of(lateScene)('from-grandma.jpg', (bytes) => resizeTo(bytes, 480), 'resized; the original is not here'),
  ]);
}

async function drawArrivals(originals: readonly DemoPicture[]): Promise<DemoPicture[]> {
  const messenger = copyOf(pick(originals, 9));
  const turned = copyOf(pick(originals, 12));
  const late = pick(originals, lateScene);
  return [
    await messenger(
      'IMG-20260105-WA0007.jpg',
      (bytes) => resizeTo(bytes, 480),
      `a messenger's copy of ${nameOf(9)}`,
    ),
    await turned('IMG_2012-edited.jpg', rotate90, `a copy of ${nameOf(12)}, turned a quarter`),
    await drawRevisit(),
    { ...late, what: 'the original of from-grandma.jpg' },
  ];
}

async function drawRevisit(): Promise<DemoPicture> {
  const palette = {
    ...{ sky: [], ground: [], accent: ['#c0392b', '#f1c40f', '#f5f0e6'] },
    ...{ dark: '#17220f', light: '#fffdf2' },
  };
  const frame = { width: Math.round(width * revisitZoom), height: Math.round(height * revisitZoom) };
  const canvas = { random: seededRandom(revisitedScene + 1000), ...frame, palette };
  const somebody = person(canvas, frame.width * 0.75, frame.height, frame.height * 0.7);
  const view = sceneSvg(revisitedScene, frame.width, frame.height).replace('</svg>', `${somebody}</svg>`);
  const picture = await sharp(Buffer.from(view))
    .flatten({ background: '#808080' })
    .extract({
      left: frame.width - width,
      top: Math.round((frame.height - height) / 2),
      width,
      height,
    })
    .jpeg({ quality: 92 })
    .toBuffer();
  return {
    ...{ name: nameOf(61), family: 'revisit', worth: 1 },
    what: `no copy, but the place of ${nameOf(revisitedScene)} a day later`,
    bytes: await shoot(picture, timeOf(revisitedScene + 1, 40), revisitedScene),
  };
}

function copyOf({ family, bytes }: DemoPicture) {
  return async (
    name: string,
    change: (bytes: Buffer) => Promise<Buffer>,
    what: string,
  ): Promise<DemoPicture> => {
    const copy = await change(bytes);
    // The small one is worth least.
    return { name, family, worth: 1 / (1 + bytes.length / copy.length), what, bytes: copy };
  };
}

function pick(originals: readonly DemoPicture[], scene: number): DemoPicture {
  const found = originals.find(({ name }) => name === nameOf(scene));
  if (found === undefined) throw new Error(`scene ${scene} was not drawn`);
  return found;
}
