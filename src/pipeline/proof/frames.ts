/**
 * A frame: where a part of a picture lies in it, as the affine map `[a, b, x, c, d, y]` from the unit square of the part to
 * the unit square of the picture: (u, v) -> (a u + b v + x, c u + d v + y). Both are measured from the top left corner.
 */
export type Frame = readonly [number, number, number, number, number, number];

export const wholeFrame: Frame = [1, 0, 0, 0, 1, 0];

/** The upright part between these shares of the width and of the height. */
export function rectFrame(left: number, top: number, right: number, bottom: number): Frame {
  return [right - left, 0, left, 0, bottom - top, top];
}

export function isUpright(frame: Frame): boolean {
  return frame[1] === 0 && frame[3] === 0;
}

/** Share of the picture that the frame covers. */
export function areaOf(frame: Frame): number {
  return frame[0] * frame[4] - frame[1] * frame[3];
}

/** The frame within a part that lies in `outer`, as a frame of the picture. */
export function within(outer: Frame, inner: Frame): Frame {
  const [a, b, x, c, d, y] = outer;
  const [e, f, u, g, h, v] = inner;
  return [a * e + b * g, a * f + b * h, a * u + b * v + x, c * e + d * g, c * f + d * h, c * u + d * v + y];
}

/** Where the picture lies, seen from its part. */
export function inverseFrame(frame: Frame): Frame {
  const [a, b, x, c, d, y] = frame;
  const area = areaOf(frame);
  const [e, f, g, h] = [d / area, -b / area, -c / area, a / area];
  return [e, f, -(e * x + f * y), g, h, -(g * x + h * y)];
}

/** Windows to look through for crops: this share of both sides, at so many places along each. */
const grid = [
  { share: 0.95, places: 3 },
  { share: 0.9, places: 3 },
  { share: 0.85, places: 4 },
  { share: 0.8, places: 5 },
] as const;
/** Shapes that cameras, screens and albums crop to or pad from, width by height. */
const shapes = [1, 4 / 3, 3 / 4, 3 / 2, 2 / 3, 16 / 9, 9 / 16, 5 / 4, 4 / 5];
/** A shape this close to the picture's own (in log units) is the picture itself. */
const sameShape = 0.04;
const leastShare = 0.25;
/** Height of the picture above a caption bar. */
const aboveCaption = 0.835;
/** Degrees by which people straighten a horizon; what lies between is near enough. */
const rotations = [2.5, -2.5, 5, -5];

const gridFrames: readonly Frame[] = grid.flatMap(({ share, places }) => {
  const starts = Array.from({ length: places }, (_, n) => ((1 - share) * n) / (places - 1));
  return starts.flatMap((left) => starts.map((top) => rectFrame(left, top, left + share, top + share)));
});

/**
 * The parts of a picture of this shape (width by height) that a copy of it may show, or that may be the original inside it:
 * crops, other shapes, what a caption leaves free, small rotations. 77 for 4:3; always the same ones in the same order.
 */
export function partFramesOf(aspect: number): readonly Frame[] {
  return [
    ...gridFrames,
    ...shapes.flatMap((shape) => centred(aspect, shape)),
    rectFrame(0, 0, 1, aboveCaption),
    rectFrame(0, 1 - aboveCaption, 1, 1),
    ...rotations.flatMap((degrees) => [...straightened(aspect, degrees), ...turnedBack(aspect, degrees)]),
  ];
}

/** The largest middle part of the given shape; none when it is the whole or a sliver. */
function centred(aspect: number, shape: number): Frame[] {
  if (Math.abs(Math.log(shape / aspect)) < sameShape) return [];
  const width = Math.min(1, shape / aspect);
  const height = Math.min(1, aspect / shape);
  if (Math.min(width, height) < leastShare) return [];
  return [rectFrame((1 - width) / 2, (1 - height) / 2, (1 + width) / 2, (1 + height) / 2)];
}

/** What is left of the picture after it was rotated and cropped to the largest inner rectangle of its own shape. */
function straightened(aspect: number, degrees: number): Frame[] {
  const { cos, sin } = anglesOf(degrees);
  const kept = Math.min(aspect / (aspect * cos + sin), 1 / (aspect * sin + cos));
  return [rotated(aspect * kept, kept, degrees, aspect)];
}

/** The original in the middle of a picture that was rotated with all of its corners kept. */
function turnedBack(aspect: number, degrees: number): Frame[] {
  const { cos, sin } = anglesOf(degrees);
  const shrink = cos * cos - sin * sin;
  const width = (aspect * cos - sin) / shrink;
  const height = (cos - aspect * sin) / shrink;
  return width < leastShare * aspect || height < leastShare ? [] : [rotated(width, height, degrees, aspect)];
}

/** A rectangle (sides in heights of the picture) in the middle of the picture, rotated. */
function rotated(width: number, height: number, degrees: number, aspect: number): Frame {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [a, b, c, d] = [(width * cos) / aspect, (-height * sin) / aspect, width * sin, height * cos];
  return [a, b, (1 - a - b) / 2, c, d, (1 - c - d) / 2];
}

function anglesOf(degrees: number): { cos: number; sin: number } {
  const angle = (Math.abs(degrees) * Math.PI) / 180;
  return { cos: Math.cos(angle), sin: Math.sin(angle) };
}
