/**
 * Capital letters and digits as strokes on a grid 4 wide and 6 high (x to the right, y down), so that writing looks the
 * same on every machine, whatever fonts it has.
 */
const strokes: Readonly<Record<string, string>> = {
  A: 'M0 6 2 0 4 6M1 4H3',
  B: 'M0 0V6H3L4 5V4L3 3H0M3 3 4 2V1L3 0H0',
  C: 'M4 1 3 0H1L0 1V5L1 6H3L4 5',
  D: 'M0 0V6H2L4 4V2L2 0Z',
  E: 'M4 0H0V6H4M0 3H3',
  F: 'M4 0H0V6M0 3H3',
  G: 'M4 1 3 0H1L0 1V5L1 6H3L4 5V3H2',
  H: 'M0 0V6M4 0V6M0 3H4',
  I: 'M2 0V6',
  L: 'M0 0V6H4',
  M: 'M0 6V0L2 3 4 0V6',
  N: 'M0 6V0L4 6V0',
  O: 'M1 0H3L4 1V5L3 6H1L0 5V1Z',
  P: 'M0 6V0H3L4 1V2L3 3H0',
  R: 'M0 6V0H3L4 1V2L3 3H0M2 3 4 6',
  S: 'M4 1 3 0H1L0 1V2L1 3H3L4 4V5L3 6H1L0 5',
  T: 'M0 0H4M2 0V6',
  U: 'M0 0V5L1 6H3L4 5V0',
  V: 'M0 0 2 6 4 0',
  W: 'M0 0 1 6 2 3 3 6 4 0',
  Y: 'M0 0 2 3 4 0M2 3V6',
  '0': 'M1 0H3L4 1V5L3 6H1L0 5V1Z',
  '1': 'M1 1 2 0V6',
  '2': 'M0 1 1 0H3L4 1V2L0 6H4',
  '4': 'M3 6V0L0 4H4',
  '5': 'M4 0H0V3H3L4 4V5L3 6H0',
  '7': 'M0 0H4L1 6',
  '9': 'M4 3H1L0 2V1L1 0H3L4 1V5L3 6H1',
  ':': 'M2 2V2.4M2 4.6V5',
};

/** Width of one letter with the gap after it, in grid units; 6 units are the height of a capital. */
const advance = 5.6;

export interface Writing {
  readonly text: string;
  /** Top left corner, pixels. */
  readonly x: number;
  readonly y: number;
  /** Height of a capital letter, pixels. */
  readonly height: number;
  readonly colour: string;
  /** Colour of an outline around the letters; none when left out. */
  readonly outline?: string;
  /** 0 to 1; default 1. */
  readonly opacity?: number;
}

/** SVG for a line of bold writing. Letters that are not in the alphabet become blanks. */
export function written({ text, x, y, height, colour, outline, opacity = 1 }: Writing): string {
  const letters = Array.from(text).map(
    (letter, n) => `<path transform="translate(${n * advance})" d="${strokes[letter] ?? ''}"/>`,
  );
  const layer = (stroke: string, width: number): string =>
    `<g stroke="${stroke}" stroke-width="${width}">${letters.join('')}</g>`;
  const layers = (outline === undefined ? '' : layer(outline, 1.7)) + layer(colour, 1);
  const scale = height / 6;
  return `<g transform="translate(${x} ${y}) scale(${scale})" fill="none" stroke-linecap="round" stroke-linejoin="round" opacity="${opacity}">${layers}</g>`;
}

/** Height of capitals at which `text` is `width` pixels wide. */
export function heightFor(text: string, width: number): number {
  return (width * 6) / (text.length * advance - (advance - 4));
}
