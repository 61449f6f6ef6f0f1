import type { Layer } from './layers.js';
import type { Area, Seen } from './seen.js';

/** Where two pictures that lie over each other differ most. */
export interface Spots {
  /**
   * The largest difference of a spot of 4x4 pixels, in what rounding and a shift of 0.15 pixels make of a copy: copies lie
   * below 1.5, other words on the same picture above 2.5.
   */
  readonly spot: number;
  /** The same without the corners, where marks and dates are put. */
  readonly innerSpot: number;
  /** Half of all spots differ by no more than this. */
  readonly usualSpot: number;
}

/** Grey levels that rounding alone makes. */
const rounding = 4;
/** Pixels by which an edge may have moved. */
const shift = 0.15;
const spotSide = 4;
const spotStep = 2;
/** Tone is evened out within windows of this side, every half of it. */
const windowSide = 20;
const toneBins = 16;
/** Of the width and of the height: what lies beyond both is a corner. */
const cornerWidth = 0.25;
const cornerHeight = 0.15;

/** Who changes tones by more levels than this may have made other greys of some colours: a spot counts for less then. */
const changedTone = 5;
const allowance = 1.5;

const side = 64;
const greyLevels = 256;
const becomes = new Float64Array(greyLevels + 1);
/** How steep the two pictures are, levels from one pixel to the next. */
const slopes = { ours: new Float64Array(side * side), theirs: new Float64Array(side * side) };
const expected = new Float64Array(side * side);
/** Where something of the container is seen. */
const places = new Uint16Array(side * side);
const squares = new Float64Array(side * side);
const counts = new Uint8Array(side * side);
const found = new Float64Array((side / spotStep) ** 2);

/** Compares `area` of a picture of 64x64 pixels with what is seen of the container there. 0.5 ms. */
export function spotsOf(seen: Seen, other: Layer, area: Area): Spots {
  const count = findPlaces(seen, area);
  const changed = evenTone(seen, other, count);
  findSlopes(seen, other, count);
  squares.fill(0);
  counts.fill(0);
  for (const top of windows(area.top, area.bottom))
    for (const left of windows(area.left, area.right))
      addDifferences(seen, other, {
        left,
        top,
        right: Math.min(area.right, left + windowSide),
        bottom: Math.min(area.bottom, top + windowSide),
      });
  return largestOf(area, changed > changedTone ? allowance : 1);
}

function windows(from: number, to: number): number[] {
  const last = Math.max(from, to - windowSide);
  const starts: number[] = [];
  for (let at = from; at < last; at += windowSide / 2) starts.push(at);
  return [...starts, last];
}

/**
 * What the other picture should be where tones were only changed, lost in white or black ones too. Fills `expected`; returns by how
 * many levels the tones were changed on average.
 */
function evenTone(seen: Seen, { pixels }: Layer, count: number): number {
  const sums = new Float64Array(toneBins);
  const weights = new Float64Array(toneBins);
  const greys = new Float64Array(toneBins);
  for (let n = 0; n < count; n++) {
    const at = places[n] ?? 0;
    const grey = seen.grey[at] ?? 0;
    const bin = Math.min(toneBins - 1, Math.max(0, Math.floor((grey * toneBins) / 256)));
    sums[bin] = (sums[bin] ?? 0) + (pixels[at] ?? 0);
    greys[bin] = (greys[bin] ?? 0) + grey;
    weights[bin] = (weights[bin] ?? 0) + 1;
  }
  const curve = Array.from({ length: toneBins }, (_, bin) => bin).flatMap((bin) => {
    const weight = weights[bin] ?? 0;
    return weight < 4 ? [] : [{ grey: (greys[bin] ?? 0) / weight, becomes: (sums[bin] ?? 0) / weight }];
  });
  let changed = 0;
  for (let grey = 0; grey <= greyLevels; grey++) becomes[grey] = onCurve(curve, grey);
  for (let n = 0; n < count; n++) {
    const at = places[n] ?? 0;
    const grey = Math.min(greyLevels - 1e-9, Math.max(0, seen.grey[at] ?? 0));
    const below = Math.floor(grey);
    const from = becomes[below] ?? 0;
    const now = from + ((becomes[below + 1] ?? 0) - from) * (grey - below);
    expected[at] = now;
    changed += Math.abs(now - grey);
  }
  return changed / Math.max(1, seen.count);
}

interface Tone {
  readonly grey: number;
  readonly becomes: number;
}

