import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { drawScene } from '../../test/support/pictures.js';
import { seededRandom, type SeededRandom } from '../../test/support/seeded-random.js';
import { frequencyAt, placesOf } from '../../src/pipeline/thumb/thumb-hash.js';

/** A photograph as sums of its brightness from the corner: the sum of any part takes four of them. */
export interface Source {
  readonly width: number;
  readonly height: number;
  readonly sums: Float64Array;
}

export interface Window {
  readonly source: Source;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly isMirrored: boolean;
}

/** Ratio of the sides and share of the photos, as phones, cameras and screenshots make them. */
const ratios = [
  [4 / 3, 0.44],
  [3 / 2, 0.34],
  [16 / 9, 0.1],
  [19.5 / 9, 0.05],
  [1, 0.04],
  [5 / 4, 0.03],
] as const;
const highShare = 0.35;
/** Of the photos, the share that is a copy of the one before: two thirds encoded anew, the rest cropped by 1 to 3 %. */
const copyShare = 0.05;
const grid = 32;
const waves = Float64Array.from({ length: 7 * grid }, (_, i) =>
  Math.cos((Math.PI / grid) * Math.floor(i / grid) * ((i % grid) + 0.5)),
);

/** All photographs below the folders, 160 pixels; drawn scenes when there is no folder. */
export async function readSources(folders: readonly string[]): Promise<Source[]> {
  const names = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(jpe?g|png|webp)$/iu.test(name))
      .sort()
      .map((name) => join(folder, name)),
  );
  const drawn = folders.length > 0 ? [] : Array.from({ length: 200 }, (_, n) => n);
  const sources: Source[] = [];
  for (const name of names) sources.push(await sourceOf(name));
  for (const seed of drawn) sources.push(await sourceOf(await drawScene(seed)));
  return sources;
}

async function sourceOf(picture: string | Buffer): Promise<Source> {
  const { data, info } = await sharp(picture)
    .autoOrient()
    .resize(160, 160, { fit: 'inside' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0, row = 0; x < width; x++, i++) {
      for (let c = 0; c < channels; c++) row += (data[i * channels + c] ?? 0) / channels / 255;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  return { width, height, sums };
}

export interface MadePhoto {
  readonly hash: Uint8Array;
  /** Number of the photo that it is a copy of, counted from 0. */
  readonly copyOf: number | null;
}

/**
 * ThumbHashes of a made-up library (their colours are left out). Each photo is a random part, 40 to 100 % of what fits, of a
 * random photograph, mirrored or not, hashed as a photo of its own: 1.07e-6 of all pairs of parts of different photographs
 * reach cosine 0.97, of whole ones 0.5e-6 to 1.1e-6.
 */
export function* population(sources: readonly Source[], count: number): Generator<MadePhoto> {
  const random = seededRandom(5);
  let last: { readonly window: Window; readonly number: number } | null = null;
  for (let number = 0; number < count; number++) {
    if (last !== null && random.next() < copyShare) {
      const isCrop = random.next() < 1 / 3;
      const window = isCrop ? cropped(last.window, random) : last.window;
      yield { hash: hashOf(window, isCrop ? null : random), copyOf: last.number };
    } else {
      last = { window: anyWindow(random.pick(sources), random), number };
      yield { hash: hashOf(last.window, null), copyOf: null };
    }
  }
}

/** A part of a photograph, shaped as photos are. */
export function anyWindow(source: Source, random: SeededRandom): Window {
  let left = random.next();
  const [ratio] = ratios.find(([, share]) => (left -= share) < 0) ?? ratios[0];
  const isHigh = random.next() < highShare;
  const [across, down] = isHigh ? [1, ratio] : [ratio, 1];
  const size = Math.min(source.width / across, source.height / down) * random.between(0.4, 1);
  const [width, height] = [across * size, down * size];
  return {
    source,
    left: random.next() * (source.width - width),
    top: random.next() * (source.height - height),
    width,
    height,
    isMirrored: random.next() < 0.5,
  };
}

function cropped(window: Window, random: SeededRandom): Window {
  const share = random.between(0.97, 0.99);
  return {
    ...window,
    left: window.left + (window.width * (1 - share)) / 2,
    top: window.top + (window.height * (1 - share)) / 2,
    width: window.width * share,
    height: window.height * share,
  };
}

/** With `noise` one of ten coefficients is a step off, and one hash of eight is mirrored. */
function hashOf(window: Window, noise: SeededRandom | null): Uint8Array {
  const isLandscape = window.width > window.height;
  const ratio = Math.max(window.width, window.height) / Math.min(window.width, window.height);
  const short = Math.max(1, Math.round(7 / ratio));
  const [nx, ny] = isLandscape ? [7, Math.max(3, short)] : [Math.max(3, short), 7];
  const isMirrored = window.isMirrored !== (noise !== null && noise.next() < 1 / 8);
  const coefficients = coefficientsOf({ ...window, isMirrored }, placesOf(nx, ny));
  const scale = Math.max(...coefficients.map(Math.abs));
  const hash = new Uint8Array(5 + Math.ceil((coefficients.length + 10) / 2));
  hash.set([0, 0, Math.round(31 * scale) << 2, short, isLandscape ? 128 : 0]);
  coefficients.forEach((value, i) => {
    const off = noise !== null && noise.next() < 0.1 ? noise.whole(0, 1) * 2 - 1 : 0;
    const nibble = Math.max(0, Math.min(15, Math.round(7.5 + (7.5 * value) / scale) + off));
    hash[5 + (i >> 1)] = (hash[5 + (i >> 1)] ?? 0) | (nibble << ((i & 1) * 4));
  });
  return hash;
}

/** Its cosine coefficients at these places, brightness 0 to 1; each is the mean of the picture times the wave. */
export function coefficientsOf(window: Window, held: readonly number[]): number[] {
  const rows = new Float64Array(7 * grid);
  for (let y = 0; y < grid; y++)
    for (let x = 0; x < grid; x++) {
      const value = meanOf(window, x, y);
      const at = window.isMirrored ? grid - 1 - x : x;
      for (let k = 0; k < 7; k++)
        rows[k * grid + y] = (rows[k * grid + y] ?? 0) + value * (waves[k * grid + at] ?? 0);
    }
  return held.map((place) => {
    const { x = 0, y = 0 } = frequencyAt[place] ?? {};
    let sum = 0;
    for (let row = 0; row < grid; row++) sum += (rows[x * grid + row] ?? 0) * (waves[y * grid + row] ?? 0);
    return sum / grid ** 2;
  });
}

/** Mean brightness of a cell of the grid, of whole pixels. */
function meanOf({ source, left, top, width, height }: Window, x: number, y: number): number {
  const x1 = Math.min(source.width, Math.max(1, Math.round(left + (width * (x + 1)) / grid)));
  const y1 = Math.min(source.height, Math.max(1, Math.round(top + (height * (y + 1)) / grid)));
  const x0 = Math.min(x1 - 1, Math.round(left + (width * x) / grid));
  const y0 = Math.min(y1 - 1, Math.round(top + (height * y) / grid));
  const at = (px: number, py: number): number => source.sums[py * (source.width + 1) + px] ?? 0;
  return (at(x1, y1) - at(x0, y1) - at(x1, y0) + at(x0, y0)) / ((x1 - x0) * (y1 - y0));
}
