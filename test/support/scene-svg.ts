import { seededRandom } from './seeded-random.js';
import type { SeededRandom } from './seeded-random.js';

/** What every part of a scene is drawn with. */
export type Canvas = { random: SeededRandom; width: number; height: number; palette: Palette };

type Palette = { sky: string[]; ground: string[]; accent: string[]; dark: string; light: string };

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

const polygon = (points: [number, number][], fill: string, more = ''): string =>
  `<polygon points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}" fill="${fill}" ${more}/>`;

const rect = (x: number, y: number, w: number, h: number, fill: string, more = ''): string =>
  `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${w.toFixed(1)}" height="${h.toFixed(1)}" fill="${fill}" ${more}/>`;

const ellipse = (x: number, y: number, rx: number, ry: number, fill: string, more = ''): string =>
  `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${rx.toFixed(1)}" ry="${ry.toFixed(1)}" fill="${fill}" ${more}/>`;

/** A ridge from the left edge to the right one, filled down to the bottom. */
function ridge({ random, width, height }: Canvas, base: number, rough: number, fill: string): string {
  const points: [number, number][] = [
    [0, height],
    [0, base + random.between(-rough, rough)],
  ];
  const steps = random.whole(3, 9);
  for (let step = 1; step < steps; step++)
    points.push([(width * step) / steps, base + random.between(-rough, rough)]);
  points.push([width, base + random.between(-rough, rough)], [width, height]);
  return polygon(points, fill);
}

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

function tree({ random, height, palette }: Canvas, x: number, foot: number, size: number): string {
  const trunk = rect(x - size * 0.06, foot - size * 0.5, size * 0.12, size * 0.5, palette.dark);
  const crown = random.pick(palette.ground);
  if (random.next() < 0.45) {
    const tiers = [0, 1, 2].map((tier) =>
      polygon(
        [
          [x - size * (0.36 - tier * 0.08), foot - size * (0.3 + tier * 0.24)],
          [x + size * (0.36 - tier * 0.08), foot - size * (0.3 + tier * 0.24)],
          [x, foot - size * (0.75 + tier * 0.22)],
        ],
        crown,
        `stroke="${palette.dark}" stroke-width="${(height / 400).toFixed(1)}"`,
      ),
    );
    return trunk + tiers.join('');
  }
  const puffs = [0, 1, 2, 3, 4].map(() =>
    ellipse(
      x + random.between(-0.25, 0.25) * size,
      foot - size * random.between(0.5, 0.95),
      size * random.between(0.15, 0.28),
      size * random.between(0.13, 0.24),
      crown,
    ),
  );
  return trunk + puffs.join('');
}

function house({ random, palette }: Canvas, x: number, foot: number, w: number, h: number): string {
  const wall = random.pick([...palette.accent, palette.light, palette.dark]);
  const parts = [rect(x, foot - h, w, h, wall)];
  if (random.next() < 0.7)
    parts.push(
      polygon(
        [
          [x - w * 0.08, foot - h],
          [x + w * 1.08, foot - h],
          [x + w * random.between(0.3, 0.7), foot - h - w * random.between(0.2, 0.6)],
        ],
        random.pick(palette.accent),
      ),
    );
  const columns = random.whole(1, 4);
  const rows = random.whole(1, 6);
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < rows; row++)
      parts.push(
        rect(
          x + (w * (column + 0.25)) / columns,
          foot - h + (h * (row + 0.2)) / rows,
          (w * 0.5) / columns,
          (h * 0.55) / rows,
          random.next() < 0.5 ? palette.light : palette.dark,
        ),
      );
  return parts.join('');
}

function person({ random, palette }: Canvas, x: number, foot: number, size: number): string {
  const skin = random.pick(['#f1c9a5', '#c68863', '#8d5a3b', '#5c3a26']);
  const coat = random.pick([...palette.accent, palette.dark, palette.light]);
  const lean = random.between(-0.12, 0.12) * size;
  return [
    polygon(
      [
        [x - size * 0.13, foot],
        [x - size * 0.02, foot],
        [x + lean, foot - size * 0.5],
        [x - size * 0.13 + lean, foot - size * 0.5],
      ],
      palette.dark,
    ),
    polygon(
      [
        [x + size * 0.02, foot],
        [x + size * 0.14, foot],
        [x + size * 0.13 + lean, foot - size * 0.5],
        [x + lean, foot - size * 0.5],
      ],
      palette.dark,
    ),
    polygon(
      [
        [x - size * 0.2 + lean, foot - size * 0.42],
        [x + size * 0.2 + lean, foot - size * 0.42],
        [x + size * 0.15 + lean, foot - size * 0.82],
        [x - size * 0.15 + lean, foot - size * 0.82],
      ],
      coat,
    ),
    ellipse(x + lean * 1.2, foot - size * 0.91, size * 0.09, size * 0.11, skin),
    ellipse(
      x + lean * 1.2,
      foot - size * 0.98,
      size * 0.1,
      size * 0.06,
      random.pick(['#1a120c', '#5a3b1e', '#c9a45c']),
    ),
  ].join('');
}

