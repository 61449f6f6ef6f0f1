/** A square grey picture of floating-point pixels. */
export interface Layer {
  readonly side: number;
  readonly pixels: Float64Array;
}

/** Softening by less than this (variance, pixels squared) is not worth the time. */
const leastSoftening = 0.05;
/** Most that one pass of three weights does. */
const mostPerPass = 0.5;

/** Softened by the given variances (pixels squared) across and down; edges are continued. */
export function softened(layer: Layer, across: number, down: number): Layer {
  const { side } = layer;
  const sideways = passes(layer.pixels, across, side, 1);
  return { side, pixels: passes(sideways, down, 1, side) };
}

/** Half the size each way: means of two by two pixels. */
export function halvedLayer({ side, pixels }: Layer): Layer {
  const half = side >> 1;
  const out = new Float64Array(half * half);
  for (let y = 0; y < half; y++)
    for (let x = 0; x < half; x++) {
      const at = 2 * y * side + 2 * x;
      const upper = (pixels[at] ?? 0) + (pixels[at + 1] ?? 0);
      const lower = (pixels[at + side] ?? 0) + (pixels[at + side + 1] ?? 0);
      out[y * half + x] = (upper + lower) / 4;
    }
  return { side: half, pixels: out };
}

/** Repeated means of neighbours along lines that are `line` pixels apart, pixels of a line being `step` apart. */
function passes(pixels: Float64Array, variance: number, line: number, step: number): Float64Array {
  if (variance < leastSoftening) return pixels;
  const count = Math.ceil(variance / mostPerPass);
  const weight = variance / count / 2;
  const side = Math.max(line, step);
  let from = pixels;
  for (let pass = 0; pass < count; pass++) {
    const to = new Float64Array(from.length);
    for (let n = 0; n < side; n++)
      for (let i = 0, at = n * line; i < side; i++, at += step) {
        const here = from[at] ?? 0;
        const before = i === 0 ? here : (from[at - step] ?? 0);
        const after = i === side - 1 ? here : (from[at + step] ?? 0);
        to[at] = here + weight * (before - 2 * here + after);
      }
    from = to;
  }
  return from;
}
