import { rectFrame, wholeFrame, type Frame } from './frames.js';
import { copySide } from '../fingerprint/grey-copy.js';

/** How bars are told from the picture: `share` of a line lies within `spread` grey levels of its middle value. */
interface BarRule {
  readonly spread: number;
  readonly share: number;
  /** Bars of different colours one within the other, as around a window on a desktop. */
  readonly layers: number;
  /** So many lines may be covered with dense writing, if the bar goes on behind them. */
  readonly writing: number;
}

const plainBorder: BarRule = { spread: 6, share: 0.95, layers: 1, writing: 0 };
/** Bars with writing and buttons on them. */
const busyBars: BarRule = { spread: 14, share: 0.62, layers: 3, writing: 6 };
/** No bar is wider than this share of the side. */
const widestBar = 0.42;
/** The line where a bar ends is a mixture of both: the edge lies inside it. */
const mixedLine = 0.4;
/** Frames that differ by less than this everywhere are one. */
const sameFrame = 0.012;

/** A line of pixels, counted from one edge inwards. */
type Line = (n: number) => Uint8Array;

/**
 * What may be the picture proper: the whole, then what is left when a plain border is taken off, then without bars that
 * bear writing or buttons (captions, screenshots). One to three frames; `pixels` are those of a grey copy.
 */
export function withoutBars(pixels: Uint8Array): Frame[] {
  const frames = [wholeFrame];
  const transposed = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at++)
    transposed[(at % copySide) * copySide + Math.floor(at / copySide)] = pixels[at] ?? 0;
  for (const rule of [plainBorder, busyBars]) {
    const frame = inside(pixels, transposed, rule);
    if (!frames.some((known) => known.every((value, i) => Math.abs(value - (frame[i] ?? 0)) < sameFrame)))
      frames.push(frame);
  }
  return frames;
}

function inside(pixels: Uint8Array, transposed: Uint8Array, rule: BarRule): Frame {
  const side = copySide;
  const row = (y: number): Uint8Array => pixels.subarray(y * side, (y + 1) * side);
  const column = (x: number): Uint8Array => transposed.subarray(x * side, (x + 1) * side);
  const edge = (line: Line): number => {
    const lines = barWidth(line, rule);
    return lines === 0 ? 0 : (lines + mixedLine) / side;
  };
  const [left, right] = [edge(column), edge((n) => column(side - 1 - n))];
  const [top, bottom] = [edge(row), edge((n) => row(side - 1 - n))];
  return rectFrame(left, top, 1 - right, 1 - bottom);
}

/** Lines from the edge that belong to bars. */
function barWidth(line: Line, rule: BarRule): number {
  const widest = Math.floor(copySide * widestBar);
  let width = 0;
  for (let layer = 0; layer < rule.layers; layer++) {
    // Between two bars there may be one mixed line.
    const start = layer > 0 && plainFrom(line, width, rule, widest) === width ? width + 1 : width;
    const end = plainFrom(line, start, rule, widest);
    if (end === start) break;
    width = end;
  }
  return width;
}

/** The first line from `start` on that does not go on with the colour of line `start`. */
function plainFrom(line: Line, start: number, rule: BarRule, widest: number): number {
  const colour = line(start).slice().sort()[copySide >> 1] ?? 0;
  let end = start;
  for (let n = start; n < widest && n <= end + rule.writing; n++)
    if (shareNear(line(n), colour, rule.spread) >= rule.share) end = n + 1;
    else if (end === start) break;
  return end;
}

function shareNear(line: Uint8Array, colour: number, spread: number): number {
  let near = 0;
  for (const grey of line) if (Math.abs(grey - colour) <= spread) near++;
  return near / line.length;
}
