import type { Frame } from './frames.js';
import type { Layer } from './layers.js';
import { copySide } from '../fingerprint/grey-copy.js';
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
const most = copySide * copySide;
/** Of each pixel that is seen, what it says of each unknown: an array for each, which sums up faster than all in turn. */
const ofP = new Float64Array(most);
const ofQ = new Float64Array(most);
const ofX = new Float64Array(most);
const ofY = new Float64Array(most);
const ofGain = new Float64Array(most);
const terms = [ofP, ofQ, ofX, ofY];
const weights = new Float64Array(most);
/** Of the other picture. */
const greys = new Float64Array(most);

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
  const errors = findTerms(other, area, shapes, tone);
  terms.forEach((term, k) => {
    sumRow(term, k, seen.count);
  });
  sumTone(seen.count);
  for (let k = 0; k < unknowns; k++)
    for (let l = 0; l < k; l++) matrix[k * unknowns + l] = matrix[l * unknowns + k] ?? 0;
  // A little damping: where the picture says nothing about a direction, stay.
  for (let k = 0; k < 4; k++) matrix[k * unknowns + k] = (matrix[k * unknowns + k] ?? 0) * damping;
  return errors / seen.count;
}

/** Fills `terms`, `weights` and `greys` with what is seen, one pixel after the other; returns the sum of errors. */
function findTerms({ side, pixels }: Layer, area: Area, shapes: Shapes, tone: Tone): number {
  const { covered, slopeX, slopeY, grey } = seen;
  const { gain, offset, error: typical } = tone;
  const { container: wide, other: otherWide } = shapes;
  const ratio = otherWide / wide;
  let errors = 0;
  let n = 0;
  for (let j = area.top; j < area.bottom; j++) {
    const v = (j + 0.5) / side;
    for (let i = area.left, at = j * side + i; i < area.right; i++, at++) {
      if (covered[at] !== 1) continue;
      const u = (i + 0.5) / side;
      const toX = slopeX[at] ?? 0;
      const toY = slopeY[at] ?? 0;
      const here = grey[at] ?? 0;
      const there = pixels[at] ?? 0;
      const error = there - gain * here - offset;
      errors += Math.abs(error);
      weights[n] = weightOf(error, typical);
      ofP[n] = toX * u * ratio + toY * v;
      ofQ[n] = (-toX * v) / wide + toY * u * otherWide;
      ofX[n] = toX / wide;
      ofY[n] = toY;
      ofGain[n] = here;
      greys[n++] = there;
    }
  }
  return errors;
}

/** Row k of `matrix` and `vector`, of a step: one term by all, each sum in the order of the pixels. */
function sumRow(mine: Float64Array, k: number, count: number): void {
  let p = 0;
  let q = 0;
  let x = 0;
  let y = 0;
  let gain = 0;
  let offset = 0;
  let sum = 0;
  for (let n = 0; n < count; n++) {
    const weighted = (weights[n] ?? 0) * (mine[n] ?? 0);
    p += weighted * (ofP[n] ?? 0);
    q += weighted * (ofQ[n] ?? 0);
    x += weighted * (ofX[n] ?? 0);
    y += weighted * (ofY[n] ?? 0);
    gain += weighted * (ofGain[n] ?? 0);
    offset += weighted;
    sum += weighted * (greys[n] ?? 0);
  }
  matrix.set([p, q, x, y, gain, offset], k * unknowns);
  vector[k] = sum;
}

/** The same of gain and offset, but for what the rows above have. */
function sumTone(count: number): void {
  let squares = 0;
  let gain = 0;
  let offset = 0;
  let ofBoth = 0;
  let sum = 0;
  for (let n = 0; n < count; n++) {
    const weight = weights[n] ?? 0;
    const here = ofGain[n] ?? 0;
    const there = greys[n] ?? 0;
    const weighted = weight * here;
    squares += weighted * here;
    gain += weighted;
    ofBoth += weighted * there;
    offset += weight;
    sum += weight * there;
  }
  matrix.set([squares, gain], 4 * unknowns + 4);
  matrix[5 * unknowns + 5] = offset;
  vector.set([ofBoth, sum], 4);
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
