import type { SeededRandom } from '../../../test/support/seeded-random.js';
import { heightFor, written } from '../attacks/letters.js';
import { noisy } from '../attacks/light.js';
import { draw, jpeg, pictureOf, toned, type Picture } from '../attacks/picture.js';

/** What two pictures are made from. */
export interface Stage {
  /** One of five different photographs of one half, 0 to 4; no side is longer than 960 pixels. */
  readonly photo: (n: number) => Promise<Picture>;
  readonly random: SeededRandom;
}

/** Two encoded pictures that share most of what they show and are not copies of one another. */
export type Pair = readonly [Buffer, Buffer];
export type PairMaker = (stage: Stage) => Promise<Pair>;

/** Standard deviation of the noise between two shots of one scene, levels of 255. */
const shotNoise = 2;

/** Only letters that `letters.ts` can draw. */
const words =
  `COFFEE MONDAY GARDEN WINTER HELLO MOUNTAIN RIVER BREAD OCEAN PAPER SILVER CANDLE HORSE MEADOW STATION
  LETTER ORANGE PLANET BRIDGE TOWER MOTHER DOCTOR GUITAR WINDOW FOREST DRAGON POTATO ISLAND CASTLE NOTHING ALWAYS NEVER
  BROTHER SUMMER FLOWER HARBOUR CARPET SHADOW THUNDER VIOLIN LEMON TUNNEL PEPPER ANCHOR`.split(/\s+/u);

/** Lists of `count` words each, no word in more than one of them. Throws when there are not that many words. */
export function wordLists(random: SeededRandom, lists: number, count: number): string[][] {
  if (lists * count > words.length) throw new Error(`there are only ${words.length} words`);
  const left = [...words];
  const taken = (): string => left.splice(random.whole(0, left.length - 1), 1)[0] ?? '';
  return Array.from({ length: lists }, () => Array.from({ length: count }, taken));
}

/** So many digits, of those that `letters.ts` can draw. */
export function digits(random: SeededRandom, count: number): string {
  return Array.from({ length: count }, () => random.pick(['0', '1', '2', '4', '5', '7', '9'])).join('');
}

/** Where a centred line may be, pixels. */
export interface LineBox {
  readonly middle: number;
  readonly top: number;
  readonly mostWidth: number;
  readonly mostHeight: number;
}

/** SVG for a line of writing as high as the box allows. */
export function centredLine(
  text: string,
  { middle, top, mostWidth, mostHeight }: LineBox,
  ink: { readonly colour: string; readonly outline?: string },
): string {
  const height = Math.min(mostHeight, heightFor(text, mostWidth));
  const x = middle - height / heightFor(text, 1) / 2;
  return written({ text, x, y: top, height, ...ink });
}

/** The middle of the picture in exactly this size. */
export function filling(picture: Picture, width: number, height: number): Promise<Picture> {
  return pictureOf(draw(picture).resize(width, height, { fit: 'cover' }));
}

/** The scene as one more shot by a camera: exposed `gain` times as long, with noise of its own. */
export function shot(scene: Picture, gain: number, random: SeededRandom): Promise<Buffer> {
  return jpeg(
    draw(
      noisy(
        toned(scene, (value) => value * gain),
        shotNoise,
        random,
      ),
    ),
  );
}
