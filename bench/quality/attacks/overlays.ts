import type { SeededRandom } from '../../../test/support/seeded-random.js';
import { heightFor, written } from './letters.js';
import { jpeg, withDrawing, type Picture } from './picture.js';

type Change = (picture: Picture, random: SeededRandom) => Promise<Buffer>;

const slogans = ['HAPPY BIRTHDAY', 'SUMMER 2024', 'HELLO WORLD', 'BEST DAY EVER'];
const marks = ['PHOTO STUDIO', 'SAMPLE 2019', 'MY CAMERA'];
const captions = ['WHEN IT IS MONDAY AGAIN', 'ONE DAY AT THE SEA', 'NOTHING TO SEE HERE'];

/** Things drawn over a part of the picture, which itself stays where it is. */
export const overlayAttacks = {
  text_center: textAcross,
  wm_corner: cornerMark,
  wm_tiled: tiledMark,
  caption: captionBar,
  emoji: sticker,
} satisfies Record<string, Change>;

/** Outlined writing across the middle, 80 to 90 % of the width. */
function textAcross(picture: Picture, random: SeededRandom): Promise<Buffer> {
  const text = random.pick(slogans);
  const width = picture.width * random.between(0.8, 0.9);
  const height = heightFor(text, width);
  const x = (picture.width - width) / 2;
  const y = (picture.height - height) / 2;
  const [colour, outline] = random.pick([
    ['white', 'black'],
    ['#ffe23c', 'black'],
    ['black', 'white'],
  ] as const);
  return jpeg(withDrawing(picture, written({ text, x, y, height, colour, outline })));
}

/** A translucent name of a fifth of the width in the lower right corner. */
function cornerMark(picture: Picture, random: SeededRandom): Promise<Buffer> {
  const text = random.pick(marks);
  const width = picture.width * 0.2;
  const height = heightFor(text, width);
  const x = picture.width * 0.97 - width;
  const y = picture.height * 0.97 - height;
  return jpeg(withDrawing(picture, written({ text, x, y, height, colour: 'white', opacity: 0.7 })));
}

/** A translucent name again and again on the slant, as stock agencies do. */
function tiledMark(picture: Picture, random: SeededRandom): Promise<Buffer> {
  const { width, height } = picture;
  const text = random.pick(marks);
  const step = Math.max(width, height) / 3;
  const letter = heightFor(text, step * 0.75);
  const reach = Math.ceil(Math.hypot(width, height) / step);
  const lines: string[] = [];
  for (let row = -reach * 2; row <= reach * 2; row++)
    for (let column = -reach; column <= reach; column++) {
      const x = width / 2 + (column + (row % 2) / 2) * step;
      const y = height / 2 + (row * step) / 2.5;
      lines.push(written({ text, x, y, height: letter, colour: 'white', opacity: 0.45 }));
    }
  const turn = `rotate(-30 ${width / 2} ${height / 2})`;
  return jpeg(withDrawing(picture, `<g transform="${turn}">${lines.join('')}</g>`));
}

/** An opaque bar with writing over the lowest 15 to 18 %. */
function captionBar(picture: Picture, random: SeededRandom): Promise<Buffer> {
  const text = random.pick(captions);
  const bar = picture.height * random.between(0.15, 0.18);
  const top = picture.height - bar;
  const [paper, ink] = random.pick([
    ['black', 'white'],
    ['white', 'black'],
  ] as const);
  const width = Math.min(picture.width * 0.9, (bar * 0.5 * picture.width) / heightFor(text, picture.width));
  const height = heightFor(text, width);
  const line = written({
    text,
    x: (picture.width - width) / 2,
    y: top + (bar - height) / 2,
    height,
    colour: ink,
  });
  const paint = `<rect y="${top}" width="${picture.width}" height="${bar}" fill="${paper}"/>${line}`;
  return jpeg(withDrawing(picture, paint));
}

/** A laughing face of 20 to 25 % of the shorter side, anywhere. */
function sticker(picture: Picture, random: SeededRandom): Promise<Buffer> {
  const r = (Math.min(picture.width, picture.height) * random.between(0.2, 0.25)) / 2;
  const x = random.between(r, picture.width - r);
  const y = random.between(r, picture.height - r);
  const face = `<circle r="1" fill="#ffcc22"/><circle cx="-.38" cy="-.25" r=".14" fill="#432"/>
    <circle cx=".38" cy="-.25" r=".14" fill="#432"/><path d="M-.6 .1H.6A.6 .6 0 0 1 -.6 .1Z" fill="#842"/>`;
  return jpeg(withDrawing(picture, `<g transform="translate(${x} ${y}) scale(${r})">${face}</g>`));
}