function countryside(canvas: Canvas): string {
  const { random, width, height, palette } = canvas;
  const horizon = height * random.between(0.2, 0.75);
  const parts = [
    ellipse(
      random.between(0, width),
      random.between(0, horizon),
      width * random.between(0.03, 0.09),
      width * random.between(0.03, 0.09),
      palette.light,
    ),
  ];
  const layers = random.whole(2, 4);
  for (let layer = 0; layer < layers; layer++)
    parts.push(
      ridge(
        canvas,
        horizon + ((height - horizon) * layer) / layers,
        height * random.between(0.03, 0.25),
        random.pick([...palette.ground, palette.dark, ...palette.sky]),
      ),
    );
  for (let count = random.whole(1, 7); count > 0; count--)
    parts.push(
      tree(
        canvas,
        random.between(0, width),
        random.between(horizon, height),
        height * random.between(0.15, 0.8),
      ),
    );
  for (let count = random.whole(0, 3); count > 0; count--)
    parts.push(
      house(
        canvas,
        random.between(0, width * 0.9),
        random.between(horizon, height),
        width * random.between(0.08, 0.25),
        height * random.between(0.08, 0.3),
      ),
    );
  return parts.join('');
}

function street(canvas: Canvas): string {
  const { random, width, height, palette } = canvas;
  const foot = height * random.between(0.6, 0.95);
  const parts = [rect(0, foot, width, height - foot, random.pick([...palette.ground, palette.dark]))];
  for (let x = -width * 0.05; x < width;) {
    const w = width * random.between(0.08, 0.3);
    if (random.next() < 0.8) parts.push(house(canvas, x, foot, w, height * random.between(0.15, 0.85)));
    x += w * random.between(1, 1.4);
  }
  for (let count = random.whole(0, 5); count > 0; count--)
    parts.push(
      person(
        canvas,
        random.between(0, width),
        random.between(foot, height),
        height * random.between(0.2, 0.55),
      ),
    );
  return parts.join('');
}

function stillLife(canvas: Canvas): string {
  const { random, width, height, palette } = canvas;
  const edge = height * random.between(0.35, 0.75);
  const tilt = height * random.between(-0.15, 0.15);
  const parts = [
    polygon(
      [
        [0, edge + tilt],
        [width, edge - tilt],
        [width, height],
        [0, height],
      ],
      random.pick([...palette.ground, ...palette.accent]),
    ),
  ];
  for (let count = random.whole(3, 9); count > 0; count--) {
    const x = random.between(0, width);
    const y = random.between(edge * 0.8, height);
    const size = height * random.between(0.08, 0.35);
    const colour = random.pick([...palette.accent, palette.dark, palette.light]);
    if (random.next() < 0.5)
      parts.push(
        ellipse(x, y - size / 2, size / 2, size / 2, colour),
        ellipse(x - size * 0.15, y - size * 0.65, size * 0.1, size * 0.07, palette.light, 'opacity=".7"'),
      );
    else
      parts.push(
        `<path d="M${x - size / 4} ${y} q${-size / 3} ${-size} ${size / 8} ${-size * 1.2} l0 ${-size / 3} l${size / 4} 0 l0 ${size / 3} q${size / 2} ${size / 3} ${size / 8} ${size * 1.2} z" fill="${colour}"/>`,
      );
  }
  return parts.join('');
}

function people(canvas: Canvas): string {
  const { random, width, height, palette } = canvas;
  const parts = [
    rect(
      0,
      height * random.between(0.5, 0.9),
      width,
      height,
      random.pick([...palette.ground, palette.light]),
    ),
  ];
  for (let count = random.whole(1, 3); count > 0; count--)
    parts.push(
      house(
        canvas,
        random.between(-0.1, 0.8) * width,
        height * random.between(0.5, 0.9),
        width * random.between(0.15, 0.45),
        height * random.between(0.3, 0.9),
      ),
    );
  for (let count = random.whole(1, 5); count > 0; count--)
    parts.push(
      person(
        canvas,
        width * random.between(0.05, 0.95),
        height * random.between(0.85, 1.2),
        height * random.between(0.5, 1.1),
      ),
    );
  return parts.join('');
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
  const motif = random.pick([countryside, street, stillLife, people]);
  const parts = [
    sky(canvas),
    lightAndShade(canvas, 9),
    motif(canvas),
    lightAndShade(canvas, 5),
    strokes(canvas),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join('')}</svg>`;
}
