import { centredLine, digits, filling, wordLists, type Pair, type PairMaker, type Stage } from './stage.js';
import sharp from 'sharp';
import { heightFor, written } from '../attacks/letters.js';
import { jpeg, withDrawing, type Picture } from '../attacks/picture.js';

/** Photos put together, or with something laid over them. */
export const montagePairs = {
  'collages of which one photo of four differs': collages,
  'memes: other words on the same photo': memes,
  'quote cards: other words on the same photo': quoteCards,
  'displays with other digits': displays,
} satisfies Record<string, PairMaker>;

/** Sides of a photo of a collage and of the gap between two, pixels. */
const tile = 480;
const gap = 8;

async function collages({ photo, random }: Stage): Promise<Pair> {
  const tiles = await Promise.all([0, 1, 2, 3, 4].map(async (n) => filling(await photo(n), tile, tile)));
  const shared = tiles.slice(0, 4);
  const other = tiles.slice(4);
  const at = random.whole(0, 3);
  const changed = [...shared.slice(0, at), ...other, ...shared.slice(at + 1)];
  return [await collage(shared), await collage(changed)];
}

function collage(tiles: readonly Picture[]): Promise<Buffer> {
  const side = 2 * tile + 3 * gap;
  const placed = tiles.map(({ pixels, width, height }, n) => ({
    input: pixels,
    raw: { width, height, channels: 3 as const },
    left: gap + (n % 2) * (tile + gap),
    top: gap + Math.floor(n / 2) * (tile + gap),
  }));
  return jpeg(
    sharp({ create: { width: side, height: side, channels: 3, background: 'white' } }).composite(placed),
  );
}

/** Three outlined words above and three below, as wide as the photo, at most a ninth of its height. */
async function memes({ photo, random }: Stage): Promise<Pair> {
  const picture = await photo(0);
  const { width, height } = picture;
  const box = { middle: width / 2, mostWidth: width * 0.9, mostHeight: height / 9 };
  const ink = { colour: 'white', outline: 'black' };
  const [first = [], second = []] = wordLists(random, 2, 6);
  const meme = (text: readonly string[]): Promise<Buffer> => {
    const above = centredLine(text.slice(0, 3).join(' '), { ...box, top: height * 0.04 }, ink);
    const below = centredLine(text.slice(3).join(' '), { ...box, top: height * 0.86 }, ink);
    return jpeg(withDrawing(picture, above + below));
  };
  return [await meme(first), await meme(second)];
}

/** A dark panel through which the photo is seen, four lines of three words on it. */
async function quoteCards({ photo, random }: Stage): Promise<Pair> {
  const picture = await photo(0);
  const { width, height } = picture;
  const opacity = random.between(0.5, 0.7);
  const panel = `<rect x="${width * 0.12}" y="${height * 0.22}" width="${width * 0.76}" height="${height * 0.56}" opacity="${opacity}"/>`;
  const [first = [], second = []] = wordLists(random, 2, 12);
  const card = (text: readonly string[]): Promise<Buffer> => {
    const lines = [0, 1, 2, 3].map((n) => {
      const top = height * (0.28 + 0.12 * n);
      const box = { middle: width / 2, top, mostWidth: width * 0.66, mostHeight: height * 0.06 };
      return centredLine(text.slice(3 * n, 3 * n + 3).join(' '), box, { colour: 'white' });
    });
    return jpeg(withDrawing(picture, panel + lines.join('')));
  };
  return [await card(first), await card(second)];
}

/** A clock or a scale somewhere in the photo, a sixth of its width, whose digits all differ. */
async function displays({ photo, random }: Stage): Promise<Pair> {
  const picture = await photo(0);
  const width = picture.width / 6;
  const height = width * 0.45;
  const x = random.between(0, picture.width - width);
  const y = random.between(0, picture.height - height);
  const edge = width * 0.1;
  const [body, glass, colour] = random.pick([
    ['#2a2a2c', '#0c0c0c', '#ff5a3c'],
    ['#dcdcd8', '#a9b8a0', '#20261e'],
    ['#3a3d44', '#101820', '#7df0ff'],
  ] as const);
  const mark = random.pick([':', '']);
  const shown = digits(random, 4);
  let other = digits(random, 4);
  while (Array.from(other).some((digit, n) => digit === shown[n])) other = digits(random, 4);
  const device = (reading: string): Promise<Buffer> => {
    const text = reading.slice(0, 2) + mark + reading.slice(2);
    const letters = Math.min(height * 0.5, heightFor(text, width - 4 * edge));
    return jpeg(
      withDrawing(
        picture,
        `<g transform="translate(${x} ${y})"><rect width="${width}" height="${height}" rx="${edge}" fill="${body}"/>
        <rect x="${edge}" y="${edge}" width="${width - 2 * edge}" height="${height - 2 * edge}" fill="${glass}"/>
        ${written({ text, x: 2 * edge, y: (height - letters) / 2, height: letters, colour })}</g>`,
      ),
    );
  };
  return [await device(shown), await device(other)];
}
