import sharp from 'sharp';
import type { SeededRandom } from '../../../test/support/seeded-random.js';
import { jpeg, svg } from '../attacks/picture.js';
import { centredLine, wordLists, type Pair, type PairMaker, type Stage } from './stage.js';

/** A shop's pictures: one thing before white, with another print. */
export const goodsPairs = {
  'shirts with another print': shirts,
  'bottles with another label': bottles,
} satisfies Record<string, PairMaker>;

const side = 900;

/** Drawings around (0, 0) within a radius of 1, painted with the colour that is current. */
const motifs = [
  '<circle r="1"/>',
  '<path d="M0-1 .9 .8H-.9Z"/>',
  '<path d="M-1-.2H-.3V-1H.3V-.2H1V.3H.3V1H-.3V.3H-1Z"/>',
  '<path d="M0-1 .25-.3H1L.4 .15 .6 .9 0 .45-.6 .9-.4 .15-1-.3H-.25Z"/>',
  '<path d="M0 1C-1.6-.2-.7-1.2 0-.5 .7-1.2 1.6-.2 0 1Z"/>',
  '<path d="M-1-.9H1V-.5H-1ZM-1-.2H1V.2H-1ZM-1 .5H1V.9H-1Z"/>',
  '<path d="M-1 1V-.3L-.5 .2 0-.8 .5 .2 1-.3V1Z"/>',
  '<path d="M.3-1A1 1 0 1 0 .3 1 .8 .8 0 1 1 .3-1Z"/>',
];

async function shirts({ random }: Stage): Promise<Pair> {
  const cloth = random.pick(['#c8322f', '#2c5aa0', '#2f7d4a', '#222', '#e3e0d8', '#d9a520']);
  const ink = cloth === '#e3e0d8' || cloth === '#d9a520' ? '#222' : '#f4f1e8';
  const outline = `M330 130Q450 210 570 130L700 180 830 380 720 440 670 370V800H230V370L180 440 70 380 200 180Z`;
  const shirt = `${shades}<path d="${outline}" fill="${cloth}"/><path d="${outline}" fill="url(#round)"/>
    <path d="M330 130Q450 210 570 130M230 370 245 300M670 370 655 300M300 800Q330 600 290 480M610 800Q580 640 620 520" fill="none" stroke="#0004" stroke-width="6"/>`;
  const [first, second] = twoMotifs(random);
  const [[one = ''] = [], [other = ''] = []] = wordLists(random, 2, 1);
  const printed = (motif: string, word: string): Promise<Buffer> =>
    photographed(`${shirt}<g fill="${ink}" transform="translate(450 400) scale(100)">${motif}</g>
      ${centredLine(word, { middle: 450, top: 540, mostWidth: 260, mostHeight: 40 }, { colour: ink })}`);
  return [await printed(first, one), await printed(second, other)];
}

async function bottles({ random }: Stage): Promise<Pair> {
  const glass = random.pick(['#2d4a2b', '#4b2a18', '#86a9b5', '#22252b']);
  const paper = random.pick(['#f3ead2', '#fff', '#e8d9e4']);
  const outline = `M405 60H495V260Q590 330 590 430V810Q590 850 550 850H350Q310 850 310 810V430Q310 330 405 260Z`;
  const bottle = `${shades}<path d="${outline}" fill="${glass}"/><rect x="400" y="50" width="100" height="70" fill="#933"/>
    <rect x="310" y="470" width="280" height="270" fill="${paper}"/>`;
  const [first, second] = twoMotifs(random);
  const [one = [], other = []] = wordLists(random, 2, 2);
  const labelled = (motif: string, words: readonly string[]): Promise<Buffer> => {
    const ink = { colour: '#2a2320' };
    const box = { middle: 450, mostWidth: 220, mostHeight: 30 };
    return photographed(`${bottle}<g fill="hsl(${random.whole(0, 359)} 60% 40%)" transform="translate(450 570) scale(60)">${motif}</g>
      ${centredLine(words[0] ?? '', { ...box, top: 650 }, ink)}${centredLine(words[1] ?? '', { ...box, top: 700, mostHeight: 18 }, ink)}
      <path d="${outline}" fill="url(#round)"/>`);
  };
  return [await labelled(first, one), await labelled(second, other)];
}

/** Light from the left, as on something round. */
const shades = `<linearGradient id="round"><stop offset="0" stop-color="#0000"/><stop offset=".3" stop-color="#fff3"/>
  <stop offset=".6" stop-color="#0000"/><stop offset="1" stop-color="#0007"/></linearGradient>`;

function twoMotifs(random: SeededRandom): readonly [string, string] {
  const first = random.pick(motifs);
  return [first, random.pick(motifs.filter((motif) => motif !== first))];
}

function photographed(drawing: string): Promise<Buffer> {
  return jpeg(sharp(svg(side, side, drawing)).flatten({ background: 'white' }));
}
