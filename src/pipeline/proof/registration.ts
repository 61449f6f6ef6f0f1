import { agreementOf, rimOf, type Agreement } from './agreement.js';
import { align, frameOf, similarityNear, type Shapes } from './alignment.js';
import { areaOf, inverseFrame, wholeFrame, within, type Frame } from './frames.js';
import { copySide, type GreyCopy } from '../fingerprint/grey-copy.js';
import { halvedLayer, softened, type Layer } from './layers.js';
import { Seen, type Area } from './seen.js';
import { spotsOf, type Spots } from './spots.js';

/** A grey copy made ready: softened, at two sizes. Made once for many registrations; 60 kB. */
export interface Registrable {
  readonly aspect: number;
  readonly rough: Layer;
  readonly middle: Layer;
  readonly fine: Layer;
}

/** What the comparison of two pictures, laid over each other, came to. */
export interface Registration extends Laid, Spots {}

/** The same, but for where they differ most. */
interface Laid extends Agreement {
  /** Where the other picture lies in the container. */
  readonly frame: Frame;
  /** Share of the compared part of the other picture that the container covers. */
  readonly cover: number;
  /**
   * How far the compared part of the other picture reaches beyond the container, in its widths or heights. An edited copy
   * lies within its original; of two shots of one scene each has something that the other has not.
   */
  readonly overhang: number;
  /** Share of the other picture that was compared: less than 1 where it has bars. */
  readonly compared: number;
  /** Largest difference of the frame from the whole: 0 when neither was cropped, moved or turned. */
  readonly offWhole: number;
}

/** Variance of the softening of every layer, in its pixels squared: that of the weights 1 2 1. */
const softness = 0.5;
/** The same with what shrinking to these pixels has softened before. */
const pixelSoftness = 0.65;
/** Half the blocks must agree by this much at half the size, or the full size is not looked at. */
const worthFineLook = 0.8;
/** So well that no other way of starting needs to be tried. */
const goodStart = 0.93;
/** A picture that lies beyond the container on this much more area is the container itself. */
const showsMore = 1.02;
/** Limits of the way from the start: change of area, move of the middle in sides of the container. */
const mostGrowth = 2;
const farthestMove = 0.25;
/** Share of the container that the other picture must at least show. */
const leastSeen = 0.12;
const roughRounds = 6;
const fineRounds = 4;
/** Pixels beyond the edge of the container that still count as covered. */
const coverSlack = 0.5;

const seen = new Seen();

export function registrable(copy: GreyCopy): Registrable {
  const fine = { side: copySide, pixels: Float64Array.from(copy.pixels) };
  const middle = softened(halvedLayer(fine), softness, softness);
  return {
    aspect: copy.aspect,
    rough: softened(middle, 2 * softness, 2 * softness),
    middle,
    fine: softened(fine, softness, softness),
  };
}

/**
 * Lays the other picture over the container, starting where `part` of the container looks like `view` of the other (its
 * whole, or what is inside its bars), and measures block by block how well they agree. Null when they do not even roughly.
 * Which of the two stands for the container follows from the frames alone: the one that shows more. 1 to 3 ms.
 */
export function register(
  container: Registrable,
  other: Registrable,
  part: Frame,
  view: Frame = wholeFrame,
): Registration | null {
  const start = within(part, inverseFrame(view));
  if (view === wholeFrame && areaOf(start) > showsMore)
    return register(other, container, inverseFrame(start), wholeFrame);
  const shapes: Shapes = { container: container.aspect, other: other.aspect };
  const first = similarityNear(start, shapes);
  const area = areaWithin(view, copySide >> 1, 0);
  const [middleA, middleB] = equallySharp(container.middle, other.middle, frameOf(first, shapes));
  let best: { place: typeof first; half: number; sum: number } | null = null;
  // An overlay may lead the rough look astray, a wrong start the direct one.
  for (const roughFirst of [true, false]) {
    const rough = roughFirst ? align(container.rough, other.rough, area, shapes, first, roughRounds) : first;
    const place = rough && align(middleA, middleB, area, shapes, rough, roughRounds);
    if (place === null || strayed(start, frameOf(place, shapes), view)) continue;
    const found = compare(middleA, middleB, frameOf(place, shapes), view);
    const sum = found.half + found.quarter;
    if (best === null || sum > best.sum) best = { place, half: found.half, sum };
    if (found.half > goodStart) break;
  }
  if (best === null || best.half < worthFineLook) return null;
  const found = frameOf(best.place, shapes);
  if (view === wholeFrame && areaOf(found) > showsMore && areaOf(start) >= 1 / showsMore)
    return register(other, container, inverseFrame(found), wholeFrame);
  const [fineA, fineB] = equallySharp(container.fine, other.fine, found);
  const place = align(fineA, fineB, areaWithin(view, copySide, 0), shapes, best.place, fineRounds);
  if (place === null || strayed(start, frameOf(place, shapes), view)) return null;
  return compareFinely(fineA, fineB, frameOf(place, shapes), view);
}

