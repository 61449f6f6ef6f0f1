import sharp from 'sharp';
import { thumbHashOf } from '../../src/pipeline/thumb/thumb-hash-maker.js';
import { frequencyAt, places } from '../../src/pipeline/thumb/thumb-hash.js';
import { seededRandom, type SeededRandom } from '../../test/support/seeded-random.js';
import { anyWindow, coefficientsOf, type Source } from '../thumb/population.js';
import type { Library } from './library.js';

/** Frequencies along each side. */
const waves = 24;
/** A ThumbHash holds none beyond this: what is finer tells photos apart that have the same one. */
const coarse = 7;
const allPlaces = Array.from({ length: places }, (_, place) => place);
/** Strength of what a photo has beyond its ThumbHash, next to the strongest wave, falling with the frequency. */
const fineness = 0.9;
const thumbnailSide = 250;
/** The finest wave has five pixels here: drawn as large as it is shown, the server would be far busier than a real one. */
const paintedSide = 64;
/** The pictures that ThumbHashes are made from here; those of Immich have 100 pixels, which changes nothing but the time. */
const hashSide = 32;

/** Brightness as a sum of cosine waves, and which part of it is seen how. */
interface Scene {
  /** `[v * waves + u]`: across u, down v. */
  readonly coefficients: Float64Array;
  /** Width / height. */
  readonly aspect: number;
}

interface Seen extends Scene {
  readonly isTurned: boolean;
  /** Cut off at each side, as a share of it. */
  readonly margin: number;
  readonly gamma: number;
  /** Quality of the WebP, 1 to 100. */
  readonly quality: number;
}

/** Waves that do not go into a ThumbHash are left out where nothing else is wanted, but for those of crops, which shift. */
type For = 'listed' | 'shown';

export interface Listed {
  readonly thumbHash: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const plain = { isTurned: false, margin: 0, gamma: 1, quality: 80 } as const;

/** Draws every photo of a library by its number: as coarse as a part of a real photograph, the rest made up. */
export class Painter {
  readonly #library: Library;
  readonly #sources: readonly Source[];

  constructor(library: Library, sources: readonly Source[]) {
    this.#library = library;
    this.#sources = sources;
  }

  /** What the listing tells: a ThumbHash, and the pixels of the original, whose long side has 4032. */
  listed(number: number): Listed {
    const seen = this.#seen(number, 'listed');
    const { aspect, isTurned, margin } = seen;
    const role = this.#library.roleOf(number);
    const long = (role.kind === 'copy' && role.how === 'half size' ? 2016 : 4032) * (1 - 2 * margin);
    const [width, height] = aspect > 1 ? [long, long / aspect] : [long * aspect, long];
    const [across, down] = isTurned ? [height, width] : [width, height];
    const thumbHash = thumbHashOf({ ...paint(seen, hashSide), channels: 3 });
    return { thumbHash, width: Math.round(across), height: Math.round(down) };
  }

  /** What Immich serves: a WebP of 250 pixels. */
  async thumbnail(number: number): Promise<Buffer> {
    const seen = this.#seen(number, 'shown');
    const { pixels, width, height } = enlarged(paint(seen, paintedSide), thumbnailSide / paintedSide);
    const raw = { width, height, channels: 3 as const };
    return sharp(pixels, { raw }).webp({ quality: seen.quality, effort: 0 }).toBuffer();
  }

  #seen(number: number, use: For): Seen {
    const role = this.#library.roleOf(number);
    if (role.kind === 'single') return { ...plain, ...this.#scene(number, use) };
    const isCrop = role.kind === 'copy' && role.how === 'cropped by 10 %';
    const scene = this.#scene(role.of, isCrop ? 'shown' : use);
    if (role.kind === 'burst') return { ...plain, ...moved(scene, seededRandom(number), role.frame) };
    switch (role.how) {
      case 'encoded again':
        return { ...plain, ...scene, quality: 50 };
      case 'half size':
        return { ...plain, ...scene, quality: 70 };
      case 'turned':
        return { ...plain, ...scene, isTurned: true };
      case 'brighter':
        return { ...plain, ...scene, gamma: 0.75 };
      case 'cropped by 10 %':
        return { ...plain, ...scene, margin: 0.05 };
    }
  }