/** Between the greys that are there often enough, and beyond them as far from the last one as before. */
function onCurve(curve: readonly Tone[], grey: number): number {
  let below: Tone | null = null;
  for (const above of curve) {
    if (above.grey >= grey) {
      const from = below ?? { grey: 0, becomes: above.becomes - above.grey };
      const share = (grey - from.grey) / Math.max(1e-9, above.grey - from.grey);
      return from.becomes + (above.becomes - from.becomes) * share;
    }
    below = above;
  }
  return below === null ? grey : below.becomes + grey - below.grey;
}

/** Fills `places` with where the container is seen, in order; returns how many there are. */
function findPlaces({ covered }: Seen, { left, top, right, bottom }: Area): number {
  let count = 0;
  for (let y = top; y < bottom; y++)
    for (let at = y * side + left, end = y * side + right; at < end; at++)
      if (covered[at] === 1) places[count++] = at;
  return count;
}

/** At the first `count` places. */
function findSlopes({ slopeX, slopeY }: Seen, { pixels }: Layer, count: number): void {
  const { ours, theirs } = slopes;
  for (let n = 0; n < count; n++) {
    const at = places[n] ?? 0;
    const across = ((pixels[at + 1] ?? 0) - (pixels[at - 1] ?? 0)) / 2;
    const down = ((pixels[at + side] ?? 0) - (pixels[at - side] ?? 0)) / 2;
    const x = slopeX[at] ?? 0;
    const y = slopeY[at] ?? 0;
    theirs[at] = Math.sqrt(across * across + down * down);
    ours[at] = Math.sqrt(x * x + y * y) / side;
  }
}

/** Adds the squared differences in a window, after its own gain and offset, in what a copy may differ by. */
function addDifferences({ covered }: Seen, { pixels }: Layer, { left, top, right, bottom }: Area): void {
  let n = 0;
  let a = 0;
  let b = 0;
  let aa = 0;
  let ab = 0;
  for (let y = top; y < bottom; y++)
    for (let at = y * side + left, end = y * side + right; at < end; at++) {
      if (covered[at] !== 1) continue;
      const here = expected[at] ?? 0;
      const there = pixels[at] ?? 0;
      n++;
      a += here;
      b += there;
      aa += here * here;
      ab += here * there;
    }
  if (n < (windowSide * windowSide) / 2) return;
  const variance = Math.max(20, aa / n - (a / n) ** 2);
  const gain = Math.min(2, Math.max(0.5, (ab / n - (a * b) / (n * n)) / variance));
  const offset = (b - gain * a) / n;
  const { ours, theirs } = slopes;
  for (let y = top; y < bottom; y++)
    for (let at = y * side + left, end = y * side + right; at < end; at++) {
      if (covered[at] !== 1) continue;
      const off = (pixels[at] ?? 0) - gain * (expected[at] ?? 0) - offset;
      const edge = shift * Math.max(theirs[at] ?? 0, gain * (ours[at] ?? 0));
      squares[at] = (squares[at] ?? 0) + (off * off) / (rounding * rounding + edge * edge);
      counts[at] = (counts[at] ?? 0) + 1;
    }
}

function largestOf({ left, top, right, bottom }: Area, unit: number): Spots {
  for (let y = top; y < bottom; y++)
    for (let at = y * side + left, end = y * side + right; at < end; at++)
      if (counts[at] !== 0) squares[at] = (squares[at] ?? 0) / (counts[at] ?? 1);
  let n = 0;
  let inner = 0;
  for (let y = top; y <= bottom - spotSide; y += spotStep)
    for (let x = left; x <= right - spotSide; x += spotStep) {
      const differs = spotAt(x, y);
      if (differs === null) continue;
      const one = differs / unit;
      found[n++] = one;
      if (!isCorner((x + spotSide / 2) / side, (y + spotSide / 2) / side)) inner = Math.max(inner, one);
    }
  const all = found.subarray(0, n).sort();
  return { spot: all[n - 1] ?? 0, innerSpot: inner, usualSpot: all[n >> 1] ?? 0 };
}

function isCorner(u: number, v: number): boolean {
  return Math.min(u, 1 - u) < cornerWidth && Math.min(v, 1 - v) < cornerHeight;
}

/** Root of the mean of `squares`, which are means by now; null where too little of it was compared. */
function spotAt(left: number, top: number): number | null {
  let sum = 0;
  let n = 0;
  for (let y = top; y < top + spotSide; y++)
    for (let x = left, at = y * side + left; x < left + spotSide; x++, at++) {
      if (counts[at] === 0) continue;
      sum += squares[at] ?? 0;
      n++;
    }
  return n < (spotSide * spotSide) / 2 ? null : Math.sqrt(sum / n);
}