/** Measures two pictures as they stand, without laying one over the other first. 0.7 ms. */
export function compareInPlace(container: Registrable, other: Registrable): Registration {
  return compareFinely(container.fine, other.fine, wholeFrame, wholeFrame);
}

/** Far from where it began, or down to a speck of the container, in which anything could be seen. */
function strayed(start: Frame, found: Frame, view: Frame): boolean {
  const growth = areaOf(found) / areaOf(start);
  const [from, to] = [middleOf(start), middleOf(found)];
  const moved = Math.hypot(to[0] - from[0], to[1] - from[1]);
  return (
    growth > mostGrowth ||
    growth < 1 / mostGrowth ||
    moved > farthestMove ||
    areaOf(within(found, view)) < leastSeen
  );
}

function middleOf([a, b, x, c, d, y]: Frame): readonly [number, number] {
  return [(a + b) / 2 + x, (c + d) / 2 + y];
}

/** A part was enlarged to the same number of pixels as the whole that it is compared with: softens whichever is sharper. */
function equallySharp(container: Layer, other: Layer, [a, b, , c, d]: Frame): [Layer, Layer] {
  const [across, down] = [Math.hypot(a, c), Math.hypot(b, d)];
  const excess = (scale: number): number => (scale < 1 ? pixelSoftness * (1 / scale ** 2 - 1) : 0);
  return [
    softened(container, excess(1 / across), excess(1 / down)),
    softened(other, excess(across), excess(down)),
  ];
}

/** The pixels of a layer that an upright frame covers, less a rim. */
function areaWithin([width, , left, , height, top]: Frame, side: number, rim: number): Area {
  return {
    left: Math.round(left * side) + rim,
    top: Math.round(top * side) + rim,
    right: Math.round((left + width) * side) - rim,
    bottom: Math.round((top + height) * side) - rim,
  };
}

function compare(container: Layer, other: Layer, frame: Frame, view: Frame): Laid {
  const { side } = other;
  const rim = rimOf(side);
  const area = areaWithin(view, side, rim);
  seen.look(container, frame, area, coverSlack);
  const pixels = (area.right - area.left) * (area.bottom - area.top);
  return {
    ...agreementOf(seen, other, area),
    frame,
    cover: seen.count / pixels,
    overhang: overhangOf(within(frame, view)),
    compared: pixels / (side - 2 * rim) ** 2,
    offWhole: Math.max(...frame.map((value, n) => Math.abs(value - (wholeFrame[n] ?? 0)))),
  };
}

/** With the spots, for which the layers must have all their pixels; found when they are asked for: most pairs need none. */
function compareFinely(container: Layer, other: Layer, frame: Frame, view: Frame): Registration {
  const laid = compare(container, other, frame, view);
  let known: Spots | null = null;
  const spots = (): Spots => {
    if (known !== null) return known;
    // What was taken for a bar may be dark ground with words on it: where the container shows something there, it counts.
    const area = areaWithin(wholeFrame, other.side, rimOf(other.side));
    seen.look(container, frame, area, coverSlack);
    return (known = spotsOf(seen, other, area));
  };
  return {
    ...laid,
    get spot() {
      return spots().spot;
    },
    get innerSpot() {
      return spots().innerSpot;
    },
    get usualSpot() {
      return spots().usualSpot;
    },
  };
}

/** Of the unit square seen through the frame, beyond the unit square. */
function overhangOf([a, b, x, c, d, y]: Frame): number {
  const corners = [x, x + a, x + b, x + a + b, y, y + c, y + d, y + c + d];
  return Math.max(0, ...corners.map((at) => Math.max(-at, at - 1)));
}
