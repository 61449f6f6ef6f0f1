import { MOTIFS } from './scene-motifs.js';
import { ellipse, rect } from './scene-shapes.js';
import type { Canvas, Palette } from './scene-shapes.js';
import { seededRandom } from './seeded-random.js';

const PALETTES: Palette[] = [
  {
    sky: ['#bfe3f7', '#3f87c4'],
    ground: ['#5d8a3a', '#2f4f22'],
    accent: ['#c0392b', '#f1c40f', '#f5f0e6'],
    dark: '#17220f',
    light: '#fffdf2',
  },
  {
    sky: ['#ffd7a1', '#c1452f'],
    ground: ['#5b3216', '#2a160b'],
    accent: ['#ffcf56', '#7b2d43', '#fbe9d0'],
    dark: '#180a08',
    light: '#fff3d6',
  },
  {
    sky: ['#0c1330', '#27386e'],
    ground: ['#11131d', '#242a38'],
    accent: ['#ffd77a', '#8fb6ff', '#e76f51'],
    dark: '#05060c',
    light: '#f6f2d9',
  },
  {
    sky: ['#f2f2ee', '#a9b4ba'],
    ground: ['#e9edf0', '#9aa6ad'],
    accent: ['#2d4739', '#8c3b2e', '#304b68'],
    dark: '#20272b',
    light: '#ffffff',
  },
  {
    sky: ['#fbe3ea', '#9c6fae'],
    ground: ['#3f7d74', '#1d3f4a'],
    accent: ['#e84a7f', '#f4d35e', '#fff6f8'],
    dark: '#1b1226',
    light: '#fffafc',
  },
  {
    sky: ['#e9d8a6', '#d9a441'],
    ground: ['#d7b377', '#8a5a2b'],
    accent: ['#0a7a80', '#ae2012', '#fefae0'],
    dark: '#2b1a0c',
    light: '#fffbe8',
  },
  {
    sky: ['#88a79b', '#2f4a45'],
    ground: ['#33573f', '#132a1c'],
    accent: ['#d8e2a8', '#b5651d', '#eef4ed'],
    dark: '#07130d',
    light: '#f0f7e8',
  },
];

function sky({ random, width, height, palette }: Canvas): string {
  const [from = '#fff', to = '#000'] = random.next() < 0.5 ? palette.sky : [...palette.sky].reverse();
  const angle = random.between(0, 360).toFixed(0);
  const gradient = `<linearGradient id="sky" gradientTransform="rotate(${angle} .5 .5)"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
  return `<defs>${gradient}</defs>${rect(0, 0, width, height, 'url(#sky)')}`;
}

/** Large soft patches of light and shade: sun, clouds, shadow of a building beside the camera. */
function lightAndShade(canvas: Canvas, count: number): string {
  const { random, width, height, palette } = canvas;
  const patches: string[] = [];
  for (let index = 0; index < count; index++) {
    const colour = index % 2 === 0 ? palette.dark : palette.light;
    const id = `patch${index}${random.whole(0, 1e6)}`;
    patches.push(
      `<defs><radialGradient id="${id}"><stop offset="0" stop-color="${colour}" stop-opacity="${random.between(0.75, 0.98).toFixed(2)}"/><stop offset=".55" stop-color="${colour}" stop-opacity=".5"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient></defs>`,
      ellipse(
        random.between(0, width),
        random.between(0, height),
        random.between(0.1, 0.3) * width,
        random.between(0.12, 0.4) * height,
        `url(#${id})`,
      ),
    );
  }
  return patches.join('');
}

/** A mesh of thin strokes (grass, wires, cracks) that survives down to thumbnails. */
function strokes({ random, width, height, palette }: Canvas): string {
  const lines: string[] = [];
  for (let count = random.whole(20, 60); count > 0; count--) {
    const x = random.between(0, width);
    const y = random.between(0, height);
    lines.push(
      `<path d="M${x.toFixed(0)} ${y.toFixed(0)} q${random.between(-40, 40).toFixed(0)} ${random.between(-60, 20).toFixed(0)} ${random.between(-90, 90).toFixed(0)} ${random.between(-90, 90).toFixed(0)}" fill="none" stroke="${random.pick([...palette.ground, ...palette.accent])}" stroke-width="${random.between(0.8, 3.5).toFixed(1)}" opacity="${random.between(0.3, 0.8).toFixed(2)}"/>`,
    );
  }
  return lines.join('');
}

/** The scene of a seed as SVG: countryside, street, still life or people, in one of seven palettes. */
export function sceneSvg(seed: number, width: number, height: number): string {
  const random = seededRandom(seed);
  const canvas: Canvas = { random, width, height, palette: random.pick(PALETTES) };
  const motif = random.pick(MOTIFS);
  const parts = [
    sky(canvas),
    lightAndShade(canvas, 9),
    motif(canvas),
    lightAndShade(canvas, 5),
    strokes(canvas),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join('')}</svg>`;
}
