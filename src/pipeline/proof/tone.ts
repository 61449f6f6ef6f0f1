import { copySide } from '../fingerprint/grey-copy.js';
import type { Layer } from './layers.js';
import type { Area, Seen } from './seen.js';

/** other = gain * container + offset, and how far off that is on average (grey levels, at least 1). */
export interface Tone {
  readonly gain: number;
  readonly offset: number;
  readonly error: number;
}

/** Less contrast than this (variance) leaves nothing to hold on to. */
const leastVariance = 4;
/** Pixels whose error is far beyond this many mean errors hardly count: an overlay must not pull the picture away. */
const errorsTolerated = 2.5;
const toneRounds = 5;

/** What an error counts for, 0 to 1, where `typical` is the mean of all. */
export function weightOf(error: number, typical: number): number {
  const far = error / (errorsTolerated * typical);
  const weight = 1 / (1 + far * far);
  return weight * weight;
}

/** Grey levels of both where the container is seen, gone over ten times. Used again by every call. */
const ours = new Float64Array(copySide * copySide);
const theirs = new Float64Array(copySide * copySide);

/** Gain and offset by repeated weighted least squares, where the container is seen; null on flat ground. */
export function toneOf(seen: Seen, other: Layer, area: Area): Tone | null {
  const count = collect(seen, other, area);
  let tone: Tone = { gain: 1, offset: 0, error: 1e4 };
  for (let round = 0; round < toneRounds; round++) {
    const { gain: lastGain, offset: lastOffset, error: typical } = tone;
    let n = 0;
    let a = 0;
    let b = 0;
    let aa = 0;
    let ab = 0;
    for (let at = 0; at < count; at++) {
      const here = ours[at] ?? 0;
      const there = theirs[at] ?? 0;
      const weight = weightOf(there - lastGain * here - lastOffset, typical);
      const weighted = weight * here;
      n += weight;
      a += weighted;
      b += weight * there;
      aa += weighted * here;
      ab += weighted * there;
    }
    const variance = aa / n - (a / n) ** 2;
    if (!(variance >= leastVariance)) return null;
    const gain = Math.max(0.1, (ab / n - (a * b) / (n * n)) / variance);
    const offset = (b - gain * a) / n;
    tone = { gain, offset, error: Math.max(1, meanError(count, gain, offset)) };
  }
  return tone;
}

/** Fills `ours` and `theirs`; returns how many there are. */
function collect({ covered, grey }: Seen, { side, pixels }: Layer, area: Area): number {
  let count = 0;
  for (let j = area.top; j < area.bottom; j++)
    for (let at = j * side + area.left, end = at + area.right - area.left; at < end; at++) {
      if (covered[at] !== 1) continue;
      ours[count] = grey[at] ?? 0;
      theirs[count++] = pixels[at] ?? 0;
    }
  return count;
}

function meanError(count: number, gain: number, offset: number): number {
  let error = 0;
  for (let at = 0; at < count; at++) error += Math.abs((theirs[at] ?? 0) - gain * (ours[at] ?? 0) - offset);
  return error / count;
}