  #scene(number: number, use: For): Scene {
    const random = seededRandom(number);
    const window = anyWindow(random.pick(this.#sources), random);
    const coefficients = new Float64Array(waves * waves);
    let strongest = 0;
    coefficientsOf(window, allPlaces).forEach((value, place) => {
      const { x = 0, y = 0 } = frequencyAt[place] ?? {};
      const amplitude = value * (x > 0 ? 2 : 1) * (y > 0 ? 2 : 1);
      coefficients[y * waves + x] = amplitude;
      strongest = Math.max(strongest, Math.abs(amplitude));
    });
    for (let v = 0; v < waves && use === 'shown'; v++)
      for (let u = 0; u < waves; u++)
        if (u + v >= coarse)
          coefficients[v * waves + u] = ((random.next() * 2 - 1) * fineness * strongest) / Math.hypot(u, v);
    return { coefficients, aspect: window.width / window.height };
  }
}

/** The next frame of a burst: what is fine moves, what is coarse hardly. */
function moved(scene: Scene, random: SeededRandom, frame: number): Scene {
  const coefficients = scene.coefficients.map((value, i) => {
    const [u, v] = [i % waves, Math.floor(i / waves)];
    return value * (1 + (frame * (u + v >= coarse ? 0.3 : 0.03) * (random.next() * 2 - 1)) / 3);
  });
  return { coefficients, aspect: scene.aspect };
}

interface Painted {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The picture with this long side, in grey. */
function paint(seen: Seen, side: number): Painted {
  const { coefficients, aspect, isTurned, margin, gamma } = seen;
  const width = Math.max(1, Math.round(aspect > 1 ? side : side * aspect));
  const height = Math.max(1, Math.round(aspect > 1 ? side / aspect : side));
  const [across, down] = [wavesAt(width, margin), wavesAt(height, margin)];
  const rows = new Float64Array(waves * width);
  for (let v = 0; v < waves; v++)
    for (let u = 0; u < waves; u++) {
      const amplitude = coefficients[v * waves + u] ?? 0;
      if (amplitude === 0) continue;
      for (let x = 0; x < width; x++)
        rows[v * width + x] = (rows[v * width + x] ?? 0) + amplitude * (across[u * width + x] ?? 0);
    }
  const light = new Float64Array(width * height);
  const used = coefficients.findLastIndex((value) => value !== 0) / waves;
  for (let y = 0; y < height; y++)
    for (let v = 0; v <= used; v++) {
      const wave = down[v * height + y] ?? 0;
      for (let x = 0; x < width; x++)
        light[y * width + x] = (light[y * width + x] ?? 0) + wave * (rows[v * width + x] ?? 0);
    }
  // The same for all copies of a scene, whatever part of it they show.
  const reach = 0.45 / (2 * coefficients.reduce((sum, value) => Math.max(sum, Math.abs(value)), 1e-9));
  const pixels = new Uint8Array(3 * width * height);
  const levels = levelsAt(gamma);
  for (let i = 0; i < light.length; i++) {
    const at = 3 * (isTurned ? (i % width) * height + (height - 1 - Math.floor(i / width)) : i);
    const bright = Math.min(1, Math.max(0, 0.5 + (light[i] ?? 0) * reach));
    pixels[at] = pixels[at + 1] = pixels[at + 2] = levels[Math.round(bright * finest)] ?? 0;
  }
  return isTurned ? { pixels, width: height, height: width } : { pixels, width, height };
}

/** Straight lines between the pixels, which are grey. */
function enlarged({ pixels, width, height }: Painted, factor: number): Painted {
  const [wide, high] = [Math.round(width * factor), Math.round(height * factor)];
  const [across, down] = [placesBetween(wide, width), placesBetween(high, height)];
  const rows = new Float64Array(wide * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < wide; x++) {
      const exact = across[x] ?? 0;
      const at = 3 * (y * width + Math.floor(exact));
      const here = pixels[at] ?? 0;
      rows[y * wide + x] = here + (exact % 1) * ((pixels[at + 3] ?? here) - here);
    }
  const out = new Uint8Array(3 * wide * high);
  for (let y = 0; y < high; y++) {
    const exact = down[y] ?? 0;
    const at = Math.floor(exact) * wide;
    for (let x = 0, put = 3 * y * wide; x < wide; x++, put += 3) {
      const here = rows[at + x] ?? 0;
      const grey = here + (exact % 1) * ((rows[at + wide + x] ?? here) - here);
      out[put] = out[put + 1] = out[put + 2] = grey + 0.5;
    }
  }
  return { pixels: out, width: wide, height: high };
}

/** For each of so many places where it lies among fewer pixels. */
function placesBetween(places: number, count: number): Float64Array {
  return Float64Array.from({ length: places }, (_, n) =>
    Math.min(Math.max(((n + 0.5) * count) / places - 0.5, 0), count - 1),
  );
}

const finest = 4095;
const levelTables = new Map<number, Uint8Array>();

/** Grey levels of brightness in steps of 1 / `finest`. */
function levelsAt(gamma: number): Uint8Array {
  const known = levelTables.get(gamma);
  if (known !== undefined) return known;
  const table = Uint8Array.from({ length: finest + 1 }, (_, n) => Math.round(255 * (n / finest) ** gamma));
  levelTables.set(gamma, table);
  return table;
}

const waveTables = new Map<string, Float64Array>();

/** `[u * size + x]`: the wave of frequency u at pixel x, without what is cut off at both ends. */
function wavesAt(size: number, margin: number): Float64Array {
  const name = `${size} ${margin}`;
  const known = waveTables.get(name);
  if (known !== undefined) return known;
  const table = Float64Array.from({ length: waves * size }, (_, i) => {
    const at = margin + (((i % size) + 0.5) / size) * (1 - 2 * margin);
    return Math.cos(Math.PI * Math.floor(i / size) * at);
  });
  waveTables.set(name, table);
  return table;
}
