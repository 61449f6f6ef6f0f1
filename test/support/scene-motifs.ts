import { ellipse, house, person, polygon, rect, tree } from './scene-shapes.js';
import type { Canvas } from './scene-shapes.js';

/** The kinds of scenes; each gives SVG for the whole picture. */
export const MOTIFS: readonly ((canvas: Canvas) => string)[] = [countryside, street, stillLife, people];

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

/** Hills, a sun, trees and houses. */
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

/** A row of houses with people in front. */
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

/** Bottles and balls on a table. */
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

/** One to five people close by. */
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
