import sharp, { type OverlayOptions } from 'sharp';
import type { SeededRandom } from '../../../test/support/seeded-random.js';
import { written } from './letters.js';
import { draw, jpeg, svg, type Picture } from './picture.js';

type Change = (picture: Picture, random: SeededRandom) => Promise<Buffer>;

/** Things put around the picture: borders, bars, the screen it was shown on. */
export const frameAttacks = {
  border3: bordered,
  pad_sq_black: (picture) => jpeg(padded(picture, 1, 'black')),
  pad_169_white: (picture) => jpeg(padded(picture, 16 / 9, 'white')),
  screenshot: phoneScreen,
  screenshot_crop: viewerWindow,
} satisfies Record<string, Change>;

/** A black or white border of 3 % of the longer side all round. */
function bordered(picture: Picture, random: SeededRandom): Promise<Buffer> {
  const edge = Math.max(1, Math.round(Math.max(picture.width, picture.height) * 0.03));
  const background = random.pick(['black', 'white']);
  return jpeg(draw(picture).extend({ top: edge, bottom: edge, left: edge, right: edge, background }));
}

/** The picture in full in the middle of a canvas of the given shape. */
function padded(picture: Picture, ratio: number, background: string): ReturnType<typeof draw> {
  const width = Math.max(picture.width, Math.round(picture.height * ratio));
  const height = Math.max(picture.height, Math.round(picture.width / ratio));
  const left = Math.floor((width - picture.width) / 2);
  const top = Math.floor((height - picture.height) / 2);
  return draw(picture).extend({
    left,
    top,
    right: width - picture.width - left,
    bottom: height - picture.height - top,
    background,
  });
}

/** A phone's screen, 9:19.5, that shows the picture in full: status bar above, buttons below. */
async function phoneScreen(picture: Picture, random: SeededRandom): Promise<Buffer> {
  const width = 1080;
  const height = 2340;
  const [paper, ink] = random.pick([
    ['black', 'white'],
    ['white', 'black'],
  ] as const);
  const bars = `<rect width="${width}" height="${height}" fill="${paper}"/>
    ${written({ text: '12:47', x: 70, y: 45, height: 34, colour: ink })}
    <path d="M860 79v-12M880 79v-20M900 79v-28M920 79v-36" stroke="${ink}" stroke-width="12"/>
    <rect x="955" y="45" width="70" height="34" rx="9" fill="none" stroke="${ink}" stroke-width="4"/>
    <rect x="961" y="51" width="44" height="22" rx="4" fill="${ink}"/>
    ${written({ text: 'TODAY 11:25', x: 380, y: 140, height: 30, colour: ink })}
    <path d="M70 130 45 155 70 180" fill="none" stroke="#2a7de1" stroke-width="9"/>
    <g fill="none" stroke="#2a7de1" stroke-width="8">
    <path d="M95 2180v50h60v-50M125 2205v-65M105 2160l20-22 20 22"/><circle cx="400" cy="2185" r="34"/>
    <path d="M640 2215c-60-40-40-75 0-50 40-25 60 10 0 50Z"/><path d="M905 2160h80M915 2160l8 75h44l8-75"/></g>
    <rect x="370" y="2305" width="340" height="10" rx="5" fill="${ink}"/>`;
  const shown = await draw(picture)
    .resize(width, height - 2 * 230, { fit: 'inside' })
    .png({ compressionLevel: 1 })
    .toBuffer({ resolveWithObject: true });
  const left = Math.round((width - shown.info.width) / 2);
  const top = Math.round((height - shown.info.height) / 2);
  return screen(width, height, bars, { input: shown.data, left, top });
}

/** The window of a picture viewer on a desktop: a title bar, thin edges, a line of text below, some desktop around. */
function viewerWindow(picture: Picture, random: SeededRandom): Promise<Buffer> {
  const unit = Math.max(picture.width, picture.height) / 100;
  const title = Math.round(5 * unit);
  const edge = Math.round(unit);
  const foot = Math.round(2.5 * unit);
  const desk = Math.round(random.between(1, 3) * unit);
  const width = picture.width + 2 * (edge + desk);
  const height = picture.height + title + foot + 2 * desk;
  const [bar, ink] = random.pick([
    ['#e8e8ea', '#333'],
    ['#2b2d31', '#ddd'],
  ] as const);
  const desktop = random.pick(['#1f5c8a', '#3c6e47', '#5b4a78']);
  const right = width - desk;
  const buttons = ['#ee5f57', '#f5bd30', '#2bc840'].map(
    (colour, n) =>
      `<circle cx="${right - (2 + 3 * n) * unit}" cy="${desk + title / 2}" r="${unit}" fill="${colour}"/>`,
  );
  const frame = `<rect width="${width}" height="${height}" fill="${desktop}"/>
    <rect x="${desk}" y="${desk}" width="${width - 2 * desk}" height="${height - 2 * desk}" fill="${bar}"/>
    ${buttons.join('')}
    ${written({ text: 'IMG 2091', x: desk + 2 * unit, y: desk + title / 2 - unit, height: 2 * unit, colour: ink })}
    ${written({ text: '1 OF 27', x: desk + 2 * unit, y: height - desk - foot / 2 - 0.6 * unit, height: 1.2 * unit, colour: ink })}`;
  const { pixels: input, ...size } = picture;
  const raw = { width: size.width, height: size.height, channels: 3 } as const;
  return screen(width, height, frame, { input, raw, left: desk + edge, top: desk + title });
}

/** The drawing with the picture on top of it. */
function screen(width: number, height: number, drawing: string, picture: OverlayOptions): Promise<Buffer> {
  return jpeg(
    sharp(svg(width, height, drawing))
      .flatten({ background: 'black' })
      .composite([picture])
      .removeAlpha(),
  );
}
