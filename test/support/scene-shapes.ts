import type { SeededRandom } from './seeded-random.js';

/** What every part of a scene is drawn with. */
export type Canvas = { random: SeededRandom; width: number; height: number; palette: Palette };

/** The colours of one light. */
export type Palette = { sky: string[]; ground: string[]; accent: string[]; dark: string; light: string };

/** A polygon, corners in pixels. */
export const polygon = (points: [number, number][], fill: string, more = ''): string =>
  `<polygon points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}" fill="${fill}" ${more}/>`;

/** A rectangle by its upper left corner and size, in pixels. */
export const rect = (x: number, y: number, w: number, h: number, fill: string, more = ''): string =>
  `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${w.toFixed(1)}" height="${h.toFixed(1)}" fill="${fill}" ${more}/>`;

/** An ellipse by centre and half axes, in pixels. */
export const ellipse = (x: number, y: number, rx: number, ry: number, fill: string, more = ''): string =>
  `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${rx.toFixed(1)}" ry="${ry.toFixed(1)}" fill="${fill}" ${more}/>`;

/** A fir or a leafy tree standing at (x, foot). */
export function tree({ random, height, palette }: Canvas, x: number, foot: number, size: number): string {
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

/** A house or a block with windows; its left lower corner at (x, foot). */
export function house({ random, palette }: Canvas, x: number, foot: number, w: number, h: number): string {
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

/** Somebody standing at (x, foot), `size` pixels tall. */
export function person({ random, palette }: Canvas, x: number, foot: number, size: number): string {
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
