import type { SeededRandom } from '../../../test/support/seeded-random.js';
import { draw, pictureOf, svg, type Picture } from '../attacks/picture.js';
import { shot, type Pair, type PairMaker, type Stage } from './stage.js';

/** One scene taken twice, and something in it moved. */
export const figurePairs = {
  'a fixed camera, the figure elsewhere': movedFigures,
  'a fixed camera, with and without a figure': comeAndGone,
  'bursts without capture times': bursts,
} satisfies Record<string, PairMaker>;

/** Of the scene's height. */
const figureHeights = [1 / 5, 1 / 3] as const;
/** How far one picture of a burst is cut from the other, of each side. */
const burstShift = 0.005;

/** An upright ellipse cut out of a photo, with its soft edge, as PNG. */
interface Figure {
  readonly input: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Left upper corner, pixels. */
interface Place {
  readonly left: number;
  readonly top: number;
}

async function movedFigures({ photo, random }: Stage): Promise<Pair> {
  const scene = await photo(0);
  const figure = await cutOut(await photo(1), scene.height * random.between(...figureHeights));
  const free = scene.width - figure.width;
  const top = (scene.height - figure.height) * random.between(0.5, 1);
  const near = await withFigure(scene, figure, { left: free * random.between(0, 0.3), top });
  const far = await withFigure(scene, figure, { left: free * random.between(0.65, 1), top });
  return twoShots(near, far, random);
}

async function comeAndGone({ photo, random }: Stage): Promise<Pair> {
  const scene = await photo(0);
  const figure = await cutOut(await photo(1), scene.height * random.between(...figureHeights));
  const left = (scene.width - figure.width) * random.next();
  const top = (scene.height - figure.height) * random.between(0.5, 1);
  return twoShots(await withFigure(scene, figure, { left, top }), scene, random);
}

/** A figure moves by its own width while the camera hardly does. */
async function bursts({ photo, random }: Stage): Promise<Pair> {
  const scene = await photo(0);
  const figure = await cutOut(await photo(1), scene.height * random.between(...figureHeights));
  const left = (scene.width - 2 * figure.width) * random.next();
  const top = (scene.height - figure.height) * random.between(0.5, 0.98);
  const before = await withFigure(scene, figure, { left, top });
  const after = await withFigure(scene, figure, { left: left + figure.width, top });
  return twoShots(await shifted(before, 0), await shifted(after, burstShift), random);
}

/** Exposed up to 3 % longer or shorter than one another. */
async function twoShots(a: Picture, b: Picture, random: SeededRandom): Promise<Pair> {
  return [await shot(a, 1, random), await shot(b, random.between(0.97, 1.03), random)];
}

async function cutOut(picture: Picture, tall: number): Promise<Figure> {
  const height = Math.round(tall);
  const width = Math.round(tall * 0.45);
  const ellipse = `<ellipse cx="${width / 2}" cy="${height / 2}" rx="${width / 2}" ry="${height / 2}"/>`;
  const input = await draw(picture)
    .resize(width, height, { fit: 'cover' })
    .composite([{ input: svg(width, height, ellipse), blend: 'dest-in' }])
    .png()
    .toBuffer();
  return { input, width, height };
}

function withFigure(scene: Picture, { input }: Figure, { left, top }: Place): Promise<Picture> {
  return pictureOf(
    draw(scene).composite([{ input, left: Math.max(0, Math.floor(left)), top: Math.floor(top) }]),
  );
}

/** All but a thin edge of the scene, cut this far from its upper left corner, of each side. */
function shifted(scene: Picture, by: number): Promise<Picture> {
  const width = Math.floor(scene.width * (1 - burstShift));
  const height = Math.floor(scene.height * (1 - burstShift));
  const left = Math.min(scene.width - width, Math.round(scene.width * by));
  const top = Math.min(scene.height - height, Math.round(scene.height * by));
  return pictureOf(draw(scene).extract({ left, top, width, height }));
}
