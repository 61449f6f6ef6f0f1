import type { Layer } from './layers.js';
import type { Area, Seen } from './seen.js';
import { toneOf, type Tone } from './tone.js';

/** How well two pictures that lie over each other agree, block by block. */
export interface Agreement {
  /** Blocks with something to see; at most 49. */
  readonly blocks: number;
  /** Correlation (-1 to 1) that none, a tenth, a quarter, half of those blocks fall below. */
  readonly least: number;
  readonly tenth: number;
  readonly quarter: number;
  readonly half: number;
  /** Share of those blocks that correlate by 0.8 and more. */
  readonly agreeing: number;
}

/** Blocks are a quarter of the compared part wide and high and overlap by half. */
const blocksAcross = 7;
/** Variance below which a block shows nothing, in softened grey levels squared. */
const blockVariance = 36;
/** Of a block, this much must be covered. */
const blockCover = 0.6;
/** From here on a grey level may stand for anything lighter, or darker. */
const white = 244;
const black = 8;

/** Pixels at the edge that are left out: what lies around a picture is mixed into them. */
export function rimOf(side: number): number {
  return side >> 5;
}

/** Compares `area` of a picture with what is seen of the container there. */
export function agreementOf(seen: Seen, other: Layer, area: Area): Agreement {
  const tone = reachesLimits(seen, other, area) ? toneOf(seen, other, area) : null;
  const [across, down] = [starts(area.left, area.right), starts(area.top, area.bottom)];
  const found: number[] = [];
  for (const top of down.at)
    for (const left of across.at) {
      const block = { left, top, right: left + across.size, bottom: top + down.size };
      const correlation = correlationIn(block, seen, other, tone);
      if (correlation !== null) found.push(correlation);
    }
  found.sort((a, b) => a - b);
  const at = (share: number): number => found[Math.floor(share * found.length)] ?? -1;
  return {
    blocks: found.length,
    least: at(0),
    tenth: at(0.1),
    quarter: at(0.25),
    half: at(0.5),
    agreeing: found.length === 0 ? 0 : found.filter((value) => value >= 0.8).length / found.length,
  };
}

/** True when something may be lost in white or black. */
function reachesLimits(seen: Seen, other: Layer, area: Area): boolean {
  for (let y = area.top; y < area.bottom; y++)
    for (let at = y * other.side + area.left, end = at + area.right - area.left; at < end; at++) {
      const here = seen.grey[at] ?? 0;
      const there = other.pixels[at] ?? 0;
      if (Math.max(here, there) >= white || Math.min(here, there) <= black) return true;
    }
  return false;
}

function starts(from: number, to: number): { at: number[]; size: number } {
  const length = to - from;
  const size = Math.min(length, Math.max(6, Math.round(length / 4)));
  const at = Array.from({ length: blocksAcross }, (_, n) =>
    Math.round(from + ((length - size) * n) / (blocksAcross - 1)),
  );
  return { at: [...new Set(at)], size };
}

/** Null where neither picture shows anything, or the container does not cover the block. */
function correlationIn(block: Area, seen: Seen, other: Layer, tone: Tone | null): number | null {
  let n = 0;
  let a = 0;
  let b = 0;
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let y = block.top; y < block.bottom; y++)
    for (let x = block.left, at = y * other.side + x; x < block.right; x++, at++) {
      if (seen.covered[at] !== 1) continue;
      let here = seen.grey[at] ?? 0;
      let there = other.pixels[at] ?? 0;
      if (tone !== null) {
        const expected = tone.gain * here + tone.offset;
        // Lost in white or black, where the other picture still shows something.
        if (there >= white ? expected > there : there <= black && expected < there) there = expected;
        else if (here >= white ? expected < there : here <= black && expected > there)
          here = (there - tone.offset) / tone.gain;
      }
      n++;
      a += here;
      b += there;
      aa += here * here;
      bb += there * there;
      ab += here * there;
    }
  if (n < (block.right - block.left) * (block.bottom - block.top) * blockCover) return null;
  const here = aa / n - (a / n) ** 2;
  const there = bb / n - (b / n) ** 2;
  if (Math.max(here, there) < blockVariance) return null;
  return (ab / n - (a * b) / (n * n)) / Math.sqrt((here + 0.5) * (there + 0.5));
}
