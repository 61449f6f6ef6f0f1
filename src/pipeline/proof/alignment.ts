import type { Frame } from './frames.js';
import type { Layer } from './layers.js';
import { Seen, type Area } from './seen.js';
import { toneOf, weightOf, type Tone } from './tone.js';

/**
 * Moves, turns and scales the second picture into the first: `[p, q, x, y]` is (X, Y) -> (p X - q Y + x, q X + p Y + y) in
 * heights of the two pictures. No stretch and no shear: edits that keep the picture whole need none, and strangers would
 * use them to fit.
 */
export type Similarity = readonly [number, number, number, number];

/** The shapes of the two pictures, width by height. */
export interface Shapes {
  readonly container: number;
  readonly other: number;
}

/** The similarity as a frame: where the other picture lies in the container. */
export function frameOf([p, q, x, y]: Similarity, { container, other }: Shapes): Frame {
  return [(p * other) / container, -q / container, x / container, q * other, p, y];
}

/** The similarity with the middle, the mean scale and the mean turn of a frame. */
export function similarityNear([a, b, x, c, d, y]: Frame, { container, other }: Shapes): Similarity {
  const p = ((a * container) / other + d) / 2;
  const q = (c / other - b * container) / 2;
  const middleX = (a / 2 + b / 2 + x) * container;
  const middleY = c / 2 + d / 2 + y;
  return [p, q, middleX - (p * other - q) / 2, middleY - (q * other + p) / 2];
}

/** Of the area, this much must be covered. */
const leastCover = 0.5;
/** Smallest step worth taking, and the largest allowed, in heights of the picture. */
const smallestStep = 4e-4;
const largestStep = 0.06;
const damping = 1.001;
const unknowns = 6;

const seen = new Seen();
const matrix = new Float64Array(unknowns * unknowns);
const vector = new Float64Array(unknowns);
const slopes = new Float64Array(unknowns);

/**
 * Gauss-Newton with robust weights: the similarity near `start` that maps `area` of the other picture best onto the
 * container, whatever the two differ by in brightness and contrast. Null where they lose each other.
 */
export function align(
  container: Layer,
  other: Layer,
  area: Area,
  shapes: Shapes,
  start: Similarity,
  rounds: number,
): Similarity | null {
  const wanted = (area.right - area.left) * (area.bottom - area.top) * leastCover;
  let place = start;
  let tone: Tone | null = null;
  for (let round = 0; round < rounds; round++) {
    seen.look(container, frameOf(place, shapes), area, 0);
    if (seen.count < wanted) return null;
    tone ??= toneOf(seen, other, area);
    if (tone === null) return null;
    const error = sumUp(other, area, shapes, tone);
    if (!solve()) return null;
    const [p = 0, q = 0, x = 0, y = 0, gain = 0, offset = 0] = vector;
    if (!(gain > 0.05)) return null;
    tone = { gain, offset, error: Math.max(1, 1.25 * error) };
    const steps = [p, q, x, y].map((step) => step / gain);
    const [a = 0, b = 0, c = 0, d = 0] = steps.map((s) => Math.min(Math.max(s, -largestStep), largestStep));
    place = [place[0] + a, place[1] + b, place[2] + c, place[3] + d];
    if (Math.max(...steps.map(Math.abs)) < smallestStep) break;
  }
  return place;
}

/** The normal equations for four steps (times the gain), gain and offset. Returns the mean error before the step. */
function sumUp(other: Layer, area: Area, shapes: Shapes, tone: Tone): number {
  matrix.fill(0);
  vector.fill(0);
  let errors = 0;
  const { side } = other;
  const ratio = shapes.other / shapes.container;
  for (let j = area.top; j < area.bottom; j++)
    for (let i = area.left; i < area.right; i++) {
      const at = j * side + i;
      if (seen.covered[at] !== 1) continue;
      const u = (i + 0.5) / side;
      const v = (j + 0.5) / side;
      const toX = seen.slopeX[at] ?? 0;
      const toY = seen.slopeY[at] ?? 0;
      const grey = seen.grey[at] ?? 0;
      const there = other.pixels[at] ?? 0;
      const error = there - tone.gain * grey - tone.offset;
      errors += Math.abs(error);
      slopes[0] = toX * u * ratio + toY * v;
      slopes[1] = (-toX * v) / shapes.container + toY * u * shapes.other;
      slopes[2] = toX / shapes.container;
      slopes[3] = toY;
      slopes[4] = grey;
      slopes[5] = 1;
      addUp(weightOf(error, tone.error), there);
    }
  for (let k = 0; k < unknowns; k++)
    for (let l = 0; l < k; l++) matrix[k * unknowns + l] = matrix[l * unknowns + k] ?? 0;
  // A little damping: where the picture says nothing about a direction, stay.
  for (let k = 0; k < 4; k++) matrix[k * unknowns + k] = (matrix[k * unknowns + k] ?? 0) * damping;
  return errors / seen.count;
}

/** One pixel's equation, from `slopes`. */
function addUp(weight: number, there: number): void {
  for (let k = 0; k < unknowns; k++) {
    const weighted = weight * (slopes[k] ?? 0);
    vector[k] = (vector[k] ?? 0) + weighted * there;
    for (let l = k, at = k * unknowns + k; l < unknowns; l++, at++)
      matrix[at] = (matrix[at] ?? 0) + weighted * (slopes[l] ?? 0);
  }
}

/** Solves `matrix` x = `vector` in place by Cholesky's method; false where there is no single answer. */
function solve(): boolean {
  const m = (row: number, column: number): number => matrix[row * unknowns + column] ?? 0;
  for (let k = 0; k < unknowns; k++) {
    let diagonal = m(k, k);
    for (let l = 0; l < k; l++) diagonal -= m(k, l) ** 2;
    if (!(diagonal > 1e-9)) return false;
    const root = Math.sqrt(diagonal);
    matrix[k * unknowns + k] = root;
    for (let row = k + 1; row < unknowns; row++) {
      let sum = m(row, k);
      for (let l = 0; l < k; l++) sum -= m(row, l) * m(k, l);
      matrix[row * unknowns + k] = sum / root;
    }
  }
  for (let k = 0; k < unknowns; k++) {
    let sum = vector[k] ?? 0;
    for (let l = 0; l < k; l++) sum -= m(k, l) * (vector[l] ?? 0);
    vector[k] = sum / m(k, k);
  }
  for (let k = unknowns - 1; k >= 0; k--) {
    let sum = vector[k] ?? 0;
    for (let l = k + 1; l < unknowns; l++) sum -= m(l, k) * (vector[l] ?? 0);
    vector[k] = sum / m(k, k);
  }
  return true;
}
