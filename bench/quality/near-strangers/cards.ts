import sharp from 'sharp';
import type { SeededRandom } from '../../../test/support/seeded-random.js';
import { written } from '../attacks/letters.js';
import { jpeg, svg } from '../attacks/picture.js';
import { digits, wordLists, type Pair, type PairMaker, type Stage } from './stage.js';

/** One card of two persons. */
export const cardPairs = {
  'identity cards of two persons': identityCards,
} satisfies Record<string, PairMaker>;

/** A bank card's shape at 300 dots an inch. */
const card = { width: 1012, height: 638 };

async function identityCards({ random }: Stage): Promise<Pair> {
  const hue = random.whole(0, 359);
  const waves = Array.from({ length: 22 }, (_, n) => {
    const y = 20 + n * 30;
    return `<path d="M0 ${y}q126 -60 253 0t253 0t253 0t253 0"/>`;
  });
  const ground = `<rect width="${card.width}" height="${card.height}" fill="hsl(${hue} 45% 86%)"/>
    <g fill="none" stroke="hsl(${hue} 40% 72%)" stroke-width="2">${waves.join('')}</g>
    <rect width="${card.width}" height="96" fill="hsl(${hue} 55% 35%)"/>
    <circle cx="925" cy="48" r="34" fill="hsl(${(hue + 60) % 360} 70% 60%)"/>
    ${written({ text: 'IDENTITY CARD', x: 50, y: 30, height: 36, colour: 'white' })}`;
  const [first = [], second = []] = wordLists(random, 2, 3);
  const issued = (names: readonly string[]): Promise<Buffer> => {
    const drawing = ground + face(random) + fields(names, random);
    return jpeg(sharp(svg(card.width, card.height, drawing)).flatten({ background: 'white' }));
  };
  return [await issued(first), await issued(second)];
}

function fields(names: readonly string[], random: SeededRandom): string {
  const rows = [
    ['NAME', names[0] ?? ''],
    ['FIRST NAME', names[1] ?? ''],
    ['BORN', `${digits(random, 2)} ${digits(random, 2)} 19${digits(random, 2)}`],
    ['PLACE', names[2] ?? ''],
    ['NUMBER', digits(random, 9)],
  ] as const;
  const lines = rows.map(([label, value], n) => {
    const y = 140 + n * 92;
    const small = written({ text: label, x: 400, y, height: 14, colour: '#555' });
    return small + written({ text: value, x: 400, y: y + 28, height: 30, colour: '#111' });
  });
  return lines.join('');
}

/** A drawn portrait before a grey wall, 280 x 370 pixels: skin, hair, clothes and the measures of the face are left to chance. */
function face(random: SeededRandom): string {
  const skin = random.pick(['#f1cfb4', '#dcae8a', '#b98259', '#8a5a3c', '#5e3b28']);
  const hair = random.pick(['#1d1815', '#4a2f1c', '#8c6238', '#c9a45c', '#8d8d8d']);
  const coat = random.pick(['#23324a', '#6d2430', '#2f4a35', '#333', '#7d7468']);
  const wide = random.between(66, 84);
  const tall = random.between(92, 112);
  const eyes = random.between(26, 36);
  const mouth = random.between(18, 34);
  const fringe = random.between(0.35, 0.75);
  const length = random.between(-20, 110);
  return `<svg x="60" y="140" width="280" height="370"><rect width="280" height="370" fill="#cfd3d6"/>
    <ellipse cx="140" cy="${150 - tall * 0.15}" rx="${wide + 16}" ry="${tall}" fill="${hair}"/>
    <rect x="${124 - wide}" y="140" width="${2 * wide + 32}" height="${Math.max(0, length)}" fill="${hair}"/>
    <rect x="112" y="210" width="56" height="90" fill="${skin}"/>
    <ellipse cx="140" cy="375" rx="130" ry="95" fill="${coat}"/>
    <ellipse cx="140" cy="160" rx="${wide}" ry="${tall}" fill="${skin}"/>
    <path d="M${140 - wide} ${160 - tall * 0.3}A${wide} ${tall} 0 0 1 ${140 + wide} ${160 - tall * 0.3}Q140 ${160 - tall * fringe} ${140 - wide} ${160 - tall * 0.3}Z" fill="${hair}"/>
    <g fill="#221"><ellipse cx="${140 - eyes}" cy="150" rx="10" ry="6"/><ellipse cx="${140 + eyes}" cy="150" rx="10" ry="6"/></g>
    <path d="M140 160l-9 32h16" fill="none" stroke="#0005" stroke-width="4"/>
    <path d="M${140 - mouth} 220q${mouth} ${random.between(2, 16)} ${2 * mouth} 0" fill="none" stroke="#8a2f2f" stroke-width="7"/></svg>`;
}
